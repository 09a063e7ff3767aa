"""opamplan solve: the packages that would be installed."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import Any

from opamplan.cli import options
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "solve",
        help="solve targets, or the whole repository",
        description="Find what opam would install for each target: the newest versions that fit, "
        "exactly as opam-0install chooses. Without targets: the latest available version of every "
        "name.",
        epilog="Example: opamplan solve --repository opam-repository --ocaml 5.3.0 dune lwt.5.9.0",
    )
    options.add_solve_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    results = []
    repository = options.load(args)
    if args.targets:
        universe = options.universe_of_targets(args, repository, args.targets)
        results = options.solve(args, universe)
    if not results or not all(results):
        # Of explanations that are as short, another may be found in a part.
        universe = options.universe_from(args, repository)
        results = options.solve(args, universe)
    if args.json:
        order = sorted(results, key=lambda r: (r.package, r.target or ""))
        sys.stdout.write("".join(_line(args, repository, r) + "\n" for r in order))
        return 0 if not args.targets or all(results) else 1
    return _print(args, universe, results)


def _line(args: argparse.Namespace, repository: Any, result: Any) -> str:
    """JSON of one result; where a target was named, also what of its packages was not read."""
    line: str = result.to_json()
    rows = options.unread_rows(repository, result) if args.targets and result else []
    if not rows:
        return line
    import json

    told = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f'{line[:-1]},"unread":{told}}}'


def _print(args: argparse.Namespace, universe: Any, results: list[Any]) -> int:
    style = Style(sys.stdout)
    if not args.targets:
        counts = Counter(r.status for r in results)
        print(f"{counted(len(results), 'target')}:")
        for status, count in counts.most_common():
            print(f"  {count:6} {status}")
        print("Ask for one to see its packages, or add --json; `opamplan blockers` says why not.")
        return 0
    failed = False
    for result in results:
        if result:
            print(style.strong(f"{result.target}: {counted(len(result), 'package')}"))
            print("  " + "\n  ".join(result))
            continue
        failed = True
        print(style.bad(f"{result.target or result.package}: {result.status}"))
        if result.status == "no_solution":
            for sentence in universe.explain(result.target or result.package).sentences:
                print(f"  {sentence}")
    return 1 if failed else 0
