"""One package over the runs of a state: its results, with what changed between them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional

from opamplan.runs.closures import ClosureChange, Closures, changes_between
from opamplan.runs.failure_groups import Errors
from opamplan.runs.log_errors import LogError
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import FAILED


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
    """In which its closure differs from that of the layer before it, in the same environment."""
    reason: str = ""
    """Why it is left out."""

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
    out: list[PackageResult] = []
    held: dict[str, dict[str, tuple[str, str]]] = {}  # by layer
    for row in rows:
        run, environment = runs[row["run"]], names[row["run"]]
        if "reason" in row:
            out.append(_left_out(environment, run, row))
            continue
        built = (r for r in reversed(out) if r.layer)
        last = next((r for r in built if r.environment == environment), None)
        changes: list[ClosureChange] = []
        if last and last.layer != row["layer"]:
            for layer, of_run in ((last.layer, runs[last.run]), (row["layer"], run)):
                if layer not in held:
                    held[layer] = Closures(state.plan_of(of_run)).of(layer)
            changes = changes_between(held[last.layer], held[row["layer"]])
        error = errors.of(run).get(row["layer"]) if row["status"] in FAILED else None
        out.append(
            PackageResult(
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
                changes,
            )
        )
    return out


def _left_out(environment: str, run: Run, row: dict[str, Any]) -> PackageResult:
    none: dict[str, Any] = {"layer": "", "seconds": 0.0, "size": None, "cached": False}
    said = {"status": row["status"], "reason": row["reason"], "error": None, "changes": []}
    return PackageResult(environment, run.id, run.started, row["target"], **none, **said)


def _environments(state: State, runs: list[Run]) -> dict[int, str]:
    """By run: the name of its environment."""
    found = state.environments(runs)
    return {run.id: name for name, several in found.items() for run in several}
