#!/usr/bin/env python3
"""Build the embedded repository for real and open the report: what `scripts/run --build` does.

Usage: build_embedded.py [--environment NAME] [-o DIRECTORY] [OPTION of opamplan build]...

The builder is $BUILDKIT_HOST, else the buildx of a running Docker, else a buildkitd of our own
that ends with the run (built once by scripts/buildkit; needs root and runc). The base is a Debian
with its opam (benchmarks/real/roots.py: made once; needs root, debootstrap and a mirror), and
then nothing is fetched: system packages are stand-ins (scripts/stand-in-packages.sh). Where that
cannot be made, it is the image of the environment, and the network is needed.

Two packages fail on purpose. Exit status: 0 if all others were built that do not need them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benchmarks/real"))

import daemon  # noqa: E402
import roots  # noqa: E402

FAIL_ON_PURPOSE = {
    "0mq-lite.4.0": "accepted_failure",
    "tls-openssl.0.7.0": "failure",
    "http-serve-openssl.2.1.0": "dependency_failed",
}


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--environment", default="debian-13", metavar="NAME")
    parser.add_argument("-o", "--output", type=Path, default=Path("out"), metavar="DIR")
    args, others = parser.parse_known_args()
    # A builder of our own ends with us, however we are ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with builder() as words:
        command = ["build", "--environment", args.environment, "-o", str(args.output)]
        ended = opamplan(*command, *words, *base(args.environment), *others)
    state = args.output / "builds.sqlite"
    if ended > 1:
        return ended
    report = args.output / "report.html"
    opamplan("report", str(state), "-o", str(report))
    show(report)
    found = unexpected(state)
    for line in found:
        print(f"build_embedded: {line}", file=sys.stderr)
    if not found and ended:
        print("These failures are on purpose: 0mq-lite's is accepted, tls-openssl's stops others.")
    return 1 if found else 0


def opamplan(*words: str) -> int:
    """The command of the environment that runs this."""
    return subprocess.run([sys.executable, "-m", "opamplan", *words], check=False).returncode


@contextlib.contextmanager
def builder() -> Iterator[list[str]]:
    """The options of `opamplan build` that name a builder, while there is one."""
    if os.environ.get("BUILDKIT_HOST"):
        yield ["--program", shutil.which("buildctl") or str(programs() / "buildctl")]
    elif answers("docker", "info") and answers("docker", "buildx", "version"):
        yield ["--with", "buildx"]
    else:
        if os.geteuid() != 0 or shutil.which("runc") is None:
            raise SystemExit(
                "build_embedded: no builder: set BUILDKIT_HOST, start Docker, or run this as root "
                "with runc installed, for a buildkitd of its own"
            )
        built = programs()
        with (
            tempfile.TemporaryDirectory(prefix="opamplan-") as folder,
            daemon.Daemon(built, Path(folder)) as own,
        ):
            yield ["--builder", own.address, "--program", own.buildctl]


def programs() -> Path:
    """The folder of BuildKit's programs, built now if they are not there."""
    built = subprocess.run([str(HERE / "buildkit")], check=False, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        raise SystemExit(built.returncode)
    return Path(built.stdout.strip())


def answers(*command: str) -> bool:
    """Whether a command is there and succeeds."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def base(environment: str) -> list[str]:
    """The options that make a build need no network, if its base can be had."""
    found = roots.there(environment) if environment in roots.SUITES else None
    if found is None and environment in roots.SUITES and can_make_roots():
        found = roots.root(environment)
    if found is None:
        print(f"build_embedded: no root of {environment}: its image and the network are needed")
        return []
    stand_in = (HERE / "stand-in-packages.sh").read_text()
    return ["--base-archive", str(found.archive), "--depexts-command", stand_in]


def can_make_roots() -> bool:
    """Whether this machine can make a Debian."""
    return os.geteuid() == 0 and shutil.which("debootstrap") is not None


def unexpected(state: Path) -> list[str]:
    """What is not as the embedded repository should be built, in lines."""
    from opamplan.runs import State

    results = State(state)
    run = results.runs()[-1]
    lines = []
    for row in results.targets(run):
        wanted = FAIL_ON_PURPOSE.get(row["target"], "success")
        if row["layer"] and row["status"] != wanted:
            lines.append(f"{row['target']} is {row['status']}, not {wanted}")
    return lines


def show(report: Path) -> None:
    """Open the report where there is a screen."""
    if sys.stdout.isatty() and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(report.resolve().as_uri())


if __name__ == "__main__":
    sys.exit(main())
