"""Cyclic dependencies: said by every command, dropped by none."""

from __future__ import annotations

import json
import pathlib
import subprocess
from collections.abc import Callable

import pytest

import opamplan

FILES = {
    "x.1": 'depends: ["y"]',
    "y.1": 'depends: ["x"]',
    "above.1": 'depends: ["x"]',
    "bb.1": 'depends: ["cc" {build}]',
    "cc.1": 'depends: ["bb" {build}]',
    "self.1": 'depends: ["self"]',
    # Cut in some solutions only: graphics depends on what may use it.
    "graphics.1": 'depends: ["jbuilder"]',
    "jbuilder.1": 'depends: ["ocamlfind"]',
    "ocamlfind.1": 'depopts: ["graphics"]',
    "a.1": 'depends: ["b" {post}]',
    "b.1": 'depends: ["a"]',
    "pp.1": 'depends: ["qq" {post}]',
    "qq.1": 'depends: ["pp" {post}]',
}
CYCLIC = {"x.1", "y.1", "above.1", "bb.1", "cc.1", "self.1", "graphics.1"}

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def repository(tmp_path: pathlib.Path) -> str:
    for package, fields in FILES.items():
        file = tmp_path / "packages" / package.split(".")[0] / package / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\n{fields}\n')
    return str(tmp_path)


@pytest.mark.parametrize("strategy", ["graft", "merge", "prefix", "chain"])
def test_a_plan_leaves_cyclic_targets_out_by_name_and_is_sound(
    repository: str, strategy: str
) -> None:
    universe = opamplan.Universe(
        opamplan.Repository.open(repository), opamplan.Environment.preset("debian-13")
    )
    plan = opamplan.make_plan(universe.solve_all(), strategy=strategy)
    assert set(plan.left_out) == CYCLIC
    assert set(plan.targets) == set(FILES) - CYCLIC
    assert plan.left_out["above.1"] == (
        "its dependencies are cyclic, which opam refuses: x.1 -> y.1 -> x.1"
    )
    assert opamplan.diagnose(plan) == []
    assert opamplan.Plan.from_json(plan.to_json()) == plan


def test_commands_say_the_cycle(
    opamplan_command: Run, repository: str, tmp_path: pathlib.Path
) -> None:
    where = ("--no-ocaml", "--repository", repository)
    for command in ("order", "deps"):
        done = opamplan_command(command, "x", *where)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert (
            "x.1: its dependencies are cyclic, which opam refuses: x.1 -> y.1 -> x.1" in done.stderr
        )
        assert json.loads(opamplan_command("order", "b", *where).stdout)[-1] == "b.1"
    done = opamplan_command("why", "above", *where)
    assert done.returncode == 1
    assert "above.1 has a solution of 3 packages. Its dependencies are cyclic" in done.stdout
    done = opamplan_command("plan", *where, "-o", str(tmp_path / "plan.json"))
    assert "left out: self.1: its dependencies are cyclic" in done.stdout
    assert opamplan_command("doctor", "--plan", str(tmp_path / "plan.json")).returncode == 0
