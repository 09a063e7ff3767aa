#!/usr/bin/env python3
"""What more threads save: wall time of each stage from a cached repository to a plan.

Usage: threads.py REPOSITORY [--ocaml VERSION] [--environment PRESET] [--threads N] [--repeat N]

REPOSITORY: a folder, an archive or a git clone; without one, nothing is measured. Each row is the
least of so many runs on one thread and on N; runs take turns, so that a machine whose speed changes
does so for both. Wall time says something only where N cores are free, which is looked at first:
N processes that count must be nearly as fast as one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import opamplan


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("repository", nargs="?")
    parser.add_argument("--ocaml", default="5.3.0")
    parser.add_argument("--environment", default="debian-13")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeat", type=int, default=15)
    args = parser.parse_args()
    if not args.repository:
        print("SKIPPED: name a repository; nothing was measured", file=sys.stderr)
        return 0
    slower = crowding(args.threads)
    print(f"{args.threads} processes that count take {slower:.2f} times as long as one")
    best: dict[str, dict[int, float]] = {}
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(args.repeat + 1):  # the first one fills the cache
            for threads in (1, args.threads):
                for stage, seconds in run(args, cache, threads).items():
                    times = best.setdefault(stage, {})
                    times[threads] = min(seconds, times.get(threads, seconds))
    best["all"] = {
        threads: sum(times[threads] for times in best.values()) for threads in (1, args.threads)
    }
    print(f"| stage | 1 thread, ms | {args.threads} threads, ms | times as fast |")
    print("|---|---:|---:|---:|")
    for stage, times in best.items():
        one, more = times[1], times[args.threads]
        print(f"| {stage} | {1000 * one:.1f} | {1000 * more:.1f} | {one / more:.2f} |")
    return 0


def run(args: argparse.Namespace, cache: str, threads: int) -> dict[str, float]:
    """Seconds of each stage, once."""
    taken: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        made = work()
        taken[stage] = time.perf_counter() - begin
        return made

    repository = timed(
        "load, from the cache",
        lambda: opamplan.Repository.open(args.repository, cache=cache, threads=threads),
    )
    environment = opamplan.Environment.preset(args.environment)
    universe = timed(
        "universe",
        lambda: opamplan.Universe(repository, environment, ocaml=args.ocaml, threads=threads),
    )
    results = timed("solve", lambda: universe.solve_all(threads=threads))
    timed("plan", lambda: opamplan.make_plan(results, threads=threads))
    return taken


def crowding(processes: int) -> float:
    """How many times as long `processes` take that do the same at once as one alone."""
    alone = min(count(0) for _ in range(5))
    with multiprocessing.Pool(processes) as pool:
        return min(max(pool.map(count, range(processes), chunksize=1)) for _ in range(5)) / alone


def count(_: int) -> float:
    """Seconds to count."""
    begin = time.perf_counter()
    sum(range(3_000_000))
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
