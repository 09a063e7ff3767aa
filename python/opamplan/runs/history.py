"""The runs of a state over time: what fails since when, what is flaky, what grew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from statistics import median
from typing import Any, Optional

from opamplan.left_out import LeftOut
from opamplan.package_names import name_of
from opamplan.runs.asked import Asked
from opamplan.runs.closures import ClosureChange, Closures, fewest_changes
from opamplan.runs.failure_groups import Errors, FailureGroup, groups_of
from opamplan.runs.failures import failures_of
from opamplan.runs.log_errors import LogError
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import ACCEPTED_FAILURE, BAD, FAILED, LEFT_OUT, SUCCESS

MOST_PLANS = 6
"""That are held at once, to say what changed between runs."""
GROWN = 1.5
"""Times what a package took before: what is told."""
LEAST_SECONDS = 10.0
LEAST_BYTES = 1_000_000


@dataclass(frozen=True)
class RunFigures:
    """A run in figures."""

    run: int
    started: float
    status: str
    plan: str
    """The digest of its plan."""
    counts: dict[str, int]
    """Targets by status."""
    executed_count: int
    """Layers that were installed in this run, and not served from a cache."""
    seconds: float
    """Of the installs of all its layers, whenever they were carried out."""
    bytes: int
    matrix: Optional[int]
    """The first run of the matrix that it is part of."""
    combination: str
    """The name of what its plan was made for; empty if that is not known."""


@dataclass(frozen=True)
class Failing:
    """A package that fails now."""

    package: str
    """NAME.VERSION."""
    layer: str
    targets: list[str]
    """That it stops, itself included if it is one."""
    since: int
    """The first run of those in which it fails without a success between."""
    run_count: int
    """How many these are; a run that says nothing of it does not count."""
    last_good: Optional[int]
    """The last run before in which it was built; None if there is none."""
    changes: list[ClosureChange]
    """In which its closures of these two runs differ."""
    error: LogError


@dataclass(frozen=True)
class Flaky:
    """A layer that was built and failed, though nothing in it differs."""

    package: str
    layer: str
    successes: list[int]
    """Runs; one may be among the failures too, if the layer was tried again."""
    failures: list[int]
    error: LogError
    """Of the newest failure."""


@dataclass(frozen=True)
class Grown:
    """A package that takes more than it did."""

    package: str
    unit: str
    """`seconds` or `bytes`."""
    before: float
    """The median of the runs before; of several layers of it the one that took most counts."""
    now: float


@dataclass
class History:
    """The runs of one environment, oldest first."""

    name: str
    """What is particular to the environment."""
    runs: list[RunFigures] = field(default_factory=list)
    failing: list[Failing] = field(default_factory=list)
    """In the newest run that says something of them; those that stop most first."""
    unsolved: dict[str, int] = field(default_factory=dict)
    """What the newest run has no solution for and an earlier one had, with the first run that had
    none: names, NAME.VERSION where several versions were asked for."""
    left_out: list[LeftOut] = field(default_factory=list)
    """Of the newest run, what there is no solution for first."""
    flaky: list[Flaky] = field(default_factory=list)
    groups: list[FailureGroup] = field(default_factory=list)
    """Of the newest run's failures, infrastructure's last."""
    grown: list[Grown] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        out = asdict(self)
        out["groups"] = [group.to_dict() for group in self.groups]
        for row, one in zip(out["failing"], self.failing):
            row["changes"] = [
                {**change, "kind": each.kind} for change, each in zip(row["changes"], one.changes)
            ]
        return out


def histories(state: State) -> list[History]:
    """One for each environment, in the order of their first runs.

    Runs are of one environment if they are on the same distribution, compiler and architecture,
    and the same was asked for: tests, oldest versions, variables that are set, any compiler.
    Whatever their packages, image and options of building are.
    """
    errors = Errors(state)
    closures = _closures_of(state)
    return [
        _history(state, name, runs, errors, closures) for name, runs in state.environments().items()
    ]


def _closures_of(state: State) -> Callable[[Run], Closures]:
    @lru_cache(MOST_PLANS)
    def read(run: Run) -> Closures:
        return Closures(state.plan_of(run))

    return read


def _history(
    state: State,
    name: str,
    runs: list[Run],
    errors: Errors,
    closures: Callable[[Run], Closures],
) -> History:
    layers = {run.id: state.layers(run) for run in runs}
    newest = next((run for run in reversed(runs) if layers[run.id]), runs[-1])
    broken = {run.id: errors.of(run) for run in runs}
    said = _verdicts(layers, broken)
    history = History(name)
    history.runs = [_figures(state, run, layers[run.id]) for run in runs]
    rows = failures_of(state.plan_of(newest), layers[newest.id])
    history.failing = [
        _failing(row, targets, runs, said, broken[newest.id][row["layer"]], closures)
        for row, targets in rows
        if row["status"] in BAD and not broken[newest.id][row["layer"]].is_infrastructure
    ]
    history.unsolved = _unsolved(state, runs)
    history.left_out = _left_out(state, runs[-1])
    history.flaky = _flaky(state, {run.id for run in runs}, errors)
    history.groups = groups_of((row["package"], broken[newest.id][row["layer"]]) for row, _ in rows)
    earlier = [layers[run.id] for run in runs if run.id < newest.id]
    history.grown = _grown(earlier, layers[newest.id])
    return history


def _figures(state: State, run: Run, layers: list[dict[str, Any]]) -> RunFigures:
    counts: dict[str, int] = {}
    for row in state.targets(run):
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    return RunFigures(
        run.id,
        run.started,
        run.status,
        run.plan,
        counts,
        sum(1 for row in layers if not row["cached"]),
        sum(row["seconds"] for row in layers),
        sum(row["size"] or 0 for row in layers),
        run.matrix,
        run.combination,
    )


Verdicts = dict[int, dict[str, bool]]
"""By run and name, and NAME.VERSION: whether all layers of it were built, or one failed by its own
fault."""


def _verdicts(
    layers: dict[int, list[dict[str, Any]]], broken: dict[int, dict[str, LogError]]
) -> Verdicts:
    said: Verdicts = {}
    for run, rows in layers.items():
        found = said.setdefault(run, {})
        for row in rows:
            names = (row["package"], name_of(row["package"]))
            if row["status"] in (SUCCESS, ACCEPTED_FAILURE):
                for name in names:
                    found.setdefault(name, True)
            elif row["status"] in BAD and not broken[run][row["layer"]].is_infrastructure:
                found.update(dict.fromkeys(names, False))
    return said


def _failing(
    row: dict[str, Any],
    targets: list[str],
    runs: list[Run],
    said: Verdicts,
    error: LogError,
    closures: Callable[[Run], Closures],
) -> Failing:
    name = name_of(row["package"])
    bad: list[Run] = []
    good = None
    for run in reversed(runs):
        # Of several versions the same one tells; else another one, which it has taken the place of.
        verdict = said[run.id].get(row["package"], said[run.id].get(name))
        if verdict is False:
            bad.append(run)
        elif verdict is True and bad:
            good = run
            break
    changes = _changes(row, closures(good), closures(bad[-1])) if good else []
    return Failing(
        row["package"],
        row["layer"],
        targets,
        bad[-1].id,
        len(bad),
        good.id if good else None,
        changes,
        error,
    )


def _changes(row: dict[str, Any], before: Closures, after: Closures) -> list[ClosureChange]:
    """What differs in the closure of a layer that fails, from the likest one of its package."""
    old, new = before.of_package(row["package"]), after.of_package(row["package"])
    now = [row["layer"]] if row["layer"] in new else new
    return fewest_changes(map(before.of, old), map(after.of, now))


def _unsolved(state: State, runs: list[Run]) -> dict[str, int]:
    """What had a solution in an earlier run, and the run since which it has none."""
    targets = {run.id: state.targets(run) for run in runs}
    asked = Asked(targets.values())
    since: dict[str, int] = {}
    solved: set[str] = set()
    lost: set[str] = set()
    for run in runs:
        rows = targets[run.id]
        here = {asked.over_time(r["target"]) for r in rows if r["status"] == "no_solution"}
        built = {asked.over_time(r["target"]) for r in rows if r["layer"]}
        for name in built:
            since.pop(name, None)
        for name in here - built:
            since.setdefault(name, run.id)
        solved |= built
        lost = here - built
    return {name: since[name] for name in sorted(lost & solved)}


def _left_out(state: State, run: Run) -> list[LeftOut]:
    found = [LeftOut(**row) for row in state.left_out(run)]
    return sorted(found, key=lambda row: (LEFT_OUT.index(row.status), row.target))


def _flaky(state: State, runs: set[int], errors: Errors) -> list[Flaky]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in state.twofold():
        found.setdefault(row["layer"], []).append(row)
    out = []
    for layer, rows in found.items():
        here = [row for row in rows if row["run"] in runs]
        good = sorted({row["run"] for row in here if row["status"] == SUCCESS})
        bad = [row for row in here if row["status"] in FAILED]
        if not (good and bad):
            continue
        last = max(bad, key=lambda row: row["run"])
        [error] = errors.of_logs([(last["log"], last["status"], last["package"])])
        times = sorted({row["run"] for row in bad})
        out.append(Flaky(last["package"], layer, good, times, error))
    return sorted(out, key=lambda flaky: (flaky.error.is_infrastructure, flaky.package))


def _grown(earlier: Iterable[list[dict[str, Any]]], now: list[dict[str, Any]]) -> list[Grown]:
    """Seconds count where an install was carried out: a cache says what an earlier run said."""
    before: dict[tuple[str, str], list[float]] = {}
    for rows in earlier:
        for key, value in _taken(rows).items():
            before.setdefault(key, []).append(value)
    out = []
    for (package, unit), value in _taken(now).items():
        if "." not in package:
            continue
        # Of several versions the same one tells; else that in whose place it has come.
        known = before.get((package, unit)) or before.get((name_of(package), unit))
        if not known:
            continue
        was = median(known)
        least = LEAST_SECONDS if unit == "seconds" else LEAST_BYTES
        if value > GROWN * was and value - was >= least:
            out.append(Grown(package, unit, was, value))
    return sorted(out, key=lambda grown: (grown.unit, grown.before - grown.now, grown.package))


def _taken(rows: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    """By name, and NAME.VERSION, and unit: the most that a layer of it took."""
    taken: dict[tuple[str, str], float] = {}
    for row in rows:
        if row["status"] != SUCCESS:
            continue
        for name in (row["package"], name_of(row["package"])):
            if not row["cached"]:
                key = (name, "seconds")
                taken[key] = max(taken.get(key, 0.0), row["seconds"])
            if row["size"] is not None:
                key = (name, "bytes")
                taken[key] = max(taken.get(key, 0.0), float(row["size"]))
    return taken
