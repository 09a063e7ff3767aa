from __future__ import annotations

import json
import os
import pathlib
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> str:
    files = {
        "json.1": 'opam-version: "2.0"\nsynopsis: "old"\n',
        "json.2": 'opam-version: "2.0"\nsynopsis: "Reads\n JSON"\n'
        'depends: [ "a" {>= "1"} ("b" | "c") '
        '"d" & "e" ]\ndepexts: [["libx"] {os-family = "debian"}]\n',
        "json.3": 'opam-version: "2.0"\navailable: os = "win32"\n',
        "other.1": 'opam-version: "2.0"\navailable: false\n',
    }
    for name, text in files.items():
        file = tmp_path / "packages" / name.split(".")[0] / name / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return str(tmp_path)


@pytest.fixture
def run(opamplan_command: Run, tree: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("OPAMPLAN_CACHE", tree + "/cache")

    def with_tree(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return opamplan_command(command, "--repository", tree, *arguments)

    return with_tree


def test_list_gives_the_latest_available_versions(run: Run) -> None:
    done = run("list")
    assert done.stdout == "json.2  Reads JSON\n"
    assert done.returncode == 0
    assert done.stderr == ""


def test_list_can_give_all_versions_and_other_systems(run: Run) -> None:
    assert [line.split()[0] for line in run("list", "--all-versions").stdout.splitlines()] == [
        "json.2",
        "json.1",
    ]
    assert run("list", "--os", "win32").stdout == "json.3\n"
    assert run("list", "--unavailable").stdout == "other.1\n"
    assert run("list", "--unavailable", "--all-versions").stdout == "json.3\nother.1\n"


def test_list_searches_and_fails_when_nothing_matches(run: Run) -> None:
    assert run("list", "JS").stdout.startswith("json.2")
    done = run("list", "nothing", "like", "it")
    assert (done.stdout, done.returncode) == ("", 1)


def test_list_prints_json(run: Run) -> None:
    rows = json.loads(run("list", "--json").stdout)
    assert rows == [{"name": "json", "version": "2", "synopsis": "Reads\n JSON"}]


def test_show_says_what_a_person_wants_to_know(run: Run) -> None:
    out = run("show", "json").stdout
    assert out.startswith("json.2  Reads JSON\n")
    lines = [line.split(maxsplit=1) for line in out.splitlines()]
    assert ["versions", "3 2 1"] in lines
    assert ["depexts", "libx"] in lines
    assert '                ("b" | "c")\n                "d" & "e"\n' in out
    assert "not available" in run("show", "other").stdout
    assert run("show", "json.1").stdout.startswith("json.1  old\n")


def test_show_prints_the_file_and_json(run: Run, tree: str) -> None:
    text = (pathlib.Path(tree) / "packages/json/json.1/opam").read_text()
    assert run("show", "--raw", "json.1").stdout == text
    facts = json.loads(run("show", "--json", "json").stdout)
    assert facts["version"] == "2"
    assert facts["versions"] == ["1", "2", "3"]
    assert facts["available"] is True


def test_show_of_what_is_absent_says_what_there_is(run: Run) -> None:
    done = run("show", "jsn")
    assert done.returncode == 2
    assert "did you mean json?" in done.stderr
    assert "it has 1, 2, 3" in run("show", "json.9").stderr


def test_check_fails_for_errors_only(run: Run, tree: str) -> None:
    done = run("check")
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 errors, 0 warnings" in done.stderr
    file = pathlib.Path(tree) / "packages/json/json.1/opam"
    file.write_text('opam-version: "2.0"\nflags: zorro\n')
    assert run("check").returncode == 0
    assert run("check", "--strict").returncode == 1
    assert "json.1/opam:2:8: warning: flags: unknown flag" in run("check").stdout
    file.write_text('opam-version: "2.0"\nnonsense: 1\n')
    assert run("check").returncode == 1
    assert "json.1/opam:2:1: error: nonsense: unknown field" in run("check").stdout
    assert run("check", "--errors-only").stdout.splitlines() == [
        line for line in run("check").stdout.splitlines() if ": error:" in line
    ]
    file.write_text("depends: [")
    done = run("check")
    assert done.returncode == 1
    assert "packages/json/json.1/opam:1:11: error:" in done.stdout
    [row] = json.loads(run("check", "--errors-only", "--json").stdout)
    assert (row["level"], row["path"], row["line"]) == ("error", "packages/json/json.1/opam", 1)


def test_commands_take_pins(run: Run, tmp_path: pathlib.Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "json.opam").write_text('opam-version: "2.0"\nsynopsis: "mine"\n')
    assert run("list", "--pin", str(work)).stdout == "json.3  mine\n"
    assert run("list", "--pin", f"json.7={work}").stdout == "json.7  mine\n"
    assert run("list", "--pin", str(work / "absent")).returncode == 2


def test_what_is_no_repository_is_an_error(opamplan_command: Run, tmp_path: pathlib.Path) -> None:
    done = opamplan_command("list", "--repository", str(tmp_path / "absent"))
    assert done.returncode == 2
    assert "no such file" in done.stderr


def test_a_person_is_told_when_the_embedded_repository_is_used(tmp_path: pathlib.Path) -> None:
    def told(*words: str) -> str:
        reader, writer = pty.openpty()
        command = [sys.executable, "-m", "opamplan", *words]
        done = subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, stderr=writer, cwd=tmp_path
        )
        os.write(writer, b".")  # so that there is something to read
        os.close(writer)
        assert done.returncode == 0
        text = os.read(reader, 10_000).decode()
        os.close(reader)
        return text

    said = "opamplan: using the small one inside opamplan, of examples; --repository names"
    assert told("diff", "ocaml=5.3.0", "ocaml=5.2.1").count(said) == 1
    assert told("list", "-q") == "."


def test_the_working_folder_is_the_repository_if_it_is_one(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    place = tmp_path / "packages/mine/mine.1"
    place.mkdir(parents=True)
    (place / "opam").write_text('opam-version: "2.0"\n')
    done = opamplan_command("list", cwd=tmp_path)
    assert (done.stdout, done.stderr) == (
        "mine.1\n",
        "opamplan: using the repository in this folder\n",
    )
    assert opamplan_command("list", "-q", cwd=tmp_path).stderr == ""
    assert "small one" not in opamplan_command("show", "dune", cwd=tmp_path).stderr
    (place / "opam").unlink()
    assert "dune" in opamplan_command("list", cwd=tmp_path).stdout
