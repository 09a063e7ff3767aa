"""What the commands about runs share: naming them, and their summary."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from opamplan.terminal.style import Style
from opamplan.wording import counted

if TYPE_CHECKING:
    from opamplan.runs.state import Run, State

RUN_HELP = "a state file, as build writes (its newest run), or FILE#NUMBER"


def print_run(state: State, run: Run, out: TextIO | None = None) -> None:
    """What a person wants to know of a run."""
    from opamplan.runs.failure_groups import Errors
    from opamplan.runs.failures import failures_of
    from opamplan.runs.statuses import ACCEPTED_FAILURE, FAILURE, SUCCESS, in_order

    out = sys.stdout if out is None else out
    style = Style(out)
    targets = state.targets(run)
    counts = Counter(row["status"] for row in targets)
    layers = state.layers(run)
    executed = sum(1 for row in layers if not row["cached"])
    print(
        style.strong(
            f"run {run.id} {run.status}: {counts['success']:,} of "
            f"{counted(len(targets), 'target')} built"
        ),
        file=out,
    )
    for status in in_order(counts):
        if status != SUCCESS:
            print(f"  {counts[status]:6} {status}", file=out)
    print(
        f"  {counted(len(layers), 'layer')}, {executed:,} of them built in this run, "
        f"{sum(row['seconds'] for row in layers):.0f} s of installs",
        file=out,
    )
    failures = failures_of(state.plan_of(run), layers)
    errors = Errors(state).of(run)
    if failures:
        print("Failures, those that stop most targets first:", file=out)
        for row, stopped in failures[:20]:
            count = len(stopped)
            paint = style.warn if row["status"] == ACCEPTED_FAILURE else style.bad
            what = "" if row["status"] == FAILURE else f"  ({row['status']})"
            print(f"  {count:6} {paint(row['package'])}  layer {row['layer']}{what}", file=out)
            print(f"         {errors[row['layer']].text}", file=out)
        if len(failures) > 20:
            print(f"         ... {len(failures)} in all", file=out)
