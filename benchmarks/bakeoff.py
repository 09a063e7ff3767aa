#!/usr/bin/env python3
"""The BuildKit Bake-off again: its one Dockerfile, and opamplan's plan for the same targets.

Usage: bakeoff.py --programs DIRECTORY --opam-repository PATH [--parallelism N] [--keep FOLDER]

DIRECTORY holds buildkitd and buildctl (scripts/buildkit makes it). Needs root. Installs are
stand-ins on a root file system of busybox: what is measured is what BuildKit itself takes. Prints a
Markdown table; exit status 1 if opamplan's plan does not pass whole.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import opamplan
from opamplan.runs import Buildctl, Runner, RunOptions, State
from opamplan.runs.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parent / "real"))
from daemon import Daemon, busybox_base


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--opam-repository", required=True)
    parser.add_argument("--parallelism", type=int, default=4)
    parser.add_argument("--keep", type=Path, help="where files are left; default: nowhere")
    args = parser.parse_args()
    folder = args.keep or Path(tempfile.mkdtemp(prefix="opamplan-bakeoff-"))
    environment = opamplan.Environment.preset("debian-12")
    repository = opamplan.Repository.open(args.opam_repository)
    universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
    results = universe.solve_all()
    begin = time.monotonic()
    plan = opamplan.make_plan(results)
    planned = time.monotonic() - begin
    rows = []
    try:
        with Daemon(args.programs.resolve(), folder / "daemon", args.parallelism) as daemon:
            rows.append(monolith(daemon, folder / "monolith", results))
            row, passed = planned_build(daemon, folder / "plan", plan)
            rows.append(row)
        print(f"Planning took {planned:.2f} s.")
        print("| | bytes of Dockerfile | RUN steps | solves | seconds | outcome |")
        print("|---|---:|---:|---:|---:|---|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
    finally:
        if args.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if passed else 1


def monolith(daemon: Daemon, folder: Path, results: list[opamplan.Solution]) -> list[str]:
    """A stage a target, a RUN a dependency with `|| echo FAILED`, a COPY a target at last."""
    folder.mkdir(parents=True)
    busybox_base(folder / "base.tar")
    lines = ["FROM scratch AS base", "ADD base.tar /", 'ENV PATH="/bin"', "RUN mkdir /results"]
    copies = ["FROM scratch AS results"]
    runs = 0
    for n, result in enumerate(r for r in results if r):
        lines.append(f"FROM base AS builder_{n}")
        for package in opamplan.install_order(result):
            runs += 1
            lines.append(
                f"RUN echo 'install {package}' >>build.log || echo 'FAILED: {package}' >>build.log"
            )
        copies.append(f"COPY --from=builder_{n} /build.log /{result.target}")
    text = "\n".join([*lines, *copies, ""])
    (folder / "Dockerfile").write_text(text)
    command = [daemon.buildctl, "--addr", daemon.address, "build", "--frontend=dockerfile.v0"]
    command += ["--opt=target=results", f"--local=context={folder}", f"--local=dockerfile={folder}"]
    begin = time.monotonic()
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        said = [x for x in done.stderr.splitlines() if "error" in x.lower()] or ["passed"]
        outcome = said[-1].strip()
        outcome = outcome if len(outcome) < 160 else outcome[:70] + " ... " + outcome[-80:]
    except subprocess.TimeoutExpired:
        outcome = "stopped after 600 s"
    seconds = time.monotonic() - begin
    row = ["monolith", f"{len(text):,}", f"{runs:,}", "1", f"{seconds:.0f}", f"`{outcome}`"]
    print(" | ".join(row), file=sys.stderr)
    return row


def planned_build(daemon: Daemon, folder: Path, plan: opamplan.Plan) -> tuple[list[str], bool]:
    """The plan, batch by batch."""
    folder.mkdir(parents=True)
    busybox_base(folder / "base.tar")
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    state = State(folder / "builds.sqlite")
    begin = time.monotonic()
    run = Runner(
        plan,
        state,
        [Buildctl(daemon.address, daemon.buildctl)],
        RunOptions(folder, emit),
        on_progress=Display(),
    ).run()
    seconds = time.monotonic() - begin
    layers = state.layers(run)
    good = sum(row["status"] == "success" for row in layers)
    passed = run.status == "finished" and good == len(plan.layers())
    size = sum(file.stat().st_size for file in folder.glob("batch*.Dockerfile"))
    outcome = f"{good:,} of {len(plan.layers()):,} layers, {len(plan.targets):,} targets"
    return [
        "opamplan",
        f"{size:,}",
        f"{len(plan):,}",
        str(len(plan.batches)),
        f"{seconds:.0f}",
        outcome,
    ], passed


if __name__ == "__main__":
    sys.exit(main())
