"""opamplan revdeps: what is built on a package."""

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
    """Add the command."""
    parser = subparsers.add_parser(
        "revdeps",
        help="list what is built on a package",
        description="Solve the whole repository, and list the targets whose closure holds a "
        "package; those that depend on it directly are marked. Exit status 1 if there are none.",
        epilog="Example: opamplan revdeps --repository opam-repository lwt",
    )
    parser.add_argument("package", metavar="PACKAGE", help="NAME or NAME.VERSION")
    parser.add_argument(
        "--direct", action="store_true", help="only those that depend on it directly"
    )
    options.add_solve_options(parser, targets=False)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run, targets=[])


def run(args: argparse.Namespace) -> int:
    """List."""
    from opamplan import ReverseDependencies

    universe = options.universe_from(args)
    repository = universe.repository
    if "." in args.package:
        wanted = [str(repository.package(args.package))]
    else:
        wanted = [str(package) for package in repository[args.package]]
    targets = universe.available() if args.all_versions else universe.latest()
    results = [
        r
        for r in universe.solve_all(targets, threads=args.threads, progress=progress_for(args))
        if r
    ]
    reverse = ReverseDependencies(results)
    held = reverse.counts()
    direct = {d for package in wanted if package in held for d in reverse.dependents(package)}
    rows = sorted(
        {
            (target, package)
            for package in wanted
            if package in held
            for target in reverse.targets_with(package)
            if target != package and (target in direct or not args.direct)
        }
    )
    if args.json:
        data = [{"target": t, "on": p, "direct": t in direct} for t, p in rows]
        print_json(data)
        return 0 if rows else 1
    style = Style(sys.stdout)
    several = len({package for _, package in rows}) > 1
    for target, package in rows:
        on = f"  on {package}" if several else ""
        print(f"{style.name(target)}{'  direct' if target in direct else ''}{on}")
    marked = sum(target in direct for target, _ in rows)
    built = f"{counted(len(rows), 'target')} {'is' if len(rows) == 1 else 'are'}"
    print(f"{built} built on {args.package}, {marked:,} directly", file=sys.stderr)
    return 0 if rows else 1
