"""Several environments in one call, and their runs side by side in one report."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan.runs import State
from opamplan.runs.report import environment_names, matrix_data, matrix_html, matrix_markdown
from opamplan.runs.results import LayerResult

COMPILERS = ("--ocaml=5.2.1", "--ocaml=5.3.0")
BOTH = ("--environment=debian-12", "--environment=debian-13", *COMPILERS)
NAMES = [f"debian-{release}-ocaml-{v}" for release in (12, 13) for v in ("5.2.1", "5.3.0")]


def plan_of(embedded: pathlib.Path, environment: str, ocaml: str, **options: Any) -> opamplan.Plan:
    repository = opamplan.Repository.open([str(embedded)])
    universe = opamplan.Universe(repository, opamplan.Environment.preset(environment), ocaml=ocaml)
    return opamplan.make_plan(universe.solve_all(), **options)


def record(state: State, plan: opamplan.Plan, bad: str = "", left_out: Any = ()) -> Any:
    """A run in which `bad` failed, and what needs it was not tried."""
    run = state.begin_run(plan, left_out)
    statuses: dict[str, str] = {}
    for layer, package, needs in plan.layers():
        good = all(statuses[need] == "success" for need in needs)
        status = "success" if good else "dependency_failed"
        statuses[layer] = "failure" if package == bad else status
        log = "a | b\nError: <no> luck\n" if package == bad else ""
        state.add_layers(run, [(LayerResult(layer, package, statuses[layer], 3.0, log), False)])
    state.end_run(run, "finished")
    return run


def test_each_distribution_is_planned_with_each_compiler_and_layers_in_common_are_counted(
    opamplan_command: Run,
) -> None:
    done = opamplan_command("plan", "--json", *BOTH)
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert list(answer["environments"]) == NAMES
    alone = json.loads(opamplan_command("plan", "--json", *BOTH[2:]).stdout)
    assert alone["environments"]["debian-13-ocaml-5.3.0"] == answer["environments"][NAMES[3]]
    one = json.loads(opamplan_command("plan", "--json").stdout)
    assert one == answer["environments"][NAMES[3]]
    layers = [figures["layers"] for figures in alone["environments"].values()]
    assert alone["layers"] == sum(layers) - alone["shared_layers"]
    assert alone["shared_layers"] > 0  # below the compiler
    text = opamplan_command("plan", *COMPILERS).stdout
    assert f"2 environments: {alone['layers']} distinct layers" in text


def test_plans_of_several_environments_need_names_of_their_own(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    done = opamplan_command("plan", *COMPILERS, "-o", str(tmp_path / "plan.json"))
    assert done.returncode == 2
    assert "plan-{ocaml}.json" in done.stderr
    done = opamplan_command("plan", "-q", *BOTH, "-o", str(tmp_path / "p-{environment}.json"))
    assert done.returncode == 2
    assert "p-{environment}-{ocaml}.json" in done.stderr
    done = opamplan_command("plan", "-q", *COMPILERS, "-o", str(tmp_path / "p-{ocaml}.json"))
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p-5.2.1.json", "p-5.3.0.json"]


def test_one_image_is_not_the_base_of_several_distributions(opamplan_command: Run) -> None:
    for command in ("plan", "emit", "build"):
        done = opamplan_command(command, *BOTH, "--image", "debian:13")
        assert done.returncode == 2
        assert "--image is the base of all steps" in done.stderr
    assert opamplan_command("plan", "-q", *COMPILERS, "--image", "debian:13").returncode == 0


def test_files_of_several_environments_have_a_folder_each(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    done = opamplan_command("emit", "heron", "--json", *COMPILERS, "-o", str(tmp_path / "out"))
    answer = json.loads(done.stdout)["environments"]
    for name in NAMES[2:]:
        folder = tmp_path / "out" / name
        assert answer[name]["directory"] == str(folder)
        assert (folder / "batch0.Dockerfile").stat().st_size == (
            answer[name]["files"]["batch0.Dockerfile"]
        )


def test_a_run_for_each_environment_goes_into_one_state_and_one_report(
    opamplan_command: Run, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    out = tmp_path / "out"
    words = ("build", "--program", fake(("heron.1.3.0",)), "-o", str(out), *COMPILERS)
    done = opamplan_command(*words)
    assert done.returncode == 1, done.stderr
    assert "debian-13-ocaml-5.2.1\n" in done.stdout
    file = out / "builds.sqlite"
    assert done.stdout.endswith(f"Report: opamplan report {file}#1 {file}#2\n")
    with State(file, read_only=True) as state:
        assert [run.status for run in state.runs()] == ["finished"] * 2
    data = json.loads(
        opamplan_command("report", f"{file}#1", f"{file}#2", "--format", "json").stdout
    )
    assert [run["name"] for run in data["runs"]] == ["OCaml 5.2.1", "OCaml 5.3.0"]
    refused = opamplan_command("report", f"{file}#1", f"{file}#2", "--sizes")
    assert (refused.returncode, "of one run" in refused.stderr) == (2, True)


def test_an_interrupt_ends_the_first_run_and_begins_no_other(
    tmp_path: pathlib.Path, fake: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from opamplan.cli import building
    from opamplan.cli.main import main

    def interrupted(runner: Any) -> Any:
        runner.interrupt()
        return runner.run()

    monkeypatch.setattr(building, "run_until_interrupted", interrupted)
    out = str(tmp_path / "out")
    assert main(["build", "-q", "--program", fake(), "-o", out, *COMPILERS]) == 130
    with State(tmp_path / "out/builds.sqlite", read_only=True) as state:
        assert [run.status for run in state.runs()] == ["interrupted"]


def test_failures_of_what_is_no_target_are_told_too(
    embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    universe = opamplan.Universe(
        repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0"
    )
    plan = opamplan.make_plan(universe.solve_all(["heron"]))
    bad = next(name for name in plan.packages if name.startswith("dune."))
    assert bad not in plan.targets
    with State(tmp_path / "builds.sqlite") as state:
        data = matrix_data([(state, record(state, plan, bad)), (state, record(state, plan))])
    (failure,) = data["failures"]
    assert (failure["package"], failure["stops"]) == (bad, 1)
    assert data["packages"][0]["cells"][0]["causes"] == [0]


def test_every_member_of_a_post_group_has_its_dependents(
    embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = plan_of(embedded, "debian-13", "5.3.0")
    with State(tmp_path / "builds.sqlite") as state:
        data = matrix_data([(state, record(state, plan))])
    for row in data["packages"]:
        images = (plan.image_of(target) for target in plan.targets if target != row["name"])
        assert row["dependents"] == sum(row["name"] in image for image in images), row["name"]


def test_a_mistake_in_the_last_environment_is_told_before_the_first_is_begun(
    opamplan_command: Run, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    out = tmp_path / "out"
    build = ("build", "--program", fake(), "-o", str(out))
    for command in (
        ("plan", "-o", f"{out}-{{environment}}-{{ocaml}}.json"),
        ("emit", "-o", str(out)),
        build,
    ):
        for words in (
            ("--ocaml=5.3.0", "--ocaml=9.9"),
            ("--environment=debian-12", "--environment=debian-99"),
        ):
            done = opamplan_command(*command, *words)
            assert (done.returncode, done.stdout) == (2, ""), done.stdout
    done = opamplan_command(*build, "--environment=debian-13", "--environment=macos-homebrew")
    assert (done.returncode, "batch 0" in done.stdout) == (2, False)
    assert not (out / "builds.sqlite").exists()


def test_images_of_environments_have_names_of_their_own(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "out"
    words = ("emit", "heron", "-q", *COMPILERS, "--registry", "registry.test/x", "-o", str(out))
    assert opamplan_command(*words).returncode == 0
    for name in NAMES[2:]:
        text = (out / name / "docker-bake.hcl").read_text()
        assert f"registry.test/x/{name}" in text
    refused = opamplan_command(*words, "--format", "github")
    assert (refused.returncode, "one workflow" in refused.stderr) == (2, True)


def test_what_takes_one_environment_refuses_a_second(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    for command in ("solve", "forecast", "doctor"):
        done = opamplan_command(command, *COMPILERS)
        assert done.returncode == 2
        assert "--ocaml: given twice; only plan, emit, build, change take several" in done.stderr
    file = tmp_path / "opamplan.json"
    file.write_text('{"ocaml": ["5.2.1"], "plan": {"strategy": "chain"}}')
    done = opamplan_command("--config", str(file), "solve")
    assert (done.returncode, "say it in their sections" in done.stderr) == (2, True)
    file.write_text('{"plan": {"strategy": "chain"}}')
    # It has an option --plan.
    assert opamplan_command("--config", str(file), "forecast").returncode == 0


def test_a_report_does_not_take_the_place_of_a_state(
    embedded: pathlib.Path, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file = tmp_path / "builds.sqlite"
    with State(file) as state:
        record(state, plan_of(embedded, "debian-13", "5.3.0"))
    before = file.read_bytes()
    for words in ((), ("--sizes",), (str(file),)):
        done = opamplan_command("report", str(file), *words, "-o", str(file))
        assert (done.returncode, "is left as it is" in done.stderr) == (2, True)
    assert file.read_bytes() == before


def test_environments_are_named_by_what_tells_them_apart(embedded: pathlib.Path) -> None:
    def names(*which: tuple[str, str], **options: Any) -> list[str]:
        return environment_names([plan_of(embedded, *each, **options) for each in which])

    assert names(("debian-13", "5.2.1"), ("debian-13", "5.3.0")) == ["OCaml 5.2.1", "OCaml 5.3.0"]
    assert names(("debian-12", "5.3.0"), ("alpine-3.22", "5.3.0")) == ["debian-12", "alpine-3.22"]
    assert names(("debian-12", "5.2.1"), ("debian-12", "5.3.0"), ("debian-13", "5.3.0")) == [
        "debian-12 OCaml 5.2.1",
        "debian-12 OCaml 5.3.0",
        "debian-13 OCaml 5.3.0",
    ]
    same = "debian-13 OCaml 5.3.0"
    assert names(*[("debian-13", "5.3.0")] * 2) == [f"{same} (1)", f"{same} (2)"]
    assert names(("debian-13", "5.3.0")) == [same]
    assert environment_names([]) == []
    plans = [plan_of(embedded, "debian-13", "5.3.0")] * 2
    assert environment_names(plans, [0, 3600]) == [
        f"{same} 1970-01-01 00:00",
        f"{same} 1970-01-01 01:00",
    ]


def test_cells_say_what_happened_where_and_why(
    embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plans = [plan_of(embedded, "debian-13", version) for version in ("5.2.1", "5.3.0")]
    bad = next(t for t in plans[0].targets if t.startswith("csexp."))
    left_out = [("only-here.1", "no_solution", "it conflicts with everything")]
    with State(tmp_path / "builds.sqlite") as state:
        runs = [
            (state, record(state, plans[0], bad, left_out)),
            (state, record(state, plans[1])),
        ]
        data = matrix_data(runs, log_bytes=20)
    assert [run["counts"]["success"] for run in data["runs"]] == [
        sum(
            cell["cells"][place]["status"] == "success"
            for cell in data["packages"]
            if cell["cells"][place]
        )
        for place in (0, 1)
    ]
    rows = {row["name"]: row for row in data["packages"]}
    failed, well = rows[bad]["cells"]
    assert rows[bad]["differs"]
    assert (failed["status"], well) == ("failure", {"status": "success", "seconds": 3})
    failure = data["failures"][failed["failure"]]
    assert failure["log"].endswith("Error: <no> luck\n")
    assert (failure["package"], failure["run"], failure["status"]) == (bad, 0, "failure")
    waiting = [row for row in data["packages"] if (row["cells"][0] or {}).get("causes")]
    assert len(waiting) == failure["stops"] > 0
    assert waiting[0]["cells"][0] == {
        "status": "dependency_failed",
        "seconds": 3,
        "causes": [failed["failure"]],
    }
    assert rows[bad]["dependents"] >= 1
    assert rows["only-here.1"]["cells"] == [
        {"status": "no_solution", "reason": "it conflicts with everything"},
        None,
    ]
    assert rows["only-here.1"]["differs"]
    text = matrix_markdown(data)
    assert f"| `{bad}` | {rows[bad]['dependents']} | failure | success |" in text
    assert "| `only-here.1` | 0 | no_solution |  |" in text
    page = matrix_html(data)
    assert "<no>" not in page
    assert page.count("</script>") == 2
