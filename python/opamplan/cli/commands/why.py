"""opamplan why: why a target cannot be installed, or why a package is selected or not newer."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from opamplan.cli import options
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import EXIT_BAD_NEWS
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "why",
        help="explain a solution, or why there is none",
        description="Without PACKAGE: why TARGET has no solution, as a minimal set of facts. With "
        "PACKAGE: why it is part of the solution of TARGET; with PACKAGE.VERSION: why that "
        "version is not.",
        epilog="Example: opamplan why --repository opam-repository cohttp lwt.4.0.0",
    )
    parser.add_argument("target", metavar="TARGET", help="NAME or NAME.VERSION")
    parser.add_argument("package", metavar="PACKAGE", nargs="?", help="NAME or NAME.VERSION")
    options.add_solve_options(parser, targets=False, all_versions=False, threads=False)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    universe = options.universe_from(args)
    result = universe.solve(args.target)
    if not result:
        return _tell(
            args, universe.explain(args.target).to_dict(), f"{args.target} has no solution"
        )
    options.tell_unread(args, universe.repository, [result])
    if args.package is None:
        return _tell_solution(args, universe.repository, result)
    if args.package in universe.repository.names:
        path = result.why(args.package)
        absent = f"{args.package} is not part of what {result.target} needs."
        _say(args, {"target": result.target, "path": path}, " -> ".join(path) if path else absent)
        return 0 if path else EXIT_BAD_NEWS
    if args.package in result:
        path = result.why(args.package.split(".")[0])
        return _say(
            args,
            {"target": result.target, "path": path},
            f"{args.package} is selected: {' -> '.join(path)}",
        )
    explanation = result.why_not(args.package)
    if explanation is None:
        return _say(
            args,
            {"target": result.target, "path": [], "would_fit": True},
            f"{args.package} would fit; another choice was preferred before it.",
        )
    # Without a fact against it, it is a choice.
    verb = "cannot" if explanation.facts else "does not"
    return _tell(args, explanation.to_dict(), f"{result.target} {verb} have {args.package}")


def _tell_solution(args: argparse.Namespace, repository: Any, result: Any) -> int:
    """There is one; opam still refuses it if its dependencies are cyclic."""
    answer: dict[str, Any] = {"target": result.target, "packages": result.packages}
    if rows := options.unread_rows(repository, result):
        answer["unread"] = rows
    sentence = f"{result.target} has a solution of {counted(len(result), 'package')}."
    if not result.cycle:
        return _say(args, answer, sentence)
    answer["cycle"] = result.cycle
    reason = result.cycle_reason
    _say(args, answer, f"{sentence} {reason[0].upper()}{reason[1:]}")
    return EXIT_BAD_NEWS


def _say(args: argparse.Namespace, answer: dict[str, Any], sentence: str) -> int:
    if args.json:
        print_json(answer)
    else:
        print(sentence)
    return 0


def _tell(args: argparse.Namespace, explanation: dict[str, Any], head: str) -> int:
    if args.json:
        print_json(explanation)
        return 1
    style = Style(sys.stdout)
    print(style.bad(head) + ":")
    for sentence in explanation["sentences"]:
        print(f"  {sentence}")
    seen: set[str] = set()
    for fact in explanation["facts"]:
        place = f"{fact['path']}:{fact['line']}:{fact['column']}"
        if place not in seen and len(seen) < 12:
            print(style.faint(f"    {place}: {fact['field']}: {fact['text']}"))
        seen.add(place)
    return 1
