"""Small repositories that went wrong once (folder `cases` of the shared data)."""

from __future__ import annotations

import pathlib

import pytest

import opamplan


@pytest.fixture
def cases(shared: pathlib.Path) -> pathlib.Path:
    folder = shared / "cases"
    if not folder.is_dir():
        pytest.skip(f"no cases in {shared}")
    return folder


def universe(folder: pathlib.Path, **options: object) -> opamplan.Universe:
    return opamplan.Universe(
        opamplan.Repository.open(folder, cache=False),
        opamplan.Environment.preset("debian-12"),
        **options,
    )


def test_every_target_of_the_repository_that_crashed_has_one_answer(cases: pathlib.Path) -> None:
    u = universe(cases / "solver-crash", ocaml="4.02.3")
    kept = u.solve_all(u.available(), threads=1)
    assert sum(map(bool, kept)) == 20
    for result in kept:
        alone = u.solve(str(result.target))
        assert (alone.status, list(alone) if alone else []) == (
            result.status,
            list(result) if result else [],
        )
        if result:
            assert result.broken_rules() == []
