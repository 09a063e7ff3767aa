#!/usr/bin/env python3
"""Build the real packages with each strategy on the real BuildKit, and print them side by side.

Usage: run.py DIRECTORY --address ADDRESS [--buildctl PATH] [--strategies graft,prefix,chain]
              [--targets NAME.VERSION,...] [--switches N]

DIRECTORY is what prepare.py made. The target together.1 needs all the others that build. Steps are
carried out without a network. Then, for N targets, the switch that grafts made is compared with the
one of plain sequential installs (`chain`): `opam list`, `opam switch export`, `ocamlfind list`, and
every file. Exit status 1 if strategies disagree about a package, or a switch differs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import opamplan
from opamplan.runs import Buildctl, Runner, RunOptions, State
from opamplan.runs.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parent))
import prepare

DEPEXTS = 'apt-get install -y -qq --no-install-recommends --no-download -- "$@"'

# What two equal switches may differ in: times, opam's own notes, and what it makes anew when asked.
FACTS = """\
set -e
mkdir -p /facts
cd /opamplan/opam/default
opam list --short --columns=name,version >/facts/list
opam switch export /facts/export >/dev/null
opam exec -- sh -c 'command -v ocamlfind >/dev/null && ocamlfind list || true' >/facts/findlib 2>&1
opam env | sort >/facts/env
find . -type d -printf '%p/ %m\\n' -o -type l -printf '%p -> %l\\n' -o \\
  -type f -printf '%p %m ' -exec sha256sum {} ';' | sed 's/  .*//' | grep -v -E \\
  '/\\.opam-switch/(backup|lock|packages/cache|environment|sources|build|switch-state|install/)' |
  sort >/facts/files
"""


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--address", required=True)
    parser.add_argument("--buildctl", default="buildctl")
    parser.add_argument("--strategies", default="graft,prefix,chain")
    parser.add_argument("--targets", default="")
    parser.add_argument("--switches", type=int, default=3)
    args = parser.parse_args()
    within = prepare.universe(args.directory / "repository")
    results = prepare.targets(within, args.targets.split(",") if args.targets else None)
    plans = {s: opamplan.make_plan(results, strategy=s) for s in args.strategies.split(",")}
    rows, statuses = [], {}
    for strategy, plan in plans.items():
        row, statuses[strategy] = build(args, strategy, plan)
        rows.append(row)
    print_table(rows)
    agree = report_statuses(statuses)
    same = True
    if {"graft", "chain"} <= set(plans) and args.switches:
        built = [t for t, s in statuses["graft"].items() if s == "success"]
        sizes = {r.target: len(r) for r in results if r}
        built.sort(key=lambda t: -sizes[t])
        found = [compare_switches(args, plans, t) for t in built[: args.switches]]
        same = all(found)
    return 0 if agree and same else 1


def emit_options(directory: Path, context: Path) -> opamplan.EmitOptions:
    """Of all builds: the base, no network, no downloads."""
    emit = opamplan.EmitOptions()
    context.mkdir(parents=True, exist_ok=True)
    archive = context / "base.tar"
    if not archive.exists():
        archive.hardlink_to(directory / "base.tar")
    emit.base_archive = "base.tar"
    emit.depexts = DEPEXTS
    emit.time_limit = 1200
    return emit


def build(
    args: argparse.Namespace, strategy: str, plan: opamplan.Plan
) -> tuple[list[str], dict[str, str]]:
    """One strategy, from an empty store."""
    context = args.directory / f"out-{strategy}"
    emit = emit_options(args.directory, context)
    # Steps of strategies may be the same: each begins with an empty store.
    prune = [args.buildctl, "--addr", args.address, "prune", "--all"]
    subprocess.run(prune, check=True, capture_output=True)
    before = disk_usage(args)
    state = State(context / "builds.sqlite")
    begin = time.monotonic()
    runner = Runner(
        plan,
        state,
        [Buildctl(args.address, args.buildctl)],
        RunOptions(context, emit, resume=False),
        on_progress=Display(),
    )
    run = runner.run()
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
        f"{(disk_usage(args) - before) / 1e6:.0f}",
        f"{sum(row['size'] or 0 for row in layers) / 1e6:.1f}",
    ]
    return row, {t["target"]: t["status"] for t in state.targets(run)}


def disk_usage(args: argparse.Namespace) -> float:
    """Bytes of the builder's store."""
    command = [args.buildctl, "--addr", args.address, "du"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    total = [
        line.split(":", 1)[1].strip() for line in out.splitlines() if line.startswith("Total:")
    ]
    number = total[0].rstrip("BkMGT") if total else "0"
    unit = total[0][len(number) :] if total else "B"
    return float(number) * {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]


def print_table(rows: list[list[str]]) -> None:
    """As Markdown."""
    head = ["strategy", "steps", "executed", "cached", "layers"]
    head += ["installs s", "wall s", "store MB", "installed MB"]
    print("| " + " | ".join(head) + " |")
    print("|---|" + "---:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def report_statuses(statuses: dict[str, dict[str, str]]) -> bool:
    """What each strategy found; false if they disagree."""
    agree = True
    for target in sorted(next(iter(statuses.values()))):
        found = {strategy: of[target] for strategy, of in statuses.items()}
        if len(set(found.values())) > 1:
            agree = False
            print(f"{target}: {found}")
        elif set(found.values()) != {"success"}:
            print(f"{target}: {next(iter(found.values()))}")
    good = sum(s == "success" for s in next(iter(statuses.values())).values())
    print(f"{good} targets built; the strategies {'agree' if agree else 'DISAGREE'}")
    return agree


def compare_switches(
    args: argparse.Namespace, plans: dict[str, opamplan.Plan], target: str
) -> bool:
    """The switch of a target as grafts and as plain installs made it."""
    facts = {}
    for strategy in ("graft", "chain"):
        plan = plans[strategy]
        context = args.directory / f"out-{strategy}"
        emit = emit_options(args.directory, context)
        step = plan.target_steps[plan.targets.index(target)]
        stage = opamplan.stage_names(plan)[step]
        text = opamplan.dockerfile(plan, target, emit)
        text += f"FROM {stage} AS opamplan-facts\nRUN <<'EOT'\n{FACTS}EOT\n"
        text += "FROM scratch AS facts\nCOPY --from=opamplan-facts /facts /\n"
        (context / "facts.Dockerfile").write_text(text)
        with tempfile.TemporaryDirectory() as out:
            command = [args.buildctl, "--addr", args.address, "build"]
            command += ["--frontend=dockerfile.v0", "--opt=filename=facts.Dockerfile"]
            command += ["--opt=target=facts", f"--local=context={context}"]
            command += [f"--local=dockerfile={context}", f"--output=type=local,dest={out}"]
            subprocess.run(command, check=True, capture_output=True)
            facts[strategy] = {p.name: p.read_text() for p in Path(out).iterdir()}
    same = True
    for name in sorted(facts["chain"]):
        plain = facts["chain"][name].splitlines()
        grafted = facts["graft"][name].splitlines()
        if plain != grafted:
            same = False
            missing = sorted(set(plain) - set(grafted))
            extra = sorted(set(grafted) - set(plain))
            print(f"{target}: {name} differs: {len(missing)} missing, {len(extra)} more")
            for line in missing[:5]:
                print(f"  - {line}")
            for line in extra[:5]:
                print(f"  + {line}")
    files = len(facts["chain"]["files"].splitlines())
    if same:
        print(f"{target}: the grafted switch equals the plain one, {files} files and folders")
    return same


if __name__ == "__main__":
    sys.exit(main())
