"""The real BuildKit for tests: where its programs are, and a daemon of one's own."""

from __future__ import annotations

import importlib.util
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
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


# Does what `opam` would, as far as a step needs it: runs the line `x-sh` of a package's opam file.
_OPAM = r"""#!/bin/sh
switch=/opamplan/opam/default
case $1 in
switch)
  mkdir -p $switch/.opam-switch/install $switch/.opam-switch/packages $switch/lib
  printf 'opam-version: "2.0"\ncompiler: [\n]\ninstalled: [\n]\n' >$switch/.opam-switch/switch-state
  ;;
install)
  for package; do :; done
  name=${package%%.*}
  export package name switch
  opam=/opamplan/repository/packages/$name/$package/opam
  sed -n 's/^x-sh: \"\"\"\(.*\)\"\"\"$/\1/p' "$opam" >/tmp/$name.sh
  sh /tmp/$name.sh || exit $?
  mkdir -p "$switch/lib/$name" "$switch/.opam-switch/packages/$package"
  echo "$package" >"$switch/lib/$name/META"
  ;;
esac
"""


def scripted_base(file: pathlib.Path) -> None:
    """A base image in which a package is built by the line `x-sh` of its opam file."""
    daemon_module().busybox_base(file)
    with tarfile.open(file, "a") as tar:
        for name, text, mode in (
            ("./bin/opam", _OPAM, 0o755),
            ("./etc/passwd", "root:x:0:0:root:/:/bin/sh\n", 0o644),
            ("./etc/group", "root:x:0:\n", 0o644),
        ):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), mode
            tar.addfile(entry, io.BytesIO(text.encode()))
