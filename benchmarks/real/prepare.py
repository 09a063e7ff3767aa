#!/usr/bin/env python3
"""Prepare real, offline builds: a base image with OCaml and opam, a repository of real packages.

Usage: prepare.py DIRECTORY [--opam-repository PATH] [--mirror URL]

Makes in DIRECTORY (once; a second run does only what is missing):

    base.tar      Debian 12 with opam, OCaml 4.13.1, a C compiler, the sources of all packages in
                  /sources, and the archives of their system packages: no step needs a network
    repository/   the opam files of the packages in sources.tsv, whose `url` is a file of the base

Sources are those of Debian, each checked against the SHA-256 in sources.tsv. opam files are those
of opam-repository (--opam-repository: a folder or an archive of it), or the archive's own where
opam-repository no longer has the version. Written by hand: the compiler's packages, and three
that are empty with this compiler. Needs root, debootstrap, and a Debian mirror.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import Optional

import opamplan

HERE = Path(__file__).resolve().parent
OCAML = "4.13.1"
MIRROR = "http://deb.debian.org/debian"
BASE_PACKAGES = (
    "opam ocaml-nox build-essential ca-certificates git rsync unzip patch m4 pkg-config bzip2 "
    "xz-utils"
)


def _empty_library(name: str, version: str) -> str:
    return f"""\
depends: ["ocaml"]
install: ["sh" "-ec" \"\"\"
mkdir -p %{{lib}}%/{name}
cat >%{{lib}}%/{name}/META <<'EOT'
version = "{version}"
requires = ""
EOT\"\"\"]
"""


# With this compiler these have nothing to compile.
BY_HAND = {
    f"ocaml-system.{OCAML}": "flags: compiler\n",
    f"ocaml.{OCAML}": f"""\
depends: ["ocaml-system" {{= "{OCAML}"}}]
flags: conf
setenv: [
  [CAML_LD_LIBRARY_PATH = "/usr/lib/ocaml/stublibs"]
  [CAML_LD_LIBRARY_PATH += "%{{lib}}%/stublibs"]
  [OCAMLTOP_INCLUDE_PATH += "%{{toplevel}}%"]
]
build: ["sh" "-ec" \"\"\"
cat >ocaml.config <<'EOT'
opam-version: "2.0"
variables {{
  native: true
  native-tools: true
  native-dynlink: true
  stubsdir: "/usr/lib/ocaml/stublibs"
  preinstalled: true
  compiler: "{OCAML}"
}}
EOT\"\"\"]
""",
    "seq.base": _empty_library("seq", "base"),
    "stdlib-shims.0.3.0": _empty_library("stdlib-shims", "0.3.0"),
}


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--opam-repository", help="default: the data in OPAMPLAN_SHARED")
    parser.add_argument("--mirror", default=os.environ.get("OPAMPLAN_DEBIAN_MIRROR", MIRROR))
    args = parser.parse_args()
    source = args.opam_repository or _shared_repository()
    directory = args.directory.resolve()
    archives = directory / "archives"
    rows = read_table()
    fetch(rows, archives, args.mirror)
    write_repository(rows, archives, directory / "repository", source)
    make_base(rows, archives, directory, args.mirror)
    return 0


def _shared_repository() -> str:
    shared = os.environ.get("OPAMPLAN_SHARED", str(HERE.parents[2] / "shared"))
    found = sorted(Path(shared, "data").glob("opam-repository-*.tar.zst"))
    if not found:
        sys.exit("prepare: name an opam-repository with --opam-repository PATH")
    return str(found[0])


def read_table() -> list[tuple[str, str, str, str]]:
    """Package, path below the mirror, SHA-256, where its opam file is from."""
    lines = (HERE / "sources.tsv").read_text(encoding="utf-8").splitlines()
    rows = [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def fetch(rows: list[tuple[str, str, str, str]], archives: Path, mirror: str) -> None:
    """Every archive that is not there yet, checked."""
    archives.mkdir(parents=True, exist_ok=True)
    for _, path, digest, _ in rows:
        file = archives / Path(path).name
        if not file.exists():
            partial = file.with_suffix(".partial")
            urllib.request.urlretrieve(f"{mirror}/{urllib.parse.quote(path)}", partial)
            partial.rename(file)
        if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            sys.exit(f"prepare: {file} has not the SHA-256 that sources.tsv says")


# What does not build from Debian's sources with this compiler.
FAILING = ("expect", "mccs")
TOGETHER = "together.1"
"""A package that needs all the others that build: the deepest image that can be had here."""


def write_repository(
    rows: list[tuple[str, str, str, str]], archives: Path, folder: Path, source: str
) -> None:
    """The opam files, with the sources of the base image."""
    repository = opamplan.Repository.open([source])
    shutil.rmtree(folder, ignore_errors=True)

    def write(package: str, text: str) -> None:
        file = folder / "packages" / package.split(".")[0] / package / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")

    for package, path, digest, where in rows:
        archive = archives / Path(path).name
        if where == "archive":
            text = _opam_in(archive, package.split(".")[0])
        else:
            text = repository.text(package)
        write(package, _with_source(text, archive.name, digest))
    for package, fields in BY_HAND.items():
        write(package, 'opam-version: "2.0"\n' + fields)
    # Packages that only stand for system packages or for parts of the compiler.
    for name in repository.names:
        if name.startswith("conf-") or name in (
            "base-unix",
            "base-threads",
            "base-bigarray",
            "base-bytes",
        ):
            for version in repository.versions(name):
                write(f"{name}.{version}", _without_sources(repository.text(f"{name}.{version}")))
    building = [r.package for r in targets(universe(folder)) if r.package not in FAILING]
    needs = "".join(f'  "{name}"\n' for name in building)
    write(TOGETHER, f'opam-version: "2.0"\ndepends: [\n{needs}]\n')


def _opam_in(archive: Path, name: str) -> str:
    with tarfile.open(archive) as tar:
        names = [n for n in tar.getnames() if n.endswith(("/" + name + ".opam", "/opam"))]
        member = tar.extractfile(min(names, key=len))
        assert member is not None
        return member.read().decode()


def _with_source(text: str, archive: str, digest: str) -> str:
    text = _cut_sections(text, ("url",))
    return (
        f'{text}\nurl {{\n  src: "file:///sources/{archive}"\n  checksum: "sha256={digest}"\n}}\n'
    )


def _without_sources(text: str) -> str:
    # What they build is a test program that they would have to download.
    file = opamplan.parse(_cut_sections(text, ("url", "extra-source")))
    for field in ("build", "extra-files"):
        if file.get(field) is not None:
            file = file.remove(field)
    return file.text


def _cut_sections(text: str, kinds: tuple[str, ...]) -> str:
    data = text.encode()
    for item in reversed(list(opamplan.parse(text))):
        if item.is_section and item.name in kinds:
            begin, end = item.span
            data = data[:begin] + data[end:]
    return data.decode()


def make_base(
    rows: list[tuple[str, str, str, str]], archives: Path, directory: Path, mirror: str
) -> None:
    """The root file system, as a tar."""
    base = directory / "base.tar"
    if base.exists():
        return
    root = directory / "root"
    shutil.rmtree(root, ignore_errors=True)
    _run("debootstrap", "--variant=minbase", "bookworm", str(root), mirror)
    # Not through debootstrap, which does not order the configuration of OCaml's packages.
    apt = ("chroot", str(root), "apt-get", "install", "-y", "-qq", "--no-install-recommends")
    _run(*apt, *BASE_PACKAGES.split())
    _run("chroot", str(root), "apt-get", "clean")
    (root / "sources").mkdir()
    for _, path, _, _ in rows:
        shutil.copy(archives / Path(path).name, root / "sources")
    wanted = system_packages(directory / "repository")
    # Each alone and all together: alternatives are chosen anew each time.
    for names in [wanted, *([name] for name in wanted)]:
        _run(*apt, "--download-only", *names)
    shutil.rmtree(root / "var/log", ignore_errors=True)
    (root / "var/log/apt").mkdir(parents=True)
    partial = directory / "base.partial"
    skipped = [f"--exclude=./usr/share/{name}/*" for name in ("doc", "locale", "man")]
    _run(
        "tar", "--sort=name", "--numeric-owner", *skipped, "-C", str(root), "-cf", str(partial), "."
    )
    partial.rename(base)
    shutil.rmtree(root)


def universe(repository: Path) -> opamplan.Universe:
    """The repository on Debian 12 with the system's compiler."""
    environment = opamplan.Environment.preset("debian-12")
    environment["sys-ocaml-version"] = OCAML
    environment["opam-version"] = "2.1.2"
    return opamplan.Universe(
        opamplan.Repository.open([str(repository)], cache=False), environment, ocaml=OCAML
    )


def targets(
    within: opamplan.Universe, names: Optional[Collection[str]] = None
) -> list[opamplan.Solution]:
    """The solutions of these NAME.VERSIONs; of the packages that have sources, by default."""
    if names is None:
        names = {row[0] for row in read_table()}
    return [r for r in within.solve_all() if r.target in names and r]


def system_packages(repository: Path) -> list[str]:
    """What all targets together ask of Debian, but for packages that Debian no longer has."""
    plan = opamplan.make_plan(targets(universe(repository)))
    return sorted({name for step in plan for name in step.depexts})


def _run(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
