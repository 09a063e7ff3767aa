"""What the runs of a matrix say together: what fails in all of them, and what only in some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from opamplan.runs.failure_groups import Errors
from opamplan.runs.failures import failures_of
from opamplan.runs.log_errors import LogError
from opamplan.runs.matrix_left_out import matrix_left_out
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import SUCCESS, in_order


@dataclass(frozen=True)
class MatrixFailure:
    """A package that fails by itself in one combination at least."""

    package: str
    """NAME.VERSION."""
    failed_in: list[str]
    """Combinations."""
    built_in: list[str]
    """Those of the others that have built it."""
    not_tried_in: list[str]
    """Those of the others whose plans have it and that say nothing of it: their turn has not come,
    or something that it needs failed."""
    targets: list[str]
    """That it stops in one of them at least, itself included if it is one."""
    status: str
    """In the first."""
    error: LogError
    """In the first."""


@dataclass
class MatrixVerdict:
    """A matrix as a whole."""

    status: str
    """`running`, `interrupted` (a run of it was, or still waits), `incomplete` or `finished`."""
    combinations: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    """Targets by status, each as often as there are combinations with it."""
    everywhere: list[MatrixFailure] = field(default_factory=list)
    """What fails in all combinations; what stops most comes first."""
    undecided: list[MatrixFailure] = field(default_factory=list)
    """What fails wherever it was tried, which is not everywhere."""
    somewhere: list[MatrixFailure] = field(default_factory=list)
    """What fails in some only: others have built it, or do without it."""
    left_out_everywhere: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Targets that no combination has a solution for: by reason the combinations that it holds in.
    NAME.VERSION; NAME if that was asked for, and is not the same version everywhere."""
    left_out_somewhere: dict[str, list[str]] = field(default_factory=dict)
    """Targets that some combinations have a solution for, with those that have none."""

    @property
    def target_count(self) -> int:
        """Targets, each as often as there are combinations with it."""
        return sum(self.counts.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def matrix_verdict(state: State, runs: Sequence[Run]) -> MatrixVerdict:
    """Of the runs of a matrix, all of one state; in the order of its combinations."""
    failures: dict[str, dict[str, tuple[str, LogError]]] = {}  # by package and combination
    stopped: dict[str, set[str]] = {}
    built: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    planned: dict[str, set[str]] = {}
    errors = Errors(state)
    for run in runs:
        layers = state.layers(run)
        plan = state.plan_of(run)
        planned[run.combination] = set(plan.packages)
        said = errors.of(run)
        for row, targets in failures_of(plan, layers):
            found = failures.setdefault(row["package"], {})
            found.setdefault(run.combination, (row["status"], said[row["layer"]]))
            stopped.setdefault(row["package"], set()).update(targets)
        for package in {row["package"] for row in layers if row["status"] == SUCCESS}:
            built.setdefault(package, []).append(run.combination)
        counts.update(row["status"] for row in state.targets(run))
    names = [run.combination for run in runs]
    verdict = MatrixVerdict(_status(runs), names)
    verdict.counts = {status: counts[status] for status in in_order(counts)}
    left_out = matrix_left_out(state, runs)
    verdict.left_out_everywhere = left_out.everywhere
    verdict.left_out_somewhere = left_out.somewhere
    for package, found in failures.items():
        status, error = next(iter(found.values()))
        good = [name for name in built.get(package, ()) if name not in found]
        unsaid = [n for n in names if package in planned[n] and n not in found and n not in good]
        targets = sorted(stopped[package])
        one = MatrixFailure(package, list(found), good, unsaid, targets, status, error)
        if len(found) == len(runs):
            verdict.everywhere.append(one)
        elif len(found) + len(unsaid) == len(runs):
            verdict.undecided.append(one)
        else:
            verdict.somewhere.append(one)
    for place in (verdict.everywhere, verdict.undecided, verdict.somewhere):
        place.sort(key=lambda one: (-len(one.targets), one.package))
    return verdict


def _status(runs: Sequence[Run]) -> str:
    there = {run.status for run in runs}
    if "running" in there:
        return "running"
    if there & {"interrupted", "waiting"}:
        return "interrupted"
    return "incomplete" if "incomplete" in there else "finished"
