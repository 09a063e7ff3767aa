"""Runs over time: what fails since when, what is flaky, errors and their groups."""

from __future__ import annotations

import json
import pathlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Optional

import pytest

import opamplan
from opamplan.runs import LayerResult, State, histories, package_history
from opamplan.runs.report import markdown_report, report_data

Run = Callable[..., "subprocess.CompletedProcess[str]"]
FILES = {
    "base.1": "",
    "lib.1": 'depends: ["base"]',
    "other.1": "",
    "app.1": 'depends: ["lib" "other"]',
}


def plan_of(
    files: Mapping[str, str],
    preset: str = "debian-13",
    targets: Sequence[str] = (),
    **options: Any,
) -> opamplan.Plan:
    repository = opamplan.Repository.from_files(
        {package: f'opam-version: "2.0"\n{fields}\n' for package, fields in files.items()}
    )
    universe = opamplan.Universe(repository, opamplan.Environment.preset(preset))
    results = universe.solve_all(list(targets) or None)
    return opamplan.make_plan([result for result in results if result], **options)


def carry_out(
    state: State,
    plan: opamplan.Plan,
    logs: Optional[Mapping[str, str]] = None,
    statuses: Optional[Mapping[str, str]] = None,
    **figures: float,
) -> Any:
    """A run in which the packages of `logs` fail, by NAME or NAME.VERSION."""
    logs = logs or {}
    run = state.begin_run(plan)
    results: dict[str, LayerResult] = {}
    for layer, package, needs in plan.layers():
        name = package if package in logs else package.partition(".")[0]
        waits = any(results[need].status != "success" for need in needs)
        status = "dependency_failed" if waits else "failure" if name in logs else "success"
        status = (statuses or {}).get(name, status)
        log = logs.get(name, f"-> installed {package}\n")
        seconds, size = (
            figures.get(package, figures.get(name, 3.0)),
            1000 if status == "success" else None,
        )
        results[layer] = LayerResult(layer, package, status, seconds, log, size)
    state.add_layers(run, ((result, False) for result in results.values()))
    state.end_run(run, "finished")
    return run


@pytest.fixture
def state(tmp_path: pathlib.Path) -> State:
    return State(tmp_path / "builds.sqlite")


BROKEN = "Error: Unbound module Base.Old\n"


def test_a_failure_is_told_since_the_first_run_that_had_it_with_what_changed_there(
    state: State,
) -> None:
    carry_out(state, plan_of(FILES))
    newer = {**FILES, "base.2": "", "other.1": 'build: ["x"]'}
    carry_out(state, plan_of(newer), {"lib": BROKEN})
    carry_out(state, plan_of(newer), {"lib": BROKEN})
    [history] = histories(state)
    [failing] = history.failing
    assert (failing.package, failing.targets) == ("lib.1", ["app.1", "lib.1"])
    assert (failing.last_good, failing.since, failing.run_count) == (1, 2, 2)
    # Not other, which lib does not need.
    assert [str(change) for change in failing.changes] == ["base.1 -> base.2"]
    assert failing.error.text == "Error: Unbound module Base.Old"
    assert history.flaky == []


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ({"base.1": 'build: ["x"]'}, ["base.1: its opam file"]),
        ({"base.1": 'depends: ["deep"]', "deep.1": ""}, ["base.1: its opam file", "deep.1 added"]),
        ({"lib.1": 'build: ["x"]'}, ["base.1 no longer", "lib.1: its opam file"]),
    ],
)
def test_each_kind_of_change_of_a_closure_is_told(
    state: State, after: dict[str, str], changes: list[str]
) -> None:
    carry_out(state, plan_of(FILES))
    carry_out(state, plan_of({**FILES, **after}), {"lib": BROKEN})
    [failing] = histories(state)[0].failing
    assert [str(change) for change in failing.changes] == changes


def test_a_run_that_says_nothing_of_a_package_does_not_interrupt_its_failure(state: State) -> None:
    plan = plan_of(FILES)
    carry_out(state, plan)
    carry_out(state, plan, {"lib": BROKEN})
    carry_out(state, plan, {"lib": "cp: a: No space left on device\n"})
    carry_out(state, plan, {"base": "Temporary failure"}, {"base": "download_failed"})
    carry_out(state, plan, {"lib": BROKEN})
    [failing] = histories(state)[0].failing
    assert (failing.last_good, failing.since, failing.run_count) == (1, 2, 2)


def test_what_always_failed_has_no_good_run(state: State) -> None:
    carry_out(state, plan_of(FILES), {"other": BROKEN})
    [failing] = histories(state)[0].failing
    assert (failing.last_good, failing.since, failing.changes) == (None, 1, [])


def test_infrastructure_is_no_package_that_fails(state: State) -> None:
    plan = plan_of(FILES)
    carry_out(state, plan)
    carry_out(state, plan, {"base": "opamplan: its step was killed (exit code: 137)\n"})
    [history] = histories(state)
    assert history.failing == []
    assert [(g.kind, g.packages) for g in history.groups] == [("killed", ("base.1",))]
    assert [(f.package, f.error.is_infrastructure) for f in history.flaky] == [("base.1", True)]


def test_a_layer_that_was_built_and_failed_is_flaky(state: State) -> None:
    plan = plan_of(FILES)
    for logs in ({}, {"lib": BROKEN}, {}):
        carry_out(state, plan, logs)
    [history] = histories(state)
    [flaky] = history.flaky
    assert (flaky.package, flaky.successes, flaky.failures) == ("lib.1", [1, 3], [2])
    assert history.failing == []


def test_a_failure_that_a_retry_overcame_in_the_same_run_is_flaky_too(state: State) -> None:
    plan = plan_of(FILES)
    run = carry_out(state, plan, {"lib": BROKEN})
    layer = next(row for row in state.layers(run) if row["package"] == "lib.1")["layer"]
    state.add_layers(run, [(LayerResult(layer, "lib.1", "success", 3.0, "ok\n", 10), False)])
    [flaky] = histories(state)[0].flaky
    assert (flaky.successes, flaky.failures) == ([run.id], [run.id])
    assert flaky.error.text == "Error: Unbound module Base.Old"


def test_another_dependency_is_another_layer_and_nothing_is_flaky(state: State) -> None:
    carry_out(state, plan_of(FILES))
    carry_out(state, plan_of({**FILES, "base.2": ""}), {"lib": BROKEN})
    assert histories(state)[0].flaky == []


def test_each_environment_has_its_own_history(state: State) -> None:
    carry_out(state, plan_of(FILES))
    carry_out(state, plan_of(FILES, "debian-12"), {"lib": BROKEN})
    carry_out(state, plan_of(FILES))
    found = histories(state)
    assert [(h.name, [r.run for r in h.runs]) for h in found] == [
        ("debian-13", [1, 3]),
        ("debian-12", [2]),
    ]
    assert [len(h.failing) for h in found] == [0, 1]


def test_what_has_no_solution_any_more_is_told(state: State) -> None:
    carry_out(state, plan_of(FILES))
    less = plan_of({"base.1": "", "other.1": ""})
    for _ in range(2):
        run = state.begin_run(less, [("lib", "no_solution", "x"), ("never", "no_solution", "x")])
        state.end_run(run, "finished")
    assert histories(state)[0].unsolved == {"lib": 2}


def test_versions_of_a_name_that_were_asked_for_have_a_history_each(state: State) -> None:
    both = {**FILES, "lib.2": FILES["lib.1"]}
    targets = ("lib.1", "lib.2", "other")
    carry_out(state, plan_of(both, targets=targets))
    # One fails, the other does not: which is which stays apart.
    carry_out(state, plan_of(both, targets=targets), {"lib.1": BROKEN})
    carry_out(state, plan_of(both, targets=targets), {"lib.1": BROKEN, "lib.2": BROKEN})
    since = {one.package: (one.since, one.last_good) for one in histories(state)[0].failing}
    assert since == {"lib.1": (2, 1), "lib.2": (3, 2)}
    # One has no solution any more, the other has.
    less = plan_of(both, targets=("lib.2", "other"))
    run = state.begin_run(less, [("lib.1", "no_solution", "x"), ("other.9", "no_solution", "x")])
    state.end_run(run, "finished")
    assert histories(state)[0].unsolved == {"lib.1": 4}


def test_each_of_several_versions_is_compared_with_itself(
    state: State, opamplan_command: Run
) -> None:
    targets = ("lib.1", "lib.2")
    files = {**FILES, "lib.2": FILES["lib.1"]}
    edited = {**files, "lib.2": 'depends: ["base"] build: ["x"]'}
    newer = {**edited, "base.2": "", "lib.3": ""}
    carry_out(state, plan_of(files, targets=targets), **{"lib.1": 90.0})
    carry_out(state, plan_of(edited, targets=targets), {"lib.2": BROKEN}, **{"lib.1": 90.0})
    [failing] = histories(state)[0].failing
    assert (failing.package, failing.last_good, failing.since) == ("lib.2", 1, 2)
    assert [str(change) for change in failing.changes] == ["lib.2: its opam file"]
    told = opamplan_command("history", str(state.path)).stdout
    assert "differs since run 1: lib.2: its opam file\n" in told
    carry_out(state, plan_of(newer, targets=("lib.1", "lib.3")), **{"lib.1": 90.0})
    changes = [
        (row.run, row.package, [str(change) for change in row.changes])
        for row in package_history(state, "lib")
    ]
    assert changes == [
        (1, "lib.1", []),
        (1, "lib.2", []),
        (2, "lib.1", []),
        (2, "lib.2", ["lib.2: its opam file"]),
        (3, "lib.1", ["base.1 -> base.2"]),
        (3, "lib.3", ["base.1 no longer", "lib.2 -> lib.3"]),
    ]
    assert opamplan_command("history", str(state.path), "lib").stdout.count("differs: ") == 3


def test_a_layer_of_several_of_a_package_is_compared_with_the_likest(state: State) -> None:
    low = 'depends: ["lib" "base" {= "1"}]'
    files = {**FILES, "base.2": "", "low.1": low}
    newer = {**FILES, "base.3": "", "low.1": low}
    carry_out(state, plan_of(files))
    carry_out(state, plan_of(newer))
    rows = [
        (row.run, [each.after for each in row.changes]) for row in package_history(state, "lib")
    ]
    assert sorted(rows) == [(1, []), (1, []), (2, []), (2, ["3"])]
    # The layer that fails tells, though another of the package is as it was.
    carry_out(state, plan_of({**newer, "base.3": 'build: ["x"]'}), {"lib": BROKEN})
    causes = [[str(change) for change in one.changes] for one in histories(state)[0].failing]
    assert ["base.3: its opam file"] in causes


def test_a_version_that_takes_longer_is_told_though_another_takes_more(state: State) -> None:
    files = {**FILES, "lib.2": FILES["lib.1"]}
    plan = plan_of(files, targets=("lib.1", "lib.2"))
    for seconds in (10.0, 40.0):
        carry_out(state, plan, **{"lib.1": 90.0, "lib.2": seconds})
    [grown] = histories(state)[0].grown
    assert (grown.package, grown.before, grown.now) == ("lib.2", 10.0, 40.0)


def test_what_takes_longer_than_before_is_told(state: State) -> None:
    for seconds in (10.0, 12.0, 11.0, 40.0):
        carry_out(state, plan_of(FILES), lib=seconds)
    [grown] = histories(state)[0].grown
    assert (grown.package, grown.unit, grown.before, grown.now) == ("lib.1", "seconds", 11.0, 40.0)


def test_a_package_has_a_row_for_each_result_with_what_changed(state: State) -> None:
    carry_out(state, plan_of(FILES))
    carry_out(state, plan_of({**FILES, "base.2": ""}), {"lib": BROKEN})
    first, second = package_history(state, "lib")
    assert (first.run, first.status, first.error, first.changes) == (1, "success", None, [])
    assert (second.run, second.status) == (2, "failure")
    assert [str(change) for change in second.changes] == ["base.1 -> base.2"]
    assert second.error
    assert second.error.text == "Error: Unbound module Base.Old"
    assert [row.package for row in package_history(state, "base.2")] == ["base.2"]
    assert package_history(state, "li") == package_history(state, "lib.[1]") == []


def test_what_waited_for_a_package_that_failed_is_told_with_it(
    state: State, opamplan_command: Run
) -> None:
    top = {**FILES, "top.1": 'depends: ["app"]'}
    carry_out(state, plan_of(top))
    carry_out(state, plan_of(top), {"base": BROKEN})
    carry_out(state, plan_of(top), {"lib": BROKEN, "other": BROKEN})
    needs = [(row.status, list(row.failed_needs)) for row in package_history(state, "top")]
    assert needs == [
        ("success", []),
        ("dependency_failed", ["base.1"]),
        ("dependency_failed", ["lib.1", "other.1"]),
    ]
    told = opamplan_command("history", str(state.path), "top").stdout
    assert told.count("         stopped by ") == 2
    assert "         stopped by lib.1 other.1\n" in told
    rows = json.loads(opamplan_command("history", str(state.path), "top", "--json").stdout)
    assert rows[2]["failed_needs"] == ["lib.1", "other.1"]


def test_the_command_tells_it_to_people_and_programs(state: State, opamplan_command: Run) -> None:
    carry_out(state, plan_of(FILES))
    carry_out(state, plan_of({**FILES, "base.2": ""}), {"lib": BROKEN, "other": BROKEN})
    told = opamplan_command("history", str(state.path))
    assert told.returncode == 1, told.stderr
    for part in (
        "debian-13: 2 runs",
        "lib.1  since run 2, built in run 1",
        "differs since run 1: base.1 -> base.2",
        "2 package: Error: Unbound module Base.Old\n         lib.1 other.1",
    ):
        assert part in told.stdout, told.stdout
    [history] = json.loads(opamplan_command("history", str(state.path), "--json").stdout)
    assert [one["package"] for one in history["failing"]] == ["lib.1", "other.1"]
    assert history["failing"][0]["changes"] == [
        {"name": "base", "before": "1", "after": "2", "kind": "version"}
    ]
    rows = opamplan_command("history", str(state.path), "lib")
    assert (rows.returncode, rows.stdout.count("  run ")) == (0, 2)
    absent = opamplan_command("history", str(state.path), "nothing")
    assert (absent.returncode, "no run of" in absent.stdout) == (1, True)


def test_a_report_has_the_failures_by_their_errors(state: State) -> None:
    plan = plan_of({**FILES, "last.1": ""})
    full = "cp: a: No space left on device\n"
    run = carry_out(state, plan, {"lib": BROKEN, "other": "Error: x\n", "last": full})
    data = report_data(state, run)
    told = [
        (g["kind"], [data["failures"][n]["package"] for n in g["failures"]]) for g in data["groups"]
    ]
    assert told == [("package", ["lib.1"]), ("package", ["other.1"]), ("disk", ["last.1"])]
    text = markdown_report(data)
    assert "| `lib.1` | 2 | `Error: Unbound module Base.Old` |" in text
    assert "With the same error (disk): `last.1`" in text


def test_whole_logs_lie_beside_a_page_that_opens_them(
    state: State, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    log = "<b>first</b>\n" + "x" * 50_000 + "\nError: last\n"
    for _ in range(2):
        carry_out(state, plan_of(FILES), {"lib": log})
    page, folder = tmp_path / "pages/r.json", tmp_path / "whole logs"
    words = ["--log-bytes", "100", "--logs", str(folder), "-o", str(page)]
    page.parent.mkdir()
    assert opamplan_command("report", str(state.path), *words).returncode == 0
    data = json.loads(page.read_text())
    assert data["logs"] == "../whole%20logs"
    [layer] = [row for row in data["layers"] if row["package"] == "lib.1"]
    assert (folder / layer["file"]).read_text() == log
    runs = [f"{state.path}#1", f"{state.path}#2"]
    assert opamplan_command("report", *runs, *words).returncode == 0
    failures = json.loads(page.read_text())["failures"]
    assert [failure["file"] for failure in failures] == [layer["file"]] * 2


def test_a_name_that_is_no_state_file_is_told_what_it_is(
    state: State, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    for name, said in (
        (f"{state.path}", "no runs in this file"),
        (f"{state.path}#1", f"all runs of a file are read: name it as {state.path}"),
        (f"{tmp_path}", "a folder; name the state file in it"),
        (f"{tmp_path}/absent", "no such state file"),
        (f"{tmp_path}/absent#1", "no such state file"),
    ):
        done = opamplan_command("history", name)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"opamplan: error: {name}: {said}\n"


def test_layers_of_one_package_that_fail_are_told_apart(
    state: State, opamplan_command: Run
) -> None:
    files = {**FILES, "base.2": "", "low.1": 'depends: ["lib" "base" {= "1"}]'}
    carry_out(state, plan_of(files), {"lib": BROKEN, "other": BROKEN})
    told = opamplan_command("history", str(state.path)).stdout
    failing = [one for one in histories(state)[0].failing if one.package == "lib.1"]
    assert len(failing) == 2
    for one in failing:
        assert f" lib.1  layer {one.layer}  since run 1" in told
    assert " other.1  since run 1" in told  # one alone needs no more


def test_a_version_that_took_the_place_of_another_is_told_with_it(
    state: State, opamplan_command: Run
) -> None:
    carry_out(state, plan_of(FILES))
    carry_out(state, plan_of({**FILES, "other.2": ""}), {"other": BROKEN})
    told = opamplan_command("diff", f"{state.path}#1", f"{state.path}#2").stdout
    assert "  other.1 -> other.2: success -> failure\n" in told
    assert "  app.1: success -> dependency_failed\n" in told


def test_what_no_report_is_and_what_no_package_is_are_told(
    state: State, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    for _ in range(2):
        carry_out(state, plan_of(FILES))
    done = opamplan_command("report", str(state.path), "-o", "x.pdf", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "x.pdf").exists()) == (2, False)
    assert "-o x.pdf: no report is written as .pdf; there are .html" in done.stderr
    absent = opamplan_command("log", f"{state.path}#1..2", "")
    assert absent.stderr == (
        "'' is not a package of any of these 2 runs: the runs have results of 4 packages\n"
    )
