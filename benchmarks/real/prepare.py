#!/usr/bin/env python3
"""Prepare real builds without a network: a base image with sources, a repository of real packages.

Usage: prepare.py [--root debian-13] [--opam-repository PATH] [DIRECTORY]

Makes in DIRECTORY (default: opamplan/real/ROOT of the user's cache folder; a second run does only
what is missing):

    repository/   the opam files of sources.tsv's packages, the compiler's among them, whose `url`
                  is a file of the base, and those of all packages that have no source
    base.tar      the root file system of roots.py, and the archives in /sources

Sources are Debian's, each checked against the SHA-256 in sources.tsv. opam files are those of
opam-repository (--opam-repository: a folder or an archive of it). Files that come from elsewhere
(`extra-source`) are those of files/ beside this script; where it has none they are left out, with
the patches among them. Needs root, debootstrap and a Debian mirror (see roots.py).
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
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import opamplan

sys.path.insert(0, str(Path(__file__).resolve().parent))
import roots

HERE = Path(__file__).resolve().parent
OCAML = "5.3.0"
SOURCES = "/sources"
"""Where the base image has the archives."""


@dataclass(frozen=True)
class Source:
    """A row of sources.tsv."""

    package: str
    opam_file: str
    path: str
    sha256: str

    @property
    def archive(self) -> str:
        """The name of the archive."""
        return Path(self.path).name


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("directory", nargs="?", type=Path)
    parser.add_argument("--root", default="debian-13", choices=list(roots.SUITES))
    parser.add_argument("--opam-repository", help="default: the data in OPAMPLAN_SHARED")
    args = parser.parse_args()
    directory = (args.directory or roots.cache() / "real" / args.root).resolve()
    table = read_table()
    archives = roots.cache() / "real/archives"
    fetch(table, archives)
    write_repository(
        table, archives, directory / "repository", args.opam_repository or _shared_repository()
    )
    make_base(table, archives, directory, args.root)
    print(directory)
    return 0


def _shared_repository() -> str:
    shared = os.environ.get("OPAMPLAN_SHARED", str(HERE.parents[2] / "shared"))
    found = sorted(Path(shared, "data").glob("opam-repository-*.tar.zst"))
    if not found:
        sys.exit("prepare: name an opam-repository with --opam-repository PATH")
    return str(found[0])


def read_table() -> list[Source]:
    """The rows of sources.tsv."""
    lines = (HERE / "sources.tsv").read_text(encoding="utf-8").splitlines()
    return [Source(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def fetch(table: list[Source], archives: Path) -> None:
    """Every archive that is not there yet, checked."""
    archives.mkdir(parents=True, exist_ok=True)
    for source in {source.path: source for source in table}.values():
        file = archives / source.archive
        if not file.exists():
            partial = file.with_suffix(f".{os.getpid()}")
            address = f"{roots.mirror()}/{urllib.parse.quote(source.path)}"
            urllib.request.urlretrieve(address, partial)
            partial.rename(file)
        if hashlib.sha256(file.read_bytes()).hexdigest() != source.sha256:
            sys.exit(f"prepare: {file} has not the SHA-256 that sources.tsv says")


def write_repository(table: list[Source], archives: Path, folder: Path, given: str) -> None:
    """The opam files, with the sources of the base image."""
    upstream = opamplan.Repository.open([given])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "packages", folder / "packages")
    (folder / "repo").write_text('opam-version: "2.0"\n', encoding="utf-8")
    for source in table:
        if source.opam_file == "archive":
            text = _opam_in(archives / source.archive, _name(source.package))
        else:
            version = source.opam_file.replace("=", source.package.partition(".")[2])
            text = upstream.text(f"{_name(source.package)}.{version}")
        url = f'src: "file://{SOURCES}/{source.archive}"\n  checksum: "sha256={source.sha256}"'
        _write(folder, source.package, f"{_cut(text, 'url')}\nurl {{\n  {url}\n}}\n")
    written = {_name(source.package) for source in table}
    for name in upstream.names:
        for version in upstream.versions(name) if name not in written else ():
            package = f"{name}.{version}"
            text = upstream.text(package)
            if not _has_url(text) and not (folder / "packages" / name / package).exists():
                _write(folder, package, text)


def _has_url(text: str) -> bool:
    return any(item.is_section and item.name == "url" for item in opamplan.parse(text))


def _write(folder: Path, package: str, text: str) -> None:
    """One package; its files from elsewhere are replaced by ours, or left out with their use."""
    elsewhere = [i.label for i in opamplan.parse(text) if i.is_section and i.name == "extra-source"]
    text = _cut(text, "extra-source")
    ours = HERE / "files" / package
    files = {path.name: path.read_bytes() for path in sorted(ours.glob("*"))}
    if files:
        rows = (f'  ["{n}" "sha256={hashlib.sha256(b).hexdigest()}"]\n' for n, b in files.items())
        text += f"\nextra-files: [\n{''.join(rows)}]\n"
    elif elsewhere:
        # A conf- package's is the program that its build tries.
        parsed = opamplan.parse(text)
        for field in ("patches", "build") if package.startswith("conf-") else ("patches",):
            if parsed.get(field) is not None:
                parsed = parsed.remove(field)
        text = parsed.text
    place = folder / "packages" / _name(package) / package
    place.mkdir(parents=True)
    (place / "opam").write_text(text, encoding="utf-8")
    for name, data in files.items():
        (place / "files").mkdir(exist_ok=True)
        (place / "files" / name).write_bytes(data)


def _name(package: str) -> str:
    return package.partition(".")[0]


def _opam_in(archive: Path, name: str) -> str:
    with tarfile.open(archive) as tar:
        names = [n for n in tar.getnames() if n.endswith(("/" + name + ".opam", "/opam"))]
        member = tar.extractfile(min(names, key=len))
        assert member is not None
        return member.read().decode()


def _cut(text: str, kind: str) -> str:
    """Without the sections of this kind."""
    data = text.encode()
    for item in reversed(list(opamplan.parse(text))):
        if item.is_section and item.name == kind:
            begin, end = item.span
            data = data[:begin] + data[end:]
    return data.decode()


def make_base(table: list[Source], archives: Path, directory: Path, name: str) -> None:
    """The root file system with the sources, as a tar."""
    root = roots.root(name)
    base = directory / "base.tar"
    stamp = directory / "base.sources"
    wanted = "\n".join([str(root.archive), *(source.sha256 for source in table), ""])
    if base.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    partial = directory / "base.partial"
    shutil.copyfile(root.archive, partial)
    names = sorted({source.archive for source in table})
    append = ["tar", "--numeric-owner", "--owner=0", "--group=0", "--mtime=@0", "--mode=u=rw,go=r"]
    append += [f"--transform=s,^,.{SOURCES}/,", "-C", str(archives), "-rf", str(partial)]
    subprocess.run([*append, *names], check=True)
    partial.rename(base)
    stamp.write_text(wanted)


def universe(repository: Path, root: roots.Root) -> opamplan.Universe:
    """The repository as the opam of this root sees it."""
    environment = opamplan.Environment.preset(
        "debian-13" if root.name == "debian-sid" else root.name
    )
    environment["opam-version"] = root.opam
    return opamplan.Universe(
        opamplan.Repository.open([str(repository)], cache=False), environment, ocaml=OCAML
    )


def targets(
    within: opamplan.Universe, names: Optional[Collection[str]] = None
) -> list[opamplan.SolveResult]:
    """The solutions of these NAME.VERSIONs; by default, of what has sources, or files of ours."""
    if names is None:
        names = {source.package for source in read_table()}
        names |= {folder.name for folder in [*HERE.glob("packages/*/*"), *HERE.glob("files/*")]}
    return [r for r in within.solve_all() if r.target in names and r]


if __name__ == "__main__":
    sys.exit(main())
