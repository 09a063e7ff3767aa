"""The real BuildKit for tests: where its programs are, and a daemon of one's own."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import subprocess
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def programs() -> pathlib.Path:
    """The folder of buildkitd, buildctl and buildx; skips, with the reason, without."""
    folder = os.environ.get("BUILDKIT_BIN", "")
    if not folder:
        found = subprocess.run(
            [str(ROOT / "scripts/buildkit"), "--if-there"],
            check=False,
            capture_output=True,
            text=True,
        )
        if found.returncode != 0:
            pytest.skip(found.stderr.strip())
        folder = found.stdout.strip()
    return pathlib.Path(folder)


def require_daemon() -> None:
    """Skip, with the reason, where no daemon can run."""
    if os.geteuid() != 0:
        pytest.skip("buildkitd needs root")
    for program in ("runc", "busybox"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def daemon_module() -> Any:
    """benchmarks/real/daemon.py, which the benchmarks use too."""
    spec = importlib.util.spec_from_file_location("daemon", ROOT / "benchmarks/real/daemon.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
