#!/usr/bin/env python3
"""How large the state of many runs is, and how long its history takes to read.

Usage: history.py REPOSITORY [--runs N] [--ocaml VERSION]... [--changed PERCENT]
       [--failures PERCENT]

Runs of all newest versions on several compilers. Results are invented, in the form in which opam
2.3 tells of them: a success in 540 bytes, a failure with so many lines of a compiler, no two alike.
From run to run some layers are built again, with another log; a run has another plan each time.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import resource
import sys
import tempfile
import time

import opamplan
from opamplan.runs import LayerResult, State, histories

COMPILERS = ("4.14.2", "5.0.0", "5.2.1", "5.3.0", "5.4.0")
SUCCESS = """\

<><> Updating package repositories ><><><><><><><><><><><><><><><><><><><><><><>
[default] synchronised from file:///opamplan/repository
Now run 'opam upgrade' to apply any package updates.
The following actions will be performed:
=== install 1 package
  - install {name} {version}

<><> Processing actions <><><><><><><><><><><><><><><><><><><><><><><><><><><><>
-> retrieved {package}  (https://example.org/releases/download/v{version}/{name}-{hash}.tbz)
-> installed {package}
Done.
# To update the current shell environment, run: eval $(opam env)
"""
FAILURE = """\

<><> Processing actions <><><><><><><><><><><><><><><><><><><><><><><><><><><><>
[ERROR] The compilation of {package} failed at "dune build -p {name} -j 1 @install".

#=== ERROR while compiling {package} ==========#
# context              2.3.0 | linux/x86_64 |  | file:///opamplan/repository
# path                 /opamplan/opam/default/.opam-switch/build/{package}
# command              /opamplan/opam/default/bin/dune build -p {name} -j 1 @install
# exit-code            1
# env-file             /opamplan/opam/log/{name}-32-{hash}.env
# output-file          /opamplan/opam/log/{name}-32-{hash}.out
### output ###
{output}
# Error: Unbound module "{module}"
"""


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("repository")
    parser.add_argument("--runs", type=int, default=14)
    parser.add_argument("--ocaml", action="append", default=[])
    parser.add_argument("--changed", type=float, default=10.0)
    parser.add_argument("--failures", type=float, default=8.0)
    args = parser.parse_args()
    compilers = args.ocaml or list(COMPILERS)
    repository = opamplan.Repository.open(args.repository)
    environment = opamplan.Environment.preset("debian-13")
    plans = {}
    for version in compilers:
        universe = opamplan.Universe(repository, environment, ocaml=version)
        solved = [result for result in universe.solve_all() if result]
        plans[version] = opamplan.make_plan(solved)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "builds.sqlite"
        begin = time.process_time()
        with State(path) as state:
            rows, targets = fill(state, plans, args)
        wrote = time.process_time() - begin
        size = sum(file.stat().st_size for file in pathlib.Path(folder).iterdir())
        print(
            f"{args.runs} runs of {len(plans)} compilers: {targets} targets, {rows} results, "
            f"{size / 1e6:.0f} MB, written in {wrote:.0f} s of CPU"
        )
        begin = time.process_time()
        with State(path, read_only=True) as state:
            found = histories(state)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(
            f"history of {len(found)} environments, {sum(len(h.failing) for h in found)} "
            f"packages failing: {time.process_time() - begin:.1f} s of CPU, {peak:.0f} MB at most"
        )
    return 0


def fill(
    state: State, plans: dict[str, opamplan.Plan], args: argparse.Namespace
) -> tuple[int, int]:
    """All runs; how many results of layers and targets they have."""
    chance = random.Random(1)
    logs: dict[str, tuple[str, str]] = {}  # of a layer, while its steps come from the cache
    broken: dict[str, bool] = {}
    rows = targets = 0
    for number in range(args.runs):
        for plan in plans.values():
            # As a commit later: some packages are gone.
            part = plan.restricted_to([t for t in plan.targets if chance.random() > 0.01])
            run = state.begin_run(part)
            results = []
            for layer, package, _ in part.layers():
                if layer not in logs or chance.random() * 100 < args.changed:
                    broken.setdefault(package, chance.random() * 100 < args.failures)
                    logs[layer] = invented(package, broken[package], chance)
                status, log = logs[layer]
                size = chance.randrange(10_000_000) if status == "success" else None
                results.append((LayerResult(layer, package, status, 3.0, log, size), number > 0))
            state.add_layers(run, results)
            state.end_run(run, "finished")
            rows += len(results)
            targets += len(part.targets)
    return rows, targets


def invented(package: str, fails: bool, chance: random.Random) -> tuple[str, str]:
    """A status and a log."""
    name, _, version = package.partition(".")
    words = {"package": package, "name": name, "version": version}
    words["hash"] = f"{chance.getrandbits(32):08x}"
    if not fails:
        return "success", SUCCESS.format(**words)
    files = [f"{name}_{chance.getrandbits(24):06x}" for _ in range(chance.randrange(1, 60))]
    output = "\n".join(
        f"# (cd _build/default && ocamlfind ocamlopt -c -g -I src/.{name}.objs/byte "
        f"-o src/.{name}.objs/native/{file}.cmx -impl src/{file}.ml)"
        for file in files
    )
    return "failure", FAILURE.format(output=output, module=files[0].title(), **words)


if __name__ == "__main__":
    sys.exit(main())
