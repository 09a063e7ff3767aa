"""opamplan list: the packages of a repository, and their versions."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from typing import Any

from opamplan.cli import options
from opamplan.cli.json_output import print_json
from opamplan.terminal.style import Style


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "list",
        help="list packages",
        description="The latest available version of every package in the environment, one a line "
        "with its synopsis; exit status 1 if nothing matches.",
        epilog="Example: opamplan list --repository opam-repository --ocaml 5.3.0 json",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="only packages with all these words in name, tags or synopsis, best first; a word "
        "with * or ? is a pattern of names",
    )
    parser.add_argument(
        "--all-versions", action="store_true", help="every available version, not only the latest"
    )
    parser.add_argument(
        "--unavailable",
        action="store_true",
        help="what is not available in the environment instead",
    )
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def _versions(repository: Any, name: str, env: Any, args: argparse.Namespace) -> list[Any]:
    """The versions of a name to list, newest first."""
    newest_first = [repository[name][-1 - i] for i in range(len(repository[name]))]
    available = [p for p in newest_first if p.is_available(env)]
    if args.unavailable:
        if args.all_versions:
            return [p for p in newest_first if not p.is_available(env)]
        return [] if available else newest_first[:1]
    return available if args.all_versions else available[:1]


def run(args: argparse.Namespace) -> int:
    """List."""
    repository = options.load(args)
    env = options.environment_from(args)
    patterns = [word for word in args.words if set(word) & set("*?[")]
    words = [word for word in args.words if word not in patterns]
    names = [p.name for p in repository.search(" ".join(words))] if words else repository.names
    names = [n for n in names if all(fnmatch.fnmatchcase(n, pattern) for pattern in patterns)]
    if len(names) == len(repository.names) and not args.all_versions and not args.unavailable:
        found = repository.latest(env)
    else:
        found = [p for name in names for p in _versions(repository, name, env, args)]
    if args.json:
        rows = [{"name": p.name, "version": str(p.version), "synopsis": p.synopsis} for p in found]
        print_json(rows)
    else:
        style = Style()
        width = min(max((len(str(p)) for p in found), default=0), 40)
        for p in found:
            label = style.name(str(p)) + " " * (width - len(str(p)))
            print(f"{label}  {' '.join(p.synopsis.split())}".rstrip())
        if not found:
            what = f"matches {' '.join(args.words)}" if args.words else "is there"
            print(f"nothing {what}", file=sys.stderr)
    return 0 if found else 1
