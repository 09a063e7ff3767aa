"""What a matrix leaves out in some combinations, or all: kept and told with its reason."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import shutil
from collections.abc import Callable

import pytest
from conftest import Run

import opamplan
import opamplan.made_for
from opamplan.made_for import MadeFor
from opamplan.runs import State, histories, matrix_verdict
from opamplan.runs.report import matrix_data, matrix_markdown

# OCaml 4.14 is what `old` is for, 5.3 what `new` is for; `here` is not available, and two need
# each other.
HALVES = {
    "old": 'depends: ["ocaml" {< "5.0"}]',
    "new": 'depends: ["ocaml" {>= "5.0"}]',
    "here": 'depends: ["ocaml"] available: os = "macos"',
    "ring": 'depends: ["ocaml" "gnir"]',
    "gnir": 'depends: ["ocaml" "ring"]',
}
BOTH_COMPILERS = ("--ocaml=4.14.2", "--ocaml=5.3.0")
OLD, NEW = "debian-13-ocaml-4.14.2", "debian-13-ocaml-5.3.0"


@pytest.fixture
def halves(tmp_path: pathlib.Path) -> tuple[str, ...]:
    """The options of a repository of which each compiler has a half."""
    folder = tmp_path / "halves"
    for name, fields in HALVES.items():
        place = folder / f"packages/{name}/{name}.1"
        place.mkdir(parents=True)
        (place / "opam").write_text(f'opam-version: "2.0"\n{fields}\n')
    for version in ("4.14.2", "5.3.0"):
        place = folder / f"packages/ocaml/ocaml.{version}"
        place.mkdir(parents=True)
        (place / "opam").write_text('opam-version: "2.0"\nflags: compiler\n')
    return "--repository", str(folder)


def test_what_a_plan_leaves_out_is_saved_told_and_reported_with_the_reason(
    halves: tuple[str, ...],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
    fake: Callable[..., str],
) -> None:
    file, out = tmp_path / "matrix.json", tmp_path / "out"
    opamplan_command("plan", "-q", *halves, *BOTH_COMPILERS, "-o", str(file))
    left_out = opamplan.PlanMatrix.load(file).left_out
    statuses = {name: {row.target: row.status for row in rows} for name, rows in left_out.items()}
    everywhere = {"gnir.1": "cannot_be_built", "here": "unavailable", "ring.1": "cannot_be_built"}
    assert statuses == {
        OLD: {**everywhere, "new.1": "no_solution"},
        NEW: {**everywhere, "old.1": "no_solution"},
    }
    said = "old 1 needs ocaml < 5.0; you asked for ocaml = 5.3.0"
    assert [row.reason for row in left_out[NEW] if row.target == "old.1"] == [said]
    doctor = opamplan_command("doctor", "--plan", str(file))
    assert (doctor.returncode, doctor.stderr) == (0, "")
    assert f"  left out: old.1: {said}\n" in doctor.stdout[doctor.stdout.index(NEW) :]
    told = json.loads(opamplan_command("doctor", "--json", "--plan", str(file)).stdout)
    assert told["environments"][OLD]["findings"] == []
    assert told["environments"][NEW]["left_out"] == [
        dataclasses.asdict(row) for row in left_out[NEW]
    ]
    # Built from the file, or planned and built: the same.
    for words in (("--plan", str(file)), (*halves, *BOTH_COMPILERS, "--no-resume")):
        done = opamplan_command("build", "-q", "--program", fake(), "-o", str(out), *words)
        assert done.returncode == 1, done.stderr
        assert f"Has no solution only in some:\n  new.1  in 1 of 2: {OLD}\n" in done.stdout
        report = ("report", f"{out}/builds.sqlite", "--format=json")
        rows = json.loads(opamplan_command(*report).stdout)["packages"]
        cells = {row["name"]: row["cells"] for row in rows}
        assert cells["old.1"] == [
            {"status": "success", "seconds": 3},
            {"status": "no_solution", "reason": said},
        ]
        assert [cell["status"] for cell in cells["ring.1"]] == ["cannot_be_built"] * 2


def test_what_is_named_and_left_out_in_some_is_built_in_the_others(
    halves: tuple[str, ...],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
    fake: Callable[..., str],
) -> None:
    file, out = tmp_path / "matrix.json", tmp_path / "out"
    opamplan_command("plan", "-q", *halves, *BOTH_COMPILERS, "-o", str(file))
    words = ("build", "-q", "--program", fake(), "-o", str(out), "--plan", str(file))
    done = opamplan_command(*words, "old")
    assert done.returncode == 1
    assert f"{NEW}: old.1 is left out: old 1 needs ocaml < 5.0" in done.stderr
    assert "1 of 2 targets built" in done.stdout
    assert opamplan_command("doctor", "--plan", str(file), "old").returncode == 1
    unknown = opamplan_command(*words, "odl")
    assert (unknown.returncode, "odl" in unknown.stderr) == (2, True)


@pytest.fixture
def build(
    halves: tuple[str, ...],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
    fake: Callable[..., str],
) -> Callable[..., str]:
    """Builds targets with both compilers; what was said on the terminal."""

    def run(*words: str) -> str:
        place = ("--program", fake(), "-o", str(tmp_path / "out"))
        done = opamplan_command("build", "-q", *place, *halves, *BOTH_COMPILERS, *words)
        assert done.returncode < 2, done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "out/builds.sqlite"


def test_a_combination_in_which_nothing_can_be_built_is_the_one_that_its_name_says(
    build: Callable[..., str], file: pathlib.Path
) -> None:
    build("new")
    with State(file, read_only=True) as state:
        runs = [(state, run) for run in state.runs()]
        assert not state.plan_of(runs[0][1]).targets
        assert [run["name"] for run in matrix_data(runs)["runs"]] == ["OCaml 4.14.2", "OCaml 5.3.0"]
    build("new", "old")  # now something can
    with State(file, read_only=True) as state:
        found = {history.name: [run.run for run in history.runs] for history in histories(state)}
    assert found == {"OCaml 4.14.2": [1, 3], "OCaml 5.3.0": [2, 4]}


def test_what_was_named_and_left_out_in_some_is_in_the_row_of_its_version(
    build: Callable[..., str], file: pathlib.Path
) -> None:
    build("new", "old", "here")
    with State(file, read_only=True) as state:
        assert {row["target"] for row in state.left_out(state.run(1))} == {"here", "new"}
        data = matrix_data([(state, run) for run in state.runs()])
    rows = {row["name"]: [cell["status"] for cell in row["cells"]] for row in data["packages"]}
    assert rows == {
        "here": ["unavailable", "unavailable"],
        "new.1": ["no_solution", "success"],
        "old.1": ["success", "no_solution"],
    }
    assert "| `new.1` | 0 | no_solution | success |" in matrix_markdown(data)


def test_the_verdict_names_what_has_no_solution_in_any_combination(
    build: Callable[..., str], file: pathlib.Path
) -> None:
    said = build("new", "ring")
    with State(file, read_only=True) as state:
        verdict = matrix_verdict(state, state.last())
    assert list(verdict.left_out_everywhere) == ["ring.1"]
    assert verdict.left_out_somewhere == {"new": [OLD]}
    [(reason, where)] = verdict.left_out_everywhere["ring.1"].items()
    assert where == [OLD, NEW]
    assert f"Has no solution in any of them:\n  ring.1: {reason}\n" in said


def add(halves: tuple[str, ...], package: str, fields: str) -> None:
    """Another package of the repository."""
    place = pathlib.Path(halves[1]) / "packages" / package.partition(".")[0] / package
    place.mkdir(parents=True)
    (place / "opam").write_text(f'opam-version: "2.0"\n{fields}\n')


def test_versions_of_a_name_that_were_asked_for_have_a_verdict_each(
    halves: tuple[str, ...], build: Callable[..., str], file: pathlib.Path
) -> None:
    add(halves, "new.2", 'depends: ["ocaml" {>= "9.0"}]')
    add(halves, "new.3", 'depends: ["ocaml" {< "5.0"}]')
    said = build("new.1", "new.2", "new.3")
    with State(file, read_only=True) as state:
        verdict = matrix_verdict(state, state.last())
    assert list(verdict.left_out_everywhere) == ["new.2"]
    assert verdict.left_out_somewhere == {"new.1": [OLD], "new.3": [NEW]}
    assert f"  new.1  in 1 of 2: {OLD}\n  new.3  in 1 of 2: {NEW}\n" in said


def test_a_version_that_is_left_out_is_not_what_another_of_its_name_is(
    halves: tuple[str, ...], build: Callable[..., str], file: pathlib.Path
) -> None:
    add(halves, "old.2", 'depends: ["ocaml" {>= "9.0"}]')
    build("--all-versions")
    with State(file, read_only=True) as state:
        verdict = matrix_verdict(state, state.last())
    assert set(verdict.left_out_everywhere) == {"gnir.1", "old.2", "ring.1"}
    assert verdict.left_out_somewhere == {"new.1": [OLD], "old.1": [NEW]}


def test_a_name_that_was_asked_for_is_one_whatever_version_each_combination_takes(
    halves: tuple[str, ...], build: Callable[..., str], file: pathlib.Path
) -> None:
    add(halves, "old.2", 'depends: ["ocaml" {< "5.0"}]')
    add(halves, "old.3", 'depends: ["ocaml" "ring"] available: false')
    build("old", "new")
    with State(file, read_only=True) as state:
        verdict = matrix_verdict(state, state.last())
    assert verdict.left_out_everywhere == {}
    assert verdict.left_out_somewhere == {"new": [OLD], "old": [NEW]}


def test_reasons_that_are_not_the_same_in_all_combinations_are_told_with_where(
    halves: tuple[str, ...], build: Callable[..., str]
) -> None:
    add(halves, "both.1", 'depends: ["old" "new"]')
    said = build("both")
    assert "Has no solution in any of them:\n  both:\n" in said
    for where, needs in ((OLD, "new 1 needs ocaml >= 5.0"), (NEW, "old 1 needs ocaml < 5.0")):
        [line] = [line for line in said.splitlines() if f"  in 1 of 2: {where}: " in line]
        assert needs in line


def test_logs_and_histories_tell_who_leaves_a_package_out_and_why(
    build: Callable[..., str], file: pathlib.Path, opamplan_command: Run
) -> None:
    build("new", "ring")
    why = "new 1 needs ocaml >= 5.0; you asked for ocaml = 4.14.2"
    log = opamplan_command("log", str(file), "new")
    assert (log.returncode, log.stderr) == (0, "")
    assert f"new  left out, no_solution  {OLD}\n{why}\n" in log.stdout
    assert f"success, 3 s  {NEW}\n" in log.stdout
    rows = json.loads(opamplan_command("log", str(file), "new", "--json").stdout)
    assert [(row["combination"], row.get("reason")) for row in rows] == [(NEW, None), (OLD, why)]
    for name in ("ring", "ring.1"):
        log = opamplan_command("log", str(file), name)
        assert (log.returncode, log.stderr) == (1, "")
        assert f"left out, cannot_be_built  {OLD} {NEW}\n" in log.stdout
    history = opamplan_command("history", str(file), "new").stdout
    assert history.startswith("OCaml 4.14.2\n  run 1")
    assert f"  new  no_solution\n         {why}\nOCaml 5.3.0\n  run 2" in history
    whole = opamplan_command("history", str(file)).stdout
    assert f"Left out of run 1:\n  new: {why}\n  ring" in whole
    told = json.loads(opamplan_command("history", str(file), "--json").stdout)
    assert [row["target"] for row in told[0]["left_out"]] == ["new", "ring.1"]


def test_each_combination_tells_once_what_it_leaves_out(
    halves: tuple[str, ...], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file, out = str(tmp_path / "matrix.json"), str(tmp_path / "out")
    opamplan_command("plan", "-q", *halves, *BOTH_COMPILERS, "-o", file)
    for words in (
        ("emit", "--plan", file, "-o", out),
        ("emit", *halves, *BOTH_COMPILERS, "-o", out),
        ("plan", *halves, *BOTH_COMPILERS),
    ):
        done = opamplan_command(*words, "new", "ring")
        assert done.returncode == 1
        told = [line.partition(" is left out: ")[0] for line in done.stderr.splitlines()]
        assert [line.replace("new.1", "new") for line in told] == [
            f"opamplan: {OLD}: new",
            f"opamplan: {OLD}: ring.1",
            f"opamplan: {NEW}: ring.1",
        ]
        assert "ring" not in done.stdout


def test_what_a_plan_alone_leaves_out_is_saved_with_it_as_the_direct_build_says_it(
    halves: tuple[str, ...],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
    fake: Callable[..., str],
) -> None:
    file = tmp_path / "plan.json"
    wanted = (*halves, "new", "old", "--ocaml=5.3.0")
    assert opamplan_command("plan", "-q", *wanted, "-o", str(file)).returncode == 1
    said = "old is left out: old 1 needs ocaml < 5.0; you asked for ocaml = 5.3.0"
    saved = ("--plan", str(file))
    for number, (words, also) in enumerate(
        ((wanted, True), (saved, False), ((*saved, "old"), True), ((*saved, "new", "old"), True))
    ):
        out = ("-o", str(tmp_path / f"out{number}"))
        done = opamplan_command("build", "-q", "--program", fake(), *out, *words)
        assert (done.returncode, said in done.stderr) == (1, also), done.stderr
        history = opamplan_command("history", f"{out[1]}/builds.sqlite", "old")
        assert "  old  no_solution\n" in history.stdout
        assert "needs ocaml < 5.0" in history.stdout
    doctor = opamplan_command("doctor", *saved)
    assert (doctor.returncode, "left out: old: old 1 needs" in doctor.stdout) == (0, True)
    for command in ("doctor", "forecast"):
        done = opamplan_command(command, *saved, "old", "new")
        assert (done.returncode, said in done.stderr) == (1, True)
    emitted = opamplan_command("emit", "-q", *saved, "--format=json", "-o", str(tmp_path / "again"))
    assert emitted.returncode == 0, emitted.stderr
    assert (tmp_path / "again/plan.json").read_bytes() == file.read_bytes()


def test_of_all_packages_a_plan_keeps_which_are_left_out_and_how_to_ask_why(
    halves: tuple[str, ...],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
    fake: Callable[..., str],
) -> None:
    file, out = tmp_path / "plan.json", tmp_path / "out"
    opamplan_command("plan", "-q", *halves, "--ocaml=5.3.0", "-o", str(file))
    build = ("build", "-q", "--program", fake(), "-o", str(out), "--plan", str(file))
    assert opamplan_command(*build).returncode == 1
    with State(out / "builds.sqlite") as state:
        [history] = histories(state)
    assert {row.target: (row.status, row.reason) for row in history.left_out} == {
        "old.1": ("no_solution", "no solution; `opamplan why old.1` tells why"),
        "gnir.1": ("cannot_be_built", opamplan.Plan.load(file).left_out["gnir.1"]),
        "ring.1": ("cannot_be_built", opamplan.Plan.load(file).left_out["ring.1"]),
        "here": ("unavailable", "not available here; `opamplan why here` tells why"),
    }
    for target in ("old.1", "here"):
        assert opamplan_command("why", *halves, "--ocaml=5.3.0", target).stdout


def test_of_all_versions_those_that_are_left_out_are_saved(
    halves: tuple[str, ...], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file = tmp_path / "plan.json"
    second = pathlib.Path(halves[1], "packages/old/old.2")
    shutil.copytree(second.with_name("old.1"), second)
    words = (*halves, "--all-versions", "--ocaml=5.3.0")
    assert opamplan_command("plan", "-q", *words, "-o", str(file)).returncode == 0
    for asked in ("old.1", "old"):
        done = opamplan_command("doctor", "--plan", str(file), asked)
        assert (done.returncode, "old.1 is left out: no solution; " in done.stderr) == (1, True)
        assert ("old.2 is left out: no solution; " in done.stderr) == (asked == "old")


def test_what_is_left_out_may_be_longer_than_the_head_that_is_read_first(
    halves: tuple[str, ...],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "plan.json"
    opamplan_command("plan", "-q", *halves, "old", "new", "--ocaml=5.3.0", "-o", str(file))
    whole = MadeFor.of_file(file)
    assert [row.target for row in whole.left_out] == ["old"]
    monkeypatch.setattr(opamplan.made_for, "_MOST", 100)
    assert MadeFor.of_file(file) == whole
    for was, now in (('"no_solution"', '"odd"'), ('[["old"', "[[5"), ("[[", "[5, [")):
        file.write_text(whole.text_of(opamplan.Plan.load(file)).replace(was, now, 1))
        with pytest.raises(opamplan.PlanFormatError, match=r"made_for\.left_out\[0\]: "):
            MadeFor.of_file(file)
