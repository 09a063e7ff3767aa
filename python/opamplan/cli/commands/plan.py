"""opamplan plan: how everything would be built."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from opamplan.cli import options, plans
from opamplan.cli.outcome import missing, tell_missing


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "plan",
        help="plan builds and say what they cost",
        description="Turn all solutions into one plan in which shared work is done once, cut into "
        "batches that the builder can take, and print its figures.",
        epilog="Example: opamplan plan --repository opam-repository -o plan.json; then "
        "opamplan forecast, doctor, diff and emit take --plan plan.json.",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=options.place,
        metavar="FILE",
        help="save the plan, as JSON; -: print it instead of the figures",
    )
    options.add_solve_options(parser)
    plans.add_plan_options(parser, saved=False)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("-q", "--quiet", action="store_true", help="errors only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan.files import save
    from opamplan.terminal.harmless import write_exact

    universe = options.universe_from(args)
    plan, results = plans.make_plan(args, universe)
    missed = missing(args, plan, results)
    if args.output == "-":
        write_exact(sys.stdout, plan.to_json())
        return tell_missing(missed)
    if args.output:
        save(args.output, plan.to_json().encode())
    if args.json:
        print(json.dumps(plans.figures(plan, results, missed)))
    elif not args.quiet:
        plans.print_summary(plan, results)
        if args.output:
            print(f"  saved: {args.output}")
    return tell_missing(missed)
