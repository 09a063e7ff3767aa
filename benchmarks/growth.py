"""How the work of each stage grows with the repository: instructions by renamed copies of it.

    python benchmarks/growth.py REPOSITORY PEER [--copies 1 2 4 10] [--strategies graft prefix]
                                [--seconds RUNS]

REPOSITORY is a folder with `packages/`, PEER the program `bindings_peer` of a release build with
-DOPAMPLAN_BUILD_BENCHMARKS=ON. In each copy all names but those of the compiler are others. The
figures are valgrind's, which do not depend on what else the machine does, or CPU seconds, the
least of RUNS. The last column is the growth from the first size to the last, divided by that of
the repository: 1.0 is linear. Ten copies take valgrind half an hour.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import opamplan

QUOTED = re.compile(r'"([^"\\\n]+)"')
Row = dict[str, float]


def shared_names(repository: str) -> set[str]:
    """The compiler and what it needs: what every copy stands on."""
    repo = opamplan.Repository.open(repository)
    universe = opamplan.Universe(repo, opamplan.Environment.preset("debian-12"), ocaml="5.3.0")
    return {name.partition(".")[0] for name in universe.solve("ocaml").packages}


def write_copy(packages: pathlib.Path, into: pathlib.Path, number: int, shared: set[str]) -> None:
    """All packages but the shared ones, renamed wherever a text names one of them."""
    names = {folder.name for folder in packages.iterdir()} - shared

    def renamed(match: re.Match[str]) -> str:
        name = match[1]
        return f'"{name}-copy{number}"' if name in names else match[0]

    for opam in packages.glob("*/*/opam"):
        name, _, version = opam.parent.name.partition(".")
        if name in shared:
            continue
        folder = into / f"{name}-copy{number}" / f"{name}-copy{number}.{version}"
        folder.mkdir(parents=True)
        text = QUOTED.sub(renamed, opam.read_text(errors="surrogateescape"))
        (folder / "opam").write_text(text, errors="surrogateescape")


def grow(repository: pathlib.Path, into: pathlib.Path, copies: int) -> None:
    """`repository` and `copies` - 1 renamed ones beside it."""
    shutil.copytree(repository / "packages", into / "packages")
    shared = shared_names(str(repository))
    for number in range(2, copies + 1):
        write_copy(repository / "packages", into / "packages", number, shared)


def counted(command: list[str], scratch: pathlib.Path) -> Row:
    """Instructions by stage."""
    out = scratch / "callgrind.out"
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    subprocess.run([*valgrind, *command], check=True, capture_output=True)
    row: Row = {}
    for dump in sorted(scratch.glob("callgrind.out.*")):
        text = dump.read_text()
        stage = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.MULTILINE)
        total = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
        if stage and total:
            row[stage[1]] = float(total[1]) / 1e6
        dump.unlink()
    return row


def timed(command: list[str], runs: int) -> Row:
    """CPU milliseconds by stage: the least of all runs."""
    row: Row = {}
    for _ in range(runs):
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for line in out.splitlines():
            stage, _, cpu = line.split()
            row[stage] = min(row.get(stage, float("inf")), float(cpu) * 1000)
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("peer")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2, 4, 10])
    parser.add_argument("--strategies", nargs="+", default=["graft", "prefix", "chain"])
    parser.add_argument("--seconds", type=int, metavar="RUNS", help="measure CPU time instead")
    args = parser.parse_args()
    rows: list[Row] = []
    for copies in args.copies:
        with tempfile.TemporaryDirectory() as folder:
            scratch = pathlib.Path(folder)
            grow(args.repository, scratch / "repository", copies)
            command = [args.peer, str(scratch / "repository"), "1", *args.strategies]
            rows.append(timed(command, args.seconds) if args.seconds else counted(command, scratch))
        print(f"{copies} done", file=sys.stderr)
    print("CPU ms" if args.seconds else "million instructions")
    print(f"{'copies':20}", *(f"{copies:>10}" for copies in args.copies), f"{'growth':>8}")
    for stage in rows[0]:
        figures = [row[stage] for row in rows]
        growth = figures[-1] / figures[0] / (args.copies[-1] / args.copies[0])
        print(f"{stage:20}", *(f"{figure:10.0f}" for figure in figures), f"{growth:8.2f}")


if __name__ == "__main__":
    main()
