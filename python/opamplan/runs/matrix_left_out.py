"""What the runs of a matrix have no solution for, in all of them or in some, by what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from opamplan.package_names import name_of
from opamplan.runs.asked import Asked
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
    asked = Asked(rows.values())
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
