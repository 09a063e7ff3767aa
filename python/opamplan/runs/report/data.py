"""What a report says, as plain values."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from opamplan._core.plan import Plan
from opamplan.runs.failure_groups import groups_of
from opamplan.runs.failures import failures_of
from opamplan.runs.log_errors import error_of
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import FAILED


def report_data(state: State, run: Run, log_bytes: int = 20_000) -> dict[str, Any]:
    """All of a run that reports show.

    Of the log of a failed layer the last `log_bytes`, of others a tenth of that.

    `layers`: key, package, status, seconds, size (bytes or None), cached, needs (indices).
    `targets`: name, status, index of the layer or -1. `failures`: layer, package, status, error,
    targets that it stops. `system_packages`: what its package manager installed, by how many steps,
    where that was recorded. `groups`: those with the same error, as indices, see `FailureGroup`.
    """
    plan = state.plan_of(run)
    limits = {True: log_bytes, False: log_bytes // 10}
    rows = {row["layer"]: row for row in state.layers(run, logs=True)}
    layers: list[dict[str, Any]] = []
    index: dict[str, int] = {}
    described = plan.layers()
    for key, _, _ in described:
        index[key] = len(index)
    for key, package, needs in described:
        row = rows.get(key)
        layers.append(
            {
                "key": key,
                "package": package,
                "status": row["status"] if row else "not_built",
                "seconds": _finite(row["seconds"]) if row else 0,
                "size": row["size"] if row else None,
                "cached": bool(row["cached"]) if row else False,
                "needs": [index[n] for n in needs],
                "log": end_of_log(row["log"], limits[row["status"] in FAILED]) if row else "",
            }
        )
    targets = [
        {"name": t["target"], "status": t["status"], "layer": index.get(t["layer"], -1)}
        for t in state.targets(run)
    ]
    failures, groups = _failures(plan, rows, index)
    return {
        "run": {
            "id": run.id,
            "status": run.status,
            "started": run.started,
            "ended": run.ended,
            "strategy": plan.strategy,
            "image": run.base or plan.base["image"],
            "environment": plan.base["environment"],
        },
        "counts": dict(Counter(t["status"] for t in targets)),
        "seconds": sum(layer["seconds"] for layer in layers),
        "bytes": sum(layer["size"] or 0 for layer in layers),
        "system_packages": system_packages(state, run),
        "layers": layers,
        "targets": targets,
        "failures": failures,
        "groups": groups,
        "batches": state.batches(run),
    }


def system_packages(state: State, run: Run) -> dict[str, Any]:
    """What the package manager installed in a run: by how many steps, seconds, bytes."""
    system = state.system_packages(run)
    return {
        "steps": len(system),
        "seconds": sum(row["seconds"] for row in system),
        "bytes": sum(row["size"] for row in system),
    }


def _failures(
    plan: Plan, rows: dict[str, dict[str, Any]], index: dict[str, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What failed, most stopping first; and the same by errors."""
    failures = []
    errors = []
    for row, names in failures_of(plan, rows.values()):
        error = error_of(row["log"], row["status"], row["package"])
        errors.append(error)
        failures.append(
            {
                "layer": index[row["layer"]],
                "package": row["package"],
                "status": row["status"],
                "error": error.text,
                "targets": names,
            }
        )
    places: dict[str, list[int]] = {}
    for place, error in enumerate(errors):
        places.setdefault(error.fingerprint, []).append(place)
    found = groups_of((row["package"], error) for row, error in zip(failures, errors))
    return failures, [{**group.to_dict(), "failures": places[group.fingerprint]} for group in found]


def _finite(seconds: float) -> float:
    """What older versions took from a package may be no number, which JSON has no word for."""
    return seconds if math.isfinite(seconds) else 0.0


def end_of_log(log: str, limit: int) -> str:
    """The last `limit` characters, and how many there were before."""
    return log if len(log) <= limit else f"... {len(log) - limit} characters before\n{log[-limit:]}"
