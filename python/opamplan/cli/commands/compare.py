"""opamplan compare: what broke between two runs."""

from __future__ import annotations

import argparse
import json
from typing import Any

from opamplan.cli import runs
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "compare",
        help="compare two runs: what broke, what was fixed",
        description="Compare the results of two runs: regressions, fixes, and the failures where "
        "regressions begin. Exit status 1 if anything broke, for CI.",
        epilog="Examples: opamplan compare monday.sqlite tuesday.sqlite; "
        "opamplan compare builds.sqlite#1 builds.sqlite#2",
    )
    parser.add_argument("before", metavar="RUN1", help=runs.RUN_HELP)
    parser.add_argument("after", metavar="RUN2", help="the same, of the newer run")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan.runs.comparison import compare_runs
    from opamplan.runs.state import find_run

    result = compare_runs(find_run(args.before), find_run(args.after))
    if args.json:
        print(json.dumps(result.to_dict()))
        return 1 if result else 0
    style = Style()
    print(
        style.strong(
            f"{counted(len(result.regressions), 'regression')}, "
            f"{counted(len(result.fixes), 'fix', 'fixes')}"
        )
        + f", {result.unchanged} targets as before, {len(result.added)} new, "
        f"{len(result.dropped)} gone"
    )
    if result.root_failures:
        print("New failures, those that stop most targets first:")
        for root in result.root_failures:
            print(f"  {len(root.targets):6} {style.bad(root.package)}  layer {root.layer}")
    for title, changes, paint in (
        ("Broken", result.regressions, style.bad),
        ("Fixed", result.fixes, style.good),
        ("Changed otherwise", result.other_changes, style.warn),
    ):
        if changes:
            print(f"{title}:")
        for change in changes:
            print(f"  {paint(change.target)}: {change.before} -> {change.after}")
    return 1 if result else 0
