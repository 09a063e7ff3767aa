"""What the commands about one closure share: deps, order, dot."""

from __future__ import annotations

import argparse
from typing import Any

from opamplan.cli import options
from opamplan.cli.outcome import BadNews
from opamplan.left_out import reason_of


def add_closure_parser(
    subparsers: Any, name: str, short: str, description: str, threads: bool = False
) -> argparse.ArgumentParser:
    """A parser for a command about one target."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=short,
        description=description,
        epilog=f"Example: opamplan {name} --repository opam-repository cohttp",
    )
    parser.add_argument("target", metavar="TARGET", help="NAME or NAME.VERSION")
    options.add_solve_options(parser, targets=False, all_versions=False, threads=threads)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    return parser


def closure_of_target(args: argparse.Namespace) -> Any:
    """The same of the target that is named, found in what it can need."""
    repository = options.load(args)
    result = options.universe_of_targets(args, repository, [args.target]).solve(args.target)
    # Of explanations that are as short, another may be found in a part.
    return result if result else closure_of(options.universe_from(args, repository), args.target)


def closure_of(universe: Any, target: str) -> Any:
    """The solution of a target; raises `BadNews` with the explanation if there is none."""
    result = universe.solve(target)
    if not result:
        raise BadNews(f"{target} has no solution: {reason_of(result)}")
    return result
