"""opamplan history: the runs of a state file over time."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opamplan.cli import runs
from opamplan.cli.json_output import print_json
from opamplan.cli.run_difference import is_run
from opamplan.terminal.style import Style
from opamplan.wording import MOST_LISTED, counted, listed, size

if TYPE_CHECKING:
    from opamplan.runs import History, PackageResult
    from opamplan.runs.failure_groups import FailureGroup


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "history",
        help="say over several runs what fails since when, and what is flaky",
        description="Read all runs of a state file, those of each environment together: what fails "
        "now, since which run, and what differs in its dependencies from the last run in which it "
        "was built; what the newest run leaves out, and why; layers that were built in one run and "
        "failed in another though nothing in them differs; failures with the same error in one "
        "group, those of the network, a full disk or a killed step apart, which say nothing of "
        "packages; what takes more time or room than before; and of the newest matrix what fails "
        "in all of it, and what only in some. With PACKAGE, every result of it, and the runs that "
        "leave it out. Exit status 1 if something fails now, or there is nothing of the package.",
        epilog="Examples: opamplan history out/builds.sqlite; opamplan history out/builds.sqlite "
        "dune; opamplan log out/builds.sqlite#3 dune",
    )
    parser.add_argument("state", metavar="STATE", help="a state file, as build writes")
    parser.add_argument(
        "package", metavar="PACKAGE", nargs="?", default="", help="NAME or NAME.VERSION"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print."""
    from opamplan import InvalidRequest
    from opamplan.runs import State

    file, _, number = args.state.rpartition("#")
    if number.isdecimal() and is_run(args.state) and not Path(args.state).exists():
        raise InvalidRequest(f"{args.state}: all runs of a file are read: name it as {file}")
    with State(args.state, read_only=True) as state:
        return _package(state, args) if args.package else _all(state, args.json)


def _all(state: Any, as_json: bool) -> int:
    from opamplan import InvalidRequest
    from opamplan.runs import histories, matrix_verdict

    found = histories(state)
    if not found:
        raise InvalidRequest(f"{state.path}: no runs in this file")
    if as_json:
        print_json([history.to_dict() for history in found])
    else:
        for history in found:
            _print(history)
        last = state.last_matrix()
        if last:
            print(f"The newest matrix, runs {last[0].id} to {last[-1].id}, as a whole:")
            runs.print_verdict(matrix_verdict(state, last))
    return 1 if any(history.failing or history.unsolved for history in found) else 0


def _print(history: History) -> None:
    from opamplan.runs.report.text import when
    from opamplan.runs.statuses import SUCCESS, in_order

    style = Style()
    print(style.strong(f"{history.name}: {counted(len(history.runs), 'run')}"))
    for figures in history.runs:
        others = [f"{figures.counts[s]} {s}" for s in in_order(figures.counts) if s != SUCCESS]
        told = ", ".join([f"{figures.counts.get(SUCCESS, 0)} built", *others])
        print(
            f"  run {figures.run}  {when(figures.started)}  {figures.status}: {told}; "
            f"{counted(figures.executed_count, 'layer')} installed, {figures.seconds:.0f} s, "
            f"{size(figures.bytes)}"
        )
    if history.failing:
        print(style.strong("Failing now, what stops most targets first:"))
    layers = Counter(one.package for one in history.failing)
    for one in history.failing[:50]:
        which = f"  layer {one.layer}" if layers[one.package] > 1 else ""
        since = _since(one.since, one.last_good)
        print(f"  {len(one.targets):6} {style.bad(one.package)}{which}  {since}")
        print(f"         {one.error.text}")
        if one.changes:
            print(f"         differs since run {one.last_good}: {listed(_texts(one.changes))}")
    if len(history.failing) > 50:
        print(f"  ... {len(history.failing)} in all (--json lists them)")
    if history.left_out:
        print(style.strong(f"Left out of run {history.runs[-1].run}:"))
    for row in history.left_out[:MOST_LISTED]:
        print(f"  {style.warn(row.target)}: {row.reason}")
    if len(history.left_out) > MOST_LISTED:
        print(f"  ... {len(history.left_out):,} in all (--json lists them)")
    if history.unsolved:
        names = [f"{name} (run {since})" for name, since in history.unsolved.items()]
        print(f"{style.strong('No solution any more, since:')} {listed(names)}")
    if history.flaky:
        print(style.strong("Flaky: the same layer was built and failed"))
    for flaky in history.flaky[:MOST_LISTED]:
        paint = style.warn if flaky.error.is_infrastructure else style.bad
        print(
            f"  {paint(flaky.package)}  layer {flaky.layer}: built in {_runs(flaky.successes)}, "
            f"failed in {_runs(flaky.failures)}: {flaky.error.kind}: {flaky.error.text}"
        )
    if len(history.flaky) > MOST_LISTED:
        print(f"  ... {len(history.flaky)} in all (--json lists them)")
    print_groups(history.groups)
    if history.grown:
        print(style.strong("Takes more than before:"))
    for grown in history.grown[:MOST_LISTED]:
        print(
            f"  {grown.package}: {_amount(grown.before, grown.unit)} -> "
            f"{_amount(grown.now, grown.unit)}"
        )


def print_groups(groups: list[FailureGroup]) -> None:
    """Failures of the newest run that are told together: one error of several, infrastructure."""
    style = Style()
    groups = [group for group in groups if len(group.packages) > 1 or group.is_infrastructure]
    if groups:
        print(style.strong("Failures with the same error, infrastructure's last:"))
    for group in groups[:MOST_LISTED]:
        paint = style.warn if group.is_infrastructure else style.bad
        print(f"  {len(group.packages):6} {paint(group.kind)}: {group.error}")
        print(f"         {listed(group.packages)}")
    if len(groups) > MOST_LISTED:
        print(f"  ... {counted(len(groups), 'error')} in all (--json lists them)")


def _package(state: Any, args: argparse.Namespace) -> int:
    from opamplan.runs import package_history

    rows = package_history(state, args.package)
    if args.json:
        print_json([row.to_dict() for row in rows])
    elif rows:
        _print_package(rows)
    else:
        print(f"{args.package}: no run of {state.path} has built it, or left it out")
    return 0 if rows else 1


def _print_package(rows: list[PackageResult]) -> None:
    from opamplan.runs.report.text import when
    from opamplan.runs.statuses import BAD, SUCCESS

    style = Style()
    heading = ""
    for row in rows:
        if row.environment != heading:
            heading = row.environment
            print(style.strong(heading))
        paint = style.good if row.status == SUCCESS else style.bad
        words = [paint(row.status) if row.status in (SUCCESS, *BAD) else style.warn(row.status)]
        words += [f"{row.seconds:.0f} s"] if row.seconds and not row.cached else []
        words += [_amount(float(row.size), "bytes")] if row.size is not None else []
        words += ["from the cache"] if row.cached else []
        place = f"  layer {row.layer}" if row.layer else ""
        print(
            f"  run {row.run}  {when(row.started)}  {row.package}{place}  {', '.join(words)}",
        )
        if row.reason:
            print(f"         {row.reason}")
        if row.failed_needs:
            print(f"         stopped by {listed(row.failed_needs)}")
        if row.changes:
            print(f"         differs: {listed(_texts(row.changes))}")
        if row.error:
            print(f"         {row.error.kind}: {row.error.text}")


def _since(since: int, good: int | None) -> str:
    if good is None:
        return f"since run {since}, the first that tried it"
    return f"since run {since}, built in run {good}"


def _texts(changes: list[Any]) -> list[str]:
    """One string each, with what separates them from the next."""
    return [f"{change};" for change in changes[:-1]] + [str(change) for change in changes[-1:]]


def _runs(numbers: list[int]) -> str:
    return ("run " if len(numbers) == 1 else "runs ") + ", ".join(map(str, numbers))


def _amount(value: float, unit: str) -> str:
    return f"{value:.0f} s" if unit == "seconds" else size(round(value))
