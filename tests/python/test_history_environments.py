"""Which runs belong together over time: those that were asked for the same, whatever came of it."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable

import pytest
from conftest import Run

import opamplan
from opamplan.made_for import MadeFor
from opamplan.runs import State, histories
from opamplan.runs.report import matrix_data

# The newest OCaml is what a plan has if none is asked for; `old` has it take the other.
FILES = {
    "ocaml.4.14.2": "flags: compiler",
    "ocaml.5.3.0": "flags: compiler",
    "lib.1": 'depends: ["ocaml"]',
    "old.1": 'depends: ["ocaml" {< "5.0"}]',
    "plain.1": "",
}
Build = Callable[..., None]


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "out/builds.sqlite"


@pytest.fixture
def repository(tmp_path: pathlib.Path) -> tuple[str, str]:
    for package, fields in FILES.items():
        place = tmp_path / "packages" / package.partition(".")[0] / package
        place.mkdir(parents=True)
        (place / "opam").write_text(f'opam-version: "2.0"\n{fields}\n')
    return "--repository", str(tmp_path)


@pytest.fixture
def build(
    tmp_path: pathlib.Path,
    repository: tuple[str, str],
    opamplan_command: Run,
    fake: Callable[..., str],
) -> Build:
    def run(*words: str, fail: tuple[str, ...] = (), where: tuple[str, ...] = repository) -> None:
        how = ("build", "-q", "--program", fake(fail), "-o", str(tmp_path / "out"))
        done = opamplan_command(*how, *where, *words)
        assert done.returncode < 2, done.stderr

    return run


def runs_by_name(file: pathlib.Path) -> dict[str, list[int]]:
    with State(file, read_only=True) as state:
        return {each.name: [run.run for run in each.runs] for each in histories(state)}


def test_runs_without_a_compiler_asked_for_are_one_history_whichever_they_have(
    build: Build, file: pathlib.Path, opamplan_command: Run
) -> None:
    for target in ("lib", "old", "plain"):
        build("--no-ocaml", target)
    assert runs_by_name(file) == {"debian-13 any compiler": [1, 2, 3]}
    assert opamplan_command("history", str(file)).stdout.startswith(
        "debian-13 any compiler: 3 runs"
    )


def test_any_compiler_is_not_the_environment_of_the_one_that_it_takes(
    build: Build, file: pathlib.Path, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    axes = tmp_path / "axes.json"
    axes.write_text(json.dumps({"ocaml": ["any", "5.3.0"]}))
    build("--matrix", str(axes), "lib", "old", fail=("old.1",))
    assert runs_by_name(file) == {"any compiler": [1], "OCaml 5.3.0": [2]}
    with State(file, read_only=True) as state:
        anything, newest = histories(state)
        data = matrix_data([(state, run) for run in state.runs()])
    assert [one.package for one in anything.failing] == ["old.1"]
    assert (newest.failing, newest.unsolved) == ([], {})
    assert [run["name"] for run in data["runs"]] == ["any compiler", "OCaml 5.3.0"]


def test_a_saved_matrix_keeps_that_no_compiler_was_asked_for(
    build: Build,
    repository: tuple[str, str],
    file: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    saved = str(tmp_path / "matrix.json")
    words = ("--no-ocaml", "--vary", "with-test", "lib")
    assert opamplan_command("plan", "-q", *repository, *words, "-o", saved).returncode == 0
    build("--plan", saved, where=())
    assert runs_by_name(file) == {"any compiler": [1], "any compiler with tests": [2]}


def test_a_run_in_which_no_layer_tells_the_compiler_is_of_the_one_that_was_asked_for(
    build: Build, file: pathlib.Path
) -> None:
    for words in (("lib",), ("plain",), ("plain", "--ocaml", "4.14.2"), ("old", "lib")):
        build(*words)
    assert runs_by_name(file) == {"OCaml 5.3.0": [1, 2, 4], "OCaml 4.14.2": [3]}


def test_variables_that_were_set_make_an_environment_of_their_own(
    build: Build, file: pathlib.Path
) -> None:
    for words in ((), ("--set", "opam-version=2.5.0"), (), ("--unset", "jobs")):
        build("lib", *words)
    assert runs_by_name(file) == {
        "OCaml 5.3.0": [1, 3],
        "OCaml 5.3.0 opam-version=2.5.0": [2],
        "OCaml 5.3.0 no jobs": [4],
    }


def test_the_file_of_a_plan_keeps_what_was_asked_for(
    build: Build,
    repository: tuple[str, str],
    file: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    saved = str(tmp_path / "plan.json")
    for words in (("--no-ocaml",), ("--prefer-oldest",), ("--ocaml", "4.14.2"), ()):
        how = ("plan", "-q", *repository, *words, "lib", "-o", saved)
        assert opamplan_command(*how).returncode == 0
        printed = opamplan_command(*how[:-1], "-").stdout
        assert printed == pathlib.Path(saved).read_text()
        build("--plan", saved, where=())
        build(*words, "lib")  # without a file it is the same
    with State(file, read_only=True) as state:
        assert [run.combination for run in state.runs()][::2] == [
            "debian-13",
            "debian-13-ocaml-5.3.0-oldest",
            "debian-13-ocaml-4.14.2",
            "debian-13-ocaml-5.3.0",
        ]
    assert runs_by_name(file) == {
        "any compiler": [1, 2],
        "OCaml 5.3.0 oldest versions": [3, 4],
        "OCaml 4.14.2": [5, 6],
        "OCaml 5.3.0": [7, 8],
    }


def test_one_plan_of_a_file_of_several_keeps_what_was_asked_for(
    build: Build,
    repository: tuple[str, str],
    file: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    saved = str(tmp_path / "matrix.json")
    words = ("--no-ocaml", "--vary", "with-test", "lib")
    opamplan_command("plan", "-q", *repository, *words, "-o", saved)
    build("--plan", f"{saved}#debian-13-with-test", where=())
    assert list(runs_by_name(file)) == ["debian-13 any compiler with tests"]
    with State(file, read_only=True) as state:
        assert state.run().combination == "debian-13-with-test"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--with-test",), "debian-13 OCaml 5.3.0 with tests"),
        (
            ("--prefer-oldest", "--constraint", "lib < 2"),
            "debian-13 OCaml 5.3.0 oldest versions, lib < 2",
        ),
        (("--require", "lib"), "debian-13 OCaml 5.3.0 require lib"),
        (("--unset", "os-version"), "debian OCaml 5.3.0 no os-version"),
        (
            ("--unset=os-version", "--unset=os-distribution"),
            "OCaml 5.3.0 no os-version, no os-distribution",
        ),
    ],
)
def test_one_environment_alone_is_named_by_what_was_asked_for(
    build: Build, file: pathlib.Path, opamplan_command: Run, words: tuple[str, ...], name: str
) -> None:
    build("lib", *words, "--image=debian:13")
    assert opamplan_command("history", str(file)).stdout.startswith(f"{name}: 1 run\n")
    # What differs is all that is said of several.
    build("lib", "--ocaml=4.14.2", *words, "--image=debian:13")
    assert list(runs_by_name(file)) == ["OCaml 5.3.0", "OCaml 4.14.2"]


def test_what_is_required_is_another_thing_than_a_constraint(
    build: Build, file: pathlib.Path
) -> None:
    for option in ("--require", "--constraint"):
        build("lib", option, "lib >= 1")
    assert list(runs_by_name(file)) == ["require lib >= 1", "lib >= 1"]


def test_a_system_without_a_version_is_named_without_a_dash(
    repository: tuple[str, str], opamplan_command: Run
) -> None:
    words = (*repository, "--unset=os-version", "--image=debian:13", "lib")
    assert "  for debian x86_64, OCaml 5.3.0\n" in opamplan_command("plan", *words).stdout


def test_an_emitted_plan_keeps_what_was_asked_for(
    repository: tuple[str, str], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    saved, first, second = (str(tmp_path / name) for name in ("plan.json", "one", "two"))
    opamplan_command("plan", "-q", *repository, "--no-ocaml", "old", "-o", saved)
    said = opamplan_command("emit", "--plan", saved, "--format", "json", "-o", first)
    assert "  for debian-13 x86_64, any compiler\n" in said.stdout
    said = opamplan_command("emit", "--plan", f"{first}/plan.json", "-o", second)
    assert "  for debian-13 x86_64, any compiler\n" in said.stdout
    assert pathlib.Path(saved).read_bytes() == (tmp_path / "one/plan.json").read_bytes()


def test_a_plan_of_an_older_version_does_not_say_what_it_was_made_for(
    build: Build,
    repository: tuple[str, str],
    file: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    saved = tmp_path / "plan.json"
    opamplan_command("plan", "-q", *repository, "--ocaml", "4.14.2", "lib", "-o", str(saved))
    opamplan.Plan.load(saved).save(saved)
    assert "made_for" not in saved.read_text()
    build("--plan", str(saved), where=())
    with State(file, read_only=True) as state:
        assert (state.run().combination, state.run().asked) == ("", "")
        assert state.facts(state.run())["ocaml"] == "OCaml 4.14.2"


def test_what_a_plan_was_made_for_is_read_however_the_file_is_laid_out(
    repository: tuple[str, str], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    saved = tmp_path / "plan.json"
    opamplan_command("plan", "-q", *repository, "--no-ocaml", "lib", "-o", str(saved))
    saved.write_text(json.dumps(json.loads(saved.read_text()), indent=2))
    assert MadeFor.of_file(saved) == MadeFor("debian-13", "any compiler")
    saved.write_text(saved.read_text().replace('"asked"', '"asket"'))
    done = opamplan_command("emit", "--plan", str(saved), "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert f"{saved}: made_for: an object such as" in done.stderr


def test_runs_that_are_alone_are_told_by_their_numbers_where_several_are(
    build: Build, file: pathlib.Path, opamplan_command: Run
) -> None:
    for _ in range(2):
        build("lib", "--no-resume", fail=("lib.1",))
    log = opamplan_command("log", f"{file}#1..2", "lib")
    assert "run 1 run 2\n" in log.stdout
    assert opamplan_command("diff", f"{file}#1..2", f"{file}#1..2").returncode == 2


def test_a_plan_for_any_compiler_says_so(
    repository: tuple[str, str], opamplan_command: Run
) -> None:
    said = opamplan_command("plan", *repository, "--no-ocaml", "old").stdout
    assert "  for debian-13 x86_64, any compiler\n" in said
