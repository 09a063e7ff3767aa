#!/usr/bin/env python3
"""Make root file systems of Debian releases, each with its own opam, for real builds.

Usage: roots.py [NAME...]     debian-12 (opam 2.1.2), debian-13 (2.3.0), debian-sid (2.6.1 or newer)

Each is a tar of a minimal Debian with opam and what opam's packages expect (a C compiler, git, curl
...), made once and kept in opamplan/roots of the user's cache folder, which clean clones share.
Prints their paths. The mirror is the one that this machine's apt is configured with, or
OPAMPLAN_DEBIAN_MIRROR. Needs root and debootstrap; takes a few minutes each. Exit status 3 if the
mirror does not answer.
"""

from __future__ import annotations

import argparse
import email.utils
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

SUITES = {"debian-12": "bookworm", "debian-13": "trixie", "debian-sid": "sid"}
PACKAGES = (
    "opam build-essential git rsync unzip curl ca-certificates patch m4 bzip2 xz-utils pkg-config"
)
# As in the images that people have: no documentation, and dpkg does not wait for the disk.
DPKG = """\
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
"""
# Release files of a suite that always changes may be older than they say they may be.
APT = 'Acquire::Check-Valid-Until "false";\n'
# What differs each time it is made, and nobody needs.
LEFTOVERS = (
    "debootstrap",
    "etc/hostname",
    "etc/machine-id",
    "etc/resolv.conf",
    "var/cache/apt",
    "var/cache/debconf",
    "var/cache/ldconfig/aux-cache",
    "var/lib/apt/lists",
    "var/lib/dbus/machine-id",
    "var/log",
)


@dataclass(frozen=True)
class Root:
    """A root file system: its name (`debian-13`), the tar, and the version of the opam in it."""

    name: str
    archive: Path
    opam: str


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    names = parser.parse_args().names or list(SUITES)
    for name in names:
        if name not in SUITES:
            parser.error(f"unknown root {name!r}: one of {', '.join(SUITES)}")
    for name in names:
        found = root(name)
        print(f"{found.name}\topam {found.opam}\t{found.archive}", flush=True)
    return 0


def cache() -> Path:
    """opamplan's part of the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opamplan"


def recipe() -> str:
    """Changes with what roots are made of."""
    return hashlib.sha256("\n".join((PACKAGES, DPKG, APT, *LEFTOVERS)).encode()).hexdigest()[:8]


def there(name: str) -> Root | None:
    """The root if it has been made."""
    folder = cache() / "roots" / f"{name}-{recipe()}"
    try:
        return Root(name, folder / "root.tar", (folder / "opam-version").read_text().strip())
    except FileNotFoundError:
        return None


def root(name: str) -> Root:
    """The root, made now if it is not there."""
    folder = cache() / "roots" / f"{name}-{recipe()}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if there(name) is None:
            _make(SUITES[name], folder)
    found = there(name)
    assert found is not None
    return found


def _make(suite: str, folder: Path) -> None:
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    address = mirror()
    print(f"roots: making {suite} in {folder}", file=sys.stderr)
    try:
        urllib.request.urlopen(f"{address}/dists/{suite}/Release", timeout=60).close()
    except OSError as error:
        print(f"roots: {address} does not answer: {error}", file=sys.stderr)
        raise SystemExit(3) from None
    _run("debootstrap", "--variant=minbase", suite, str(tree), address)
    (tree / "etc/dpkg/dpkg.cfg.d/opamplan").write_text(DPKG)
    (tree / "etc/apt/apt.conf.d/opamplan").write_text(APT)
    for excluded in re.findall(r"path-exclude=/(.*)/\*", DPKG):
        _run("find", str(tree / excluded), "-mindepth", "1", "-delete")
    inside = ("chroot", str(tree))
    _run(*inside, "apt-get", "update", "-qq")
    released = _released(tree)
    install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
    _run(*inside, *install, *PACKAGES.split(), epoch=released)
    version = subprocess.run(
        [*inside, "opam", "--version"], check=True, capture_output=True, text=True
    ).stdout
    _clean(tree)
    partial = folder / "root.partial"
    _run(
        *("tar", "--sort=name", "--numeric-owner", f"--mtime=@{released}", "--clamp-mtime"),
        *("--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--format=pax"),
        *("-C", str(tree), "-cf", str(partial), "."),
    )
    partial.rename(folder / "root.tar")
    (folder / "opam-version").write_text(version)
    shutil.rmtree(tree)


def mirror() -> str:
    """The Debian mirror of this machine's apt."""
    given = os.environ.get("OPAMPLAN_DEBIAN_MIRROR")
    if given:
        return given.rstrip("/")
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(REPO_URI)", "Created-By: Packages"],
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    found = {
        address
        for origin, _, address in (line.partition("|") for line in listed.splitlines())
        if origin == "Debian"
    }
    found |= set(_configured())
    for address in sorted(found):
        if urlparse(address).path.rstrip("/").endswith("/debian"):
            return address.rstrip("/")
    raise SystemExit("roots: apt names no Debian mirror; set OPAMPLAN_DEBIAN_MIRROR to one")


def _configured() -> list[str]:
    """The addresses in apt's lists of sources, which need not have been updated."""
    files = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    text = "\n".join(file.read_text() for file in sorted(files) if file.is_file())
    pattern = r"^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+)"
    return re.findall(pattern, text, flags=re.MULTILINE)


def _released(tree: Path) -> int:
    """When the suite was, in seconds since 1970."""
    lists = sorted((tree / "var/lib/apt/lists").glob("*Release"))
    dates = re.findall(r"^Date: (.*)$", "\n".join(f.read_text() for f in lists), re.MULTILINE)
    return max(int(email.utils.parsedate_to_datetime(date).timestamp()) for date in dates)


def _clean(tree: Path) -> None:
    for name in LEFTOVERS:
        path = tree / name
        if path.is_dir():
            shutil.rmtree(path)
            path.mkdir()
        else:
            path.unlink(missing_ok=True)
    for path in [*tree.glob("var/lib/dpkg/*-old"), *tree.glob("etc/*-")]:
        path.unlink()
    for name in ("archives/partial", "../log/apt", "../lib/apt/lists/partial"):
        (tree / "var/cache/apt" / name).mkdir(parents=True, exist_ok=True)


def _run(*command: str, epoch: int | None = None) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    if epoch is not None:
        environment["SOURCE_DATE_EPOCH"] = str(epoch)
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
