#!/usr/bin/env python3
"""A matrix of the whole repository planned: CPU, wall, memory, and the layers that plans share.

Usage: matrix.py REPOSITORY [--axis NAME=VALUE,VALUE...]... [--strategy graft|merge] [--times N]
                 [--alone]

Without axes: OCaml 4.14.2, 5.0.0, 5.2.1, 5.3.0 and 5.4.0 on debian-12, debian-13 and alpine-3.22.
Axes are those of `opamplan.combinations`: --axis ocaml=4.14.2,5.3.0 --axis with_test=no,yes. Each
time is a process of its own; the least wall time is told, loading (without a cache) included.
Then, how many layers are built more than once, as a builder tells steps apart: by what they
stand on. With --alone each plan is made for itself, and not like those before it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Any

import opamplan
from opamplan.matrix import LIKE_STRATEGIES

DEFAULT = {
    "environment": ["debian-12", "debian-13", "alpine-3.22"],
    "ocaml": ["4.14.2", "5.0.0", "5.2.1", "5.3.0", "5.4.0"],
}
FLAGS = {"no": False, "yes": True}


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("repository", nargs="?")
    parser.add_argument("--axis", action="append", default=[])
    parser.add_argument("--strategy", choices=LIKE_STRATEGIES, default=LIKE_STRATEGIES[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.repository:
        print("SKIPPED: name a repository; nothing was measured", file=sys.stderr)
        return 0
    if args.once:
        print(json.dumps(measured(args)))
        return 0
    words = [sys.executable, __file__, args.repository, "--once", f"--strategy={args.strategy}"]
    words += [word for axis in args.axis for word in ("--axis", axis)]
    words += ["--alone"] if args.alone else []
    rows = [json.loads(subprocess.check_output(words)) for _ in range(max(1, args.times))]
    best = min(rows, key=lambda row: row["wall"])
    figures = best["summary"]
    print(f"{figures['plans']} plans, {figures['targets']:,} targets, on {os.cpu_count()} cores")
    print(f"wall          {best['wall']:8.2f} s   (of {len(rows)}: the least)")
    print(f"CPU           {min(row['cpu'] for row in rows):8.2f} s   (the least)")
    print(f"  loading     {best['load']:8.2f} s of wall")
    print(f"peak memory   {max(row['memory'] for row in rows):8,} MB  (the most)")
    print(f"layers        {figures['unshared_layers']:8,}   as each plan counts its own")
    print(f"  distinct    {figures['layers']:8,}")
    print(f"  in several  {figures['shared_layers']:8,}")
    print(f"  built more than once {best['repeated']:,}")
    print(
        f"steps to carry out  {figures['steps']:,}, {best['system_steps']:,} with system packages"
    )
    return 0


def axes_of(words: list[str]) -> dict[str, Any]:
    """The axes that options give."""
    if not words:
        return DEFAULT
    pairs = (word.partition("=")[::2] for word in words)
    return {name: [FLAGS.get(v, v) for v in values.split(",")] for name, values in pairs}


def carried_out(plans: Iterable[opamplan.Plan]) -> dict[str, int]:
    """What a builder does for all plans, as it knows their steps."""
    system = set()
    by_layer: dict[str, set[str]] = {}
    for plan in plans:
        for step, key in zip(plan, plan.build_keys()):
            if step.depexts:
                system.add(key)
            for layer in step.layers:
                by_layer.setdefault(layer, set()).add(key)
    repeated = sum(len(each) > 1 for each in by_layer.values())
    return {"system_steps": len(system), "repeated": repeated}


def measured(args: argparse.Namespace) -> dict[str, Any]:
    """One time."""
    began = time.perf_counter()
    repository = opamplan.Repository.open(args.repository, cache=False)
    loaded = time.perf_counter()
    several = opamplan.combinations(**axes_of(args.axis))
    how = {"strategy": args.strategy}
    if args.alone:
        one_by_one = [opamplan.plan_matrix(repository, [each], **how) for each in several]
        matrix = opamplan.PlanMatrix({n: plan for one in one_by_one for n, plan in one.items()})
    else:
        matrix = opamplan.plan_matrix(repository, several, **how)
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall": wall,
        "load": loaded - began,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss // 1024,
        "summary": matrix.summary,
        **carried_out(matrix.values()),
    }


if __name__ == "__main__":
    sys.exit(main())
