"""opamplan deps: the dependency graph of a target, as package-tool prints it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from opamplan.cli.closures import add_closure_parser, closure_of_target
from opamplan.cli.json_output import print_json


def add_parser(subparsers: Any) -> None:
    parser = add_closure_parser(
        subparsers,
        "deps",
        "print a target's dependencies as JSON",
        "The closure of TARGET as a JSON object: for each package what it needs, without what "
        "follows from others (the transitive reduction).",
    )
    parser.add_argument(
        "--depexts",
        action="store_true",
        help="instead: the system packages that the closure needs, a line each (JSON with --json)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import deps_json

    closure = closure_of_target(args)
    if args.depexts:
        names = closure.depexts
        if args.json:
            print_json(names)
        else:
            sys.stdout.writelines(f"{name}\n" for name in names)
    else:
        print(deps_json(closure), end="")
    return 0
