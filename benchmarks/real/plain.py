#!/usr/bin/env python3
"""Install the real packages with plain opam alone: what opamplan's builds must agree with.

Usage: plain.py DIRECTORY [--targets NAME.VERSION,...] [--alone NAME.VERSION,...]

DIRECTORY is what prepare.py made. Each target is installed by `opam install` of the root's own
opam, as an unprivileged user, in a change root on overlays: first the compiler, once; then each
target on the files of that target before it which holds most of what it needs and nothing else.
Targets of --alone are installed on the compiler only, as a user would who wants nothing but them.
Writes to DIRECTORY/plain, and goes on where it was stopped:

    statuses.tsv        target, status, seconds
    logs/TARGET         what opam said
    facts/TARGET/       of --alone: what the switch is (facts.sh)

Needs root, a Linux kernel with overlayfs, and for system packages a Debian mirror.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

import opamplan

sys.path.insert(0, str(Path(__file__).resolve().parent))
import prepare
import roots

HERE = Path(__file__).resolve().parent

# That of builders' steps.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HEADER = """\
set -e
useradd --create-home opam
apt-get update -qq
mkdir -p /opamplan/opam
chown opam: /opamplan/opam
"""
OPAM = """\
set -e
export OPAMROOT=/opamplan/opam OPAMYES=1 OPAMCOLOR=never OPAMERRLOGLEN=0 OPAMPRECISETRACKING=1
export OPAMCONFIRMLEVEL=unsafe-yes OPAMASSUMEDEPEXTS=1 HOME=/home/opam
cd
"""
# The compiler comes as a dependency, so that afterwards nothing is a root of the switch.
COMPILER = """\
opam init --bare --no-setup --disable-sandboxing -k local default /plain/repository
opam switch create default --empty
opam install start
opam remove start
rm -rf "$OPAMROOT/download-cache"
"""
START = 'opam-version: "2.0"\ndepends: ["ocaml"]\n'


@dataclass
class Snapshot:
    """What an installation added, and those below it."""

    name: str
    folder: Path
    below: Optional[Snapshot] = None
    packages: frozenset[str] = field(default_factory=frozenset)

    def lowers(self) -> list[Path]:
        """The folders of its overlay, the uppermost first."""
        return [self.folder, *(self.below.lowers() if self.below else [])]


class Plain:
    """Plain opam in DIRECTORY/plain."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.folder = directory / "plain"
        self.snapshots = self.folder / "snapshots"
        for name in ("logs", "facts", "snapshots"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.statuses = self.folder / "statuses.tsv"

    def done(self) -> dict[str, str]:
        """The statuses so far."""
        if not self.statuses.exists():
            return {}
        rows = [line.split("\t") for line in self.statuses.read_text().splitlines()]
        return {row[0]: row[1] for row in rows}

    def base(self) -> Snapshot:
        """The base image, unpacked."""
        folder = self.snapshots / "base"
        if not folder.exists():
            partial = self.snapshots / "base.partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            tar = ["tar", "--numeric-owner", "-C", str(partial), "-xpf"]
            subprocess.run([*tar, str(self.directory / "base.tar")], check=True)
            shutil.copyfile("/etc/resolv.conf", partial / "etc/resolv.conf")
            partial.rename(folder)
        return Snapshot("base", folder)

    def compiler(self, results: list[opamplan.SolveResult]) -> Snapshot:
        """The base with opam's root and the compiler in it."""
        base = self.base()
        return self._snapshot("compiler", base, lambda root: self._install_compiler(root, results))

    def _install_compiler(self, root: Path, results: list[opamplan.SolveResult]) -> bool:
        place = root / "plain/repository"
        place.mkdir(parents=True)
        (place / "repo").write_text('opam-version: "2.0"\n')
        self._add(root, {package for result in results for package in result.packages})
        (place / "packages/start/start.1").mkdir(parents=True)
        (place / "packages/start/start.1/opam").write_text(START)
        return self.run(root, HEADER, "compiler") and self.run(
            root, OPAM + COMPILER, "compiler", "opam"
        )

    def _add(self, root: Path, packages: Iterable[str]) -> bool:
        """Just the packages of solutions, so opam chooses the same; true if some were not there."""
        news = False
        for package in sorted(packages):
            below = Path("packages", package.partition(".")[0], package)
            if not (root / "plain/repository" / below).exists():
                shutil.copytree(
                    self.directory / "repository" / below, root / "plain/repository" / below
                )
                news = True
        return news

    def run(self, root: Path, script: str, log: str, user: str = "root") -> bool:
        """Run a script in the change root."""
        inside = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "sh", "-c", script]
        if user == "root":
            inside = ["sh", "-c", script]
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec"]
        command += [
            'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; exec chroot "$@"',
            "sh",
            str(root),
            *inside,
        ]
        environment = {"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive"}
        with (self.folder / "logs" / log).open("ab") as out:
            return (
                subprocess.run(
                    command,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    env=environment,
                ).returncode
                == 0
            )

    def _snapshot(
        self, name: str, below: Snapshot, work: Callable[[Path], bool]
    ) -> Optional[Snapshot]:
        """Do some work on an overlay, and keep what it added if it succeeded."""
        upper = self.snapshots / name
        done = Snapshot(name, upper, below)
        if upper.exists():
            return done
        partial, mounted = self.snapshots / f"{name}.partial", self.folder / "mounted"
        temporary = self.snapshots / "work"
        for folder in (partial, temporary):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        mounted.mkdir(exist_ok=True)
        # Relative, as the options must fit into a page.
        lowers = ":".join(path.name for path in below.lowers())
        options = f"lowerdir={lowers},upperdir={partial.name},workdir={temporary.name}"
        mount = ["mount", "-t", "overlay", "overlay", "-o", options, str(mounted)]
        subprocess.run(mount, check=True, cwd=self.snapshots)
        try:
            good = work(mounted)
        finally:
            subprocess.run(["umount", str(mounted)], check=True)
            shutil.rmtree(temporary)
        if not good:
            shutil.rmtree(partial)
            return None
        partial.rename(upper)
        return done

    def install(
        self, result: opamplan.SolveResult, below: Snapshot, facts: bool
    ) -> tuple[str, Optional[Snapshot]]:
        """The status of a target, and what it added."""
        target = result.target
        assert target is not None
        (self.folder / "logs" / target).unlink(missing_ok=True)
        begin = time.monotonic()

        def work(root: Path) -> bool:
            depexts = sorted(result.depexts)
            if depexts:
                install = "apt-get install -y -qq " + " ".join(depexts)
                if not self.run(root, install, target):
                    return False
            update = "opam update\n" if self._add(root, result.packages) else ""
            good = self.run(root, f"{OPAM}{update}opam install {target}\n", target, "opam")
            if good and facts:
                script = (HERE / "facts.sh").read_text()
                good = self.run(root, f"{OPAM}{script}", target, "opam")
                place = self.folder / "facts" / target
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(root / "tmp/facts", place)
            return good

        name = f"alone-{target}" if facts else target
        snapshot = self._snapshot(name, below, work)
        status = "success" if snapshot else "failure"
        if not facts:
            with self.statuses.open("a") as file:
                file.write(f"{target}\t{status}\t{time.monotonic() - begin:.0f}\n")
        if snapshot:
            snapshot.packages = frozenset(result.packages)
        return status, snapshot


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--root", default="debian-13", choices=list(roots.SUITES))
    parser.add_argument("--targets", default="")
    parser.add_argument("--alone", default="")
    args = parser.parse_args()
    within = prepare.universe(args.directory / "repository", roots.root(args.root))
    results = prepare.targets(within, args.targets.split(",") if args.targets else None)
    plain = Plain(args.directory.resolve())
    compiler = plain.compiler(results)
    if compiler is None:
        sys.exit(f"plain: the compiler did not build: see {plain.folder}/logs/compiler")
    known = plain.done()
    snapshots = [compiler]
    for result in sorted(results, key=lambda r: (len(r), r.target)):
        target = result.target
        packages = frozenset(result.packages)
        # What most of it is there in, and nothing else is.
        below = max(
            (s for s in snapshots if s.packages <= packages),
            key=lambda s: (len(s.packages), s.name),
        )
        if target not in known:
            known[target], _ = plain.install(result, below, facts=False)
            print(f"{target}\t{known[target]}\ton {below.name}", flush=True)
        if known[target] == "success":
            snapshots.append(Snapshot(target, plain.snapshots / target, below, packages))
    for result in results:
        if result.target in args.alone.split(",") and known[result.target] == "success":
            status, _ = plain.install(result, compiler, facts=True)
            print(f"{result.target}\t{status}\talone", flush=True)
    good = sum(known[r.target] == "success" for r in results)
    print(f"{good} of {len(results)} targets installed by plain opam {roots.root(args.root).opam}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
