#!/usr/bin/env python3
"""Build the real packages with each strategy on a real builder, and print them side by side.

Usage: run.py DIRECTORY [--with buildkit|docker|docker-graphdriver] [--root debian-13]
              [--strategies graft,merge,prefix,chain] [--targets NAME.VERSION,...] [--switches N]
              [--keep] [--store FOLDER]

DIRECTORY is what prepare.py made. The builder is started for this, with its store in FOLDER
(default: DIRECTORY/store): BuildKit, or Docker Engine with one of its two image stores. Each
strategy begins with an empty store, which goes afterwards; with --keep it is what earlier runs and
strategies left, so that equal steps are not carried out again. Then the statuses are compared,
with those of plain opam too if plain.py has found them, and for N targets the switches: first those
that plain.py installed --alone, with plain opam's, then the largest. That is `opam list`, `opam
switch export`, `ocamlfind list`, every file. Exit status 1 if strategies disagree about a
package, or a switch differs. Needs root; builds the builders if they are not there.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Union

import opamplan
from opamplan.runs import Runner, RunOptions, State
from opamplan.runs.display import Display
from opamplan.runs.records import records_of

sys.path.insert(0, str(Path(__file__).resolve().parent))
import prepare
import roots
from daemon import Daemon
from engine import Engine
from stored import by_kind

HERE = Path(__file__).resolve().parent
Facts = dict[str, list[str]]
Builder = Union[Daemon, Engine]


def programs(script: str) -> Path:
    """The folder of programs that a script of scripts/ has built, or builds now."""
    command = [str(HERE.parents[1] / "scripts" / script)]
    return Path(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    )


BUILDERS = ("buildkit", "docker", "docker-graphdriver")


def builder_of(kind: str, store: Path, keep: bool) -> Builder:
    """A builder of its own for each kind."""
    buildkit = programs("buildkit")
    if kind == "buildkit":
        return Daemon(buildkit, store, keep=keep)
    image_store = "graphdriver" if kind == "docker-graphdriver" else "containerd"
    return Engine(programs("docker-engine"), buildkit / "buildx", store, image_store, keep)


COLUMNS = ["strategy", "steps", "executed", "cached", "layers"]
COLUMNS += ["installs s", "wall s", "store MB", "installed MB"]
HEAD = "| " + " | ".join(COLUMNS) + " |\n|---|" + "---:|" * (len(COLUMNS) - 1)
AS_OPAM = "set -e\nexport OPAMROOT=/opamplan/opam OPAMCOLOR=never\n"


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--with", dest="kind", default="buildkit", choices=BUILDERS)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--root", default="debian-13", choices=list(roots.SUITES))
    parser.add_argument("--strategies", default="graft,prefix,chain")
    parser.add_argument("--targets", default="")
    parser.add_argument("--switches", type=int, default=3)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    args.directory = args.directory.resolve()
    within = prepare.universe(args.directory / "repository", roots.root(args.root))
    results = prepare.targets(within, args.targets.split(",") if args.targets else None)
    plans = {s: opamplan.make_plan(results, strategy=s) for s in args.strategies.split(",")}
    with builder_of(args.kind, args.store or args.directory / "store", args.keep) as builder:
        print(HEAD)
        statuses = {}
        for strategy, plan in plans.items():
            if not args.keep:
                builder.prune()
            row, statuses[strategy] = build(args.directory, builder, strategy, plan)
            print("| " + " | ".join(row) + " |", flush=True)
            if isinstance(builder, Daemon):
                seconds, peak = builder.cost()
                print(f"The daemon: {seconds:.0f} s of CPU, at most {peak / 1e6:.0f} MB of memory.")
                print(f"Stored: {by_kind(records_of(builder.builder()))}.", flush=True)
        agree = report_statuses(statuses, plain_statuses(args.directory))
        built = [t for t, s in next(iter(statuses.values())).items() if s == "success"]
        sizes = {r.target: len(r) for r in results}
        alone = args.directory / "plain/facts"
        built.sort(key=lambda t: (not (alone / t).exists(), -sizes[t], t))
        same = [
            compare_switches(args.directory, builder, plans, target)
            for target in built[: args.switches]
        ]
    return 0 if agree and all(same) else 1


def emit_options(directory: Path, context: Path, builder: Builder) -> opamplan.EmitOptions:
    """Of all builds: the base, with the opam that is in it."""
    emit = opamplan.EmitOptions()
    context.mkdir(parents=True, exist_ok=True)
    archive = context / "base.tar"
    if not archive.exists():
        base = (directory / "base.tar").resolve()
        try:
            archive.hardlink_to(base)
        except OSError:  # on another disk
            shutil.copyfile(base, archive)
    emit.base_archive = "base.tar"
    emit.opam = "image"
    emit.network = builder.network
    emit.time_limit = 7200
    return emit


def build(
    directory: Path, builder: Builder, strategy: str, plan: opamplan.Plan
) -> tuple[list[str], dict[str, str]]:
    """One strategy: its row of the table, and the statuses of its targets."""
    context = directory / f"out-{strategy}"
    emit = emit_options(directory, context, builder)
    before = builder.stored()
    state = State(context / "builds.sqlite")
    begin = time.monotonic()
    options = RunOptions(context, emit, resume=False)
    run = Runner(plan, state, [builder.builder()], options, on_progress=Display()).run()
    if run.status == "interrupted":
        raise SystemExit(130)
    seconds = time.monotonic() - begin
    batches = state.batches(run)
    layers = state.layers(run)
    row = [
        strategy,
        str(len(plan)),
        str(sum(b["executed"] for b in batches)),
        str(sum(b["cached"] for b in batches)),
        str(len(layers)),
        f"{sum(row['seconds'] for row in layers):.0f}",
        f"{seconds:.0f}",
        f"{(builder.stored() - before) / 1e6:.0f}",
        f"{sum(row['size'] or 0 for row in layers) / 1e6:.1f}",
    ]
    return row, {t["target"]: t["status"] for t in state.targets(run)}


def plain_statuses(directory: Path) -> dict[str, str]:
    """What plain opam found, by target; empty if it was not asked."""
    file = directory / "plain/statuses.tsv"
    if not file.exists():
        return {}
    return dict(line.split("\t")[:2] for line in file.read_text().splitlines())


def report_statuses(statuses: dict[str, dict[str, str]], plain: dict[str, str]) -> bool:
    """What each strategy found; false if they disagree, or plain opam does."""
    agree = True
    for target, first in sorted(next(iter(statuses.values())).items()):
        found = {strategy: of[target] for strategy, of in statuses.items()}
        # Plain opam ends in the same way when a dependency fails.
        alike = target not in plain or (plain[target] == "success") == (first == "success")
        if len(set(found.values())) > 1 or not alike:
            agree = False
            print(f"{target}: {found}, plain opam: {plain.get(target, 'not asked')}")
        elif first != "success":
            print(f"{target}: {first}")
    good = sum(s == "success" for s in next(iter(statuses.values())).values())
    asked = len(plain.keys() & next(iter(statuses.values())).keys())
    said = "agree" if agree else "DISAGREE"
    compared = f"the strategies {said}" if plain or len(statuses) > 1 else "by one strategy"
    print(f"{good} targets built; {compared}", end="")
    print(f", and plain opam on {asked}" if agree and plain else "")
    return agree


def compare_switches(
    directory: Path, builder: Builder, plans: dict[str, opamplan.Plan], target: str
) -> bool:
    """The switch of a target as each strategy made it, and as plain opam did."""
    facts = {s: facts_of(directory, builder, plan, s, target) for s, plan in plans.items()}
    plain = directory / "plain/facts" / target
    if plain.exists():
        facts["plain opam"] = {p.name: p.read_text().splitlines() for p in plain.iterdir()}
    # Against the plainest.
    *others, right = facts
    if not others:
        print(f"{target}: only {right} made this switch, so there is nothing to compare it with")
        return True
    different = [s for s in others if differ(target, s, facts[s], right, facts[right])]
    if not different:
        size = len(facts[right]["files"])
        print(f"{target}: the switches of {', '.join(facts)} are equal, {size} files and folders")
    return not different


def differ(target: str, strategy: str, facts: Facts, right: str, expected: Facts) -> bool:
    """Print in what a switch differs from the expected one; false if in nothing."""
    different = False
    for name in sorted(expected):
        missing = sorted(set(expected[name]) - set(facts[name]))
        extra = sorted(set(facts[name]) - set(expected[name]))
        if facts[name] != expected[name]:
            different = True
            print(f"{target}: {name} of {strategy} differs from {right}'s:", end=" ")
            print(f"{len(missing)} missing, {len(extra)} more")
            for line in missing[:5]:
                print(f"  - {line}")
            for line in extra[:5]:
                print(f"  + {line}")
    return different


def facts_of(
    directory: Path, builder: Builder, plan: opamplan.Plan, strategy: str, target: str
) -> Facts:
    """What facts.sh says of a target's switch."""
    context = directory / f"out-{strategy}"
    step = plan.target_steps[plan.targets.index(target)]
    stage = opamplan.stage_names(plan)[step]
    script = (HERE / "facts.sh").read_text()
    emit = emit_options(directory, context, builder)
    with tempfile.TemporaryDirectory() as temporary:
        image: dict[str, Path] = {}
        if strategy == "merge":  # its images are the builder's own, and in no Dockerfile
            assert isinstance(builder, Daemon)
            image["image"] = Path(temporary) / "image"
            builder.export(context, opamplan.image_llb(plan, target, emit), image["image"])
            text, stage = "", "image"
        else:
            text = opamplan.dockerfile(plan, target, emit)
        text += f"FROM {stage} AS opamplan-facts\nENV OPAMSWITCH=default OPAMROOTISOK=1\n"
        text += f"USER opam\nRUN <<'EOT'\n{AS_OPAM}{script}EOT\n"
        text += "FROM scratch AS facts\nCOPY --from=opamplan-facts /tmp/facts /\n"
        (context / "facts.Dockerfile").write_text(text)
        out = Path(temporary) / "facts"
        builder.build(context, "facts.Dockerfile", "facts", out, **image)
        return {p.name: p.read_text().splitlines() for p in out.iterdir()}


if __name__ == "__main__":
    sys.exit(main())
