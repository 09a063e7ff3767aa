"""What the commands about runs share: naming them, and their summary."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from opamplan.terminal.style import Style
from opamplan.wording import MOST_LISTED, counted, listed

if TYPE_CHECKING:
    from opamplan.runs.matrix_verdict import MatrixFailure, MatrixVerdict
    from opamplan.runs.state import Run, State

RUN_HELP = "a state file, as build writes: FILE (its newest run), FILE#NUMBER, FILE#COMBINATION"
RUNS_HELP = (
    "a state file, as build writes: FILE (its newest run, or all of the newest matrix), "
    "FILE#NUMBER, FILE#FIRST..LAST, FILE#COMBINATION"
)


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


def print_verdict(verdict: MatrixVerdict) -> None:
    """What a person wants to know of all runs of a matrix together."""
    from opamplan.runs.statuses import SUCCESS

    style = Style()
    whole = counted(len(verdict.combinations), "environment")
    built = f"{verdict.counts.get(SUCCESS, 0):,} of {counted(verdict.target_count, 'target')} built"
    print(style.strong(f"{whole} {verdict.status}: {built}"))
    for status, count in verdict.counts.items():
        if status != SUCCESS:
            print(f"  {count:6} {status}")
    for failures, title in (
        (verdict.everywhere, "Fails in all of them, what stops most targets first:"),
        (verdict.undecided, "Fails where it was tried, and was not tried in all of them:"),
        (verdict.somewhere, "Fails only in some:"),
    ):
        if failures:
            print(title)
            _print_failures(verdict, failures)
    nowhere = list(verdict.left_out_everywhere.items())
    if nowhere:
        print("Has no solution in any of them:")
    for target, reasons in nowhere[:MOST_LISTED]:
        _print_reasons(style.warn(target), reasons, verdict)
    if len(nowhere) > MOST_LISTED:
        print(f"  ... {len(nowhere)} in all")
    several = list(verdict.left_out_somewhere.items())
    if several:
        print("Has no solution only in some:")
    for target, where in several[:MOST_LISTED]:
        print(f"  {style.warn(target)}  {_some(where, verdict)}")
    if len(several) > MOST_LISTED:
        print(f"  ... {len(several)} in all")


def _print_reasons(target: str, reasons: dict[str, list[str]], verdict: MatrixVerdict) -> None:
    """Why no combination has a solution; where each of several reasons holds."""
    if len(reasons) == 1:
        print(f"  {target}: {next(iter(reasons))}")
        return
    print(f"  {target}:")
    for reason, where in reasons.items():
        print(f"         {_some(where, verdict)}: {reason}")


def _print_failures(verdict: MatrixVerdict, failures: list[MatrixFailure]) -> None:
    from opamplan.runs.statuses import ACCEPTED_FAILURE, FAILURE

    style = Style()
    for one in failures[:20]:
        paint = style.warn if one.status == ACCEPTED_FAILURE else style.bad
        what = "" if one.status == FAILURE else f"  ({one.status})"
        print(f"  {len(one.targets):6} {paint(one.package)}{what}")
        if len(one.failed_in) < len(verdict.combinations):
            words = [_some(one.failed_in, verdict)]
            words += [f"built in {len(one.built_in)}"] if one.built_in else []
            if one.not_tried_in:
                words.append(f"not tried in {len(one.not_tried_in)}: {listed(one.not_tried_in)}")
            said = len(one.failed_in) + len(one.built_in) + len(one.not_tried_in)
            if said < len(verdict.combinations):
                words.append(f"not in the plan of {len(verdict.combinations) - said}")
            print(f"         {'; '.join(words)}")
        print(f"         {one.error.text}")
    if len(failures) > 20:
        print(f"         ... {len(failures)} in all")


def _some(names: list[str], verdict: MatrixVerdict) -> str:
    return f"in {len(names)} of {len(verdict.combinations)}: {listed(names)}"
