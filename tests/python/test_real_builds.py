"""Real packages, built by opam in the real BuildKit, offline: a part of benchmarks/real/run.py.

Needs root, runc, debootstrap, a Debian mirror (for the base, which is kept in the user's cache
folder) and BuildKit (scripts/buildkit). Skipped, with the reason, where one of them is missing.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import buildkit
import pytest

from opamplan.runs import State

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ROOT / "benchmarks/real"
# camlbz2 has the compiler grafted, of which opam recorded a single file.
TARGETS = "astring.0.8.5,camlbz2.0.7.0,zarith.1.14"


@pytest.fixture(scope="module")
def base(shared: pathlib.Path) -> pathlib.Path:
    buildkit.require_daemon()
    if shutil.which("debootstrap") is None:
        pytest.skip("debootstrap is not installed")
    buildkit.programs()
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "opamplan/real"
    made = subprocess.run(
        [sys.executable, str(REAL / "prepare.py"), str(folder)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "OPAMPLAN_SHARED": str(shared)},
    )
    if made.returncode != 0 and "urlopen error" in made.stderr:
        pytest.skip(f"no Debian mirror: {made.stderr.strip().splitlines()[-1]}")
    assert made.returncode == 0, made.stderr[-2000:]
    return folder


@pytest.fixture
def address(tmp_path: pathlib.Path) -> Iterator[tuple[str, str]]:
    with buildkit.daemon_module().Daemon(buildkit.programs(), tmp_path / "daemon") as daemon:
        yield daemon.address, daemon.buildctl


def test_strategies_agree_and_grafted_switches_are_what_opam_would_have_made(
    base: pathlib.Path, address: tuple[str, str]
) -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(REAL / "run.py"),
            str(base),
            f"--address={address[0]}",
            f"--buildctl={address[1]}",
            "--strategies=graft,chain",
            f"--targets={TARGETS}",
            "--switches=1",
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "3 targets built; the strategies agree" in done.stdout
    assert "the grafted switch equals the plain one" in done.stdout
    rows = {
        line.split("|")[1].strip(): [int(n) for n in re.findall(r"\d+", line)]
        for line in done.stdout.splitlines()
        if line.startswith(("| graft", "| chain"))
    }
    # Steps, executed, cached: grafts build each layer once.
    assert rows["graft"][0] == rows["graft"][1] == rows["graft"][3]
    assert rows["chain"][0] > rows["graft"][0]
    # Bytes that opam recorded, over all distinct layers: however they were built.
    assert rows["chain"][-2:] == rows["graft"][-2:]
    with State(base / "out-graft/builds.sqlite") as state:
        sizes = state.sizes(state.run())
    assert len(sizes) == rows["graft"][3]
    assert sizes["zarith.1.14"] > 1_000_000  # a library
    assert sizes["conf-gmp.5"] < 4096  # metadata
