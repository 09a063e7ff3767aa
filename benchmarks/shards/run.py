#!/usr/bin/env python3
"""One plan on several real builders that share nothing but a registry.

Usage: run.py REPOSITORY|PREPARED --programs DIRECTORY [--real] [--targets N|NAME.VERSION,...]
              [--builders N] [--parallelism N] [--seconds S] [--faults]

DIRECTORY holds buildkitd and buildctl (scripts/buildkit makes it). Needs root, runc, busybox and
Debian's docker-registry. The plan is cut into shards for the builders; installs are stand-ins that
take S seconds, or with --real opam's own, of what benchmarks/real/prepare.py PREPARED. Then the
same plan is carried out by builders with empty stores, from the registry alone. With --faults, of
three builders or more, one is killed in the middle of the first run, another is stopped (SIGSTOP)
for half a minute, and the registry is restarted. Prints a Markdown table; exit status 1 if a layer
is missing, or failed that is a stand-in, if the two runs disagree about one, 5 % of the steps were
carried out twice, a step of the second run was not CACHED, or a cache has a record that BuildKit
does not read.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import opamplan
from opamplan.runs import Runner, RunOptions, State
from opamplan.runs.caches import cache_ref

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "real"))
import prepare
import roots
from daemon import Daemon, busybox_base
from registry import Registry

MOST_BYTES = 1 << 20  # of a record that BuildKit reads
MOST_TWICE = 0.05


class Watcher:
    """What a run tells, and what it is made to suffer after so many steps."""

    def __init__(self, steps: int) -> None:
        self.faults: list[tuple[int, Any]] = []
        self.batch_seconds: list[float] = []
        self.twice = 0
        self._steps = steps

    def at(self, share: float, fault: Any) -> None:
        """Do something when this share of the steps is done."""
        self.faults.append((int(share * self._steps), fault))

    def __call__(self, kind: str, fields: dict[str, Any], progress: Any) -> None:
        """Take an event."""
        if kind in ("batch", "batch_end", "builder", "run_end", "lost"):
            print(kind, fields, file=sys.stderr, flush=True)
        if kind == "batch_end" and fields["status"] == "finished":
            self.batch_seconds.append(fields["seconds"])
        if kind == "run_end":
            self.twice = fields["executed_twice"]
        while self.faults and progress.done >= self.faults[0][0]:
            threading.Thread(target=self.faults.pop(0)[1], daemon=True).start()


class Bench:
    """Builders, a registry and a plan."""

    def __init__(self, args: argparse.Namespace, folder: Path, plan: opamplan.Plan) -> None:
        self.args = args
        self.folder = folder
        self.plan = plan
        self.statuses: list[dict[str, str]] = []  # by run and layer
        self.base = folder / "base.tar"  # one, as another's files have other times
        if args.real:
            shutil.copyfile(args.repository / "base.tar", self.base)
            self.emit = opamplan.EmitOptions()
            self.emit.opam = "image"
            self.emit.time_limit = 7200
        else:
            busybox_base(self.base)
            self.emit = opamplan.EmitOptions.stand_in()
            self.emit.environment = [("PATH", "/bin")]
            if args.seconds:
                self.emit.install = f"sleep {args.seconds}\n" + self.emit.install
        self.emit.base_archive = "base.tar"

    def run(self, name: str, registry: Registry, faults: bool) -> tuple[str, list[str], bool]:
        """Carry the plan out on builders with empty stores: a row, and whether all is well."""
        out = self.folder / name
        out.mkdir()
        os.link(self.base, out / "base.tar")
        watcher = Watcher(len(self.plan))
        with contextlib.ExitStack() as stack:
            daemons = [
                stack.enter_context(
                    Daemon(
                        self.args.programs.resolve(),
                        self.folder / f"{name}-builder{n}",
                        self.args.parallelism,
                        registry=registry.address,
                    )
                )
                for n in range(self.args.builders)
            ]
            if faults:
                self._plan_faults(watcher, daemons, registry)
            state = stack.enter_context(State(out / "builds.sqlite"))
            options = RunOptions(
                out,
                self.emit,
                attempts=4,
                patience=10,
                cache=f"{registry.address}/opamplan/cache",
            )
            begin = time.monotonic()
            runner = Runner(
                self.plan, state, [d.builder() for d in daemons], options, on_progress=watcher
            )
            run = runner.run()
            seconds = time.monotonic() - begin
            for daemon in daemons:
                daemon.send(signal.SIGCONT)
            rows = state.batches(run)
            found = {row["layer"]: row["status"] for row in state.layers(run)}
            layers = len(found)
        self.statuses.append(found)
        statuses = set(found.values())
        executed = sum(row["executed"] for row in rows)
        good = found == self.statuses[0] if self.args.real else statuses == {"success"}
        whole = good and layers == len(self.plan.layers())
        longest = max(watcher.batch_seconds, default=0.0)
        cells = [
            name,
            f"{seconds:.0f}",
            f"{executed:,}",
            f"{watcher.twice:,}",
            f"{longest:.1f}",
            f"{run.status}: " + ", ".join(f"{n} {s}" for s, n in counted(found)),
        ]
        good = whole and watcher.twice < MOST_TWICE * len(self.plan)
        return "| " + " | ".join(cells) + " |", [str(executed)], good

    def _plan_faults(self, watcher: Watcher, daemons: list[Daemon], registry: Registry) -> None:
        def kill() -> None:
            print("killed: a builder", file=sys.stderr, flush=True)
            daemons[0].stop(signal.SIGKILL)

        def freeze() -> None:
            print("stopped: a builder", file=sys.stderr, flush=True)
            daemons[1].send(signal.SIGSTOP)
            time.sleep(30)
            print("goes on: a builder", file=sys.stderr, flush=True)
            daemons[1].send(signal.SIGCONT)

        def restart() -> None:
            print("restarted: the registry", file=sys.stderr, flush=True)
            registry.stop()
            time.sleep(2)
            registry.start()

        watcher.at(0.5, kill)
        watcher.at(0.6, restart)
        watcher.at(0.7, freeze)


def counted(found: dict[str, str]) -> list[tuple[str, int]]:
    """How many layers have each status."""
    return sorted(Counter(found.values()).items())


def results_of(args: argparse.Namespace) -> list[opamplan.SolveResult]:
    """What is to be built."""
    named = None if args.targets.isdecimal() else args.targets.split(",")
    if args.real:
        within = prepare.universe(args.repository / "repository", roots.root("debian-13"))
        results = prepare.targets(within, named)
    else:
        environment = opamplan.Environment.preset("debian-13")
        repository = opamplan.Repository.open([str(args.repository)])
        universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
        results = universe.solve_all(named) if named else universe.solve_all()
    results = [r for r in results if r]
    if not named and int(args.targets):
        random.Random(1).shuffle(results)
        results = results[: int(args.targets)]
    return results


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--real", action="store_true", help="what prepare.py made, by opam")
    parser.add_argument("--targets", default="0", help="only so many, chosen at random, or these")
    parser.add_argument("--builders", type=int, default=2)
    parser.add_argument("--parallelism", type=int, default=2, help="steps at once on each")
    parser.add_argument("--seconds", type=float, default=0, help="that a stand-in takes")
    parser.add_argument("--faults", action="store_true", help="kill, stop and restart")
    args = parser.parse_args()
    if args.faults and args.builders < 3:
        parser.error("--faults: one builder is killed and one stopped, so it takes three or more")
    results = results_of(args)
    each = args.seconds or (20 if args.real else 0.4)
    times = {"workers": args.parallelism, "default_seconds": each, "system_seconds": each}
    plan = opamplan.make_plan(results).sharded(args.builders, wave_seconds=5, **times)
    forecast = opamplan.forecast(plan, **times)
    waves = len({batch.wave for batch in plan.batches})
    again = plan.repeated_step_count
    load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="opamplan-shards-"))
    try:
        with Registry(folder / "registry") as registry:
            bench = Bench(args, folder, plan)
            first, _, good = bench.run("first", registry, args.faults)
            print(first, file=sys.stderr, flush=True)
            prefix = "opamplan/cache"
            records = [registry.cache_record(cache_ref(prefix, b.index)) for b in plan.batches]
            second, executed, whole = bench.run("second", registry, False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    good = good and whole and executed == ["0"] and 0 < min(records) <= max(records) < MOST_BYTES
    print(
        f"{len(plan.targets)} targets, {len(plan)} steps, {args.builders} builders with "
        f"max-parallelism {args.parallelism}: {len(plan.batches)} shards in {waves} waves, "
        f"{again} of them planned to be built again; records of "
        f"{min(records):,} to {max(records):,} bytes "
        f"(reckoned: {plan.summary['largest_cache_record']:,}). Forecast with {each} s a step: "
        f"{forecast.makespan_seconds:.0f} s, at least "
        f"{max(forecast.critical_seconds, len(plan) * each / args.builders / args.parallelism):.0f}"
        f" s. {os.cpu_count()} cores, load of others {load:.0f}.\n"
    )
    print("| run | seconds | steps | of them twice | longest shard, s | outcome |")
    print("|---|---:|---:|---:|---:|---|")
    print(first)
    print(second)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
