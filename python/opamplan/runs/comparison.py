"""Two runs compared: what broke, what was fixed, and where it began."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from opamplan.runs.failure_groups import Errors
from opamplan.runs.failures import stopped_by
from opamplan.runs.log_errors import LogError
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import (
    ACCEPTED_FAILURE,
    DOWNLOAD_FAILED,
    FAILURE,
    INFRASTRUCTURE,
    NO_RESULT,
    NOT_BUILT,
    SUCCESS,
)
from opamplan.runs.verdicts import settled

GOOD = SUCCESS
# Neither good nor bad news: nothing is known of these, or it was accepted.
NEWS = (FAILURE, NO_RESULT)
UNKNOWN = (NOT_BUILT, DOWNLOAD_FAILED, INFRASTRUCTURE, ACCEPTED_FAILURE, "")


@dataclass(frozen=True)
class Change:
    """A package whose target has another status than before."""

    target: str
    """NAME.VERSION in the new run (in the old one, if it is gone)."""
    before: str
    after: str
    """Both: its status, empty if that run does not have it."""
    target_before: str = ""
    """NAME.VERSION in the old run, empty if that does not have it."""


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
    errors = [Errors(state).of(run) for state, run in (before, after)]
    old, new = (settled(*side, found) for side, found in zip((before, after), errors))
    result = RunDifference()
    pairs = _pairs(old, new)
    for old_name, new_name in pairs:
        was, now = old.get(old_name, ""), new.get(new_name, "")
        change = Change(new_name or old_name, was, now, old_name)
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
    result.root_failures = _root_failures(before, after, errors)
    return result


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


def _root_failures(
    before: tuple[State, Run], after: tuple[State, Run], errors: list[dict[str, LogError]]
) -> list[RootFailure]:
    then, now = (
        [
            row
            for row in state.failures(run)
            if row["status"] in NEWS and not found[row["layer"]].is_infrastructure
        ]
        for (state, run), found in zip((before, after), errors)
    )
    failed_before = {row["package"] for row in then}
    roots = [row for row in now if row["package"] not in failed_before]
    if not roots:
        return []
    stopped = stopped_by(after[0].plan_of(after[1]), {row["layer"] for row in roots})
    found = [RootFailure(r["package"], r["layer"], stopped.get(r["layer"], [])) for r in roots]
    return sorted(found, key=lambda root: (-len(root.targets), root.package))
