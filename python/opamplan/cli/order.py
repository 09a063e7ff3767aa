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
    )
    parser.add_argument(
        "--depth-first", action="store_true", help="each package as late as possible"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import install_order

    result = closure_of(options.universe_from(args), args.target)
    print(json.dumps(install_order(result, depth_first=args.depth_first)))
    return 0
