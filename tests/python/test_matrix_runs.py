"""What one `build` of a matrix makes belongs together: gone on with, reported and judged as one."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan.cli import building
from opamplan.cli.main import main
from opamplan.runs import State, find_run, find_runs, matrix_verdict

AXES = ("--vary=with-test", "--vary=prefer-oldest")
NAMES = [
    f"debian-13-ocaml-5.3.0{end}" for end in ("", "-oldest", "-with-test", "-with-test-oldest")
]
OLDEST_ONLY = "dune-configurator.3.19.0"
Build = Callable[..., "tuple[int, str]"]


@pytest.fixture
def out(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "out"


@pytest.fixture
def file(out: pathlib.Path) -> pathlib.Path:
    return out / "builds.sqlite"


@pytest.fixture
def build(out: pathlib.Path, fake: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> Build:
    """Builds the matrix with a builder that behaves as told: the status and what was said."""

    def run(*words: str, fail: tuple[str, ...] = (), axes: Any = AXES) -> tuple[int, str]:
        capsys.readouterr()
        command = ["build", "-q", "--program", fake(fail), "-o", str(out), "heron", *axes, *words]
        status = main(command)
        return status, capsys.readouterr().out

    return run


def interrupt_at(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the next build be interrupted when it begins with a combination."""

    def carry_out(runner: Any) -> Any:
        begin = runner._on_begin

        def told(run: Any) -> Any:
            if run.combination == name:
                runner.interrupt()
            return begin(run)

        runner._on_begin = told
        monkeypatch.undo()
        return runner.run()

    monkeypatch.setattr(building, "run_until_interrupted", carry_out)


def statuses(file: pathlib.Path) -> list[str]:
    with State(file, read_only=True) as state:
        return [run.status for run in state.runs()]


def test_a_matrix_that_was_interrupted_goes_on_where_it_was(
    build: Build, file: pathlib.Path
) -> None:
    interrupt_at(NAMES[2], pytest.MonkeyPatch())
    status, said = build()
    assert status == 130
    assert statuses(file) == ["finished", "finished", "interrupted", "waiting"]
    assert "4 environments interrupted: " in said
    with State(file, read_only=True) as state:
        begun = [run.started for run in state.runs()]
        verdict = matrix_verdict(state, state.last())
        assert verdict.counts["not_built"] > 0
    status, said = build()
    assert status == 0, said
    assert statuses(file) == ["finished"] * 4
    with State(file, read_only=True) as state:
        assert [run.started for run in state.runs()][:3] == begun[:3]
        assert {run.matrix for run in state.runs()} == {1}
    assert "4 environments finished: " in said
    assert said.endswith(f"Report: opamplan report {file}\n")


def test_a_matrix_that_finished_is_begun_anew_and_the_newest_is_what_a_state_shows(
    build: Build, file: pathlib.Path, opamplan_command: Run
) -> None:
    for _ in range(2):
        assert build()[0] == 0
    assert build("--no-resume", axes=AXES[:1])[0] == 0
    assert [run.id for _, run in find_runs(str(file))] == [9, 10]
    assert [run.id for _, run in find_runs(f"{file}#last")] == [9, 10]
    assert [run.id for _, run in find_runs(f"{file}#2..3")] == [2, 3]
    assert find_run(f"{file}#{NAMES[2]}")[1].id == 10
    data = json.loads(opamplan_command("report", str(file), "--format=json").stdout)
    assert [(run["id"], run["combination"]) for run in data["runs"]] == [
        (9, NAMES[0]),
        (10, NAMES[2]),
    ]
    one = json.loads(opamplan_command("report", f"{file}#{NAMES[0]}", "--format=json").stdout)
    assert one["run"]["id"] == 9
    with pytest.raises(opamplan.InvalidRequest, match=f"name it, as .*#{NAMES[2]}; there are"):
        find_run(str(file))
    with pytest.raises(opamplan.InvalidRequest, match=r"no run is called .*; did you mean"):
        find_run(f"{file}#{NAMES[0]}0")


def test_a_run_alone_neither_goes_on_with_one_of_a_matrix_nor_ends_it(
    build: Build, file: pathlib.Path
) -> None:
    interrupt_at(NAMES[0], pytest.MonkeyPatch())
    assert build()[0] == 130
    assert build(axes=())[0] == 0
    assert statuses(file) == ["interrupted", "waiting", "waiting", "waiting", "finished"]
    assert [run.id for _, run in find_runs(str(file))] == [5]
    assert build()[0] == 0
    assert statuses(file) == ["finished"] * 5


def test_the_last_lines_say_what_fails_everywhere_and_what_only_in_some(
    build: Build, file: pathlib.Path
) -> None:
    status, said = build(fail=("csexp.1.5.2",), axes=("dune-configurator", *AXES))
    assert status == 1
    end = said[said.index("4 environments finished: 0 of 8 targets built") :]
    assert "Fails in all of them, what stops most targets first:\n       2 csexp.1.5.2\n" in end
    with State(file, read_only=True) as state:
        verdict = matrix_verdict(state, state.last())
    assert verdict.everywhere[0].targets == ["dune-configurator.3.20.2", "heron.6.0.0"]
    assert not verdict.somewhere


def test_what_others_have_not_tried_yet_does_not_fail_only_in_some(
    build: Build, file: pathlib.Path
) -> None:
    bad = "csexp.1.5.2"
    interrupt_at(NAMES[2], pytest.MonkeyPatch())
    status, said = build(fail=(bad,), axes=("dune-configurator", *AXES))
    assert status == 130
    with State(file, read_only=True) as state:
        verdict = matrix_verdict(state, state.last())
    assert (verdict.everywhere, verdict.somewhere) == ([], [])
    [failure] = verdict.undecided
    assert (failure.package, failure.failed_in, failure.built_in) == (bad, NAMES[:2], [])
    assert failure.not_tried_in == NAMES[2:]
    assert "Fails where it was tried, and was not tried in all of them:\n" in said
    where = f"in 2 of 4: {' '.join(NAMES[:2])}; not tried in 2: {' '.join(NAMES[2:])}\n"
    assert f"{bad}\n         {where}" in said


def test_the_verdict_of_a_matrix_stays_when_a_run_alone_comes_after_it(
    build: Build, file: pathlib.Path, opamplan_command: Run
) -> None:
    build()
    build(axes=())
    told = opamplan_command("history", str(file)).stdout
    assert "The newest matrix, runs 1 to 4, as a whole:\n4 environments finished: " in told


def test_quiet_lines_of_a_matrix_say_which_combination_they_are_of(build: Build) -> None:
    _, said = build()
    for number, name in enumerate(NAMES, 1):
        assert f"{name}\nrun {number} finished: " in said


def test_what_only_some_have_is_told_with_where(
    build: Build, file: pathlib.Path, opamplan_command: Run
) -> None:
    status, said = build(fail=(OLDEST_ONLY,), axes=("dune-configurator", *AXES))
    assert status == 1
    end = said[said.index("4 environments finished") :]
    assert f"Fails only in some:\n       1 {OLDEST_ONLY}\n         in 2 of 4: {NAMES[1]}" in end
    assert f"{NAMES[3]}; not in the plan of 2\n" in end
    told = opamplan_command("history", str(file))
    assert (told.returncode, told.stderr) == (1, "")
    assert "The newest matrix, runs 1 to 4, as a whole:" in told.stdout
    assert end[: end.index("Report:")] in told.stdout
    log = opamplan_command("log", str(file), "dune-configurator")
    assert log.stdout.count("failure, 3 s") == 1  # one layer of two runs
    assert f"{NAMES[1]} {NAMES[3]}" in log.stdout
    rows = json.loads(opamplan_command("log", str(file), "dune-configurator", "--json").stdout)
    assert {row["run"] for row in rows} == {1, 2, 3, 4}


def test_two_matrices_are_compared_by_their_combinations(
    build: Build, file: pathlib.Path, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    build()
    before = tmp_path / "before.sqlite"
    before.write_bytes(file.read_bytes())
    build("--no-resume", fail=(OLDEST_ONLY,), axes=("dune-configurator", AXES[1]))
    done = opamplan_command("diff", str(before), str(file))
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{NAMES[2]}: only before" in done.stdout
    told = json.loads(opamplan_command("diff", str(before), str(file), "--json").stdout)
    broken = {name: bool(each["root_failures"]) for name, each in told["combinations"].items()}
    assert broken == {NAMES[0]: False, NAMES[1]: True}
    assert told["dropped"] == NAMES[2:]
    for number in (1, 2):
        for sides in ((f"{before}#{number}", str(file)), (str(file), f"{before}#{number}")):
            mixed = opamplan_command("diff", *sides)
            assert mixed.returncode == 2
            said = f"2 runs, and one is needed: name it, as {file}#{NAMES[number - 1]}; there are"
            assert said in mixed.stderr


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (
            "A..B",
            "#A..B: expected the numbers of two runs, FIRST..LAST, or one name; this file has",
        ),
        ("1..last", "#1..last: expected the numbers of two runs"),
        ("3..1", "#3..1: FIRST..LAST, the earlier first: "),
        ("7..9", "no runs from 7 to 9; this file has runs 1 to 2"),
        ("2..9", "no run 9; this file has runs 1 to 2"),
        ("9", "no run 9; this file has 1 to 2"),
        ("99999999999", "no run 99999999999; this file has 1 to 2"),
        ("", "#: name a run after the #, by its number or its combination"),
    ],
)
def test_what_names_no_run_is_told_with_those_there_are(
    build: Build, file: pathlib.Path, which: str, said: str
) -> None:
    build(axes=AXES[:1])
    with pytest.raises(opamplan.InvalidRequest) as error:
        find_runs(f"{file}#{which}")
    assert said in str(error.value)


def test_what_failed_in_several_combinations_is_tried_again_once(
    build: Build, file: pathlib.Path
) -> None:
    bad = "dune.3.20.2"
    build(fail=(bad,))
    assert build("--retry-failed", fail=(bad,))[0] == 1
    with State(file, read_only=True) as state:
        assert set(state.retries().values()) == {1}
        assert len(state.runs()) == 8
    assert build("--retry-failed")[0] == 0


def test_events_say_where_a_matrix_begins_and_ends(
    out: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    words = ("build", "--json", "--program", fake(), "-o", str(out), "heron", *AXES)
    events = [json.loads(line) for line in opamplan_command(*words).stdout.splitlines()]
    begun = [event for event in events if event["event"] == "environment"]
    assert [(event["name"], event["run"], event["matrix"]) for event in begun] == [
        (name, number, 1) for number, name in enumerate(NAMES, 1)
    ]
    assert events[-1]["event"] == "matrix_end"
    assert (events[-1]["status"], events[-1]["combinations"]) == ("finished", NAMES)


def test_events_say_which_runs_of_a_matrix_had_begun_before(
    out: pathlib.Path, fake: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["build", "--json", "--program", fake(), "-o", str(out), "heron", *AXES]
    interrupt_at(NAMES[2], pytest.MonkeyPatch())  # before a batch of its has ended
    assert main(words) == 130
    capsys.readouterr()
    assert main(words) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    statuses = [event["status"] for event in events if event["event"] == "environment"]
    assert statuses == ["finished", "finished", "interrupted", "waiting"]
    runs = [(event["run"], event["resumed"]) for event in events if event["event"] == "run"]
    assert runs == [(3, True), (4, False)]
