"""Carrying plans out: builders, runs, their results in SQLite, reports and comparisons.

One file a subject, in the order data flows: `rawjson` reads what BuildKit says, `builders` runs
one batch, `results` reads what a batch left, `state` keeps it, `runner` does all batches of a plan,
`display` shows it; `report` and `comparison` read the state.
"""

from opamplan.runs.builders import Buildctl, Builder, Buildx, SolveOutcome
from opamplan.runs.comparison import RunDifference, compare_runs
from opamplan.runs.options import RunOptions
from opamplan.runs.results import LayerResult, read_results
from opamplan.runs.runner import Runner
from opamplan.runs.state import Run, State

__all__ = [
    "Buildctl",
    "Builder",
    "Buildx",
    "LayerResult",
    "Run",
    "RunDifference",
    "RunOptions",
    "Runner",
    "SolveOutcome",
    "State",
    "compare_runs",
    "read_results",
]
