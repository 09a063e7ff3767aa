"""The whole-repository plan from Python and from C++, side by side.

    python benchmarks/bindings.py REPOSITORY PEER [--runs 5] [--threads 1]
    python benchmarks/bindings.py REPOSITORY --calls

PEER is the program `bindings_peer` of a release build with -DOPAMPLAN_BUILD_BENCHMARKS=ON.
Both sides run in processes of their own, in turns, without the cache of repositories; the table has
the least of all runs. The target is 1.3 times C++ in all.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

STAGES = ("load", "universe", "solve", "plan")
Times = dict[str, tuple[float, float]]


def timed(stage: str, work: Callable[[], Any]) -> Any:
    """Run, and print as the peer does."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    print(stage, time.perf_counter() - wall, time.process_time() - cpu)
    return result


def job(repository: str, threads: int) -> None:
    """The same as bindings_peer.cpp."""
    import opamplan

    repo = timed("load", lambda: opamplan.Repository.open(repository, cache=False, threads=threads))
    environment = opamplan.Environment.preset("debian-12")
    universe = timed("universe", lambda: opamplan.Universe(repo, environment, ocaml="5.3.0"))
    results = timed("solve", lambda: universe.solve_all(threads=threads))
    plan = timed("plan", lambda: opamplan.make_plan(results))
    print("steps", len(plan))


def calls(repository: str) -> None:
    """What single calls on the plan of the whole repository take, the least of seven rounds."""
    import opamplan
    from opamplan.output import files_of
    from opamplan.staging import Staged

    repo = opamplan.Repository.open(repository)
    universe = opamplan.Universe(repo, opamplan.Environment.preset("debian-12"), ocaml="5.3.0")
    plan = opamplan.make_plan(universe.solve_all())
    text = plan.to_json()
    steps = plan.steps
    every = range(len(plan))
    rows: dict[str, tuple[int, Callable[[], Any]]] = {
        "Plan.to_json": (1, plan.to_json),
        "Plan.from_json": (1, lambda: opamplan.Plan.from_json(text)),
        "plan.image_of(target)": (
            len(plan.targets),
            lambda: list(map(plan.image_of, plan.targets)),
        ),
        "plan.steps[i]": (200, lambda: [plan.steps[i] for i in range(200)]),
        "steps[i]": (len(plan), lambda: [steps[i] for i in every]),
    }
    for name, (count, work) in rows.items():
        least = float("inf")
        for _ in range(7):
            begin = time.process_time()
            work()
            least = min(least, time.process_time() - begin)
        print(f"{name:24} {1e6 * least / count:12.2f} us of CPU a call")
    emitted = files_of(plan, ["dockerfile", "bake"], opamplan.EmitOptions())
    times: dict[str, list[float]] = {"new": [], "unchanged": []}
    for _ in range(7):
        with tempfile.TemporaryDirectory() as folder:
            for row in times.values():
                begin = time.process_time()
                with Staged(folder) as staged:
                    for path, content, executable in emitted:
                        staged.add(path, content, executable)
                    staged.place()
                row.append(time.process_time() - begin)
    for name, row in times.items():
        print(f"{len(emitted)} files, {name:11} {1e3 * min(row):12.1f} ms of CPU")


def measure(command: list[str]) -> tuple[Times, int]:
    """Wall and CPU seconds by stage, and the number of steps."""
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in out.splitlines()]
    times = {row[0]: (float(row[1]), float(row[2])) for row in rows if len(row) == 3}
    for kind in (0, 1):
        assert all(times[stage][kind] >= 0 for stage in STAGES)
    total = (sum(t[0] for t in times.values()), sum(t[1] for t in times.values()))
    return {**times, "all": total}, int(rows[-1][1])


def least(runs: list[Times], stage: str, kind: int) -> float:
    return min(run[stage][kind] for run in runs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository")
    parser.add_argument("peer", nargs="?")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--calls", action="store_true", help="time single calls on a plan instead")
    args = parser.parse_args()
    threads = str(args.threads)
    if args.calls:
        calls(args.repository)
        return
    if args.peer is None:
        job(args.repository, args.threads)
        return
    python: list[Times] = []
    cpp: list[Times] = []
    for _ in range(args.runs):
        times, steps = measure([args.peer, args.repository, threads])
        cpp.append(times)
        command = [sys.executable, __file__, args.repository, "--threads", threads]
        times, python_steps = measure(command)
        python.append(times)
        assert steps == python_steps, "the two sides do not make the same plan"
    version = platform.python_version()
    print(f"{platform.machine()}, Python {version}, threads: {threads}, steps: {steps}")
    print(f"least of {args.runs} runs  {'C++ s':>9} {'Python s':>9} {'ratio':>6}   CPU: ", end="")
    print(f"{'C++ s':>9} {'Python s':>9} {'ratio':>6}")
    for stage in (*STAGES, "all"):
        print(f"{stage:18}", end="")
        for kind in (0, 1):
            a, b = least(cpp, stage, kind), least(python, stage, kind)
            print(f" {a:9.3f} {b:9.3f} {b / a:6.2f}" + ("        " if kind == 0 else "\n"), end="")


if __name__ == "__main__":
    main()
