"""Every public class is a value, a handle or a thing of its own, and compares as such."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import opamplan
import opamplan._core
from opamplan.data import repository_path

CONFLICT = {
    "a.1": 'opam-version: "2.0"\ndepends: ["b" {= "2"} "lib"]\n',
    "b.1": 'opam-version: "2.0"\n',
    "c.1": 'opam-version: "2.0"\ndepends: ["lib" {= "1"}]\n',
    "d.1": 'opam-version: "2.0"\ndepends: ["lib"]\n',
    "lib.1": 'opam-version: "2.0"\n',
    "lib.2": 'opam-version: "2.0"\n',
    "broken.1": "opam-version: [",
}
OTHER = {
    **CONFLICT,
    "a.1": 'opam-version: "2.0"\ndepends: ["lib" {= "3"}]\n',
    "broken.1": "opam-version: (",
}


class World:
    """The same objects, made anew each time; `other` ones are of another repository."""

    def __init__(self, other: bool = False) -> None:
        environment = opamplan.Environment.preset("debian-13")
        self.small = opamplan.Repository.from_files(OTHER if other else CONFLICT)
        self.clash = opamplan.Universe(self.small, environment)
        self.blockers = self.clash.blockers()
        self.repository = opamplan.Repository.open(repository_path(), cache=False)
        self.universe = opamplan.Universe(
            self.repository, environment, ocaml="5.2.1" if other else "5.3.0"
        )
        self.results = self.universe.solve_all(["csexp"] if other else ["csexp", "conf-libssl"])
        self.plan = opamplan.make_plan(self.results)
        touched = "d.1" if other else "lib.2"
        changed = {**OTHER, touched: OTHER[touched] + 'build: ["y"]\n'}
        self.difference = opamplan.compare_plans(plan_of(OTHER), plan_of(changed))
        self.dockerfile = opamplan.inspect_dockerfile(
            "FROM scratch\n" + "RUN x\n" * (2 if other else 3), "f", opamplan.Limits(depth=1)
        )
        self.file = opamplan.parse('a: "1"' if other else 'a: "2"')
        extra: dict[str, str | bytes] = {
            "packages/p/p.1/opam": 'opam-version: "2.0"\n',
            "packages/p/p.1/files/f": b"x" if other else b"y",
        }
        self.extra = opamplan.Repository.from_files(extra)
        self.other = other


def plan_of(files: dict[str, str]) -> opamplan.Plan:
    repository = opamplan.Repository.from_files(files)
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    return opamplan.make_plan(universe.solve_all(["d"]))


def formula_of(world: World) -> Any:
    text = 'depends: ["a" "b"]' if world.other else 'depends: ["a"]'
    return opamplan.evaluate_file(text, "x", "1", world.universe.environment)["depends"]


def bake_of(world: World) -> opamplan.BakeMeasure:
    text = 'target "a b" {}' if world.other else 'target "a" {}'
    return opamplan.inspect_bake(text, "f", opamplan.Limits())


# What equal inputs give is equal, and unequal if what can be read differs.
VALUES: dict[str, Callable[[World], Any]] = {
    "Alignment": lambda w: opamplan.align(w.results),
    "BakeMeasure": bake_of,
    "Blocker": lambda w: w.blockers.blockers[0],
    "BlockerGroup": lambda w: w.blockers.groups[0],
    "BlockerReport": lambda w: w.blockers,
    "Diagnostic": lambda w: w.small.diagnostics[0],
    "DockerfileMeasure": lambda w: w.dockerfile,
    "EmitOptions": lambda w: opamplan.EmitOptions(registry="other" if w.other else "r"),
    "Environment": lambda w: opamplan.Environment.preset("debian-12" if w.other else "debian-13"),
    "Explanation": lambda w: w.clash.explain("a"),
    "ExtraFile": lambda w: w.extra.package("p.1").files[0],
    "Fact": lambda w: w.clash.explain("a").facts[0],
    "File": lambda w: w.file,
    "Forecast": lambda w: opamplan.forecast(w.plan),
    "Item": lambda w: w.file.items[0],
    "Limits": lambda w: opamplan.Limits("docker" if w.other else "buildkit"),
    "PackageFormula": formula_of,
    "Plan": lambda w: w.plan,
    "PlanBatch": lambda w: w.plan.batches[0],
    "PlanCause": lambda w: w.difference.causes[0],
    "PlanDifference": lambda w: w.difference if w.other else opamplan.compare_plans(w.plan, w.plan),
    "PlanFinding": lambda w: w.dockerfile.findings[0],
    "PlanStep": lambda w: w.plan[len(w.plan) - 1],
    "RebuiltTarget": lambda w: w.difference.rebuilt_targets[0],
    "Solution": lambda w: w.results[-1],
    "SourceInfo": lambda w: (w.extra if w.other else w.repository).sources[0],
    "Value": lambda w: w.file["a"],
    "Version": lambda w: w.results[0]["ocaml"],
}
# Equal if the same part of the same loaded repository.
HANDLES: dict[str, Callable[[World], Any]] = {
    "Package": lambda w: w.repository.package("csexp.1.5.2"),
    "PackageVersions": lambda w: w.repository["csexp"],
    "Repository": lambda w: w.universe.repository,
}
# Frozen data classes of Python, which compare by their fields.
RECORDS = {"Effect", "Loss", "PackageChange"}
# Equal to itself alone.
IDENTITIES = {"ReverseDependencies", "Universe"}
# Objects of these change, so they have no hash.
CHANGING = {"EmitOptions", "Environment", "File", "Item", "Value"}


@pytest.fixture(scope="module")
def worlds() -> tuple[World, World, World]:
    return World(), World(), World(other=True)


def public_classes() -> set[str]:
    modules = (opamplan, opamplan._core)
    found = {name for m in modules for name in vars(m) if inspect.isclass(getattr(m, name))}
    return {n for n in found if not issubclass(getattr(opamplan, n, object), Exception)}


def test_every_public_class_is_listed_as_one_kind() -> None:
    kinds = [*VALUES, *HANDLES, *RECORDS, *IDENTITIES]
    assert sorted(kinds) == sorted(public_classes())


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_records_compare_by_their_fields(name: str) -> None:
    kind = getattr(opamplan, name)
    made = [kind(*(f"{f.name}{n}" for f in dataclasses.fields(kind))) for n in (1, 1, 2)]
    assert made[0] == made[1] != made[2]
    assert len(set(made)) == 2


@pytest.mark.parametrize("name", VALUES)
def test_equal_values_are_equal_and_others_are_not(
    name: str, worlds: tuple[World, World, World]
) -> None:
    one, same, other = (VALUES[name](world) for world in worlds)
    assert type(one).__name__ == name
    assert one is not same
    assert one == same
    assert one != other
    assert one != "text"
    if name in CHANGING:
        with pytest.raises(TypeError, match="unhashable"):
            hash(one)
    else:
        assert hash(one) == hash(same)
        assert len({one, same, other}) == 2


@pytest.mark.parametrize("name", HANDLES)
def test_handles_are_equal_within_one_repository(
    name: str, worlds: tuple[World, World, World]
) -> None:
    make = HANDLES[name]
    one, again, elsewhere = make(worlds[0]), make(worlds[0]), make(worlds[1])
    assert one == again
    assert hash(one) == hash(again)
    assert one != elsewhere
    assert len({one, again, elsewhere}) == 2


def test_other_classes_are_equal_to_themselves_alone(worlds: tuple[World, World, World]) -> None:
    for name in IDENTITIES:
        assert getattr(opamplan, name).__eq__ is object.__eq__, name
        assert getattr(opamplan, name).__hash__ is object.__hash__, name


RUN_VALUES = {"LayerResult", "Run", "RunComparison", "RunOptions", "SolveOutcome"}
RUN_IDENTITIES = {"Buildctl", "Builder", "Buildx", "Runner", "State"}


def test_classes_of_runs_are_data_or_things_that_act() -> None:
    from opamplan import runs

    classes = {name for name in runs.__all__ if inspect.isclass(getattr(runs, name))}
    assert classes == RUN_VALUES | RUN_IDENTITIES
    for name in classes:
        assert dataclasses.is_dataclass(getattr(runs, name)) == (name in RUN_VALUES), name


def test_steps_tell_what_two_plans_share(worlds: tuple[World, World, World]) -> None:
    graft = worlds[0].plan
    assert list(graft) == list(worlds[1].plan)
    assert set(graft) & set(worlds[1].plan) == set(graft)
    assert graft.batches == worlds[1].plan.batches
