"""Several environments in one call, and their runs side by side in one report."""

from __future__ import annotations

import json
import pathlib
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan.runs import State
from opamplan.runs.report import (
    environment_names,
    matrix_data,
    matrix_html,
    matrix_markdown,
    report_data,
)
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
    assert f" of them in more than one; {alone['steps']} steps for one builder\n" in text


def test_plans_of_several_environments_need_names_of_their_own(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
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


def test_emit_tells_what_it_removes_of_plans_of_another_shape(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    words = ("emit", "heron", "-o", str(tmp_path / "out"))
    several = opamplan_command(*words, *COMPILERS)
    assert "Removed" not in several.stdout
    changed = tmp_path / "out" / NAMES[2] / "step"
    changed.write_text("of opamplan, changed by hand")
    alone = opamplan_command(*words)
    assert f"opamplan: {changed} is of an earlier plan and was changed since" in alone.stderr
    assert "of an earlier plan\n" in alone.stdout
    assert [path.name for path in changed.parent.iterdir()] == ["step"]
    assert not (tmp_path / "out" / NAMES[3]).exists()
    several = opamplan_command(*words, *COMPILERS)
    assert several.stdout.splitlines()[-1].endswith(" files of an earlier plan")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".opamplan.json",
        *NAMES[2:],
    ]


def test_emit_tells_the_folder_of_a_plan_in_whose_place_something_else_is(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    common = ("emit", "-q", "csexp", "-o", str(out))
    for words in ((), ("--vary=prefer-oldest",)):
        assert opamplan_command(*common, *COMPILERS).returncode == 0
        linked, filed = (out / f"debian-13-ocaml-{version}" for version in ("5.2.1", "5.3.0"))
        linked.rename(elsewhere)
        linked.symlink_to(elsewhere)
        shutil.rmtree(filed)
        if not words:
            filed.write_text("mine")
        before = sorted(elsewhere.rglob("*"))
        done = opamplan_command(*common, *words)
        said = "is of an earlier plan and was changed since: left there\n"
        told = [linked] if words else [linked, filed]
        assert done.returncode == 0
        assert done.stderr == "".join(f"opamplan: {place} {said}" for place in told)
        assert sorted(elsewhere.rglob("*")) == before
        for place in (out, elsewhere):
            shutil.rmtree(place)


def test_a_run_for_each_environment_goes_into_one_state_and_one_report(
    opamplan_command: Run, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    out = tmp_path / "out"
    words = ("build", "--program", fake(("heron.1.3.0",)), "-o", str(out), *COMPILERS)
    done = opamplan_command(*words)
    assert done.returncode == 1, done.stderr
    assert "debian-13-ocaml-5.2.1\n" in done.stdout
    file = out / "builds.sqlite"
    assert done.stdout.endswith(f"Report: opamplan report {file}\n")
    with State(file, read_only=True) as state:
        assert [run.status for run in state.runs()] == ["finished"] * 2
    data = json.loads(opamplan_command("report", f"{file}#1..2", "--format", "json").stdout)
    assert [run["name"] for run in data["runs"]] == ["OCaml 5.2.1", "OCaml 5.3.0"]
    gone = opamplan_command("report", f"{file}#7..9")
    assert (gone.returncode, "no runs from 7 to 9" in gone.stderr) == (2, True)
    sizes = [opamplan_command("report", each, "--sizes").stdout for each in (f"{file}#1..2", file)]
    assert sizes[0] == sizes[1]
    assert json.loads(sizes[0])


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
        assert [run.status for run in state.runs()] == ["interrupted", "waiting"]


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
    page = "--format=html"  # its name says nothing of one
    for words in ((page,), ("--sizes",), (str(file), page)):
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
        state.add_system_packages(runs[1][1], 0, ["libgmp-dev"], 70.0, 3_000_000)
        data = matrix_data(runs, log_bytes=20)
        one = report_data(*runs[0])["failures"][0]
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
    assert len(waiting) + 1 == failure["stops"] > 1  # itself, as in the report of one run
    assert (one["package"], len(one["targets"])) == (bad, failure["stops"])
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
    steps = [run["system_packages"]["steps"] for run in data["runs"]]
    assert steps == [0, 1]
    text = matrix_markdown(data)
    assert "- `OCaml 5.3.0`: installed by 1 step in 1 min 10 s, 3.0 MB\n" in text
    assert "- `OCaml 5.2.1`" not in text
    assert f"| `{bad}` | {rows[bad]['dependents']} | failure | success |" in text
    assert "| `only-here.1` | 0 | no_solution |  |" in text
    page = matrix_html(data)
    assert "<no>" not in page
    assert page.count("</script>") == 2


# What differs, as options and as arguments of `combinations`: every axis there is.
AXES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "environment": (
        ["--environment=debian-12", "--environment=alpine-3.22"],
        {"environment": ["debian-12", "alpine-3.22"]},
    ),
    "arch": (["--arch=x86_64", "--arch=arm64"], {"arch": ["x86_64", "arm64"]}),
    "ocaml": (["--ocaml=4.14.2", "--ocaml=5.3.0"], {"ocaml": ["4.14.2", "5.3.0"]}),
    "with-test": (["--vary=with-test"], {"with_test": [False, True]}),
    "with-doc": (["--vary=with-doc"], {"with_doc": [False, True]}),
    "prefer-oldest": (["--vary=prefer-oldest"], {"prefer_oldest": [False, True]}),
    "require": (
        ["--vary=require=csexp >= 1.5 & store"],
        {"require": ["", "csexp >= 1.5 & store"]},
    ),
    "constraint": (["--vary=constraint=dune < 3.20"], {"constraint": [[], ["dune < 3.20"]]}),
}
ALONE = {
    "environment": lambda c: [f"--environment={c.environment}"],
    "arch": lambda c: [f"--arch={c.arch}"] if c.arch else [],
    "ocaml": lambda c: [f"--ocaml={c.ocaml}"],
    "with-test": lambda c: ["--with-test"] * c.with_test,
    "with-doc": lambda c: ["--with-doc"] * c.with_doc,
    "prefer-oldest": lambda c: ["--prefer-oldest"] * c.prefer_oldest,
    "require": lambda c: [f"--require={each}" for each in c.require],
    "constraint": lambda c: [f"--constraint={each}" for each in c.constraint],
}


@pytest.mark.parametrize("axis", AXES)
def test_each_plan_of_a_matrix_is_the_plan_made_alone_like_those_before_it(
    axis: str,
    opamplan_command: Run,
    tmp_path: pathlib.Path,
    embedded: pathlib.Path,
) -> None:
    words, values = AXES[axis]
    several = opamplan.combinations(**values)
    assert len(several) == 2
    file, alone = tmp_path / "matrix.json", tmp_path / "alone.json"
    done = opamplan_command("plan", "-q", *words, "-o", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    matrix = opamplan.PlanMatrix.load(file)
    assert list(matrix) == [each.name for each in several]
    assert len({plan.to_json() for plan in matrix.values()}) == 2, "the axis makes no difference"
    repository = opamplan.Repository.open([str(embedded)])
    assert opamplan.plan_matrix(repository, several) == matrix
    like: list[str] = []
    for each in several:
        opamplan_command("plan", "-q", *ALONE[axis](each), *like, "-o", str(alone))
        assert opamplan.Plan.load(alone) == matrix[each.name], each
        like += ["--like", f"{file}#{each.name}"]


def test_a_file_of_axes_says_what_options_do(
    opamplan_command: Run, tmp_path: pathlib.Path, embedded: pathlib.Path
) -> None:
    file, out = tmp_path / "axes.json", tmp_path / "matrix.json"
    axes = {
        "ocaml": ["4.14.2", "5.3.0", "any"],
        "with-test": [False, True],
        "exclude": [{"ocaml": "4.14.2", "with-test": True}, {"ocaml": "any"}],
        "also": [{"prefer-oldest": True, "require": "csexp"}, {"ocaml": "5.3.0"}],
    }
    file.write_text(json.dumps(axes))
    done = opamplan_command("plan", "-q", "--matrix", str(file), "-o", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    matrix = opamplan.PlanMatrix.load(out)
    assert list(matrix) == [
        "debian-13-ocaml-4.14.2",
        "debian-13-ocaml-5.3.0",
        "debian-13-ocaml-5.3.0-with-test",
        "debian-13-ocaml-5.3.0-oldest-csexp",
    ]
    assert list(matrix.asked.values()) == ["", "", "", "oldest versions, require csexp"]
    anything = opamplan.Combination(ocaml="", prefer_oldest=True)
    assert anything.asked == "any compiler, oldest versions"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("{}", ("--vary=tests",), "--vary tests: expected with-test, with-doc, prefer-oldest"),
        ("{}", ("--vary=with-test", "--with-test"), "leave out --with-test"),
        ('{"ocaml": []}', (), "the axis ocaml has no values"),
        ('{"ocmal": "5.3.0"}', (), "no axis ocmal; did you mean ocaml?"),
        ('{"ocaml": "5.3.0"}', ("--no-ocaml",), "ocaml: an option says it too"),
        ('{"with-test": true}', ("--vary=with-test",), "with-test: an option says it too"),
        ('{"with-tests": true}', (), "no axis with-tests; did you mean with-test?"),
        ('{"with-test": "yes"}', (), 'with-test: expected true or false, not "yes"'),
        ('{"require": 1}', (), "require: expected a string or a list of strings, such as"),
        ('{"also": {}}', (), "also: expected tables"),
        ('{"also": [{}, {"arch": 1}]}', (), '[[also]] 2: arch: expected a string, such as "arm64"'),
        ('{"exclude": {"ocaml": "4.14.2"}}', (), 'exclude: nothing has ocaml = "4.14.2"'),
        ('{"exclude": {"with-test": true}}', (), "exclude: nothing has with-test = true"),
        ('{"exclude": {"with-doc": 1}}', (), "with-doc: expected true or false, not 1"),
        ('{"exclude": {"ocaml": "5.3.0"}}', (), "nothing is left"),
        (
            '{"require": ["a <= 1", "a/up-to/1"]}',
            (),
            ": require a <= 1 and require a/up-to/1; leave",
        ),
    ],
)
def test_mistakes_in_what_is_varied_are_told(
    opamplan_command: Run, tmp_path: pathlib.Path, text: str, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "axes.json"
    file.write_text(text)
    done = opamplan_command("plan", "--matrix", str(file), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_constraint_is_one_however_it_is_spaced() -> None:
    [without, once] = opamplan.combinations(
        constraint=["", "dune>=3.0 & csexp !=1", "dune >=  3.0&csexp != 1"]
    )
    assert (without.constraint, once.constraint) == ((), ("dune >= 3.0", "csexp != 1"))


@pytest.mark.parametrize("axes", [COMPILERS, COMPILERS[:1]])
def test_a_place_in_the_name_of_a_file_that_stands_for_nothing_is_told(
    axes: tuple[str, ...], opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    for pattern, said in (
        ("{ocaml}-{foo}.json", "nothing is called {foo}; there are: {environment}, {ocaml}, "),
        ("{ocmal}.json", "nothing is called {ocmal}; did you mean {ocaml}?"),
    ):
        done = opamplan_command("plan", "-q", "csexp", *axes, "-o", str(tmp_path / pattern))
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_layers_in_several_plans_are_counted(embedded: pathlib.Path) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    several = opamplan.combinations(ocaml=["5.2.1", "5.3.0"], with_test=[False, True])
    matrix = opamplan.plan_matrix(repository, several)
    keys = [{key for key, _, _ in plan.layers()} for plan in matrix.values()]
    every = set().union(*keys)
    figures = matrix.summary
    assert figures["layers"] == len(every)
    assert figures["shared_layers"] == sum(sum(key in each for each in keys) > 1 for key in every)
    assert figures["unshared_layers"] == sum(map(len, keys))
    assert figures["steps"] == len({key for plan in matrix.values() for key in plan.build_keys()})
    assert figures["targets"] == len(matrix.to_columns()["target"])
    assert "OCaml" not in repr(matrix)
    assert f'<td style="text-align:left">{several[3].name}</td>' in matrix._repr_html_()
    with pytest.raises(KeyError, match=r"did you mean debian-13-ocaml-5\.2\.1"):
        matrix["debian-13-ocaml-5.2"]


def test_a_layer_of_two_plans_has_the_same_step_unless_it_is_for_system_packages(
    embedded: pathlib.Path,
) -> None:
    def steps(plan: opamplan.Plan) -> dict[Any, Any]:
        several = list(plan)
        return {
            tuple(step.layers): (
                None if step.parent is None else several[step.parent].layers,
                [several[graft].layers for graft in step.grafts],
            )
            for step in several
            if step.layers and not step.depexts
            if step.parent is None or several[step.parent].layers  # no system step
        }

    repository = opamplan.Repository.open([str(embedded)])
    matrix = opamplan.plan_matrix(repository, opamplan.combinations(with_test=[False, True]))
    old, new = map(steps, matrix.values())
    both = old.keys() & new.keys()
    assert len(both) > 40
    assert {layer: old[layer] for layer in both} == {layer: new[layer] for layer in both}


def test_a_file_of_plans_that_was_cut_or_edited_is_refused(
    tmp_path: pathlib.Path, embedded: pathlib.Path
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    matrix = opamplan.plan_matrix(repository, opamplan.combinations(), ["csexp"])
    file = tmp_path / "matrix.json"
    matrix.save(file)
    whole = file.read_bytes()
    assert list(json.loads(whole)["plans"][0]) == ["name", "asked", "bytes", "left_out"]
    with pytest.raises(opamplan.PlanFormatError, match=r"PlanMatrix\.load reads them"):
        opamplan.Plan.load(file)
    for content, said in (
        (whole[:-9], "does not end after"),
        (whole.replace(b'"graft"', b'"grafts"'), "does not end after"),
        (whole.replace(b'"graft"', b'"tfarg"'), "debian-13-ocaml-5.3.0: .*tfarg"),
        (whole.replace(b'"asked"', b'"asket"'), r"plans\[0\]\.asked: it is missing"),
        (whole.replace(b'"asked": ""', b'"asked": 5'), r"plans\[0\]\.asked: a string is"),
        (whole.replace(b'"bytes": ', b'"bytes": -'), r"plans\[0\]\.bytes: -\d+ is no size"),
        (whole.replace(b'"bytes": ', b'"bytes": 1e9, "b": '), r"bytes: a whole number is expected"),
        (whole.replace(b'"bytes": ', b'"bytes": 9999999999999999999'), "does not end after"),
        (whole.replace(b'"left_out": []', b'"left_out": {}'), "left_out: a list is expected"),
        (
            whole.replace(b'"left_out": []', b'"left_out": ["abc"]'),
            r"left_out\[0\]: .* is expected",
        ),
        (
            whole.replace(b'"left_out": []', b'"left_out": [["a.1", "odd", "why"]]'),
            r"plans\[0\]\.left_out\[0\]: .* is expected",
        ),
        (whole.replace(b'"plans": [{', b'"plans": [5, {'), r"plans\[0\]: an object is expected"),
        (b"{}", "not a file that PlanMatrix.save wrote"),
    ):
        assert content != whole
        file.write_bytes(content)
        with pytest.raises(opamplan.PlanFormatError, match=said):
            opamplan.PlanMatrix.load(file)


NO_FOLDERS = ["../../../esc", "/tmp/esc", "../mine", "a/b", "", ".", "..", ".x", "packages", "a\0b"]


@pytest.mark.parametrize("name", [*NO_FOLDERS, "a\nb", "\ud800"])
def test_a_plan_of_a_file_that_is_called_as_no_folder_is_refused_by_all_that_read_it(
    tmp_path: pathlib.Path, opamplan_command: Run, embedded: pathlib.Path, name: str
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    several = opamplan.combinations(ocaml=["5.2.1", "5.3.0"])
    matrix = opamplan.plan_matrix(repository, several, ["csexp"])
    file = tmp_path / "matrix.json"
    matrix.save(file)
    whole = file.read_bytes()
    was = json.dumps(list(matrix)[1]).encode()
    file.write_bytes(whole.replace(was, json.dumps(name).encode(), 1))
    with pytest.raises(opamplan.PlanFormatError, match=r"plans\[1\]\.name: ") as refused:
        opamplan.PlanMatrix.load(file)
    assert refused.value.member == "plans[1].name"
    with pytest.raises(opamplan.InvalidRequest, match="a plan cannot be called"):
        opamplan.PlanMatrix(dict(zip(("good", name), matrix.values())))
    out = tmp_path / "deep" / "er" / "out"
    out.mkdir(parents=True)
    if name not in (NO_FOLDERS[0], "a/b"):
        return
    for command in ("emit", "build", "doctor"):
        where = () if command == "doctor" else ("-o", str(out))
        done = opamplan_command(command, "--plan", str(file), *where)
        assert (done.returncode, f"{file}: plans[1].name: " in done.stderr) == (2, True)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")) == [
        "deep",
        "deep/er",
        "deep/er/out",
        "matrix.json",
    ]


def test_two_plans_of_a_file_are_not_called_the_same(
    tmp_path: pathlib.Path, embedded: pathlib.Path
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    matrix = opamplan.plan_matrix(
        repository, opamplan.combinations(ocaml=["5.2.1", "5.3.0"]), ["csexp"]
    )
    file = tmp_path / "matrix.json"
    matrix.save(file)
    file.write_bytes(
        file.read_bytes().replace(b'"debian-13-ocaml-5.3.0"', b'"debian-13-ocaml-5.2.1"')
    )
    with pytest.raises(opamplan.PlanFormatError, match=r"plans\[1\]\.name: there is a plan"):
        opamplan.PlanMatrix.load(file)


def test_a_plan_without_a_name_is_not_written_as_one_of_several(
    tmp_path: pathlib.Path, embedded: pathlib.Path
) -> None:
    nameless = opamplan.PlanMatrix({"": plan_of(embedded, "debian-13", "5.3.0")})
    for write in (nameless.write, nameless.save):
        with pytest.raises(opamplan.InvalidRequest, match="a plan cannot be called ''"):
            write(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_name_of_a_combination_is_that_of_a_folder_whatever_its_values_are() -> None:
    odd = opamplan.Combination(
        arch="../../x", ocaml="/5", require=("a/b",), constraint=("c < ../2",)
    )
    assert odd.name == "debian-13-..-..-x-ocaml--5-a-b-c-below-..-2"


def test_what_a_plan_was_made_for_is_no_path(tmp_path: pathlib.Path, opamplan_command: Run) -> None:
    file = tmp_path / "plan.json"
    assert opamplan_command("plan", "csexp", "-q", "-o", str(file)).returncode == 0
    text = file.read_text()
    for was, now, said in (
        ('"debian-13-ocaml-5.3.0"', '"../../esc"', "made_for.combination: "),
        ('"asked": ""', '"asked": 5', "made_for: an object such as "),
        ('"debian-13-ocaml-5.3.0"', "null", "made_for: an object such as "),
    ):
        file.write_text(text.replace(was, now, 1))
        done = opamplan_command("build", "--plan", str(file), "-o", str(tmp_path / "out"))
        assert done.returncode == 2
        assert f"{file}: {said}" in done.stderr


def test_a_file_of_plans_is_emitted_built_and_reported_by_their_names(
    opamplan_command: Run, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    file, out = tmp_path / "matrix.json", tmp_path / "out"
    opamplan_command("plan", "heron", "-q", "--vary=prefer-oldest", "-o", str(file))
    plan = ("--plan", str(file), "-o", str(out))
    names = ["debian-13-ocaml-5.3.0", "debian-13-ocaml-5.3.0-oldest"]
    done = opamplan_command("emit", "-q", *plan)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(place.name for place in out.iterdir()) == [".opamplan.json", *names]
    done = opamplan_command("build", "-q", "--program", fake(), *plan)
    assert (done.returncode, done.stderr) == (0, "")
    state = f"{out}/builds.sqlite"
    data = json.loads(opamplan_command("report", f"{state}#1..2", "--format=json").stdout)
    assert [run["name"] for run in data["runs"]] == ["OCaml 5.3.0", "OCaml 5.3.0 oldest versions"]
    history = opamplan_command("history", state).stdout
    assert "oldest versions" in history  # a history of its own
    refused = opamplan_command("forecast", "--plan", str(file))
    assert (refused.returncode, f"{file}#{names[0]}" in refused.stderr) == (2, True)
    for command in ("forecast", "doctor"):
        assert opamplan_command(command, "--plan", f"{file}#{names[1]}").returncode == 0
    differs = opamplan_command("diff", *(f"{file}#{name}" for name in names))
    assert (differs.returncode, differs.stderr) == (0, "")
    assert "dune-configurator.3.20.2 -> dune-configurator.3.19.0" in differs.stdout


def test_files_of_plans_are_written_below_their_names(
    tmp_path: pathlib.Path, embedded: pathlib.Path
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    several = opamplan.combinations(environment=["debian-12", "debian-13"])
    matrix = opamplan.plan_matrix(repository, several, ["csexp"])
    written = matrix.write(tmp_path, options=opamplan.EmitOptions(registry="r.test/x"))
    assert list(written) == list(matrix)
    for name in matrix:
        text = (tmp_path / name / "docker-bake-images.hcl").read_text()
        assert f'r.test/x/{name}"' in text


def test_one_plan_of_a_file_is_taken_by_its_name(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    file, out = tmp_path / "matrix.json", tmp_path / "out"
    ocaml = ["--ocaml=4.14.2", "--ocaml=5.3.0"]
    assert opamplan_command("plan", "-q", *ocaml, "-o", str(file)).returncode == 0
    for command in (["emit", "-o", str(out)], ["forecast"], ["doctor"]):
        done = opamplan_command(*command, "--plan", f"{file}#debian-13-ocaml-5.3.0")
        assert done.returncode == 0, done.stderr
    assert (out / "batch0.Dockerfile").exists()
    wrong = opamplan_command("emit", "-o", str(out), "--plan", f"{file}#debian-13-ocaml-5.3.1")
    assert wrong.returncode == 2
    assert f"{file}: holds no plan debian-13-ocaml-5.3.1; did you mean" in wrong.stderr


def test_two_files_of_plans_are_compared_by_their_combinations(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    files = [str(tmp_path / name) for name in ("before.json", "after.json")]
    for file, words in zip(files, (("--ocaml=4.14.2", "--ocaml=5.3.0"), COMPILERS)):
        dune = () if file == files[0] else ("--constraint", "dune < 3.20")
        opamplan_command("plan", "-q", "csexp", *words, *dune, "-o", file)
    done = opamplan_command("diff", *files)
    assert (done.returncode, done.stderr) == (0, "")
    heading, rest = done.stdout.split("\n", 1)
    assert heading == "debian-13-ocaml-5.3.0"
    assert "dune.3.20.2 -> dune.3.19.0" in rest
    ends = "debian-13-ocaml-4.14.2: only before\ndebian-13-ocaml-5.2.1: only after\n"
    assert rest.endswith(ends)
    told = json.loads(opamplan_command("diff", *files, "--json").stdout)
    assert list(told["combinations"]) == ["debian-13-ocaml-5.3.0"]
    assert told["combinations"]["debian-13-ocaml-5.3.0"]["dropped_layers"]
    assert (told["dropped"], told["added"]) == (
        ["debian-13-ocaml-4.14.2"],
        ["debian-13-ocaml-5.2.1"],
    )
    one = opamplan_command("diff", files[0], f"{files[1]}#debian-13-ocaml-5.3.0")
    assert (one.returncode, "there are: debian-13-ocaml-4.14.2 debian" in one.stderr) == (2, True)
    idle = opamplan_command("diff", *files, "--strategy=chain")
    assert (idle.returncode, "--strategy has no effect" in idle.stderr) == (2, True)


def test_no_compiler_at_all_is_asked_for_by_an_option(opamplan_command: Run) -> None:
    for command in ("plan", "solve"):
        done = opamplan_command(command, "--ocaml=any", "csexp")
        assert (done.returncode, "--no-ocaml asks for none" in done.stderr) == (2, True)
