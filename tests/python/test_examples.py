"""examples/python: each runs, is short, and says what it should."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from conftest import ROOT

SCRIPTS = sorted((ROOT / "examples/python").glob("*.py"))

EXPECTED = {
    "batches_on_ocaml_opam": "docker buildx bake batch0",
    "change_as_markdown": "**heron.6.0.0 can no longer be installed**: heron",
    "closure": "dune.3.20.2 after base-threads.base base-unix.base ocaml.5.3.0",
    "cost_of_a_change": "ocaml-base-compiler.5.2.1 -> ocaml-base-compiler.5.3.0",
    "data_frames": "forecast: ",
    "dependents_of_a_pin": "csexp.1.5.2 <- ",
    "edit_a_constraint": '+  "dune" {>= "3.8" & < "4"}',
    "forecast_chart": "forecast.html: ",
    "health_table": "heron ",
    "lower_bounds": " steps",
    "one_dockerfile": "FROM",
    "whole_repository": "bytes docker-bake.hcl",
    "why_not": "webmail.1.0.0 needs legacy-cgi >= 0.4",
}


def run(script: pathlib.Path, *arguments: str, cwd: pathlib.Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_are_known() -> None:
    assert [script.stem for script in SCRIPTS] == sorted(EXPECTED)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_runs_on_the_embedded_repository(
    script: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    assert len(script.read_text().splitlines()) < 30
    assert EXPECTED[script.stem] in run(script, cwd=tmp_path)


def test_an_example_runs_on_a_real_repository(shared: pathlib.Path, tmp_path: pathlib.Path) -> None:
    repository = str(shared / "data/opam-repository-97014be.tar.zst")
    script = ROOT / "examples/python/closure.py"
    assert "dune.3.24.2 after" in run(script, "lwt", repository, cwd=tmp_path)
