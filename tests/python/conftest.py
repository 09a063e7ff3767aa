"""Fixtures that the Python tests share."""

from __future__ import annotations

import io
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import buildkit
import pytest

from opamplan.data import repository_path

ROOT = pathlib.Path(__file__).resolve().parents[2]

# No test depends on what its user has configured.
os.environ["OPAMPLAN_CONFIG"] = ""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def script(file: pathlib.Path, text: str) -> pathlib.Path:
    """A program that sh runs."""
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def tar_of(**files: bytes) -> bytes:
    """A tar archive with these files."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return whole.getvalue()


# What takes longest, so that with a process a core none has it alone in the end.
LONGEST = ("real_builds", "buildkit", "hostile_builds", "hostile_cases", "version_order")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, the others as they come."""
    place = {f"test_{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture(scope="session")
def shared() -> pathlib.Path:
    """The folder with the oracle data; tests that need it are skipped, with the reason, without."""
    folder = pathlib.Path(os.environ.get("OPAMPLAN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no oracle data in {folder} (set OPAMPLAN_SHARED)")
    return folder


@pytest.fixture(scope="session")
def embedded() -> pathlib.Path:
    """The embedded repository."""
    return pathlib.Path(repository_path())


@pytest.fixture
def opamplan_command() -> Run:
    """Runs the `opamplan` command in a fresh process: `opamplan_command("list", "--json")`."""

    def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "opamplan", *arguments],
            check=False,
            text=True,
            timeout=300,
            **{"capture_output": True, **options},
        )

    return run


@pytest.fixture
def debian_opam(tmp_path: pathlib.Path) -> Callable[[str], str]:
    """Runs the opam that Debian packages, with a root of its own: `debian_opam("list --all")`.

    What it prints. A failure of it fails the test.
    """
    if shutil.which("opam") is None:
        pytest.skip("opam is not installed")
    # No switch of the user's has a say.
    own = {k: v for k, v in os.environ.items() if not k.startswith("OPAM")}
    root = str(tmp_path / "opam-root")
    env = {**own, "OPAMROOT": root, "OPAMROOTISOK": "1", "OPAMYES": "1"}

    def run(command: str) -> str:
        done = subprocess.run(
            ["opam", *command.split(" ")], check=False, capture_output=True, text=True, env=env
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def real_repository(shared: pathlib.Path) -> Any:
    """opam-repository at the commit the oracle data was made from."""
    import opamplan

    return opamplan.Repository.open([str(shared / "data/opam-repository-97014be.tar.zst")])


@pytest.fixture
def fake(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes a builder program that behaves as told; returns its path."""
    folder = tmp_path / "fake"
    folder.mkdir()
    program = folder / "buildctl"
    text = (ROOT / "tests/python/fake_buildctl.py").read_text()
    program.write_text(f"#!{sys.executable}\n{text}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("FAKE_DIR", str(folder))

    def behave(fail: tuple[str, ...] = (), **how: Any) -> str:
        (folder / "behaviour.json").write_text(json.dumps({"fail": fail, **how}))
        return str(program)

    return behave


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A buildkitd of the module's own; skips, with the reason, without."""
    buildkit.require_daemon()
    folder = tmp_path_factory.mktemp("buildkit")
    with buildkit.daemon_module().Daemon(buildkit.programs(), folder) as running:
        yield running


@pytest.fixture
def registry(tmp_path: pathlib.Path) -> Iterator[Any]:
    """A registry of the test's own, beside real builders; skips, with the reason, without."""
    buildkit.require_daemon()
    buildkit.programs()
    if shutil.which("docker-registry") is None:
        pytest.skip("docker-registry is not installed")
    with buildkit.real_module("registry").Registry(tmp_path / "registry") as running:
        yield running


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A base image in which packages are built by the line `x-sh` of their opam files."""
    buildkit.require_daemon()
    file = tmp_path_factory.mktemp("base") / "base.tar"
    buildkit.scripted_base(file)
    return pathlib.Path(file)
