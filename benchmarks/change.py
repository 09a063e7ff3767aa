#!/usr/bin/env python3
"""What a change of one opam file does: effect_of, beside solving all versions on both sides.

Usage: change.py REPOSITORY [NAME...] [--ocaml VERSION] [--environment PRESET] [--times N]

Of each NAME the newest version that is available is built otherwise (another build-env), in a copy
of the repository in memory. Told are the versions that the change can touch; CPU seconds, the least
of N, of solving all available versions on both sides and making both plans, as a check without
`effect_of` would; and of `effect_of`, on one thread each. What is lost, gained and built again must
be the same, or the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import opamplan
from opamplan.change import _targets_touched

NAMES = ("obuilder", "mirage-crypto", "yojson", "lwt", "dune")
Result = tuple[Any, ...]


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("repository", nargs="?")
    parser.add_argument("names", nargs="*", default=list(NAMES))
    parser.add_argument("--ocaml", default="5.3.0")
    parser.add_argument("--environment", default="debian-13")
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    if not args.repository:
        print("SKIPPED: name a repository; nothing was measured", file=sys.stderr)
        return 0
    environment = opamplan.Environment.preset(args.environment)

    def universe(repository: opamplan.Repository) -> opamplan.Universe:
        return opamplan.Universe(repository, environment, ocaml=args.ocaml, threads=1)

    before = edited(opamplan.Repository.open(args.repository), "")
    wrong = 0
    print("changed                  can touch   all, CPU s   effect_of, CPU s   built again")
    for name in args.names:
        package = universe(before).solve(name).target
        after = edited(before, str(package))
        changes = opamplan.compare_repositories(before, after)
        touched = _targets_touched(universe(before), universe(after))[0]
        told = partial(opamplan.effect_of, changes, threads=1)
        sides = [partial(universe, side) for side in (before, after)]
        whole, all_seconds = least(args.times, sides, everything)
        effect, seconds = least(args.times, sides, told)
        same = whole == verdict(effect)
        wrong += not same
        print(
            f"{package!s:24} {len(touched):9,} {all_seconds:12.2f} {seconds:18.2f} "
            f"{len(effect.dependents):13,}{'' if same else '   NOT THE SAME'}",
            flush=True,
        )
    return 1 if wrong else 0


def edited(repository: opamplan.Repository, package: str) -> opamplan.Repository:
    """The opam files of a repository, of which one is built otherwise."""
    files: dict[str, str | bytes] = {}
    for each in repository:
        more = '\nbuild-env: [[OPAMPLAN = "1"]]\n' if str(each) == package else ""
        files[f"packages/{each.name}/{each}/opam"] = each.text + more
    return opamplan.Repository.from_files(files)


def least(
    times: int, sides: list[Callable[[], opamplan.Universe]], work: Callable[..., Any]
) -> tuple[Any, float]:
    """What comes of work on universes that know nothing yet, and its least CPU time."""
    found, best = None, float("inf")
    for _ in range(times):
        old, new = (side() for side in sides)
        begin = time.process_time()
        found = work(old, new)
        best = min(best, time.process_time() - begin)
    return found, best


def everything(old: opamplan.Universe, new: opamplan.Universe) -> Result:
    """What is lost, gained and built again, by solving all versions of both sides."""
    could, can = (
        {p: r for p, r in zip(u.available(), u.solve_all(u.available(), threads=1)) if usable(r)}
        for u in (old, new)
    )
    plans = [
        opamplan.make_plan([found[p] for p in u.latest() if p in found], threads=1)
        for u, found in ((old, could), (new, can))
    ]
    difference = opamplan.compare_plans(*plans)
    rebuilt = {target.after for target in difference.rebuilt_targets}
    return (
        sorted(set(could) - set(can)),
        sorted(set(can) - set(could)),
        sorted(rebuilt | set(difference.added_targets)),
    )


def usable(result: opamplan.SolveResult) -> bool:
    """Whether there is a solution that can be built."""
    return bool(result) and not result.cycle


def verdict(effect: opamplan.Effect) -> Result:
    """The same, as `effect_of` says it; it names what is changed itself apart."""
    return (
        sorted(loss.package for loss in effect.lost),
        sorted(effect.gained),
        sorted({*effect.dependents, *effect.installable}),
    )


if __name__ == "__main__":
    sys.exit(main())
