"""What a person named and does not get is told, with the status that says so."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan import wording

WHY = "webmail 1.0.0 needs legacy-cgi >= 0.4; legacy-cgi 0.4.2 needs ocaml < 5.0; you asked for"


@pytest.fixture
def saved(opamplan_command: Run, tmp_path: pathlib.Path) -> pathlib.Path:
    file = tmp_path / "plan.json"
    assert opamplan_command("plan", "dune", "-o", str(file)).returncode == 0
    return file


@pytest.mark.parametrize("command", ["plan", "emit", "forecast", "doctor"])
@pytest.mark.parametrize("quiet", [[], ["-q"]], ids=["", "quiet"])
def test_a_named_target_without_a_solution_is_named_and_is_status_1(
    command: str, quiet: list[str], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command(command, "dune", "webmail", *quiet, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"opamplan: webmail is left out: {WHY}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["plan", "emit", "forecast", "doctor"])
def test_without_names_what_has_no_solution_is_no_bad_news(
    command: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command(command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["deps", "order", "dot"])
def test_there_is_no_closure_without_a_solution(command: str, opamplan_command: Run) -> None:
    done = opamplan_command(command, "webmail")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"webmail has no solution: {WHY}" in done.stderr


def test_nothing_is_written_of_targets_that_are_all_left_out(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command("emit", "webmail", "-o", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (1, "")
    done = opamplan_command("emit", "webmail", "--json", "-o", str(tmp_path / "out"))
    assert (done.returncode, json.loads(done.stdout)["files"]) == (1, {})
    assert not (tmp_path / "out").exists()


def test_why_a_package_is_not_there_is_status_1(opamplan_command: Run) -> None:
    for package, said in (
        ("webmail", "webmail is not part of what http-serve.2.1.0 needs."),
        ("dune.3.19.0", "http-serve.2.1.0 does not have dune.3.19.0:"),
        ("webmail.1.0.0", "http-serve.2.1.0 cannot have webmail.1.0.0:"),
    ):
        done = opamplan_command("why", "http-serve", package)
        assert (done.returncode, done.stdout.splitlines()[0]) == (1, said)


def test_a_folder_without_opam_files_is_said_to_have_none(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command("parse", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"opamplan: {tmp_path}: no opam file in this folder\n"


@pytest.mark.parametrize("command", [["solve"], ["plan"], ["emit"], ["forecast"], ["doctor"]])
@pytest.mark.parametrize("ocaml", [[], ["--no-ocaml"]], ids=["ocaml", "no-ocaml"])
def test_an_empty_repository_is_one_answer(
    command: list[str], ocaml: list[str], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    (tmp_path / "r/packages").mkdir(parents=True)
    done = opamplan_command(*command, *ocaml, "--repository", "r", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    said = "r: no package is there, so there is nothing to solve"
    assert done.stderr == f"opamplan: error: {said}\n"


def test_the_figures_in_json_are_those_of_the_text(opamplan_command: Run) -> None:
    figures = json.loads(opamplan_command("plan", "--json").stdout)
    text = opamplan_command("plan").stdout
    assert text.startswith(f"{figures['targets']} targets, {figures['install_steps']} build steps")
    without, not_here = figures["no_solution"], figures["unavailable"]
    assert f"left out: {without} without a solution, {not_here} not available here" in text
    assert figures["left_out"] == without + not_here > 5
    assert figures["missing"] == {}
    figures = json.loads(opamplan_command("plan", "--json", "dune", "webmail").stdout)
    assert (figures["targets"], figures["left_out"]) == (1, 1)
    assert figures["missing"]["webmail"].startswith(WHY)


@pytest.mark.parametrize("command", ["plan", "emit"])
def test_quiet_is_silent(command: str, tmp_path: pathlib.Path, opamplan_command: Run) -> None:
    done = opamplan_command(command, "dune", "-q", "-o", str(tmp_path / "o"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["build", "dune", "--all-versions"], "--all-versions"),
        (["forecast", "--ocaml", "5.3.0"], "--ocaml"),
        (["emit", "--with-test"], "--with-test"),
        (["emit", "--repository", "elsewhere"], "--repository"),
        (["build", "--strategy=graft"], "--strategy"),
        (["build", "--limits", "docker"], "--limits"),
        (["doctor", "--environment", "debian-13"], "--environment"),
        (["doctor", "--files", "."], "--plan"),
    ],
)
def test_what_has_no_effect_on_a_saved_plan_is_refused(
    words: list[str], named: str, saved: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command(*words, "--plan", saved.name, cwd=saved.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"opamplan: error: {named} has no effect with --")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["plan", "emit", "doctor", "build"])
@pytest.mark.parametrize("option", ["--workers=8", "--durations=times.json"])
def test_what_shards_are_cut_by_is_refused_without_them(
    command: str, option: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command(command, option, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = f"opamplan: error: {option.partition('=')[0]} has no effect without --shards"
    assert done.stderr.startswith(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["emit", "forecast", "doctor"])
def test_targets_beside_a_saved_plan_restrict_it(
    command: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    def answer_of(*words: str) -> Any:
        done = opamplan_command(*words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    limit = ["--limit", "batch_targets=1"]
    answer_of("plan", "csexp", "dune", "http-serve", *limit, "-o", "plan.json", "--json")
    where = ["-o", "out"] if command == "emit" else []
    answer = answer_of(command, "--plan", "plan.json", "csexp", "--json", *where)
    whole = opamplan.Plan.load(tmp_path / "plan.json")
    needed = whole.restricted_to("csexp")
    assert ([t.split(".")[0] for t in needed.targets], len(needed.batches)) == (["csexp"], 1)
    assert len(needed) < len(whole)
    assert {step.key for step in needed} < {step.key for step in whole}
    if command == "emit":
        assert (answer["targets"], answer["install_steps"]) == (1, len(needed))
        assert [p.name for p in (tmp_path / "out").glob("*.Dockerfile")] == ["batch0.Dockerfile"]
    elif command == "forecast":
        assert answer["steps"] == len(needed)
    else:
        assert answer == []


def test_a_target_that_a_saved_plan_lacks_is_refused(
    saved: pathlib.Path, opamplan_command: Run
) -> None:
    for command in ("emit", "forecast", "doctor"):
        done = opamplan_command(command, "--plan", saved.name, "dnue", cwd=saved.parent)
        assert (done.returncode, done.stdout) == (2, "")
        said = '"dnue" is no target of this plan; did you mean dune?'
        assert done.stderr == f"opamplan: error: {said}\n"


def test_what_has_no_effect_on_files_is_refused(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command("doctor", "dune", "--files", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opamplan: error: dune has no effect with --files: leave it out\n"


def test_a_saved_plan_is_used_whatever_the_configuration_says(
    saved: pathlib.Path, opamplan_command: Run
) -> None:
    (saved.parent / "opamplan.json").write_text('{"ocaml": "5.2.1", "repository": "/nowhere"}')
    done = opamplan_command("forecast", "--plan", saved.name, cwd=saved.parent)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_saved_plan_is_measured_by_other_limits(
    saved: pathlib.Path, opamplan_command: Run
) -> None:
    assert opamplan_command("doctor", "--plan", str(saved), "--limits", "docker").returncode == 0
    assert opamplan_command("doctor", "--plan", str(saved), "--limit", "depth=1").returncode == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "n.json: no such file"),
        ("[1]", 'n.json: expected a JSON object of seconds by name: {"dune": 12}'),
        ('{"dune": "long"}', 'n.json: dune: "long" is no number of seconds'),
        ('{"dune": true}', "n.json: dune: true is no number of seconds"),
        ('{"dune": -1}', "n.json: dune: -1 is no number of seconds"),
    ],
)
def test_a_file_that_is_wrong_is_told_without_pythons_words(
    content: str | None, said: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    if content is not None:
        (tmp_path / "n.json").write_text(content)
    done = opamplan_command("forecast", "--durations", "n.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"opamplan: error: {said}\n")


def test_a_traceback_that_was_asked_for_changes_no_status(
    tmp_path: pathlib.Path, opamplan_command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPAMPLAN_TRACEBACK", "1")
    done = opamplan_command("forecast", "--plan", "nope.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("opamplan: error: nope.json: no such file\n")


def test_a_plan_can_be_printed(tmp_path: pathlib.Path, opamplan_command: Run) -> None:
    done = opamplan_command("plan", "dune", "-o", "-", cwd=tmp_path)
    assert opamplan.Plan.from_json(done.stdout).targets == ["dune.3.20.2"]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_to_write_into_is_named(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command("plan", "dune", "-o", "a/b/p.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opamplan: error: a/b/p.json: there is no folder a/b\n"


@pytest.mark.parametrize("words", [["emit", "dune"], ["plan", "dune"], ["build"], ["report", "x"]])
def test_no_place_to_write_is_refused(
    words: list[str], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command(*words, "-o", "", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "-o/--output: it is empty: name a place" in done.stderr
    assert not list(tmp_path.iterdir())


def test_no_bytes_are_made_up_where_no_size_is_known(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    (tmp_path / "sizes.json").write_text('{"dune": 3000000}')
    for words, text, number in (([], False, None), (["--sizes", "sizes.json"], True, 3000000)):
        done = opamplan_command("forecast", "dune", *words, cwd=tmp_path)
        assert ("B are installed or grafted" in done.stdout) == text
        answer = json.loads(
            opamplan_command("forecast", "dune", *words, "--json", cwd=tmp_path).stdout
        )
        assert answer["bytes"] == number or answer["bytes"] > number


def test_sizes_are_told_in_few_digits_and_never_as_nothing() -> None:
    small = (0, 1, 999, 1000, 31_400, 999_499, 999_500, 2_540_000)
    told = [wording.size(n) for n in (*small, 10**9, 12_340_000_000, 160 * 10**9)]
    assert told == [
        *("0 bytes", "1 byte", "999 bytes", "1 kB", "31 kB", "999 kB", "1.0 MB", "2.5 MB"),
        *("1,000 MB", "12.3 GB", "160 GB"),
    ]
