"""Blame with the real opam in the real BuildKit: regressions of the embedded repository's code.

Skipped, with the reason, where test_embedded_builds.py is.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import buildkit
import pytest
from conftest import Run

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_BUILDS = 8
Edit = Callable[[pathlib.Path], None]


def edited(
    folder: pathlib.Path, package: str, edits: dict[str, tuple[str, str]], new: str = ""
) -> None:
    """Replace texts in a package's files, or in those of a new version, and sum them up again."""
    name = package.partition(".")[0]
    place = folder / "packages" / name / package
    if new:
        shutil.copytree(place, place.with_name(f"{name}.{new}"))
        place = place.with_name(f"{name}.{new}")
    for path, (before, after) in edits.items():
        text = (place / path).read_text()
        assert before in text, (package, path)
        (place / path).write_text(text.replace(before, after))
    opam = (place / "opam").read_text()
    files = place / "files"
    for file in files.rglob("*"):
        if file.is_file():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            name = re.escape(str(file.relative_to(files)))
            opam = re.sub(rf'(\["{name}" "sha256=)\w+', rf"\g<1>{digest}", opam)
    (place / "opam").write_text(opam)


def same(folder: pathlib.Path) -> None:
    """Nothing is different."""


def uses_what_it_does_not_name(folder: pathlib.Path) -> None:
    edited(
        folder,
        "http-reader.1.0.0",
        {
            "files/http_reader.ml": ("open Pebble\n", "open Pebble\nopen Sexpr_conv\n"),
            "files/dune": ("pebble)", "pebble sexpr-conv)"),
        },
    )


def loses_a_module(folder: pathlib.Path) -> None:
    shutil.move(
        shutil.copytree(
            folder / "packages/pebble/pebble.0.16.0", folder / "packages/pebble/pebble.0.17.0"
        )
        / "files/pebble.ml",
        folder / "packages/pebble/pebble.0.17.0/files/stone.ml",
    )
    text = (folder / "packages/pebble/pebble.0.17.0/opam").read_text()
    (folder / "packages/pebble/pebble.0.17.0/opam").write_text(
        text.replace("pebble.ml", "stone.ml")
    )
    edited(folder, "pebble.0.17.0", {"files/dune": ("(name pebble)", "(name stone)")})


def loses_a_dependency(folder: pathlib.Path) -> None:
    edited(
        folder,
        "pebble.0.16.0",
        {
            "opam": ('  "sexpr-conv"\n', ""),
            "files/pebble.ml": ("open Sexpr_conv\n", ""),
            "files/dune": ("(libraries sexpr-conv)", "(libraries)"),
        },
        new="0.17.0",
    )


def builds_otherwise(folder: pathlib.Path) -> None:
    edited(folder, "http-reader.1.0.0", {"opam": ('["dune" "subst"] {dev}', '["false"]')})


def noise(folder: pathlib.Path) -> None:
    """Other versions and files of what it needs, too."""
    for package in ("sexpr-conv.0.16.0", "astring-lite.0.8.5"):
        edited(folder, package, {}, new=package.partition(".")[2] + "+1")
    for package in ("topkg.1.0.8", "dune.3.20.2"):
        edited(folder, package, {"opam": ("synopsis:", 'build-env: [[X = "1"]]\nsynopsis:')})


CASES = {
    "a-module-is-gone": (same, loses_a_module, "pebble", "bound", '& < "0.17.0"}'),
    "a-dependency-is-gone": (
        uses_what_it_does_not_name,
        loses_a_dependency,
        "pebble",
        "dependency",
        '+  "sexpr-conv"',
    ),
    "it-builds-otherwise": (same, builds_otherwise, "http-reader", "revert", '-  ["false"]'),
}


@pytest.fixture(scope="module")
def base() -> Any:
    """The options of a root file system with opam, and of stand-ins for system packages."""
    root = buildkit.real_module("roots").there("debian-13")
    if root is None:
        pytest.skip("no root file system of debian-13; benchmarks/real/roots.py makes it")
    stand_in = (ROOT / "scripts/stand-in-packages.sh").read_text()
    return ["--base-archive", str(root.archive), "--depexts-command", stand_in]


@pytest.mark.parametrize("case", CASES)
def test_a_regression_of_real_builds_is_found_and_cured(
    case: str, daemon: Any, base: list[str], embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    prepare, break_, culprit, repair, line = CASES[case]
    before, after = tmp_path / "before", tmp_path / "after"
    shutil.copytree(embedded, before)
    prepare(before)
    shutil.copytree(before, after)
    break_(after)
    noise(after)
    words = ["blame", str(before), str(after), "http-reader", "-o", str(tmp_path / "out"), "--json"]
    words += ["--builder", daemon.address, "--program", daemon.buildctl, *base]
    done = subprocess.run(
        [sys.executable, "-m", "opamplan", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert [change["name"] for change in found["culprits"]] == [culprit]
    assert found["failing"] == "http-reader.1.0.0"
    assert found["repairs"][-1]["cured"]
    assert found["repairs"][-1]["kind"] == repair
    assert line in found["repairs"][-1]["diff"]
    assert found["build_count"] <= MOST_BUILDS


def test_a_failure_that_does_not_come_again_is_no_changes_fault(
    daemon: Any,
    base: list[str],
    embedded: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    shutil.copytree(embedded, before)
    shutil.copytree(before, after)
    builder = ["--builder", daemon.address, "--program", daemon.buildctl, *base]
    warm = ["build", "http-reader", "-q", "--repository", str(before), "-o", str(tmp_path / "warm")]
    assert opamplan_command(*warm, *builder).returncode == 0
    # Fails if it begins before a time, and waits until that is over.
    until = int(time.time()) + 20
    script = f"test $(date +%s) -ge {until} || {{ sleep 21; echo Error: too early; false; }}"
    line = ('["dune" "subst"] {dev}', f'["sh" "-c" "{script}"]')
    edited(after, "http-reader.1.0.0", {"opam": line})
    words = ["blame", str(before), str(after), "http-reader", "-o", str(tmp_path / "out"), "--json"]
    done = opamplan_command(*words, *builder)
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["culprits"], found["repairs"]) == ([], [])
    assert found["error"] == "Error: too early"
    assert "it is flaky" in found["reason"]
