#!/usr/bin/env python3
"""What a graft's mount costs a builder: the whole image of a step beside the one folder of it.

Usage: mounts.py --programs DIRECTORY [--root debian-13] [--mounts 1,8,64]

DIRECTORY holds buildkitd and buildctl (scripts/buildkit makes it). On a real Debian (roots.py) as
many steps write a file of their own each, and one step mounts them all: their images, or a folder
of each as opamplan does. BuildKit hashes what is mounted. Each figure is of a new builder, whose
mounted images are there before the clock starts. Prints a Markdown table. Needs root.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import roots
from daemon import Daemon

STEP = """\
FROM base AS s{n}
RUN mkdir -p /opamplan/layers/p{n}/switch/lib && head -c 100000 /dev/urandom \
>/opamplan/layers/p{n}/switch/lib/file
"""
FROM = {"whole image": "", "its folder": ",source=/opamplan/layers/p{n}"}


def dockerfile(mounts: int, source: str) -> str:
    """Stages `ready`, which has all that is mounted built, and `mounted`."""
    text = "FROM scratch AS base\nADD base.tar /\n"
    text += "".join(STEP.format(n=n) for n in range(mounts))
    text += "FROM scratch AS ready\n"
    for n in range(mounts):
        text += f"COPY --from=s{n} /opamplan/layers/p{n}/switch/lib/file /{n}\n"
    options = " ".join(
        f"--mount=from=s{n},target=/in/p{n}{source.format(n=n)}" for n in range(mounts)
    )
    text += f"FROM base AS step\nRUN {options} ls -d /in/* >/done\n"
    return text + "FROM scratch AS mounted\nCOPY --from=step /done /\n"


def measure(programs: Path, base: Path, mounts: int, source: str) -> tuple[float, float]:
    """Seconds of the daemon's CPU for the step that mounts, and its bytes of memory at the most."""
    with tempfile.TemporaryDirectory(prefix="opamplan-mounts-") as temporary:
        folder = Path(temporary)
        context = folder / "context"
        context.mkdir()
        shutil.copyfile(base, context / "base.tar")
        (context / "Dockerfile").write_text(dockerfile(mounts, source))
        with Daemon(programs, folder / "daemon") as daemon:
            daemon.build(context, "Dockerfile", "ready", folder / "ready")
            before, _ = daemon.cost()
            daemon.build(context, "Dockerfile", "mounted", folder / "mounted")
            after, peak = daemon.cost()
    return after - before, peak


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--root", default="debian-13", choices=list(roots.SUITES))
    parser.add_argument("--mounts", default="1,8,64")
    args = parser.parse_args()
    base = roots.root(args.root).archive
    print("| mounts | of each | daemon's CPU, s | of each mount, s | memory at most, MB |")
    print("|---:|---|---:|---:|---:|")
    for mounts in map(int, args.mounts.split(",")):
        for what, source in FROM.items():
            seconds, peak = measure(args.programs.resolve(), base, mounts, source)
            row = (str(mounts), what, f"{seconds:.2f}", f"{seconds / mounts:.3f}")
            print(f"| {' | '.join(row)} | {peak / 1e6:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
