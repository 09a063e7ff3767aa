#!/usr/bin/env python3
"""A matrix of the whole repository planned: CPU, wall, memory, and the layers that plans share.

Usage: matrix.py REPOSITORY [--axis NAME=VALUE,VALUE...]... [--times N]

Without axes: OCaml 4.14.2, 5.0.0, 5.2.1, 5.3.0 and 5.4.0 on debian-12, debian-13 and alpine-3.22.
Axes are those of `opamplan.combinations`: --axis ocaml=4.14.2,5.3.0 --axis with_test=no,yes. Each
time is a process of its own; the least wall time is told, loading (without a cache) included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

import opamplan

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
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.repository:
        print("SKIPPED: name a repository; nothing was measured", file=sys.stderr)
        return 0
    if args.once:
        print(json.dumps(measured(args.repository, axes_of(args.axis))))
        return 0
    words = [sys.executable, __file__, args.repository, "--once"]
    words += [word for axis in args.axis for word in ("--axis", axis)]
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
    return 0


def axes_of(words: list[str]) -> dict[str, Any]:
    """The axes that options give."""
    if not words:
        return DEFAULT
    pairs = (word.partition("=")[::2] for word in words)
    return {name: [FLAGS.get(v, v) for v in values.split(",")] for name, values in pairs}


def measured(path: str, axes: dict[str, Any]) -> dict[str, Any]:
    """One time."""
    began = time.perf_counter()
    repository = opamplan.Repository.open(path, cache=False)
    loaded = time.perf_counter()
    matrix = opamplan.plan_matrix(repository, opamplan.combinations(**axes))
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall": wall,
        "load": loaded - began,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss // 1024,
        "summary": matrix.summary,
    }


if __name__ == "__main__":
    sys.exit(main())
