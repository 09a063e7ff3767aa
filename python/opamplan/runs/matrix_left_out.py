"""What the runs of a matrix have no solution for, in all of them or in some, by what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opamplan.package_names import name_of
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import CANNOT_BE_BUILT, GAVE_UP, NO_SOLUTION

_UNSOLVED = (NO_SOLUTION, GAVE_UP, CANNOT_BE_BUILT)


@dataclass
class MatrixLeftOut:
    """Targets that a combination at least has no solution for, ascending."""

    everywhere: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Those that no combination has a solution for: by reason, in which combinations it holds."""
    somewhere: dict[str, list[str]] = field(default_factory=dict)
    """Those that others have a solution for, with the combinations that have none."""


def matrix_left_out(state: State, runs: Sequence[Run]) -> MatrixLeftOut:
    """Of the runs of a matrix, in the order of its combinations."""
    rows = {run.combination: state.targets(run) for run in runs}
    asked = _Asked(rows.values())
    unsolved: dict[str, None] = {}
    solved: set[str] = set()
    reasons: dict[str, dict[str, list[str]]] = {}
    where: dict[str, list[str]] = {}
    for run in runs:
        for row in rows[run.combination]:
            if row["layer"]:
                # Of several versions, one has answered who asked for the name.
                solved.update((asked(row["target"]), name_of(row["target"])))
        for row in state.left_out(run):
            target = asked(row["target"])
            places = reasons.setdefault(target, {}).setdefault(row["reason"], [])
            places.append(run.combination)
            if row["status"] in _UNSOLVED:
                unsolved[target] = None
                where.setdefault(target, []).append(run.combination)
    found = MatrixLeftOut()
    for target in sorted(unsolved):
        if target in solved:
            found.somewhere[target] = where[target]
        else:
            found.everywhere[target] = reasons[target]
    return found


class _Asked:
    """What a target of a run answers: itself, or its name, of which each run takes one version.

    A run does not keep what was asked. If it was the name, each run has one target of it, and
    another version may be the newest that is available there, or none be known by its version.
    """

    def __init__(self, runs: Iterable[Sequence[Mapping[str, Any]]]) -> None:
        self._several: set[str] = set()
        self._targets: dict[str, set[str]] = {}
        for rows in runs:
            counts = Counter(name_of(row["target"]) for row in rows)
            self._several.update(name for name, count in counts.items() if count > 1)
            for row in rows:
                self._targets.setdefault(name_of(row["target"]), set()).add(row["target"])

    def __call__(self, target: str) -> str:
        name = name_of(target)
        if name in self._several or len(self._targets[name]) == 1:
            return target
        return name
