"""Carrying plans out: builders, runs, their results in SQLite, reports and comparisons.

One file a subject, in the order data flows: `rawjson` reads what BuildKit says, `builders` runs
one batch, `results` reads what a batch left, `state` keeps it; `account` takes in what builders
say, `batch_solver` gets a batch through, `runner` does all batches of a plan, `matrix_runner` all
plans of a matrix, `display` shows it; `matrix_verdict` says what the runs of a matrix say together;
`report`, `comparison` and `history` read the state; `blame` builds to find out what broke.
"""

from opamplan.runs.blame import Blame, Repair, Trial
from opamplan.runs.builders import Buildctl, Builder, Buildx, SolveOutcome
from opamplan.runs.closures import ClosureChange
from opamplan.runs.comparison import RunDifference, compare_runs
from opamplan.runs.failure_groups import FailureGroup, failure_groups
from opamplan.runs.history import History, histories
from opamplan.runs.log_errors import LogError, error_of
from opamplan.runs.matrix_runner import MatrixPart, MatrixRunner
from opamplan.runs.matrix_verdict import MatrixFailure, MatrixVerdict, matrix_verdict
from opamplan.runs.options import RunOptions
from opamplan.runs.package_history import PackageResult, package_history
from opamplan.runs.results import LayerResult, read_results
from opamplan.runs.runner import Runner
from opamplan.runs.selection import find_run, find_runs
from opamplan.runs.state import Run, State

__all__ = [
    "Blame",
    "Buildctl",
    "Builder",
    "Buildx",
    "ClosureChange",
    "FailureGroup",
    "History",
    "LayerResult",
    "LogError",
    "MatrixFailure",
    "MatrixPart",
    "MatrixRunner",
    "MatrixVerdict",
    "PackageResult",
    "Repair",
    "Run",
    "RunDifference",
    "RunOptions",
    "Runner",
    "SolveOutcome",
    "State",
    "Trial",
    "compare_runs",
    "error_of",
    "failure_groups",
    "find_run",
    "find_runs",
    "histories",
    "matrix_verdict",
    "package_history",
    "read_results",
]
