"""The failures of a run, and what they stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from opamplan.runs.layers import layer_needs, target_layers
from opamplan.runs.statuses import FAILED

if TYPE_CHECKING:
    from opamplan._core.plan import Plan


def stopped_by(plan: Plan, layers: set[str]) -> dict[str, list[str]]:
    """By layer (16 digits): the targets that are it or stand on it."""
    needs = layer_needs(plan)
    dependents: dict[str, list[str]] = {}
    for layer, below in needs.items():
        for each in below:
            dependents.setdefault(each, []).append(layer)
    ends: dict[str, list[str]] = {}
    for target, layer in target_layers(plan).items():
        ends.setdefault(layer, []).append(target)
    out: dict[str, list[str]] = {}
    for root in layers:
        seen = {root}
        todo = deque([root])
        while todo:
            for above in dependents.get(todo.popleft(), ()):
                if above not in seen:
                    seen.add(above)
                    todo.append(above)
        out[root] = sorted(name for layer in seen for name in ends.get(layer, ()))
    return out


def failures_of(
    plan: Plan, layers: Iterable[dict[str, Any]]
) -> list[tuple[dict[str, Any], list[str]]]:
    """Of the results of layers those that failed, each with the targets that are it or stand on it.

    Those that stop most come first.
    """
    failed = {row["layer"]: row for row in layers if row["status"] in FAILED}
    stopped = stopped_by(plan, set(failed)) if failed else {}
    found = [(row, stopped[layer]) for layer, row in failed.items()]
    return sorted(found, key=lambda each: (-len(each[1]), each[0]["package"]))
