"""What a run says of its targets: nothing of those that only infrastructure kept from it."""

from __future__ import annotations

from collections.abc import Mapping

from opamplan.runs.failures import stopped_by
from opamplan.runs.log_errors import LogError
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import DEPENDENCY_FAILED, DOWNLOAD_FAILED, FAILED, INFRASTRUCTURE


def settled(state: State, run: Run, errors: Mapping[str, LogError]) -> dict[str, str]:
    """By target its status; `errors`: those of the run's failed layers.

    Of what infrastructure broke, and of what only waits for that: `download_failed` or
    `infrastructure`.
    """
    found = {row["target"]: row["status"] for row in state.targets(run)}
    rows = {row["layer"]: row for row in state.failures(run)}
    unsaid = {
        layer
        for layer, row in rows.items()
        if errors[layer].is_infrastructure or row["status"] == DOWNLOAD_FAILED
    }
    if not unsaid:
        return found
    stopped = stopped_by(state.plan_of(run), set(rows))
    broken = {name for layer in rows if layer not in unsaid for name in stopped[layer]}
    for layer in sorted(unsaid):
        fetched = rows[layer]["status"] != DOWNLOAD_FAILED
        for name in stopped[layer]:
            if name not in broken and found.get(name) in (DEPENDENCY_FAILED, *FAILED):
                found[name] = INFRASTRUCTURE if fetched else DOWNLOAD_FAILED
    return found
