"""opamplan order: in which order a target's packages are installed."""

from __future__ import annotations

import argparse
import json
from typing import Any

from opamplan.cli import options
from opamplan.cli.closures import add_closure_parser, closure_of


def add_parser(subparsers: Any) -> None:
    parser = add_closure_parser(
        subparsers,
        "order",
        "print a target's install order as JSON",
        "The closure of TARGET as a JSON array, dependencies first.",
        threads=True,
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--depth-first", action="store_true", help="each package as late as possible"
    )
    group.add_argument(
        "--most-shared",
        action="store_true",
        help="always the package that most targets of the repository need",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import ReverseDependencies, install_order

    universe = options.universe_from(args)
    result = closure_of(universe, args.target)
    if args.most_shared:
        among = ReverseDependencies(universe.solve_all(threads=args.threads))
        names = install_order(result, "most_shared", among)
    else:
        names = install_order(result, "depth_first" if args.depth_first else "levels")
    print(json.dumps(names))
    return 0
