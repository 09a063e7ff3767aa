"""The command blame, with a builder that is a script."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
from collections.abc import Callable

import pytest
from planted import Planted, plant

from opamplan.cli.config import ASKED_ONLY
from opamplan.runs.state import State

Run = Callable[..., "subprocess.CompletedProcess[str]"]
# The new version of logbook fails, whatever it stands on.
PLANTED = Planted("http-serve", "logbook", "logbook", "unavailable")
OPAM = "packages/logbook/logbook.0.7.0+9/opam"


@pytest.fixture
def after(embedded: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    plant(PLANTED, embedded, tmp_path / "after")
    return tmp_path / "after"


def test_the_culprit_is_told_and_the_cure_is_a_patch(
    embedded: pathlib.Path,
    after: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    program = fake(("logbook.0.7.0+9",), logs={"logbook.0.7.0+9": "Error: Unbound module Old"})
    words = ["blame", str(embedded), str(after), "http-serve", "--builder", "unix:///nowhere"]
    words += ["--program", program, "-o", str(tmp_path / "out")]
    told = opamplan_command(*words, "--patch", str(tmp_path / "cure.patch"))
    assert told.returncode == 0, told.stderr
    for part in (
        "http-serve is broken by logbook.0.7.0+9: Error: Unbound module Old",
        "The culprit: logbook.0.7.0 -> logbook.0.7.0+9",
        "cured: logbook.0.7.0+9 fails with what its dependencies were before, too",
        "+available: false",
    ):
        assert part in told.stdout
    assert "trial 1: " in told.stderr
    before = (after / OPAM).read_text()
    subprocess.run(
        ["git", "apply", "--unsafe-paths", f"--directory={after}", str(tmp_path / "cure.patch")],
        check=True,
        cwd="/",
    )
    patched = (after / OPAM).read_text()
    assert patched == before + "available: false\n"

    # Once more, with everything known, to be edited.
    (after / OPAM).write_text(before)
    again = opamplan_command(*words, "--json", "--apply")
    assert again.returncode == 0, again.stderr
    answer = json.loads(again.stdout)
    assert (answer["build_count"], answer["layer_count"]) == (0, 0)
    assert answer["culprits"][0]["text"] == "logbook.0.7.0 -> logbook.0.7.0+9"
    assert (after / OPAM).read_text() == patched


def test_results_of_earlier_runs_are_not_built_again(
    embedded: pathlib.Path,
    after: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    builder = ["--builder", "unix:///nowhere", "--program", fake(("logbook.0.7.0+9",))]
    for side in (embedded, after):
        out = str(tmp_path / f"runs-{side.name}")
        opamplan_command("build", "http-serve", "--repository", str(side), "-o", out, *builder)
    states = sorted(str(path) for path in tmp_path.glob("runs-*/builds.sqlite"))
    words = [
        "blame",
        str(embedded),
        str(after),
        "http-serve",
        "-o",
        str(tmp_path / "out"),
        "--json",
    ]
    cold = json.loads(opamplan_command(*words, *builder).stdout)
    words[words.index(str(tmp_path / "out"))] = str(tmp_path / "warm")
    known = [word for state in states for word in ("--known", state)]
    warm = json.loads(opamplan_command(*words, *builder, *known).stdout)
    assert warm["culprits"] == cold["culprits"]
    assert warm["build_count"] < cold["build_count"]
    assert warm["layer_count"] < cold["layer_count"] / 2


def test_what_cannot_be_edited_is_refused_before_anything_is_built(
    embedded: pathlib.Path, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    for words, part in (
        (["--apply", "--repository", str(embedded)], "--apply: HEAD is no folder"),
        (["--pin", "x"], "--pin: blame compares versions"),
    ):
        done = opamplan_command("blame", "HEAD~1", "HEAD", "dune", *words, cwd=tmp_path)
        assert (done.returncode, part in done.stderr) == (2, True), done.stderr


def test_an_unknown_target_is_told_before_anything_is_written(
    embedded: pathlib.Path, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    words = ["--builder", "unix:///nowhere", "--program", fake(), "-o", str(tmp_path / "out")]
    done = opamplan_command("blame", str(embedded), str(embedded), "dun", *words)
    assert (done.returncode, "did you mean dune" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_is_to_blame_where_it_is_built(
    embedded: pathlib.Path, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    words = ["--builder", "unix:///nowhere", "--program", fake(), "-o", str(tmp_path / "out")]
    done = opamplan_command("blame", str(embedded), str(embedded), "csexp", *words)
    assert done.returncode == 1
    assert "csexp is built after the change: nothing is to blame" in done.stderr


def test_a_target_without_a_solution_before_is_an_answer_and_no_error(
    embedded: pathlib.Path, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    words = ["--builder", "unix:///nowhere", "--program", fake(), "-o", str(tmp_path / "out")]
    done = opamplan_command("blame", str(embedded), str(embedded), "legacy-cgi", *words)
    assert done.returncode == 1
    assert "legacy-cgi has no solution before the change; `opamplan why` says why" in done.stderr


def test_where_nothing_can_be_built_the_builder_is_heard(
    embedded: pathlib.Path,
    after: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    words = ["blame", str(embedded), str(after), "http-serve", "-q", "-o", str(tmp_path / "out")]
    program = fake(refuses="failed to do request: no such host")
    done = opamplan_command(*words, "--builder", "unix:///nowhere", "--program", program)
    assert done.returncode == 2
    assert "nothing could be built: " in done.stderr
    assert "failed to do request: no such host" in done.stderr


def test_a_file_in_the_working_folder_edits_and_writes_nothing() -> None:
    assert {"patch", "apply", "output"} <= set(ASKED_ONLY)


def test_runs_are_sides_too(
    embedded: pathlib.Path,
    after: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    builder = ["--builder", "unix:///nowhere", "--program", fake(("logbook.0.7.0+9",))]
    state = str(tmp_path / "nightly.sqlite")
    for side in (embedded, after):
        words = ["-o", str(tmp_path / "o"), "--state", state, "--repository", str(side)]
        opamplan_command("build", "http-serve", "csexp", *words, *builder)
    sides = [f"{state}#1", f"{state}#2"]
    words = ["http-serve", "-o", str(tmp_path / "out"), "--json", *builder]
    alone = json.loads(opamplan_command("blame", *sides, *words).stdout)
    assert [change["text"] for change in alone["culprits"]] == ["logbook.0.7.0 -> logbook.0.7.0+9"]
    # The run has no other version that would do.
    assert [repair["outcome"] for repair in alone["repairs"]] == ["http-serve then has no solution"]
    cured = opamplan_command("blame", *sides, *words, "--repository", str(after))
    assert cured.returncode == 0, cured.stderr
    assert json.loads(cured.stdout)["repairs"][-1]["cured"]
    other = opamplan_command("blame", *sides, *words, "--environment", "debian-12")
    assert (other.returncode, "give those of the run" in other.stderr) == (2, True)


def test_sides_that_are_runs_know_their_environment(
    embedded: pathlib.Path,
    after: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    builder = ["--builder", "unix:///nowhere", "--program", fake(("logbook.0.7.0+9",))]
    state = str(tmp_path / "nightly.sqlite")
    of = ["--ocaml", "5.2.1", "--with-test", "--environment", "debian-12", "--state", state]
    for side in (embedded, after):
        words = ["build", "logbook", "-o", str(tmp_path / "o"), "--repository", str(side)]
        assert opamplan_command(*words, *of, *builder).returncode < 2
    words = ["blame", f"{state}#1", f"{state}#2", "logbook", "-o", str(tmp_path / "out"), *builder]
    found = json.loads(opamplan_command(*words, "--json").stdout)
    assert [change["text"] for change in found["culprits"]] == ["logbook.0.7.0 -> logbook.0.7.0+9"]
    other = opamplan_command(*words, "--ocaml", "5.3.0")
    assert (other.returncode, "ocaml" in other.stderr) == (2, True)


def test_what_is_built_when_it_is_tried_again_is_flaky(
    embedded: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    after = tmp_path / "after"
    shutil.copytree(embedded, after)
    folder = after / "packages/csexp"
    shutil.copytree(folder / "csexp.1.5.2", folder / "csexp.1.5.3")
    words = ["blame", str(embedded), str(after), "csexp", "--builder", "unix:///nowhere"]
    words += ["-q", "-o", str(tmp_path / "out"), "--program"]
    done = opamplan_command(*words, fake(fails_at={"csexp.1.5.3": [0]}))
    assert done.returncode == 1, done.stderr
    assert "No change is to blame: csexp.1.5.3 was built when it was tried again" in done.stdout
    done = opamplan_command(*words, fake(), "--known", str(tmp_path / "out/builds.sqlite"))
    assert done.returncode == 1
    assert "is built after the change: nothing is to blame" in done.stderr


def test_an_absent_builder_is_told_before_anything_is_tried(
    embedded: pathlib.Path,
    after: pathlib.Path,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    words = ["blame", str(embedded), str(after), "http-serve", "-o", str(tmp_path / "out")]
    program = fake(("logbook.0.7.0+9",), absent=["unix:///one", "unix:///two"])
    words += ["--program", program, "--builder=unix:///one"]
    done = opamplan_command(*words, "--builder=unix:///two")
    assert (done.returncode, done.stderr) == (
        2,
        "opamplan: error: unix:///two: no such socket\n",
    )
    assert not State(tmp_path / "out/builds.sqlite").runs()
    done = opamplan_command(*words, "--builder=unix:///three", "--no-repair", "-q")
    assert (done.returncode, "The culprit" in done.stdout) == (0, True), done.stderr
