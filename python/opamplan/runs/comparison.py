"""Two runs compared: what broke, what was fixed, and where it began."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from opamplan._core import Plan
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import (
    ACCEPTED_FAILURE,
    DEPENDENCY_FAILED,
    DOWNLOAD_FAILED,
    FAILED,
    FAILURE,
    NO_RESULT,
    NOT_BUILT,
    SUCCESS,
)

GOOD = SUCCESS
# Neither good nor bad news: nothing is known of these, or it was accepted.
NEWS = (FAILURE, NO_RESULT)
UNKNOWN = (NOT_BUILT, DOWNLOAD_FAILED, ACCEPTED_FAILURE, "")


@dataclass(frozen=True)
class Change:
    """A package whose target has another status than before."""

    target: str
    """NAME.VERSION in the new run (in the old one, if it is gone)."""
    before: str
    after: str


@dataclass(frozen=True)
class RootFailure:
    """A layer that failed now and did not before, and the targets that stand on it."""

    package: str
    layer: str
    targets: list[str]


@dataclass
class RunDifference:
    """What `compare_runs` found. False in a condition if nothing broke."""

    regressions: list[Change] = field(default_factory=list)
    fixes: list[Change] = field(default_factory=list)
    other_changes: list[Change] = field(default_factory=list)
    """From one kind of failure to another, or to or from what was not built."""
    added: list[Change] = field(default_factory=list)
    dropped: list[Change] = field(default_factory=list)
    root_failures: list[RootFailure] = field(default_factory=list)
    """Those that stop most targets first."""
    unchanged_count: int = 0

    def __bool__(self) -> bool:
        return bool(self.regressions)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def compare_runs(before: tuple[State, Run], after: tuple[State, Run]) -> RunDifference:
    """Targets are matched by NAME.VERSION; of those left over, by NAME where each run has one."""
    old, new = _targets(*before), _targets(*after)
    result = RunDifference()
    pairs = _pairs(old, new)
    for old_name, new_name in pairs:
        was, now = old.get(old_name, ""), new.get(new_name, "")
        change = Change(new_name or old_name, was, now)
        if not old_name:
            result.added.append(change)
            if now not in (GOOD, *UNKNOWN):
                continue
        elif not new_name:
            result.dropped.append(change)
        elif was == now:
            result.unchanged_count += 1
        elif was == GOOD and now not in UNKNOWN:
            result.regressions.append(change)
        elif now == GOOD and was not in UNKNOWN:
            result.fixes.append(change)
        else:
            result.other_changes.append(change)
    result.root_failures = _root_failures(before, after)
    return result


def _targets(state: State, run: Run) -> dict[str, str]:
    """Statuses; of what only waits for something that could not be fetched: `download_failed`."""
    found = {row["target"]: row["status"] for row in state.targets(run)}
    causes: dict[str, set[str]] = {}
    for row in state.layers(run):
        causes.setdefault(row["status"], set()).add(row["layer"])
    unfetched = causes.get(DOWNLOAD_FAILED, set())
    if not unfetched:
        return found
    failed = set().union(*(causes.get(status, set()) for status in FAILED)) - unfetched
    plan = state.plan_of(run)
    broken = {name for names in stopped_by(plan, failed).values() for name in names}
    waiting = {name for names in stopped_by(plan, unfetched).values() for name in names} - broken
    return {
        name: DOWNLOAD_FAILED if name in waiting and status == DEPENDENCY_FAILED else status
        for name, status in found.items()
    }


def _pairs(old: dict[str, str], new: dict[str, str]) -> list[tuple[str, str]]:
    pairs = [(name, name) for name in old if name in new]
    lost = _by_name(name for name in old if name not in new)
    come = _by_name(name for name in new if name not in old)
    for name in sorted(set(lost) | set(come)):
        if len(lost.get(name, ())) == 1 and len(come.get(name, ())) == 1:
            pairs.append((lost[name][0], come[name][0]))
            continue
        pairs += [(each, "") for each in lost.get(name, ())]
        pairs += [("", each) for each in come.get(name, ())]
    return sorted(pairs, key=lambda pair: pair[1] or pair[0])


def _by_name(full_names: Any) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for full in full_names:
        out.setdefault(full.split(".", 1)[0], []).append(full)
    return out


def _root_failures(before: tuple[State, Run], after: tuple[State, Run]) -> list[RootFailure]:
    failed_before = {row["package"] for row in before[0].layers(before[1]) if row["status"] in NEWS}
    roots = [
        row
        for row in after[0].layers(after[1])
        if row["status"] in NEWS and row["package"] not in failed_before
    ]
    if not roots:
        return []
    stopped = stopped_by(after[0].plan_of(after[1]), {row["layer"] for row in roots})
    found = [RootFailure(r["package"], r["layer"], stopped.get(r["layer"], [])) for r in roots]
    return sorted(found, key=lambda root: (-len(root.targets), root.package))


def stopped_by(plan: Plan, layers: set[str]) -> dict[str, list[str]]:
    """By layer (16 digits): the targets that are it or stand on it."""
    needs = layer_needs(plan)
    dependents: dict[str, list[str]] = {}
    for layer, below in needs.items():
        for each in below:
            dependents.setdefault(each, []).append(layer)
    from opamplan.runs.state import layer_of

    ends: dict[str, list[str]] = {}
    for target, step in zip(plan.targets, plan.target_steps):
        ends.setdefault(layer_of(plan, target, step), []).append(target)
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


def layer_needs(plan: Plan) -> dict[str, list[str]]:
    """By layer (16 digits): the layers that it needs directly."""
    return {layer: needs for layer, _, needs in plan.layers()}
