"""Real builders for tests: where their programs are, and daemons of one's own."""

from __future__ import annotations

import importlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
from typing import Any

import pytest

import opamplan
from opamplan.runs.results import read_results, remove_strangers

ROOT = pathlib.Path(__file__).resolve().parents[2]


def programs() -> pathlib.Path:
    """The folder of buildkitd, buildctl and buildx; skips, with the reason, without."""
    return pathlib.Path(os.environ.get("BUILDKIT_BIN", "") or _made_by("buildkit"))


def engine_programs() -> pathlib.Path:
    """The folder of dockerd; skips, with the reason, without."""
    return _made_by("docker-engine")


def _made_by(script: str) -> pathlib.Path:
    found = subprocess.run(
        [str(ROOT / "scripts" / script), "--if-there"], check=False, capture_output=True, text=True
    )
    if found.returncode != 0:
        pytest.skip(found.stderr.strip())
    return pathlib.Path(found.stdout.strip())


def require_daemon() -> None:
    """Skip, with the reason, where buildkitd cannot run."""
    _require("runc", "busybox")


def require_engine() -> None:
    """Skip, with the reason, where dockerd cannot run."""
    _require("containerd", "containerd-shim-runc-v2", "runc", "iptables", "busybox")


def _require(*programs: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("builders need root")
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def daemon_module() -> Any:
    """benchmarks/real/daemon.py, which the benchmarks use too."""
    return real_module("daemon")


def real_module(name: str) -> Any:
    """A module of benchmarks/real."""
    folder = str(ROOT / "benchmarks/real")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


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


def scripted(base: pathlib.Path, folder: pathlib.Path, user: str) -> opamplan.EmitOptions:
    """Builds on a `scripted_base`, which is put into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "base.tar").hardlink_to(base)
    emit = opamplan.EmitOptions()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    emit.user = user
    return emit


def plan_of(folder: pathlib.Path, strategy: str = "graft") -> opamplan.Plan:
    """Everything that a repository has, without a compiler."""
    repository = opamplan.Repository.open(str(folder), cache=False)
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-12"))
    return opamplan.make_plan(universe.solve_all(), strategy=strategy)


def cache_record(folder: pathlib.Path) -> int:
    """Bytes of the record of a cache that was exported into a folder."""
    blobs = folder / "blobs/sha256"
    index = json.loads((folder / "index.json").read_text())
    manifest = json.loads((blobs / index["manifests"][0]["digest"][len("sha256:") :]).read_text())
    return int(real_module("registry").record_bytes(manifest))


def build_llb(
    daemon: Any, plan: opamplan.Plan, out: pathlib.Path, emit: opamplan.EmitOptions
) -> dict[str, str]:
    """The statuses of a plan's first batch, built from LLB by buildctl alone."""
    opamplan.write_plan(plan, out, "llb", emit)
    command = [daemon.buildctl, "--addr", daemon.address, "build", f"--local=context={out}"]
    command.append(f"--output=type=local,dest={out}/results")
    definition = (out / "batch0.llb").read_bytes()
    subprocess.run(command, check=True, input=definition, capture_output=True, timeout=500)
    layers = {key: package for key, package, _ in plan.layers()}
    remove_strangers(out / "results", layers)
    return {r.package: r.status for r in read_results(out / "results", layers)}
