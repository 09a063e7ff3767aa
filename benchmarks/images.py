#!/usr/bin/env python3
"""How much the images of all targets share: strategies beside nixpkgs' popularity contest.

Usage: images.py REPOSITORY [--limits docker] [--sizes FILE]

Each target's image holds the layers of its closure. What is added up is what a registry or a store
keeps: the content of layers that differ, each once, in packages or, with --sizes (opamplan report
RUN --sizes), in bytes. System packages are left out: they are the same for all.

The popularity contest (dockerTools of nixpkgs) makes each image by itself: a package's popularity
is the number of paths to it from the top of the closure; the most popular ones have an image layer
each, as many as the limit allows, and all others are in one. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import opamplan

Row = tuple[str, int, list[int]]  # what it is, size of all that differs, image layers by target


class Closures:
    """The layers of a plan, by index, and what each needs."""

    def __init__(self, plan: opamplan.Plan, sizes: dict[str, int]) -> None:
        described = plan.layers()
        index = {key: i for i, (key, _, _) in enumerate(described)}
        self.needs = [[index[need] for need in needs] for _, _, needs in described]
        self.size = [sizes.get(package, 1) for _, package, _ in described]
        self.all: list[frozenset[int]] = []
        """By layer: itself and all that it needs. Needs come first."""
        for i, needs in enumerate(self.needs):
            self.all.append(frozenset({i}).union(*(self.all[need] for need in needs)))
        self.targets = [index[plan.steps[step].layers[-1][:16]] for step in plan.target_steps]

    def sum(self, layers: Iterable[int]) -> int:
        """The size of layers together."""
        return sum(self.size[i] for i in layers)


def alone(closures: Closures) -> Row:
    """Images that share nothing but their base."""
    total = sum(closures.sum(closures.all[target]) for target in closures.targets)
    return "nothing shared", total, [1] * len(closures.targets)


def popularity(closures: Closures, most: int) -> Row:
    """nixpkgs' dockerTools."""
    own: set[int] = set()
    rests: set[frozenset[int]] = set()
    counts = []
    for target in closures.targets:
        closure = sorted(closures.all[target], reverse=True)  # dependents first
        paths = dict.fromkeys(closure, 0)
        paths[target] = 1
        for layer in closure:
            for need in closures.needs[layer]:
                paths[need] += paths[layer]
        ranked = sorted(closure, key=lambda layer: (-paths[layer], layer))
        popular = ranked if len(ranked) <= most else ranked[: most - 1]
        rest = frozenset(ranked[len(popular) :])
        own.update(popular)
        if rest:
            rests.add(rest)
        counts.append(len(popular) + bool(rest))
    total = closures.sum(own) + sum(closures.sum(rest) for rest in rests)
    return "popularity contest", total, counts


def merged(closures: Closures, plan: opamplan.Plan) -> Row:
    """A layer for each package, as far as there is room; what is copied is in the target's own."""
    depth = plan.limits.depth or sys.maxsize
    index = {key: i for i, (key, _, _) in enumerate(plan.layers())}
    own = {i for step in plan for i in (index[key[:16]] for key in step.layers)}
    total = closures.sum(own)
    counts = []
    for target in plan.target_steps:
        step = plan.steps[target]
        below = plan.steps[step.parent].depth if step.parent is not None else 0
        room = max(0, depth - below - 2)
        copied = step.grafts[room:]
        total += closures.sum(
            index[key[:16]] for graft in copied for key in plan.steps[graft].layers
        )
        counts.append(below + min(room, len(step.grafts)) + 1)
    return "merge", total, counts


def stacked(closures: Closures, plan: opamplan.Plan) -> Row:
    """A layer a step: what it installs, and copies of its grafts."""
    index = {key: i for i, (key, _, _) in enumerate(plan.layers())}
    total = 0
    for step in {step.key: step for step in plan}.values():
        total += closures.sum(index[key[:16]] for key in step.layers)
        grafted = (plan.steps[graft].layers[-1] for graft in step.grafts)
        total += closures.sum(index[key[:16]] for key in grafted)
    return plan.strategy, total, [plan.steps[target].depth for target in plan.target_steps]


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--limits", default="docker")
    parser.add_argument("--sizes", type=Path)
    args = parser.parse_args()
    sizes = json.loads(args.sizes.read_text()) if args.sizes else {}
    environment = opamplan.Environment.preset("debian-13")
    universe = opamplan.Universe(
        opamplan.Repository.open([str(args.repository)]), environment, ocaml="5.3.0"
    )
    results = [result for result in universe.solve_all() if result]
    plans = {
        name: opamplan.make_plan(results, strategy=name, limits=args.limits, sizes=sizes)
        for name in ("graft", "merge", "prefix")
    }
    closures = Closures(plans["graft"], sizes)
    most = plans["graft"].limits.depth
    rows = [alone(closures), popularity(closures, most)]
    rows += [merged(Closures(plans["merge"], sizes), plans["merge"])]
    rows += [stacked(Closures(plans[name], sizes), plans[name]) for name in ("graft", "prefix")]
    once = closures.sum(range(len(closures.size)))
    unit = "bytes" if sizes else "packages"
    print(f"{len(closures.targets)} images of at most {most} layers; each package once: {once:,}\n")
    print(f"| images | {unit} stored | times | layers of an image, mean | most |")
    print("|---|---:|---:|---:|---:|")
    for name, total, counts in rows:
        mean = sum(counts) / len(counts)
        print(f"| {name} | {total:,} | {total / once:.2f} | {mean:.0f} | {max(counts)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
