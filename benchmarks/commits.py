#!/usr/bin/env python3
"""Consecutive commits of opam-repository: new layers, time, equality with plans from nothing.

Usage: commits.py CLONE [BASE..HEAD] [--ocaml VERSION] [--environment PRESET] [--check]
       [--json FILE]

CLONE: a git repository that has the commits, bare or not; without one, nothing is measured. Without
a range: the last 200 commits of HEAD, merges by their first parent. With --check each commit is
read, solved and planned from nothing too, and results and layers are compared: some two seconds of
CPU each. Times are this process's CPU time, on one thread.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import resource
import statistics
import sys
import time
from collections import Counter

import opamplan

LAST = 200


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("clone", nargs="?")
    parser.add_argument("commits", nargs="?", default=f"HEAD~{LAST}..HEAD")
    parser.add_argument("--ocaml", default="5.3.0")
    parser.add_argument("--environment", default="debian-12")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    if not args.clone:
        print("SKIPPED: name a git clone of opam-repository; nothing was measured", file=sys.stderr)
        return 0
    environment = opamplan.Environment.preset(args.environment)

    def universe(repository: opamplan.Repository) -> opamplan.Universe:
        return opamplan.Universe(repository, environment, ocaml=args.ocaml, threads=1)

    fresh = Fresh(args.clone, args.commits.partition("..")[0], universe) if args.check else None
    begin = time.process_time()
    rows = []
    wrong = 0
    for planned in opamplan.plan_commits(args.clone, args.commits, universe, threads=1):
        rows.append(planned)
        if fresh:
            complaint = fresh.compare(planned)
            wrong += bool(complaint)
            print(f"{planned.commit[:10]} {complaint or 'equal'}", flush=True)
    if not fresh:
        first = time.process_time() - begin - sum(row.seconds for row in rows)
        print(f"the first commit, and listing changes: {first:.2f} s of CPU")
    report(rows)
    if fresh:
        print(f"{len(rows) - wrong} of {len(rows)} commits are planned as from nothing")
    if args.json:
        args.json.write_text(json.dumps([row_of(row) for row in rows], indent=1))
    return 1 if wrong else 0


class Fresh:
    """Commits planned from nothing, one after the other."""

    def __init__(self, clone: str, base: str, universe: object) -> None:
        self.clone = clone
        self.universe = universe
        self.layers, self.targets = self.plan(base)

    def plan(self, commit: str) -> tuple[Counter[str], set[str]]:
        """The layers, by name and key, and the targets."""
        repository = opamplan.Repository.open(self.clone, commit, cache=False)
        results = self.universe(repository).solve_all()
        plan = opamplan.make_plan(results)
        return Counter({f"{name} {key}": 1 for key, name, _ in plan.layers()}), set(plan.targets)

    def compare(self, planned: opamplan.PlannedCommit) -> str:
        """What is not equal; nothing if all is."""
        layers, targets = self.plan(planned.commit)
        effect = planned.effect
        names, before = ({t.partition(".")[0] for t in some} for some in (targets, self.targets))
        pairs = {
            "number of layers": (effect.layer_count, len(layers)),
            "added layers": (Counter(effect.added_layers), named(layers - self.layers)),
            "dropped layers": (Counter(effect.dropped_layers), named(self.layers - layers)),
            "lost": ({t.partition(".")[0] for t in effect.lost}, before - names),
            "gained": ({t.partition(".")[0] for t in effect.gained}, names - before),
        }
        self.layers, self.targets = layers, targets
        return ", ".join(what for what, (a, b) in pairs.items() if a != b)


def named(layers: Counter[str]) -> Counter[str]:
    """How many layers each package has."""
    return Counter(layer.partition(" ")[0] for layer in layers)


def row_of(row: opamplan.PlannedCommit) -> dict[str, object]:
    """For JSON."""
    return {
        "commit": row.commit,
        "subject": row.subject,
        "changed": len(row.changes),
        "solved": row.effect.solved_count,
        "added_layers": len(row.effect.added_layers),
        "lost": row.effect.lost,
        "gained": row.effect.gained,
        "ms": round(1000 * row.seconds, 1),
    }


def report(rows: list[opamplan.PlannedCommit]) -> None:
    """The table."""
    columns = {
        "versions changed": [len(row.changes) for row in rows],
        "targets solved": [row.effect.solved_count for row in rows],
        "new layers": [len(row.effect.added_layers) for row in rows],
        "targets to build": [len(row.effect.rebuilt_targets) for row in rows],
        "CPU, ms": [1000 * row.seconds for row in rows],
    }
    print(f"\n| {len(rows)} commits | median | 90 % | 95 % | most | sum |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, values in columns.items():
        cuts = (
            statistics.quantiles(values, n=20, method="inclusive")
            if len(values) > 1
            else values * 19
        )
        told = [statistics.median(values), cuts[17], cuts[18], max(values), sum(values)]
        print(f"| {name} | " + " | ".join(f"{value:,.0f}" for value in told) + " |")
    layers = rows[-1].effect.layer_count
    built = sum(row.effect.layer_count for row in rows)
    within = sum(row.seconds <= 0.05 for row in rows)
    print(f"\n{layers:,} layers in the end; {built:,} if each commit built all of its own")
    print(f"{within} of {len(rows)} commits within 50 ms of CPU")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most: {memory:,.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
