"""The targets of a repository, solved by opam-0install and by opamplan; the answers must be equal.

    python benchmarks/peers/opam_0install.py REPOSITORY [--ocaml 5.3.0] [--every 10]

Needs the OCaml library opam-0install and ocamlfind (`opam install opam-0install ocamlfind`), or
with --program what opam_0install.ml beside this file was compiled to. REPOSITORY is a folder. Both
keep the files in memory; the time in which opam-0install reads and evaluates a file is left out by
asking everything twice, of which the second counts.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from timings import row

import opamplan

SOURCE = Path(__file__).with_name("opam_0install.ml")
# What the environment leaves undefined counts as undefined there too.
VARIABLES = (
    "arch",
    "os",
    "os-distribution",
    "os-family",
    "os-version",
    "opam-version",
    "sys-ocaml-version",
    "sys-ocaml-arch",
    "sys-ocaml-cc",
    "sys-ocaml-libc",
    "sys-ocaml-system",
)


def compiled(folder: Path) -> Path:
    """The peer, compiled with the user's library."""
    shutil.copy(SOURCE, folder)
    command = ["ocamlfind", "ocamlopt", "-package", "opam-0install,opam-state", "-linkpkg"]
    try:
        subprocess.run(
            [*command, SOURCE.name, "-o", "peer"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise SystemExit(f"opam-0install: no comparison without ocamlfind: {error}") from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"opam-0install: no comparison: {error.stderr.strip()}") from None
    return folder / "peer"


def ask(
    program: Path, repository: Path, environment: opamplan.Environment, targets: list[str]
) -> dict[str, tuple[str, float, list[str]]]:
    """Status, seconds and selected packages by target."""
    values = {name: environment.get(name) for name in VARIABLES}
    given = [f"{name}={value}" for name, value in values.items() if value is not None]
    done = subprocess.run(
        [str(program), str(repository / "packages"), str(environment.get("ocaml:version")), *given],
        input="".join(f"{target}\n" for target in targets * 2),
        check=True,
        capture_output=True,
        text=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {row[0]: (row[1], float(row[2]), row[3].split(",") if row[3] else []) for row in rows}


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--ocaml", default="5.3.0")
    parser.add_argument("--environment", default="debian-12", help="a preset's name")
    parser.add_argument("--every", type=int, default=10, help="take each N-th target")
    parser.add_argument("--program", type=Path, help="the compiled opam_0install.ml")
    args = parser.parse_args()
    environment = opamplan.Environment.preset(args.environment).with_ocaml(args.ocaml)
    repository = opamplan.Repository.open(str(args.repository))
    universe = opamplan.Universe(repository, environment, ocaml=args.ocaml)
    targets = [t for t in universe.latest() if not t.startswith("ocaml.")][:: args.every]
    with tempfile.TemporaryDirectory() as folder:
        theirs = ask(args.program or compiled(Path(folder)), args.repository, environment, targets)

    mine, differ = [], []
    for target in targets:
        begin = time.perf_counter()
        answer = universe.solve(target)
        mine.append(time.perf_counter() - begin)
        selected = sorted(str(package) for package in answer) if answer else []
        if (str(answer.status), selected) != (theirs[target][0], sorted(theirs[target][2])):
            differ.append(target)
    begin = time.perf_counter()
    universe.solve_all(targets, threads=1)
    together = time.perf_counter() - begin
    print(f"{len(targets)} targets, OCaml {args.ocaml}, {args.environment}")
    row("opam-0install", [seconds for _, seconds, _ in theirs.values()])
    row("opamplan", mine)
    of_theirs = sum(seconds for _, seconds, _ in theirs.values())
    print(f"opamplan, all at once, one thread: {together * 1000:.1f} ms")
    print(
        f"times faster: {of_theirs / sum(mine):.0f} one by one, {of_theirs / together:.0f} at once"
    )
    print(f"answers that differ: {len(differ)}{''.join(' ' + t for t in differ)}")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
