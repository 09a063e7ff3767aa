"""The commands plan, forecast, diff, doctor and order."""

from __future__ import annotations

import json
import pathlib
import subprocess
from collections.abc import Callable

import pytest

import opamplan
from opamplan.cli import main as cli
from opamplan.cli import plans
from opamplan.runs import State

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def saved(opamplan_command: Run, tmp_path: pathlib.Path) -> pathlib.Path:
    file = tmp_path / "plan.json"
    done = opamplan_command("plan", "-o", str(file))
    assert done.returncode == 0, done.stderr
    assert f"saved: {file}" in done.stdout
    return file


def test_plan_prints_its_figures(opamplan_command: Run) -> None:
    summary = json.loads(opamplan_command("plan", "--summary-json").stdout)
    counts = "targets install_steps layers package_versions max_depth grafts batches"
    for key in counts.split():
        assert isinstance(summary[key], int)
    text = opamplan_command("plan", "--strategy", "chain", "--limits", "docker").stdout
    assert f"{summary['targets']} targets" in text


def test_plan_takes_limits_by_hand(opamplan_command: Run) -> None:
    done = opamplan_command("plan", "--summary-json", "--limit", "depth=5", "--strategy", "chain")
    assert json.loads(done.stdout)["max_depth"] == 5
    wrong = opamplan_command("plan", "--limit", "deep=5")
    assert wrong.returncode == 2
    assert "expected NAME=NUMBER with depth" in wrong.stderr


def test_layers_of_the_base_image_count_in_its_depth(
    opamplan_command: Run, saved: pathlib.Path
) -> None:
    words = ("--limits", "docker", "--limit", "depth=16", "--base-layers")
    done = opamplan_command("plan", "--json", "--strategy", "chain", *words, "20")
    assert json.loads(done.stdout)["max_depth"] == 5
    full = opamplan_command("plan", *words, "25")
    assert (full.returncode, "leaves no room for steps" in full.stderr) == (2, True)
    deep = opamplan_command("doctor", "--plan", str(saved), *words, "20")
    assert (deep.returncode, "depth:" in deep.stdout) == (1, True)
    assert opamplan_command("doctor", "--plan", str(saved), *words, "9").returncode == 0
    assert opamplan.Limits("docker", base_layers=31).depth == 91


def test_alignment_says_what_it_costs(opamplan_command: Run) -> None:
    done = opamplan_command("plan", "--align")
    assert done.returncode == 0
    assert "dependencies older" in done.stderr


def test_a_forecast_says_what_it_assumes(
    opamplan_command: Run, saved: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = opamplan.Plan.load(saved)
    packages = [package for _, package, _ in plan.layers()]
    durations = tmp_path / "durations.json"
    words = ["forecast", "--plan", str(saved)]
    said = opamplan_command(*words).stdout
    assert "\n  20 s assumed of each install: --durations has what they took\n" in said
    words += ["--durations", str(durations)]
    durations.write_text('{"dune": 3, "dnue": 4}')
    answer = json.loads(opamplan_command(*words, "--json").stdout)
    others = sum(not package.startswith("dune.") for package in packages)
    assert answer["assumed_count"] == others < len(packages)
    said = opamplan_command(*words, "--default-seconds=7").stdout
    assert f"  7 s assumed of {others} of {len(packages)} installs: {durations} has no more" in said
    durations.write_text(json.dumps(dict.fromkeys(packages, 2)))
    said = opamplan_command(*words).stdout
    assert " s assumed of" not in said.replace("10 s assumed of each\n", "", 1)
    assert " of disk, roughly: 27.0 MB assumed of each step, --sizes has what" in said
    system = json.loads(opamplan_command(*words, "--json").stdout)["system_packages"]
    steps = system["steps"]
    assert 0 < steps == plan.summary["system_steps"]
    assert (system["seconds"], system["measured_seconds_count"]) == (10 * steps, 0)
    names = [f"depexts: {' '.join(step.depexts)}" for step in plan if step.depexts]
    durations.write_text(json.dumps(dict.fromkeys([*packages, *names], 2)))
    sizes = tmp_path / "sizes.json"
    sizes.write_text(json.dumps({names[0]: 5_000_000}))
    said = opamplan_command(*words, "--sizes", str(sizes)).stdout
    assert f" install system packages: {2 * steps} s; " in said
    assert "5.0 MB by 1 of them\n" in said or names.count(names[0]) > 1
    sizes.write_text('{"dune": 3000000, "nude": 1}')
    said = opamplan_command("forecast", "csexp", "--sizes", str(sizes)).stdout
    assert " of disk, roughly: sizes are known of 1 of 12 packages\n" in said


def test_how_much_of_a_plan_is_in_those_that_it_is_made_like_is_told(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    file = str(tmp_path / "earlier.json")
    opamplan_command("plan", "-q", "csexp", "-o", file)
    nothing = f"--like {file}: none of 7 steps is there, so it changes nothing\n"
    for words, said in (
        (["csexp", "heron"], f"--like {file}: 7 of 10 steps are there too\n"),
        (["csexp", "--environment=debian-12"], nothing),
        (["csexp", "-q", "--environment=debian-12"], nothing),
        (["csexp", "-q"], ""),
    ):
        done = opamplan_command("plan", *words, "--like", file)
        assert (done.returncode, done.stderr) == (0, said)
    read: list[str] = []
    plans_in = plans.plans_in
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "plans_in", lambda name: [read.append(name), *plans_in(name)][1:])
        assert cli.main(["plan", "-q", "csexp", "--vary=with-test", "--like", file]) == 0
    assert read == [file]  # once for both
    several = opamplan_command("plan", "csexp", "--vary=with-test", "--like", file).stderr
    assert several.startswith(f"debian-13-ocaml-5.3.0: --like {file}: ")
    assert several.count("\n") == 2


def test_a_plan_is_made_like_an_earlier_one(opamplan_command: Run, tmp_path: pathlib.Path) -> None:
    files = [str(tmp_path / f"{number}.json") for number in range(3)]
    assert opamplan_command("plan", "-o", files[0]).returncode == 0
    for file, words in zip(files[1:], ([], ["--like", files[0]])):
        done = opamplan_command("plan", "--with-test", "-o", file, *words)
        assert done.returncode == 0, done.stderr
    base, alone, like = map(opamplan.Plan.load, files)
    depexts = {step.key: step.depexts for step in base if step.installs}
    assert all(depexts.get(step.key, step.depexts) == step.depexts for step in like)
    assert [key for key, _, _ in like.layers()] == [key for key, _, _ in alone.layers()]
    had = set(base.build_keys())
    for file, plan in ((files[1], alone), (files[2], like)):
        todo = [step for key, step in zip(plan.build_keys(), plan) if key not in had]
        said = opamplan_command("forecast", "--json", "--plan", file, "--earlier", files[0])
        forecast = json.loads(said.stdout)
        assert forecast["steps"] == len(todo)
        assert forecast["system_packages"]["steps"] == sum(bool(step.depexts) for step in todo)
    with State(tmp_path / "builds.sqlite") as state:
        state.begin_run(base)
    runs = str(tmp_path / "builds.sqlite")
    opamplan_command("plan", "--with-test", "-o", files[1], "--like", runs)
    assert opamplan.Plan.load(files[1]) == like
    wrong = opamplan_command("plan", "--strategy", "prefix", "--like", files[0])
    assert (wrong.returncode, "only plans of the strategies graft" in wrong.stderr) == (2, True)
    idle = opamplan_command("emit", "--plan", files[1], "--like", files[0])
    assert (idle.returncode, "--like has no effect" in idle.stderr) == (2, True)


def test_forecast(opamplan_command: Run, saved: pathlib.Path, tmp_path: pathlib.Path) -> None:
    plan = str(saved)
    first = json.loads(opamplan_command("forecast", "--plan", plan, "--json").stdout)
    assert first["makespan_seconds"] >= first["critical_seconds"] > 0
    durations = tmp_path / "durations.json"
    durations.write_text(json.dumps({first["critical_path"][0]: 5000}))
    text = opamplan_command("forecast", "--plan", plan, "--durations", str(durations)).stdout
    assert "1 h" in text
    again = opamplan_command("forecast", "--plan", plan, "--earlier", plan).stdout
    assert "0 steps to run" in again
    durations.write_text("[1]")
    wrong = opamplan_command("forecast", "--plan", plan, "--durations", str(durations))
    assert (wrong.returncode, "seconds by name" in wrong.stderr) == (2, True)


def test_diff_of_repositories_is_called_change(
    opamplan_command: Run, embedded: pathlib.Path
) -> None:
    done = opamplan_command("diff", str(embedded), str(embedded))
    said = f"opamplan: error: {embedded}: a repository; `opamplan change BEFORE AFTER` compares two"
    assert (done.returncode, done.stderr.startswith(said)) == (2, True), done.stderr


def test_diff_takes_plans_and_options(opamplan_command: Run, saved: pathlib.Path) -> None:
    assert "same layers" in opamplan_command("diff", str(saved), "-").stdout
    done = opamplan_command("diff", "ocaml=5.2.1", str(saved))
    assert "Why targets are rebuilt" in done.stdout
    assert "ocaml-base-compiler.5.2.1 -> ocaml-base-compiler.5.3.0" in done.stdout
    facts = json.loads(opamplan_command("diff", "ocaml=5.2.1", "-", "--json").stdout)
    assert facts["kept_layer_count"] > 0
    assert len(facts["causes"][0]["targets"]) == max(len(c["targets"]) for c in facts["causes"])
    listed = opamplan_command("diff", "ocaml=5.2.1", "-", "--targets").stdout
    assert sum(" < " in line for line in listed.splitlines()) > 5
    assert "same layers" in opamplan_command("diff", "ocaml=5.3.0", str(saved), "--no-ocaml").stdout
    wrong = opamplan_command("diff", "color=red", "-")
    assert (wrong.returncode, "expected a plan file" in wrong.stderr) == (2, True)


def test_doctor_of_plans(opamplan_command: Run, saved: pathlib.Path) -> None:
    sound = opamplan_command("doctor", "--plan", str(saved))
    assert (sound.returncode, "keep every limit" in sound.stdout) == (0, True)
    ill = opamplan_command("doctor", "--plan", str(saved), "--limit", "depth=2", "--json")
    assert ill.returncode == 1
    assert {f["limit"] for f in json.loads(ill.stdout)} == {"depth"}
    tree = json.loads(saved.read_text())
    tree["steps"][-1]["depth"] += 1
    saved.write_text(json.dumps(tree))
    broken = opamplan_command("doctor", "--plan", str(saved))
    assert (broken.returncode, "depth" in broken.stdout) == (1, True)
    saved.write_text("{}")
    assert opamplan_command("doctor", "--plan", str(saved)).returncode == 2


def test_doctor_of_files(
    opamplan_command: Run, saved: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "out"
    assert opamplan_command("emit", "--plan", str(saved), "-o", str(out)).returncode == 0
    sound = opamplan_command("doctor", "--files", str(out))
    assert sound.returncode == 0, sound.stdout
    (out / "Dockerfile").write_text(
        "FROM debian:12 AS a\n" + "RUN true\n" * 200 + "FROM a AS b\nRUN x\nFROM b AS A\n"
    )
    ill = opamplan_command("doctor", "--files", str(out), "--limits", "docker", "--json")
    findings = {f["limit"]: f for f in json.loads(ill.stdout)}
    assert findings["depth"]["value"] == 201
    assert "Dockerfile:204" in findings["contents"]["where"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert opamplan_command("doctor", "--files", str(empty)).returncode == 2


def test_order_and_deps(opamplan_command: Run) -> None:
    orders = [
        json.loads(opamplan_command("order", "dune", *option).stdout)
        for option in ((), ("--depth-first",), ("--most-shared",))
    ]
    assert len({tuple(sorted(order)) for order in orders}) == 1
    assert all(order[-1].startswith("dune.") for order in orders)
    assert set(json.loads(opamplan_command("deps", "dune").stdout)) == set(orders[0])
    assert opamplan_command("dot", "dune").stdout.startswith("digraph")


def test_the_system_packages_of_a_closure(opamplan_command: Run, embedded: pathlib.Path) -> None:
    repository = opamplan.Repository.open(str(embedded))
    environment = opamplan.Environment.preset("debian-12")
    universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
    some = [solution for solution in universe.solve_all() if solution and solution.depexts]
    assert some
    for solution in some:
        split = [package.partition(".") for package in solution]
        each = [repository[name][version].depexts(environment) for name, _, version in split]
        assert solution.depexts == sorted({system for names in each for system in names})
        plan = opamplan.make_plan([solution])
        assert set(solution.depexts) == {system for step in plan for system in step.depexts}
    target = str(some[0].target)
    lines = opamplan_command("deps", target, "--depexts").stdout.splitlines()
    assert lines == some[0].depexts
    assert json.loads(opamplan_command("deps", target, "--depexts", "--json").stdout) == lines
    assert opamplan_command("deps", "ocaml", "--depexts").stdout == ""
