"""Edits of opam files that repair: what is meant changes, every other byte stays."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

import opamplan
from opamplan.runs.blame import Repair, edits

HEAD = 'opam-version: "2.0" # kept\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('depends: ["lib"]', 'depends: ["lib" {< "2"}]'),
        ('depends: "lib"', 'depends: "lib" {< "2"}'),
        ('depends: ["lib" {}]', 'depends: ["lib" {< "2"}]'),
        (
            'depends: [\n  "a"  # é\n  "lib" {>= "1"}\n]',
            'depends: [\n  "a"  # é\n  "lib" {>= "1" & < "2"}\n]',
        ),
        ('depends: ["lib" {with-test}]', 'depends: ["lib" {with-test & < "2"}]'),
        ('depends: ["lib" {>= "1" | = "0"}]', 'depends: ["lib" {(>= "1" | = "0") & < "2"}]'),
        ('depends: ["lib" {>= "1" & < "3"}]', 'depends: ["lib" {>= "1" & < "2"}]'),
        ('depends: ["lib" {<= "2.1" & build}]', 'depends: ["lib" {< "2" & build}]'),
        ('depends: ["lib" {!= "1.5"}]', 'depends: ["lib" {!= "1.5" & < "2"}]'),
        ('depends: [("lib" | "other" {< "3"})]', 'depends: [("lib" {< "2"} | "other" {< "3"})]'),
        (
            'depends: ["lib" & "a"]\ndepopts: ["lib"]',
            'depends: ["lib" {< "2"} & "a"]\ndepopts: ["lib" {< "2"}]',
        ),
        # Not among its dependencies.
        ('depends: ["lib-unix" "a"]', 'depends: ["lib-unix" "a"]\nconflicts: ["lib" {>= "2"}]'),
        ('conflicts: ["z"]', 'conflicts: ["z" "lib" {>= "2"}]'),
    ],
)
def test_a_bound_is_put_where_a_person_would(before: str, after: str) -> None:
    text = edits.with_upper_bound(f"{HEAD}{before}\n# end\n", "lib", "2")
    assert text == f"{HEAD}{after}\n# end\n"
    opamplan.parse(text)


def test_a_bound_that_is_there_already_is_a_conflict() -> None:
    # It did not keep the version out: some other dependency brings it.
    text = edits.with_upper_bound(
        'opam-version: "2.0"\ndepends: ["lib" {< "1"} | "b"]\n', "lib", "2"
    )
    assert text.endswith('conflicts: ["lib" {>= "2"}]\n')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('depends: [\n  "a"\n]', 'depends: [\n  "a"\n  "lib"\n]'),
        ('depends: "a"', 'depends: ["a" "lib"]'),
        ("build: []", 'build: []\ndepends: ["lib"]'),
    ],
)
def test_a_dependency_is_added_at_the_end(before: str, after: str) -> None:
    assert edits.with_dependency(f"{HEAD}{before}\n", "lib") == f"{HEAD}{after}\n"


def test_what_nobody_can_install_is_unavailable() -> None:
    assert edits.unavailable(HEAD) == f"{HEAD}available: false\n"
    text = edits.unavailable(f'{HEAD}available: [os = "linux"]\nbuild: []\n')
    assert text == f"{HEAD}available: false\nbuild: []\n"


@pytest.mark.parametrize("end", ["\n", "", "\r\n", " # \u2028\x0c\n"])
def test_the_patch_of_a_repair_is_one_that_git_applies(tmp_path: pathlib.Path, end: str) -> None:
    before = f'opam-version: "2.0"\ndepends: ["lib"]{end}'
    path = "packages/a/a.1/opam"
    repair = Repair("bound", "a.1", "", path, before, edits.with_upper_bound(before, "lib", "2"))
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(before.encode())
    subprocess.run(["git", "apply"], input=repair.diff.encode(), check=True, cwd=tmp_path)
    assert (tmp_path / path).read_bytes() == repair.after.encode()
