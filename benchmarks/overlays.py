#!/usr/bin/env python3
"""Solve and plan several repositories laid over each other, for many compilers.

Usage: overlays.py [--versions N] [--environment debian-13] SOURCE...

SOURCEs are as `opamplan --repository` takes them (a git repository of coq/opam: URL#HEAD:released).
For the newest release of each of the last N series of OCaml (18), every target is solved with the
newest versions, the oldest, and the targets' tests; every solution is checked against the rules of
opam by code that shares nothing with the search, every plan by the doctor. Prints a row each. Exit
status 1 if a check finds anything.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter

import opamplan

STATUSES = ("solution", "no_solution", "gave_up")
MODES = {"newest": {}, "oldest": {"prefer_oldest": True}, "with-test": {"with_test": True}}


def compilers(repository: opamplan.Repository, count: int) -> list[str]:
    """The newest release of each series, the last `count` of them."""
    newest: dict[str, str] = {}
    for package in repository.versions("ocaml-base-compiler"):
        version = package.removeprefix("ocaml-base-compiler.")
        if re.fullmatch(r"\d+\.\d+\.\d+", version):
            newest[version.rpartition(".")[0]] = version
    return list(newest.values())[-count:]


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--versions", type=int, default=18)
    parser.add_argument("--environment", default="debian-13")
    args = parser.parse_args()
    repository = opamplan.Repository.open(args.sources)
    environment = opamplan.Environment.preset(args.environment)
    print(f"{len(repository):,} versions of {len(repository.names):,} packages")
    print("| OCaml | mode | solved | no solution | gave up | steps | left out | found | s |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    wrong = 0
    for compiler in compilers(repository, args.versions):
        for mode, options in MODES.items():
            begin = time.monotonic()
            universe = opamplan.Universe(repository, environment, ocaml=compiler, **options)
            results = universe.solve_all()
            plan = opamplan.make_plan(results)
            seconds = time.monotonic() - begin
            statuses = Counter(result.status for result in results)
            found = [rule for result in results if result for rule in result.broken_rules()]
            found += [str(finding) for finding in opamplan.diagnose(plan)]
            wrong += len(found)
            row = [
                compiler,
                mode,
                statuses["solution"],
                statuses["no_solution"],
                statuses["gave_up"],
            ]
            row += [len(plan), len(plan.left_out), len(found), f"{seconds:.1f}"]
            print("| " + " | ".join(map(str, row)) + " |", flush=True)
            for text in found[:5]:
                print(f"  {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
