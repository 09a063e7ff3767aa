"""Plans that something damaged: refused, found by the doctor, or harmless; never a crash."""

from __future__ import annotations

import copy
import json
import pathlib
import random
import re
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan.data import repository_path

SMALL = [0, 1, 2, 3, 7, 2**31, 2**32 - 1, 2**32, 2**63, 2**64 - 1, 2**64, -1, 1.5, 1e300]
OTHER: list[Any] = [None, True, "", "x", "a" * 64, "0" * 64, [], {}, [[]], [0], [None], "\udcff"]


@pytest.fixture(scope="module")
def plan() -> opamplan.Plan:
    """A plan of several batches and deep images."""
    repository = opamplan.Repository.open(repository_path(), cache=False)
    universe = opamplan.Universe(
        repository, opamplan.Environment.preset("debian-12"), ocaml="5.3.0"
    )
    targets = ["http-serve", "store", "notebook", "conf-libssl"]
    limits = opamplan.Limits("none", batch_targets=2)
    return opamplan.make_plan(universe.solve_all(targets), limits=limits)


@pytest.fixture(scope="module")
def tree(plan: opamplan.Plan) -> dict[str, Any]:
    """The plan as JSON."""
    found: dict[str, Any] = json.loads(plan.to_json())
    return found


def damage(tree: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The tree with one or a few values changed, anywhere."""
    damaged = copy.deepcopy(tree)
    for _ in range(dice.choice((1, 1, 1, 2, 5))):
        at: Any = damaged
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = dice.choice(keys)
            if isinstance(at[key], (dict, list)) and dice.random() < 0.8:
                at = at[key]
                continue
            what = dice.randrange(6)
            if what == 0:
                del at[key]
            elif what == 1 and isinstance(at, list):
                at.insert(key, copy.deepcopy(dice.choice(at)))
            elif what == 2 and isinstance(at, list):
                dice.shuffle(at)
            elif what == 3:
                at[key] = copy.deepcopy(dice.choice(OTHER))
            elif isinstance(at[key], int) and what == 4:
                at[key] = max(0, at[key] + dice.choice((-1, 1)))
            else:
                at[key] = dice.choice(SMALL)
            break
    return damaged


def use(damaged: opamplan.Plan, plan: opamplan.Plan, folder: pathlib.Path) -> bool:
    """Do everything that can be done with a plan; whether the doctor found it sound."""
    sound = not opamplan.diagnose(damaged, opamplan.Limits("none"))
    assert opamplan.Plan.from_json(damaged.to_json()) == damaged
    assert damaged.summary["install_steps"] == len(damaged)
    for ask in (
        lambda: damaged.layers(),
        lambda: damaged.to_columns(),
        lambda: [damaged.image_of(target) for target in damaged.targets[:3]],
        lambda: opamplan.forecast(damaged, 2),
        lambda: opamplan.compare_plans(plan, damaged),
        lambda: opamplan.compare_plans(damaged, plan),
        lambda: damaged.write(folder, list(opamplan.output.FORMATS)),
    ):
        try:
            ask()
        except opamplan.Error as error:
            assert str(error)
    return sound


def test_a_damaged_plan_is_refused_found_or_harmless(
    plan: opamplan.Plan, tree: dict[str, Any], tmp_path: pathlib.Path
) -> None:
    dice = random.Random(20)
    refused = found = 0
    for _ in range(400):
        text = json.dumps(damage(tree, dice), allow_nan=False)
        try:
            damaged = opamplan.Plan.from_json(text)
        except opamplan.PlanFormatError as error:
            assert error.member or error.line or "is missing" in str(error)
            refused += 1
            continue
        found += not use(damaged, plan, tmp_path)
    assert refused > 100
    assert found > 20


def test_damaged_bytes_are_refused_or_a_plan(plan: opamplan.Plan, tmp_path: pathlib.Path) -> None:
    dice = random.Random(21)
    whole = plan.to_json().encode()
    file = tmp_path / "plan.json"
    for _ in range(300):
        text = bytearray(whole)
        for _ in range(dice.choice((1, 3))):
            at = dice.randrange(len(text))
            text[at : at + dice.randrange(4)] = dice.randbytes(dice.randrange(4))
        if dice.random() < 0.2:
            del text[dice.randrange(len(text)) :]
        file.write_bytes(text)
        try:
            opamplan.diagnose(opamplan.Plan.load(file))
        except opamplan.PlanFormatError as error:
            assert error.path == str(file)


def saved(tree: dict[str, Any], folder: pathlib.Path) -> str:
    """A file of that plan."""
    file = folder / "damaged.json"
    file.write_text(json.dumps(tree))
    return str(file)


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


@pytest.mark.parametrize("format", ["dockerfile", "llb"])
def test_a_batch_of_nothing_is_an_error_and_the_doctor_says_it(
    tree: dict[str, Any], tmp_path: pathlib.Path, opamplan_command: Run, format: str
) -> None:
    damaged = copy.deepcopy(tree)
    damaged["batches"][0]["steps"] = []
    file = saved(damaged, tmp_path)
    done = opamplan_command("emit", "--plan", file, "--format", format, "-o", str(tmp_path / "o"))
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert "batch 0: there is no step to build" in done.stderr
    done = opamplan_command("doctor", "--plan", file)
    assert done.returncode == 1
    assert "batch 0: it has no step" in done.stdout


@pytest.mark.parametrize("format", ["dockerfile", "llb"])
def test_a_batch_without_a_step_that_it_needs_is_an_error(
    tree: dict[str, Any], tmp_path: pathlib.Path, opamplan_command: Run, format: str
) -> None:
    damaged = copy.deepcopy(tree)
    del damaged["batches"][0]["steps"][0]
    file = saved(damaged, tmp_path)
    done = opamplan_command("emit", "--plan", file, "--format", format, "-o", str(tmp_path / "o"))
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert "which does not come before it" in done.stderr
    assert opamplan_command("doctor", "--plan", file).returncode == 1


def test_bytes_that_are_not_utf8_are_shown_in_the_message(tree: dict[str, Any]) -> None:
    damaged = copy.deepcopy(tree)
    damaged["strategy"] = "\udcff"
    with pytest.raises(opamplan.PlanFormatError, match=re.escape(r'"\xff"')):
        opamplan.Plan.from_json(json.dumps(damaged))


@pytest.mark.parametrize("text", ["[" * 50_000, '{"dune": NaN}', '{"dune": -1}', "\x00", "[1]"])
@pytest.mark.parametrize("option", ["--sizes", "--durations"])
def test_files_of_numbers_are_refused_in_one_line(
    text: str, option: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file = tmp_path / "numbers.json"
    file.write_text(text)
    done = opamplan_command("forecast", "-q", "csexp", option, str(file))
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert str(file) in done.stderr


def test_a_configuration_of_any_bytes_is_refused_in_one_line(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    for content in (b"[" * 50_000, b"\xff", b"{"):
        file = tmp_path / "c.json"
        file.write_bytes(content)
        done = opamplan_command("--config", str(file), "list")
        assert done.returncode == 2
        assert one_line(done.stderr)
        assert str(file) in done.stderr


def test_an_argument_that_is_not_utf8_is_refused_in_one_line(opamplan_command: Run) -> None:
    done = opamplan_command("list", "\udcff")
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert "is not UTF-8" in done.stderr
