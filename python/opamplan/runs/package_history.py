"""One package over the runs of a state: its results, with what changed between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any, Optional

from opamplan.runs.closures import ClosureChange, Closures, Ingredients, fewest_changes
from opamplan.runs.failure_groups import Errors
from opamplan.runs.log_errors import LogError
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import DEPENDENCY_FAILED, FAILED


@dataclass(frozen=True)
class PackageResult:
    """What a run says of a layer of a package, or of a package that it leaves out."""

    environment: str
    run: int
    started: float
    package: str
    """NAME.VERSION; left out by its name, NAME."""
    layer: str
    """Empty if it is left out."""
    status: str
    seconds: float
    size: Optional[int]
    """Bytes of the installed files."""
    cached: bool
    error: Optional[LogError]
    """If it failed."""
    changes: list[ClosureChange]
    """In which its closure differs from that of the likest layer that an earlier run of the same
    environment had last of this version, or of one that it took the place of."""
    reason: str = ""
    """Why it is left out."""
    failed_needs: Sequence[str] = ()
    """If its status is `dependency_failed`: what it needs that failed, NAME.VERSION."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        out = asdict(self)
        out["changes"] = [
            {**change, "kind": each.kind} for change, each in zip(out["changes"], self.changes)
        ]
        return out


def package_history(state: State, name: str) -> list[PackageResult]:
    """The results of NAME, or NAME.VERSION, in all runs: by environment, oldest first.

    Runs that leave it out are among them, with the reason.
    """
    rows = [*state.results_of(name), *state.left_out_of(name)]
    runs = {run.id: run for run in state.runs()}
    names = _environments(state, [runs[number] for number in sorted({r["run"] for r in rows})])
    errors = Errors(state)
    order = list(dict.fromkeys(names.values()))
    rows.sort(key=lambda row: (order.index(names[row["run"]]), row["run"]))  # stable: by package
    closures = _LayerClosures(state)
    out: list[PackageResult] = []
    for environment, several in groupby(rows, lambda row: names[row["run"]]):
        earlier = _Earlier()
        for number, of_run in groupby(several, lambda row: int(row["run"])):
            run = runs[number]
            here = list(of_run)
            built = [row for row in here if "reason" not in row]
            for row in here:
                if "reason" in row:
                    out.append(_left_out(environment, run, row))
                    continue
                result = _built(environment, run, row, errors)
                changes = closures.changes(earlier.of(row, built), row)
                needs = closures.failed_needs(row)
                out.append(replace(result, changes=changes, failed_needs=needs))
            earlier.add(built)
    return out


Row = dict[str, Any]
"""Of `State.results_of`."""


class _Earlier:
    """The layers that the runs of an environment had so far, by package the newest."""

    def __init__(self) -> None:
        self._newest: dict[str, list[Row]] = {}

    def add(self, rows: list[Row]) -> None:
        """The layers of the next run."""
        for package, of_package in groupby(rows, lambda row: str(row["package"])):
            self._newest.pop(package, None)
            self._newest[package] = list(of_package)

    def of(self, row: Row, beside: list[Row]) -> list[Row]:
        """Those that a layer is compared with: of its version, else of one whose place it took.

        That is none of those `beside` it.
        """
        if row["package"] in self._newest:
            return self._newest[row["package"]]
        here = {other["package"] for other in beside}
        gone = [package for package in self._newest if package not in here]
        return self._newest[gone[-1]] if gone else []


class _LayerClosures:
    """What layers hold, and which of it failed, by the plans of their runs."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._runs = {run.id: run for run in state.runs()}
        self._held: dict[str, Ingredients] = {}
        self._last: Optional[tuple[str, Closures]] = None

    def changes(self, before: list[Row], row: Row) -> list[ClosureChange]:
        """In which a layer differs from the likest of those before."""
        if row["layer"] in {each["layer"] for each in before}:
            return []
        return fewest_changes(map(self._of, before), [self._of(row)] if before else [])

    def _of(self, row: Row) -> Ingredients:
        layer = row["layer"]
        if layer not in self._held:
            self._held[layer] = self._closures(row["run"]).of(layer)
        return self._held[layer]

    def failed_needs(self, row: Row) -> list[str]:
        """The packages below a layer that failed, if that is why it was not tried."""
        if row["status"] != DEPENDENCY_FAILED:
            return []
        below = self._closures(row["run"]).below(row["layer"])
        failed = self._state.failures(self._runs[row["run"]])
        return list(dict.fromkeys(each["package"] for each in failed if each["layer"] in below))

    def _closures(self, run: int) -> Closures:
        """Those of a run's plan; of several runs of one plan they are read once."""
        of = self._runs[run]
        if self._last is None or self._last[0] != of.plan:
            self._last = of.plan, Closures(self._state.plan_of(of))
        return self._last[1]


def _built(environment: str, run: Run, row: Row, errors: Errors) -> PackageResult:
    error = errors.of(run).get(row["layer"]) if row["status"] in FAILED else None
    return PackageResult(
        environment,
        run.id,
        run.started,
        row["package"],
        row["layer"],
        row["status"],
        row["seconds"],
        row["size"],
        bool(row["cached"]),
        error,
        [],
    )


def _left_out(environment: str, run: Run, row: dict[str, Any]) -> PackageResult:
    none: dict[str, Any] = {"layer": "", "seconds": 0.0, "size": None, "cached": False}
    said = {"status": row["status"], "reason": row["reason"], "error": None, "changes": []}
    return PackageResult(environment, run.id, run.started, row["target"], **none, **said)


def _environments(state: State, runs: list[Run]) -> dict[int, str]:
    """By run: the name of its environment."""
    found = state.environments(runs)
    return {run.id: name for name, several in found.items() for run in several}
