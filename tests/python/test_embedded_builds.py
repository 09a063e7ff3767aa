"""The embedded repository: whole, and built by the real opam in the real BuildKit, offline.

The build needs root, runc, a root file system with opam (benchmarks/real/roots.py makes them) and
BuildKit (scripts/buildkit). Skipped, with the reason, where one of them is missing.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import re
import subprocess
import sys

import buildkit
import pytest

from opamplan.runs import State

ROOT = pathlib.Path(__file__).resolve().parents[2]
# All others succeed.
FAILED = {
    "0mq-lite.4.0": "accepted_failure",
    "tls-openssl.0.7.0": "failure",
    "http-serve-openssl.2.1.0": "dependency_failed",
}


def test_every_file_beside_an_opam_file_is_listed_with_its_checksum(embedded: pathlib.Path) -> None:
    # opam 2.3 and later take no others.
    for opam in sorted(embedded.glob("packages/*/*/opam")):
        files = opam.parent / "files"
        there = {
            (str(file.relative_to(files)), hashlib.sha256(file.read_bytes()).hexdigest())
            for file in files.rglob("*")
            if file.is_file()
        }
        listed = re.findall(r'^  \["(\S+)" "sha256=(\w+)"\]$', opam.read_text(), re.MULTILINE)
        assert set(listed) == there, opam


def test_the_embedded_repository_is_built(tmp_path: pathlib.Path) -> None:
    buildkit.require_daemon()
    programs = buildkit.programs()
    if buildkit.real_module("roots").there("debian-13") is None:
        pytest.skip("no root file system of debian-13; benchmarks/real/roots.py makes it")
    with buildkit.daemon_module().Daemon(programs, tmp_path / "daemon") as daemon:
        done = subprocess.run(
            [
                *(sys.executable, str(ROOT / "scripts/build_embedded.py"), "-q"),
                *("-o", str(tmp_path / "out")),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=1800,
            env={
                **os.environ,
                "BUILDKIT_HOST": daemon.address,
                "PATH": f"{programs}:{os.environ['PATH']}",
            },
        )
    assert done.returncode == 0, done.stdout + done.stderr
    state = State(tmp_path / "out/builds.sqlite")
    run = state.runs()[-1]
    targets = {row["target"]: row["status"] for row in state.targets(run) if row["layer"]}
    assert len(targets) == 56
    assert targets == {package: FAILED.get(package, "success") for package in targets}
    logs = {row["package"]: state.log(run, row["layer"]) for row in state.layers(run)}
    assert "Unbound module Zmq" in logs["0mq-lite.4.0"]
    assert logs["http-serve-openssl.2.1.0"].startswith("not tried: ")
    assert "0mq-lite.4.0" in (tmp_path / "out/report.html").read_text()
