"""Small repositories that went wrong once (folder `cases` of the shared data)."""

from __future__ import annotations

import json
import pathlib
import signal
import threading

import pytest
from conftest import Run

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
    assert sum(map(bool, kept)) == 32
    for result in kept:
        alone = u.solve(str(result.target))
        assert (alone.status, list(alone) if alone else []) == (
            result.status,
            list(result) if result else [],
        )
        if result:
            assert result.broken_rules() == []


def test_avoid_version_follows_opam_or_the_batch_tool(
    cases: pathlib.Path, opamplan_command: Run
) -> None:
    folder = cases / "avoid-version"
    by_opam = universe(folder, avoid_version="opam")
    assert list(by_opam.solve("needs")) == ["needs.1", "only.1"]
    assert list(by_opam.solve("exact")) == ["exact.1", "only.1"]
    for constraints in ([], ["only = 1"]):
        by_batch = universe(folder, constraints=constraints)
        assert by_batch.solve("needs").status == "no_solution"
        assert by_batch.explain("needs").sentences == [
            "needs 1 needs only",
            "every available version of only has the flag avoid-version",
        ]
    with pytest.raises(opamplan.InvalidRequest, match='"batch" or "opam"'):
        universe(folder, avoid_version="never")

    solve = ("solve", "--repository", str(folder), "--no-repository-cache")
    assert opamplan_command(*solve, "needs").returncode == 0
    assert opamplan_command(*solve, "needs", "--avoid-version", "batch").returncode == 1
    assert "3 no_solution" in opamplan_command(*solve).stdout


def write(folder: pathlib.Path, packages: dict[str, str]) -> pathlib.Path:
    (folder / "repo").write_text('opam-version: "2.0"\n')
    for package, fields in packages.items():
        place = folder / "packages" / package.partition(".")[0] / package
        place.mkdir(parents=True)
        (place / "opam").write_text(f'opam-version: "2.0"\n{fields}\n')
    return folder


def test_a_version_of_ocaml_that_is_not_there_is_one_error(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    folder = write(tmp_path, {"ocaml.5.4.0": "", "ocaml.5.4.1": "", "ocaml.5.3.0": "", "a.1": ""})
    with pytest.raises(opamplan.UnknownPackage, match=r"it has 5\.4\.1, 5\.4\.0$") as error:
        universe(folder, ocaml="5.4")
    assert error.value.suggestions == ["ocaml.5.4.1", "ocaml.5.4.0"]
    for command in (["solve"], ["solve", "a"], ["plan"]):
        done = opamplan_command(*command, "--repository", str(folder), "--ocaml", "5.4")
        assert done.returncode == 2
        assert 'ocaml has no version "5.4"; it has 5.4.1, 5.4.0' in done.stderr
        assert done.stdout == ""


def test_required_packages_are_part_of_every_solution(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    core = 'conflict-class: "ocaml-core-compiler"'
    folder = write(
        tmp_path,
        {
            "ocaml.5.3.0": 'depends: ["ocaml-base-compiler" {= "5.3.0"} | '
            '"ocaml-variants" {>= "5.3.0"}]',
            "ocaml-base-compiler.5.3.0": core,
            "ocaml-variants.5.3.0+options": core + "\nflags: avoid-version",
            "a.1": 'depends: ["ocaml"]',
        },
    )
    solve = ("solve", "--repository", str(folder), "--no-repository-cache", "--json")
    usual = opamplan_command(*solve, "a")
    assert '"ocaml-base-compiler.5.3.0"' in usual.stdout
    wanted = ("--require", "ocaml-variants = 5.3.0+options")
    for targets in ([], ["a"]):
        required = opamplan_command(*solve, *targets, *wanted)
        row = next(r for r in map(json.loads, required.stdout.splitlines()) if r["package"] == "a")
        assert row["selected"] == ["a.1", "ocaml-variants.5.3.0+options", "ocaml.5.3.0"]
    unknown = opamplan_command(*solve, "a", "--require", "ocaml-variant")
    assert unknown.returncode == 2
    assert "did you mean ocaml-variants" in unknown.stderr


@pytest.fixture
def pigeons(tmp_path: pathlib.Path) -> opamplan.Universe:
    """Twelve pigeons in eleven holes: no search ends in this century."""
    packages = {"all.1": f"depends: [{' '.join(f'{chr(34)}p{i}{chr(34)}' for i in range(12))}]"}
    for pigeon in range(12):
        for hole in range(1, 12):
            others = " ".join(f'"p{other}" {{= "{hole}"}}' for other in range(pigeon))
            packages[f"p{pigeon}.{hole}"] = f"conflicts: [{others}]"
    return universe(write(tmp_path, packages), conflict_limit=10**12)


@pytest.mark.parametrize("work", ["solve", "explain", "solve_all", "blockers"])
def test_ctrl_c_ends_a_search(pigeons: opamplan.Universe, work: str) -> None:
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            if work in ("solve", "explain"):
                getattr(pigeons, work)("all")
            else:
                getattr(pigeons, work)(["all.1", "all.1"], threads=2)
    finally:
        timer.cancel()
    assert list(pigeons.solve("p0")) == ["p0.11"]


def test_a_request_is_given_up_after_its_time_or_its_conflicts(
    pigeons: opamplan.Universe, opamplan_command: Run
) -> None:
    for limit in ({"time_limit": 0.05, "conflict_limit": 10**12}, {"conflict_limit": 100}):
        hard = opamplan.Universe(pigeons.repository, pigeons.environment, **limit)
        assert hard.solve("all").status == "gave_up"
        with pytest.raises(opamplan.InvalidRequest, match="raise the conflict limit"):
            hard.explain("all")
    for wrong in (-1.0, float("nan")):
        with pytest.raises(opamplan.InvalidRequest, match="time_limit"):
            opamplan.Universe(pigeons.repository, pigeons.environment, time_limit=wrong)
