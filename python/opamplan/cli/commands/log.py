"""opamplan log: what a package said when it was built."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from opamplan.cli import runs
from opamplan.cli.json_output import print_json
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "log",
        help="print the log of a package in a run",
        description="Print what the installs of a package said in a run, also while it goes on. "
        "A package that was built on several sets of dependencies has several logs. Exit status 1 "
        "if the run has none of it.",
        epilog="Example: opamplan log out/builds.sqlite dune",
    )
    parser.add_argument("results", metavar="RUN", help=runs.RUN_HELP)
    parser.add_argument(
        "package", metavar="PACKAGE", help="NAME, NAME.VERSION or the digits of a layer"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print."""
    from opamplan.runs.state import find_run

    state, found = find_run(args.results)
    word = args.package
    rows = [
        row
        for row in state.layers(found)
        if word in (row["package"], row["package"].partition(".")[0], row["layer"])
    ]
    for row in rows:
        row["log"] = state.log(found, row["layer"])
    if args.json:
        print_json(rows)
        return 0 if rows else 1
    if not rows:
        known = {row["package"] for row in state.layers(found)}
        waiting = any(
            word in (name, name.partition(".")[0]) for name in state.plan_of(found).packages
        )
        what = "has not been built yet" if waiting else "is not a package of this run"
        print(f"{word} {what}: it has results of {counted(len(known), 'package')}", file=sys.stderr)
        return 1
    style = Style(sys.stdout)
    for row in rows:
        head = f"{row['package']}  layer {row['layer']}  {row['status']}, {row['seconds']:.0f} s"
        print(style.strong(head))
        print(row["log"], end="" if row["log"].endswith("\n") or not row["log"] else "\n")
    return 0
