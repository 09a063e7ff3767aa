"""opamplan blockers: what keeps the rest of the repository from being installable."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from opamplan.cli import options
from opamplan.cli.json_output import print_json
from opamplan.cli.progress import progress_for
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "blockers",
        help="group what cannot be installed by cause",
        description="Explain every target that has no solution, group them by cause, and say how "
        "many targets each package would unlock if its impossible rules were lifted.",
        epilog="Example: opamplan blockers --repository opam-repository --ocaml 5.3.0",
    )
    parser.add_argument(
        "--most",
        type=options.whole(0, 1_000_000),
        default=15,
        metavar="N",
        help="rows (default: 15)",
    )
    options.add_solve_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    universe = options.universe_from(args)
    targets = args.targets or (universe.available() if args.all_versions else None)
    report = universe.blockers(targets, threads=args.threads, progress=progress_for(args)).to_dict()
    if args.json:
        print_json(report)
        return 0
    style = Style(sys.stdout)
    if not report["no_solution"]:
        if not universe.available():
            options.nothing_to_solve(args, universe)
        print("Every target has a solution: nothing is blocked.")
        return 0
    print(style.strong(f"{counted(report['no_solution'], 'target')} without a solution."))
    blockers = report["blockers"][: args.most]
    if blockers:
        print("\nWhat would unlock most:")
    for blocker in blockers:
        rules = ", ".join(sorted({rule["text"] for rule in blocker["rules"]})[:3])
        print(
            f"  {blocker['name']:30} unlocks {blocker['unlocked']:4} "
            f"of the {blocker['blocked']:4} it blocks; it needs {rules}"
        )
    print("\nLargest groups by cause:")
    for group in report["groups"][: args.most]:
        print(f"  {len(group['targets']):5}  {group['cause']}")
    return 0
