"""Every option of the emitters does something."""

from __future__ import annotations

import argparse
import pathlib
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan.cli.main import make_parser
from opamplan.data import repository_path

FIELDS = sorted(
    name
    for name, value in vars(opamplan.EmitOptions).items()
    if isinstance(value, property) and not name.startswith("_")
)
SPECIAL: dict[str, Any] = {
    "environment": [("A", "b")],
    "retry": {"dune.3.20.2": 3},
    "snapshot": "20250101T000000Z",
    "labels": ["a=b"],
    "opam": "distribution",
    "network": "host",
    "build_args": [("A", "b")],
    "platforms": ["linux/arm64"],
}


@pytest.fixture(scope="module")
def plan() -> opamplan.Plan:
    repository = opamplan.Repository.open(repository_path(), cache=False)
    environment = opamplan.Environment.preset("debian-12")
    del environment["arch"]  # so that it fits every platform
    universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
    return opamplan.make_plan(universe.solve_all(["csexp", "conf-libssl"]))


def emitted(
    plan: opamplan.Plan, folder: pathlib.Path, options: opamplan.EmitOptions
) -> dict[str, bytes]:
    paths = plan.write(folder, ["dockerfile", "bake", "llb"], options)
    return {path: (folder / path).read_bytes() for path in paths}


@pytest.mark.parametrize("field", FIELDS)
def test_every_emit_option_changes_what_is_emitted(
    field: str, plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions()
    usual = getattr(options, field)
    other: Any = SPECIAL.get(field)
    if other is None:
        kinds = {bool: not usual, int: 77, str: "x-other", list: ["x-other"]}
        other = kinds[type(usual)]
    assert other != usual
    setattr(options, field, other)
    before = emitted(plan, tmp_path / "a", opamplan.EmitOptions())
    assert emitted(plan, tmp_path / "b", options) != before
    assert field in repr(options)


ARGUMENTS: dict[str, list[str]] = {
    "--format": ["--format", "llb"],
    "--stand-in": ["--stand-in"],
    "--compat": ["--compat", "package-tool"],
    "--batch-size": ["--compat", "package-tool", "--batch-size", "1"],
    "--registry": ["--registry", "example.org/x"],
    "--platform": ["--unset", "arch", "--platform", "linux/arm64"],
    "--cache-from": ["--cache-from", "type=local,src=x"],
    "--cache-to": ["--cache-to", "type=local,dest=x"],
    "--strategy": ["--strategy", "chain"],
    "--limit": ["--limit", "batch_targets=1"],
    "--image": ["--image", "other:1"],
}


def output_options() -> set[str]:
    """The options of `emit` that say what is emitted, but for the folder."""
    parser = make_parser(["emit"])
    command = next(
        action.choices["emit"]
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    group = next(g for g in command._action_groups if g.title == "output")
    return {a.option_strings[-1] for a in group._group_actions} - {"--output"}


def test_every_option_of_the_command_is_tried_here() -> None:
    assert output_options() <= set(ARGUMENTS)


def files_of(folder: pathlib.Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_option_of_emit_changes_a_file(tmp_path: pathlib.Path, opamplan_command: Run) -> None:
    seen: dict[str, dict[str, bytes]] = {}

    def run(*arguments: str) -> dict[str, bytes]:
        folder = tmp_path / str(len(seen))
        done = opamplan_command("emit", "csexp", "conf-libssl", "-q", *arguments, "-o", str(folder))
        assert done.returncode == 0, done.stderr
        return seen.setdefault(" ".join(arguments), files_of(folder))

    usual = run()
    for option, arguments in ARGUMENTS.items():
        needed = arguments[: arguments.index(option)]
        reference = run(*needed) if needed else usual
        assert run(*arguments) != reference, option
