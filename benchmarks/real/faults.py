#!/usr/bin/env python3
"""Things that go wrong, each tried on the real BuildKit: what was built stays, the rest goes on.

Usage: faults.py --programs DIRECTORY [--only NAME,...]

DIRECTORY holds buildkitd and buildctl (scripts/buildkit makes it). Needs root. Installs are
stand-ins on a root file system of busybox, so that it takes a minute or two and no network. Prints
one line a fault; exit status 1 if one was not survived.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable

import opamplan
from opamplan.data import repository_path
from opamplan.runs import Buildctl, Run, Runner, RunOptions, State

sys.path.insert(0, str(Path(__file__).resolve().parent))
from daemon import Daemon, busybox_base

SLOW = "sleep 0.5\n"
KILLS = int(os.environ.get("OPAMPLAN_KILLS", "100"))


class Failed(Exception):
    """A fault that was not survived, with what was seen."""


def expect(truth: object, what: str) -> None:
    """Raise `Failed` unless `truth`."""
    if not truth:
        raise Failed(what)


class Setting:
    """A plan, a folder, a daemon that is not running yet."""

    def __init__(self, programs: Path, folder: Path) -> None:
        repository = opamplan.Repository.open([repository_path()])
        environment = opamplan.Environment.preset("debian-12")
        universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
        limits = opamplan.Limits("none", batch_targets=20)
        self.plan = opamplan.make_plan(universe.solve_all()[:40], limits=limits)
        self.folder = folder
        self.daemon = Daemon(programs, folder / "daemon")
        self.out = folder / "out"
        self.out.mkdir(parents=True)
        busybox_base(self.out / "base.tar")
        self.state = State(folder / "builds.sqlite")
        self.steps: list[dict[str, object]] = []

    def emit(self, before: str = "", **more: object) -> opamplan.EmitOptions:
        """Stand-ins, with shell commands before each."""
        emit = opamplan.EmitOptions.stand_in()
        emit.base_archive = "base.tar"
        emit.environment = [("PATH", "/bin")]
        emit.install = before + emit.install
        for name, value in more.items():
            setattr(emit, name, value)
        return emit

    def run(
        self,
        emit: opamplan.EmitOptions,
        on_step: Callable[[int], None] = lambda n: None,
        builder_options: dict[str, object] | None = None,
        **options: object,
    ) -> Run:
        """Carry the plan out."""
        done = 0
        self.steps = []

        def progress(kind: str, fields: dict[str, object], _: object) -> None:
            nonlocal done
            if kind == "step" and fields["what"] in ("done", "cached"):
                self.steps.append(fields)
            if kind == "step" and fields["what"] == "done":
                done += 1
                on_step(done)

        builder = Buildctl(self.daemon.address, self.daemon.buildctl, **(builder_options or {}))
        return Runner(
            self.plan,
            self.state,
            [builder],
            RunOptions(self.out, emit, **options),
            on_progress=progress,
        ).run()

    def statuses(self, run: Run) -> dict[str, int]:
        """How many layers have which status."""
        found: dict[str, int] = {}
        for row in self.state.layers(run):
            found[row["status"]] = found.get(row["status"], 0) + 1
        return found


def killed(s: Setting) -> str:
    """The builder is killed in the middle of a batch and comes back."""

    def crash(n: int) -> None:
        if n == 8:
            s.daemon.stop(signal.SIGKILL)
            threading.Timer(3, s.daemon.start).start()

    with s.daemon:
        run = s.run(s.emit(SLOW), crash)
    first = s.state.batches(run)[0]
    expect(run.status == "finished", f"the run is {run.status}: {first['error']}")
    expect(first["attempt"] == 2, "the batch was not tried again")
    cached = sum(step["what"] == "cached" for step in s.steps)
    expect(cached >= 6, f"only {cached} steps came from the cache")
    expect(
        first["executed"] == len(s.plan.batches[0].steps), "not all were carried out in this run"
    )
    return f"batch 0 was tried again, {cached} of its steps were in the cache"


def disk_full(s: Setting) -> str:
    """The builder's disk is full, then larger."""
    place = s.folder / "daemon"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=True)
    try:
        daemon = s.daemon
        daemon.__init__(daemon.programs, place)  # type: ignore[misc]
        with daemon:
            fill = "head -c 1500000 /dev/urandom >/opamplan/opam/default/$1.bin\n"
            run = s.run(s.emit(fill), attempts=1)
            expect(run.status == "incomplete" or s.statuses(run).get("failure"), "nothing failed")
            how = run.status
            subprocess.run(["mount", "-o", "remount,size=2g", str(place)], check=True)
            again = s.run(s.emit(fill), retry_failed=True)
            expect(again.status == "finished", f"then the run is {again.status}")
            good = s.statuses(again)
            expect(set(good) == {"success"}, f"then layers are {good}")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
    return f"the run was {how}; with room it went on and all layers were built"


def corrupt_cache(s: Setting) -> str:
    """The builder's database is overwritten; its store must be made anew, results stay."""
    with s.daemon:
        run = s.run(s.emit(), lambda n: None)
        expect(run.status == "finished", "the first run did not finish")
        s.daemon.stop()
        for name in ("cache.db", "history.db", "containerdmeta.db", "metadata_v2.db"):
            for file in s.daemon.root.rglob(name):
                data = file.read_bytes()
                file.write_bytes(b"\\0garbage" * (len(data) // 8))
        before = len(s.state.layers(run))
        if s.daemon.start(20):
            what = "the builder started all the same"
        else:
            shutil.rmtree(s.daemon.root)
            expect(s.daemon.start(), "a new store does not start either")
            what = "the builder refused its store and began with a new one"
        again = s.run(s.emit(), resume=False)
        expect(again.status == "finished", f"the run after it is {again.status}")
        expect(len(s.state.layers(run)) == before, "results of the first run are gone")
    return what + "; results of the run before it are there"


def registry_gone(s: Setting) -> str:
    """A registry to import the cache from and export it to that does not answer."""
    spec = "type=registry,ref=127.0.0.1:1/cache:opamplan"
    with s.daemon:
        run = s.run(
            s.emit(), builder_options={"cache_from": (spec,), "cache_to": (spec + ",mode=max",)}
        )
        error = "".join(b["error"] for b in s.state.batches(run))
        expect(run.status == "finished", f"the run is {run.status}: {error}")
        expect(set(s.statuses(run)) == {"success"}, f"layers are {s.statuses(run)}")
    return "built without it"


def hanging(s: Setting) -> str:
    """A package whose install hangs."""
    victim = s.plan[4].installs[0]
    with s.daemon:
        begin = time.monotonic()
        hang = f'if [ "$1" = {victim} ]; then sleep 1000; fi\n'
        run = s.run(s.emit(hang, time_limit=3))
        seconds = time.monotonic() - begin
    rows = {row["package"]: row for row in s.state.layers(run, logs=True)}
    expect(run.status == "finished", f"the run is {run.status}")
    expect(rows[victim]["status"] == "failure", f"{victim} is {rows[victim]['status']}")
    expect("longer than 3 s" in rows[victim]["log"], f"its log: {rows[victim]['log']}")
    expect(s.statuses(run).get("success", 0) > 10, f"layers are {s.statuses(run)}")
    return f"{victim} was stopped after 3 s, the whole took {seconds:.0f} s"


def endless_log(s: Setting) -> str:
    """A package that prints a gigabyte."""
    victim = s.plan[4].installs[0]
    shout = (
        f'if [ "$1" = {victim} ]; then yes 0123456789abcdef | head -c 1000000000; echo end; fi\n'
    )
    with s.daemon:
        begin = time.monotonic()
        run = s.run(s.emit(shout))
        seconds = time.monotonic() - begin
    rows = {row["package"]: row for row in s.state.layers(run, logs=True)}
    log = rows[victim]["log"]
    expect(set(s.statuses(run)) == {"success"}, f"layers are {s.statuses(run)}")
    expect(len(log) < 5_000_000, f"its log has {len(log)} bytes")
    expect("left out" in log and log.rstrip().endswith("end"), "its log has no end")
    return f"{len(log):,} bytes of it are kept, the whole took {seconds:.0f} s"


def with_a_failure(plan: opamplan.Plan) -> opamplan.Plan:
    """The plan, with a package that fails though others need it."""
    tree = json.loads(plan.to_json())
    victim = next(s.installs[-1] for s in reversed(plan.steps) if is_needed(plan, s.index))
    for package in tree["packages"]:
        if f"{package['name']}.{package['version']}" == victim:
            package["opam"] += "x-stand-in-fails: true\n"
    return opamplan.Plan.from_json(json.dumps(tree))


def is_needed(plan: opamplan.Plan, step: int) -> bool:
    """Whether other steps stand on it, and it on another."""
    needed = any(step == s.parent or step in s.grafts for s in plan)
    return needed and plan[step].parent is not None


def random_kills(s: Setting) -> str:
    """opamplan or the builder is killed at any time; the state never says but the truth."""
    rng = random.Random(1)
    plan = with_a_failure(s.plan)
    plan.save(s.folder / "plan.json")
    file = s.out / "builds.sqlite"
    begin = time.monotonic()

    def command(out: Path, limit: int) -> list[str]:
        words = [sys.executable, "-m", "opamplan", "build", "--json", "--stand-in"]
        words += ["--plan", str(s.folder / "plan.json"), "-o", str(out)]
        words += ["--program", s.daemon.buildctl, "--builder", s.daemon.address]
        words += ["--base-archive", str(s.out / "base.tar"), "--attempts", "100"]
        return [*words, "--time-limit", str(limit)]

    def undisturbed(out: Path, limit: int) -> None:
        done = subprocess.run(command(out, limit), check=False, stdout=subprocess.DEVNULL)
        expect(done.returncode == 1, f"an undisturbed run ended with {done.returncode}")

    def known(path: Path) -> tuple[Run | None, dict[str, str]]:
        with State(path, read_only=True) as state:
            runs = state.runs()
            rows = state.layers(runs[-1]) if runs else []
            return (runs[-1] if runs else None), {r["layer"]: r["status"] for r in rows}

    kills = {"opamplan": 0, "builder": 0, "both": 0}
    with s.daemon:
        undisturbed(s.folder / "truth", 999)
        _, truth = known(s.folder / "truth/builds.sqlite")
        expect(set(truth.values()) == {"success", "failure", "dependency_failed"}, f"{truth}")
        process = None
        for number in range(KILLS):
            limit = 1000 + number // 10  # every tenth time all steps are new ones, work to disturb
            if process is None:
                process = subprocess.Popen(command(s.out, limit), stdout=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.2, 4))
            what = rng.choice(list(kills))
            kills[what] += 1
            if what != "opamplan":
                s.daemon.stop(signal.SIGKILL)
                expect(s.daemon.start(), "the builder does not start any more")
            if what != "builder" or process.poll() is not None or number % 10 == 9:
                process.kill()
                process.wait()
                process = None
            if file.exists():
                _, now = known(file)
                wrong = {layer for layer, status in now.items() if truth[layer] != status}
                expect(not wrong, f"after kill {number} these are not what they are: {wrong}")
        undisturbed(s.out, limit)
        run, found = known(file)
        expect(run is not None and run.status == "finished", f"the last run is {run}")
        expect(found == truth, "the last run does not say the truth")
    with State(file, read_only=True) as state:
        open_ends = [r.id for r in state.runs() if r.status == "running"]
        expect(not open_ends, f"runs that go on for ever: {open_ends}")
        ended = [r.status for r in state.runs()]
    left = [p.name for p in s.out.rglob(".opamplan-*")]
    expect(not left, f"leftovers: {left}")
    counts = ", ".join(f"{status} {ended.count(status)}" for status in sorted(set(ended)))
    return f"{kills} in {time.monotonic() - begin:.0f} s, runs: {counts}; no status was ever wrong"


FAULTS = {
    "random kills": random_kills,
    "builder killed": killed,
    "disk full": disk_full,
    "corrupt cache": corrupt_cache,
    "registry gone": registry_gone,
    "install hangs": hanging,
    "1 GB of log": endless_log,
}


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--only", default=",".join(FAULTS), help="default: %(default)s")
    args = parser.parse_args()
    wanted = args.only.split(",")
    if not FAULTS.keys() >= set(wanted):
        parser.error(f"--only {args.only}: there are {', '.join(FAULTS)}")
    failed = 0
    for name in wanted:
        fault = FAULTS[name]
        folder = Path(tempfile.mkdtemp(prefix="opamplan-faults-"))
        try:
            print(
                f"{name}: survived: {fault(Setting(args.programs.resolve(), folder))}", flush=True
            )
        except Failed as error:
            failed += 1
            print(f"{name}: NOT survived: {error}", flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
