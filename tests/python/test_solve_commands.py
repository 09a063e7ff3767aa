"""The commands solve, why and blockers."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_solve_prints_one_object_a_target(opamplan_command: Run) -> None:
    done = opamplan_command("solve", "--json")
    assert done.returncode == 0
    rows = objects(done.stdout)
    names = [row["package"] for row in rows]
    assert names == sorted(names, key=str.encode)
    statuses = [row["status"] for row in rows]
    assert {s: statuses.count(s) for s in set(statuses)} == {
        "solution": 56,
        "no_solution": 5,
        "unavailable": 4,
    }
    for row in rows:
        if row["status"] == "solution":
            assert row["target"] in row["selected"]
            assert row["selected"] == sorted(row["selected"], key=str.encode)
            assert set(row["deps"]) <= set(row["selected"])
        else:
            assert not row.get("selected")
    assert "56 solution" in opamplan_command("solve").stdout


def test_solve_says_by_its_status_whether_all_targets_can_be_had(opamplan_command: Run) -> None:
    for extra in ([], ["--json"]):
        assert opamplan_command("solve", "dune", *extra).returncode == 0
        assert opamplan_command("solve", "dune", "webmail", *extra).returncode == 1
        unknown = opamplan_command("solve", "htp-serve", *extra)
        assert unknown.returncode == 2
        assert "did you mean http-serve" in unknown.stderr
    told = opamplan_command("solve", "webmail").stdout
    assert "legacy-cgi 0.4.2 needs ocaml < 5.0" in told
    assert "you asked for ocaml = 5.3.0" in told
    wrong = opamplan_command("solve", "dune", "--constraint", "no-such-name < 3")
    assert wrong.returncode == 2


def test_solve_of_all_versions(opamplan_command: Run) -> None:
    rows = objects(opamplan_command("solve", "--all-versions", "--json").stdout)
    assert [r["target"] for r in rows if r["package"] == "cmdlet"] == [
        "cmdlet.1.1.1",
        "cmdlet.1.3.0",
    ]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ([], "cmdlet.1.3.0"),
        (["--prefer-oldest"], "cmdlet.1.1.1"),
        (["--constraint", "cmdlet < 1.3"], "cmdlet.1.1.1"),
        (["--constraint", "dune = 3.19.0"], "dune.3.19.0"),
        (["--with-test"], "gherkin.1.1.0"),
        (["--ocaml", "5.2.1"], "ocaml-base-compiler.5.2.1"),
    ],
)
def test_options_of_solve(opamplan_command: Run, option: list[str], expected: str) -> None:
    done = opamplan_command("solve", "http-serve", "--json", *option)
    assert done.returncode == 0, done.stderr
    assert expected in objects(done.stdout)[0]["selected"]


def test_threads_change_nothing(opamplan_command: Run) -> None:
    printed = {opamplan_command("solve", "--json", "--threads", n).stdout for n in ("1", "2", "4")}
    assert len(printed) == 1


def test_why_of_what_cannot_be_installed(opamplan_command: Run) -> None:
    text = opamplan_command("why", "webmail")
    assert text.returncode == 1
    assert "packages/legacy-cgi/legacy-cgi.0.4.2/opam:10:3" in text.stdout
    facts = json.loads(opamplan_command("why", "webmail", "--json").stdout)
    assert facts["cause"] == "legacy-cgi needs another ocaml"
    assert [f["package"] for f in facts["facts"]] == ["webmail.1.0.0", "legacy-cgi.0.4.2"]


def test_why_of_what_is_selected_and_what_is_not(opamplan_command: Run) -> None:
    path = opamplan_command("why", "http-serve", "dune", "--json")
    assert path.returncode == 0
    assert json.loads(path.stdout)["path"] == ["http-serve.2.1.0", "dune.3.20.2"]
    newer = opamplan_command("why", "http-serve", "dune.3.21.0~alpha1")
    assert newer.returncode == 1
    assert "dune-configurator 3.20.2 needs dune = 3.20.2" in newer.stdout
    assert "has a solution of" in opamplan_command("why", "http-serve").stdout
    assert "is not part of" in opamplan_command("why", "dune", "webmail").stdout


def test_blockers(opamplan_command: Run) -> None:
    done = opamplan_command("blockers", "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["no_solution"] == 5
    assert sum(len(g["targets"]) for g in report["groups"]) == 5
    assert report["blockers"][0]["name"] == "legacy-cgi"
    assert report["blockers"][0]["unlocked"] == 2
    text = opamplan_command("blockers", "--most", "1").stdout
    assert "legacy-cgi" in text
    assert "ocaml-base-compiler" not in text
    old = json.loads(opamplan_command("blockers", "--ocaml", "4.14.2", "--json").stdout)
    assert "legacy-cgi" not in {b["name"] for b in old["blockers"]}


def test_what_was_left_out_of_a_repository_is_said_once(
    embedded: pathlib.Path, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    copy = tmp_path / "repository"
    shutil.copytree(embedded, copy)
    [csexp] = (copy / "packages").glob("csexp/csexp.1.5.2")
    (csexp / "opam").write_text("depends: [")
    for command in ("solve", "deps"):
        done = opamplan_command(command, "heron", "--repository", str(copy))
        assert done.returncode == 1
        assert done.stderr.count("1 file was left out") == 1, done.stderr


def test_fields_that_could_not_be_read_are_told_by_solve_and_why(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    for name, depends in (("a", "[3]"), ("b", '["a"]')):
        opam = tmp_path / f"packages/{name}/{name}.1/opam"
        opam.parent.mkdir(parents=True)
        opam.write_text(f'opam-version: "2.0"\ndepends: {depends}\n')
    options = ["--no-ocaml", "--repository", str(tmp_path)]
    said = "opamplan: packages/a/a.1/opam:2:11: error: depends: "
    for command in (["solve", "b"], ["why", "b"], ["why", "b", "a"]):
        done = opamplan_command(*command, *options)
        assert done.returncode == 0 and done.stderr.startswith(said)
        assert done.stderr.count("\n") == 1
    for command in ("solve", "why"):
        done = opamplan_command(command, "b", "--json", *options)
        [row] = json.loads(done.stdout)["unread"]
        assert (row["path"], row["line"], row["field"]) == ("packages/a/a.1/opam", 2, "depends")
        done = opamplan_command(command, "dune", "--json")
        assert "unread" not in json.loads(done.stdout)
