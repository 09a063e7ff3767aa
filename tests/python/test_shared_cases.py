"""The commands on the small inputs of the shared data (folder `cases`), each with its answer.

Solver, pins, files beside opam files, and packages that attack a run have tests of their own.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess

import pytest
from conftest import Run

ROWS: list[tuple[str, list[str], int, list[str]]] = [
    (
        "opam-version",
        ["check"],
        1,
        [
            "none/none.1/opam: error: opam-version: absent",
            "v12/v12.1/opam:1:15: error: opam-version: format 1.2",
            "v30/v30.1/opam:1:15: error: opam-version: format 3.0",
        ],
    ),
    (
        "malformed-fields",
        ["check"],
        1,
        [
            "badav.1/opam:2:12: error: available: expected a single filter",
            "baddep.1/opam:2:15: error: depends: expected a package; the field is left out",
            'badname.1/opam:2:15: error: depends: "b.1" is not a package name',
            'badver.1/opam:2:19: error: depends: "1 2" is not a version',
        ],
    ),
    ("malformed-fields", ["solve", "--no-ocaml"], 0, ["7 solution"]),
    (
        "repeated-fields",
        ["check"],
        1,
        ["solo5.1/opam:4:1: error: available: this field is repeated; the first one counts"],
    ),
    ("repeated-fields", ["show", "dupdep"], 0, ["avoid-version", '"solo5"', "depexts         x"]),
    ("repeated-fields", ["solve", "dupdep", "--no-ocaml"], 0, ["  solo5.1"]),
    ("cycles", ["order", "x", "--no-ocaml"], 1, ["cyclic, which opam refuses: x.1 -> y.1 -> x.1"]),
    ("cycles", ["plan", "x", "--no-ocaml"], 1, ["x.1 is left out: its dependencies are cyclic"]),
    ("cycles", ["plan", "bb", "--no-ocaml"], 1, ["bb.1 is left out: its dependencies are cyclic"]),
    ("cycles", ["plan", "a", "pp", "--no-ocaml"], 0, ["2 of them post groups"]),
    ("reading/plan-built-twice/repo", ["plan", "--no-ocaml"], 0, ["left out: n0.1: its dep"]),
]


def case(shared: pathlib.Path, name: str) -> pathlib.Path:
    folder = shared / "cases" / name
    if not folder.exists():
        pytest.skip(f"there is no {folder}")
    return folder


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {' '.join(row[1])}")
def test_a_command_on_a_repository_of_the_cases(
    row: tuple[str, list[str], int, list[str]], shared: pathlib.Path, opamplan_command: Run
) -> None:
    name, words, status, said = row
    done = opamplan_command(*words, "--repository", str(case(shared, name)))
    assert done.returncode == status, done.stderr
    for text in said:
        assert text in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("compare-target-key", ["diff", "before.json", "after.json"]),
        ("llb-empty-batch", ["doctor", "--plan", "plan.json"]),
        ("llb-missing-step", ["emit", "--plan", "plan.json", "--format", "llb", "-o", "out"]),
        ("sizes-hang", ["plan", "--sizes", "sizes.json", "--limit", "depth=3"]),
        ("pin-broken-silent", ["solve", "--pin", "dune.opam", "dune"]),
        ("pin-broken-silent", ["solve", "--pin", "/dev/null", "dune"]),
    ],
)
def test_an_input_that_makes_no_sense_is_one_line_and_status_2(
    name: str,
    words: list[str],
    shared: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    folder = tmp_path / name
    shutil.copytree(case(shared, f"reading/{name}"), folder)
    paths = [str(folder / w) if (folder / w).exists() or w == "out" else w for w in words]
    done = opamplan_command(*paths)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("git-truncated-object", ["--repository", ".", "--rev", "HEAD"], "absent or broken"),
        ("git-tree-bomb", ["--repository", ".", "--rev", "x"], "folders"),
        ("symlink-quadratic", ["--repository", "r"], ""),
    ],
)
def test_an_input_that_is_too_much_ends(
    name: str,
    words: list[str],
    said: str,
    shared: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    """The scripts make it; they call a command that is not there, so nothing else happens."""
    folder = tmp_path / name
    shutil.copytree(case(shared, f"reading/{name}"), folder)
    subprocess.run(
        ["bash", str(folder / "run")],
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        timeout=300,
    )
    within = folder / "r"
    done = opamplan_command("check", *[str(within) if w in (".", "r") else w for w in words])
    assert done.returncode in (0, 1, 2)
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_commands_say_how_many_files_they_could_not_read(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    for name, text in (("a", 'opam-version: "2.0"\n'), ("b", "depends: [\n"), ("c", "}")):
        place = tmp_path / f"packages/{name}/{name}.1"
        place.mkdir(parents=True)
        (place / "opam").write_text(text)
    said = "opamplan: 2 files were left out: `opamplan check` says why\n"
    for words in (["list"], ["solve", "--no-ocaml"], ["show", "a"]):
        done = opamplan_command(*words, "--repository", str(tmp_path))
        assert (done.returncode, done.stderr) == (0, said), words
    checked = opamplan_command("check", "--repository", str(tmp_path))
    assert checked.returncode == 1
    assert "left out: `opamplan" not in checked.stderr
