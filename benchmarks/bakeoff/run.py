#!/usr/bin/env python3
"""All of opam in real BuildKit: the bake-off's one large file beside opamplan's plan.

Usage: run.py REPOSITORY --programs DIRECTORY [--targets N] [--parallelism N] [--wait SECONDS]
              [--only monolithic|plan] [--strategies graft,merge] [--export-cache]
              [--bytes N | --like STATE [--divide N]]

DIRECTORY holds buildkitd and buildctl (scripts/buildkit makes it). Needs root, runc and busybox.
Each file is solved by a builder with an empty store. Installs are stand-ins on a root file system
of busybox, so that what is measured is BuildKit: steps, mounts, messages. The bake-off's file has a
stage a target, one install a step in package-tool's order, and a results stage that copies from
each. opamplan's plans are built strategy by strategy; --bytes is what the stand-in of a package
installs, or as much as a package of a real run (its builds.sqlite, see benchmarks/real) chosen by
its name, divided by N so that the disk holds it. --export-cache has the builder write its cache
too. Prints Markdown tables; exit status 1 if a plan was not built whole.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import opamplan
from opamplan._core.emit import has_dockerfile
from opamplan.runs import Buildctl, Runner, RunOptions, State
from opamplan.runs.records import records_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "real"))
from daemon import Daemon, busybox_base
from sized import sized_stand_in
from stored import by_kind

HEADER = """\
FROM scratch AS header
ADD base.tar /
ENV PATH=/bin OPAMYES=1 OPAMCONFIRMLEVEL=unsafe-yes OPAMERRLOGLEN=0 OPAMPRECISETRACKING=1
COPY --chmod=755 opam /bin/opam
"""
OPAM = '#!/bin/sh\necho "$@" >"/opam-$2"\n'
MEMORY = 9_000_000 * 1024  # of a process: a bad graph can take all there is

Row = tuple[str, str, str, str, str, str]


def monolithic(results: list[opamplan.SolveResult]) -> tuple[str, int]:
    """One file as the bake-off's, and its number of installs."""
    lines, installs = [HEADER], 0
    copies: list[str] = []
    for result in results:
        if result.target is None:
            continue
        # BuildKit reads stages as names of images: no `__` and none at the end. Some become equal.
        stage = "builder_" + re.sub("[^a-z0-9]+", "_", result.target.lower()) + f"_{len(copies)}"
        lines.append(f"FROM header AS {stage}\nWORKDIR /results/{result.target}\n")
        for package in opamplan.install_order(result):
            lines.append(f"RUN opam install {package} >> build.log 2>&1 || echo 'FAILED'\n")
            installs += 1
        lines.append("CMD bash\n")
        copies.append(f"COPY --from={stage} /results /results\n")
    return "".join([*lines, "FROM header AS results\n", *copies]), installs


def bake_off(daemon: Daemon, folder: Path, results: list[opamplan.SolveResult], wait: float) -> Row:
    """Solve the large file."""
    text, installs = monolithic(results)
    (folder / "Dockerfile").write_text(text)
    (folder / "opam").write_text(OPAM)
    begin = time.monotonic()
    command = [daemon.buildctl, "--addr", daemon.address, "build", "--frontend=dockerfile.v0"]
    command += [f"--local=context={folder}", f"--local=dockerfile={folder}"]
    command += ["--opt=target=results", f"--output=type=local,dest={folder}/results"]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, errors="replace", timeout=wait
        )
        outcome = "built" if done.returncode == 0 else last_error(done.stderr)
    except subprocess.TimeoutExpired:
        outcome = f"not done after {wait:.0f} s"
    seconds = time.monotonic() - begin
    measure = opamplan.inspect_dockerfile(text, "Dockerfile", opamplan.Limits("none"))
    return row(
        "the bake-off's file", len(text), measure.definition_bytes, installs, seconds, outcome
    )


def last_error(text: str) -> str:
    """The last line that says what went wrong, shortened."""
    lines = [line for line in text.splitlines() if "error" in line.lower()] or [text.strip()]
    return lines[-1][-160:].replace("|", "/")


def planned(
    daemon: Daemon, folder: Path, plan: opamplan.Plan, args: argparse.Namespace
) -> tuple[list[Row], bool]:
    """Carry opamplan's plan out; a row a batch, one for all, and whether all is well."""
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    if args.bytes:
        place = "/opamplan/opam/default/share"
        emit.install = (
            f'mkdir -p {place} && yes "$1" | head -c {args.bytes} >"{place}/$1.bytes"\n'
            + emit.install
        )
    if args.like:
        sized_stand_in(emit, args.like, args.divide)

    def tell(kind: str, fields: dict[str, object], _: object) -> None:
        if kind in ("batch", "batch_end"):
            print(kind, fields, file=sys.stderr, flush=True)

    with State(folder / "builds.sqlite") as state:
        cache_to = (f"type=local,dest={folder}/cache,mode=max",) if args.export_cache else ()
        builder = Buildctl(daemon.address, daemon.buildctl, cache_to=cache_to)
        begin = time.monotonic()
        run = Runner(plan, state, [builder], RunOptions(folder, emit), on_progress=tell).run()
        seconds = time.monotonic() - begin
        limits = opamplan.Limits("none")
        rows, size, definition = [], 0, 0
        for done, batch in zip(state.batches(run), plan.batches):
            if not has_dockerfile(plan):
                file_bytes = bytes_of_it = (folder / f"batch{batch.index}.llb").stat().st_size
            else:
                text = (folder / f"batch{batch.index}.Dockerfile").read_text()
                file_bytes = len(text)
                bytes_of_it = opamplan.inspect_dockerfile(text, "", limits).definition_bytes
            size += file_bytes
            definition += bytes_of_it
            what = f"{done['status']}: {done['executed']} executed, {done['cached']} cached"
            if done["error"]:
                what += " " + last_error(done["error"])
            rows.append(
                row(
                    f"{plan.strategy}, batch {batch.index}: {len(batch.targets)} targets",
                    file_bytes,
                    bytes_of_it,
                    len(batch.steps),
                    done["ended"] - done["started"],
                    what,
                )
            )
        statuses: dict[str, int] = {}
        for layer in state.layers(run):
            statuses[layer["status"]] = statuses.get(layer["status"], 0) + 1
        targets = sum(target["status"] == "success" for target in state.targets(run))
    good = statuses == {"success": len(plan.layers())} and targets == len(plan.targets)
    what = ", ".join(f"{number} layers {status}" for status, number in sorted(statuses.items()))
    outcome = f"{run.status}: {what}; {targets} of {len(plan.targets)} targets"
    rows.append(row(f"{plan.strategy}, all", size, definition, len(plan), seconds, outcome))
    return rows, good


def row(what: str, size: int, definition: int, steps: int, seconds: float, outcome: str) -> Row:
    """A row of the table."""
    return (
        what,
        f"{size / 1e6:.1f}",
        f"{definition / 1e6:.1f}",
        f"{steps:,}",
        f"{seconds:.0f}",
        outcome.strip(),
    )


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--targets", type=int, default=0, help="only the first so many")
    parser.add_argument("--parallelism", type=int, default=4)
    parser.add_argument("--strategies", default="graft", help="of opamplan's plans")
    parser.add_argument("--bytes", type=int, default=0, help="that a stand-in installs")
    parser.add_argument("--like", type=Path, help="the state of a run, for sizes")
    parser.add_argument("--divide", type=int, default=1, help="these sizes by so much")
    parser.add_argument("--export-cache", action="store_true")
    parser.add_argument("--only", choices=("monolithic", "plan"), help="one of the two")
    parser.add_argument("--wait", type=float, default=300, help="seconds for the large file")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    environment = opamplan.Environment.preset("debian-13")
    repository = opamplan.Repository.open([str(args.repository)])
    results = opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()
    results = [r for r in results if r][: args.targets or None]
    load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="opamplan-bakeoff-"))
    try:
        rows, good = [], True
        programs = args.programs.resolve()
        plans = args.strategies.split(",") if args.only != "monolithic" else []
        costs = []
        for name in (["monolithic"] if args.only != "plan" else []) + plans:
            out = folder / name / "out"
            out.mkdir(parents=True)
            busybox_base(out / "base.tar")
            with Daemon(programs, folder / name / "daemon", args.parallelism) as daemon:
                if name == "monolithic":
                    rows.append(bake_off(daemon, out, results, args.wait))
                    print(rows[0], file=sys.stderr, flush=True)
                else:
                    plan = opamplan.make_plan(results, strategy=name)
                    more, whole = planned(daemon, out, plan, args)
                    rows += more
                    good = good and whole
                seconds, peak = daemon.cost()
                kinds = by_kind(records_of(daemon.builder()))
                costs.append((name, daemon.stored(), seconds, peak, kinds))
                print(costs[-1], file=sys.stderr, flush=True)
            shutil.rmtree(folder / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{len(results)} targets, {os.cpu_count()} cores, load of others {load:.0f}, "
        f"max-parallelism {args.parallelism}\n"
    )
    print("| | file, MB | definition, MB | steps | seconds | outcome |")
    print("|---|---:|---:|---:|---:|---|")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")
    print("\n| | store, MB | seconds of the daemon | its memory, MB | stored |")
    print("|---|---:|---:|---:|---|")
    for name, stored, seconds, peak, kinds in costs:
        print(f"| {name} | {stored / 1e6:,.0f} | {seconds:,.0f} | {peak / 1e6:,.0f} | {kinds} |")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
