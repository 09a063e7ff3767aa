"""Every public class is a value, a handle or a thing of its own, and compares as such."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
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
    "PlanMatrix": lambda w: opamplan.PlanMatrix({"debian-13": w.plan}),
    "PlanStep": lambda w: w.plan[len(w.plan) - 1],
    "PlanSteps": lambda w: w.plan.steps,
    "RebuiltTarget": lambda w: w.difference.rebuilt_targets[0],
    "SeriesChange": lambda w: opamplan.Series().add(w.universe),
    "SolveResult": lambda w: w.results[-1],
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
RECORDS = {"Combination", "Effect", "LeftOut", "Loss", "PackageChange", "PlannedCommit"}
# Equal to itself alone.
IDENTITIES = {"ReverseDependencies", "Universe"}
# The same, and they change, so that they are not their own copies.
GROWING = {"Series"}
REFUSED = (("pickle", pickle.dumps), ("copy", copy.copy), ("copy", copy.deepcopy))
# Objects of these change, so they have no hash.
CHANGING = {"EmitOptions", "Environment", "File", "Item", "Value"}


@pytest.fixture(scope="module")
def worlds() -> tuple[World, World, World]:
    return World(), World(), World(other=True)


def public_classes() -> set[str]:
    modules = (opamplan, *filter(inspect.ismodule, vars(opamplan._core).values()))
    found = {name for m in modules for name in dir(m) if inspect.isclass(getattr(m, name))}
    return {n for n in found if not issubclass(getattr(opamplan, n, object), Exception)}


def test_every_public_class_is_listed_as_one_kind() -> None:
    kinds = [*VALUES, *HANDLES, *RECORDS, *IDENTITIES, *GROWING]
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


# Parts of a File, which change with it.
PARTS = {"Item", "Value"}


@pytest.mark.parametrize("name", sorted({*VALUES} - PARTS))
def test_values_survive_pickling_and_copying(name: str, worlds: tuple[World, World, World]) -> None:
    for world in (worlds[0], worlds[2]):
        value = VALUES[name](world)
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(value, protocol))
            assert type(again) is type(value)
            assert again == value
            assert (repr(again), str(again)) == (repr(value), str(value))
        for same in (copy.copy(value), copy.deepcopy(value), copy.deepcopy([value])[0]):
            assert same == value
        if name not in CHANGING:
            assert hash(again) == hash(value)
        if hasattr(value, "to_dict"):
            assert again.to_dict() == value.to_dict()


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_of_a_file_says_to_copy_the_file(
    name: str, worlds: tuple[World, World, World]
) -> None:
    for verb, take in REFUSED:
        with pytest.raises(TypeError, match=f"^cannot {verb} a {name}: it is a part of its File"):
            take(VALUES[name](worlds[0]))


def test_what_grows_is_neither_copied_nor_pickled() -> None:
    for verb, act in REFUSED:
        with pytest.raises(TypeError, match=f"^cannot {verb} a Series: make it again"):
            act(opamplan.Series())


@pytest.mark.parametrize("name", sorted({*HANDLES, *IDENTITIES}))
def test_what_is_not_pickled_says_what_to_do_and_is_its_own_copy(
    name: str, worlds: tuple[World, World, World]
) -> None:
    made: dict[str, Callable[[World], Any]] = {
        **HANDLES,
        "ReverseDependencies": lambda w: opamplan.ReverseDependencies(w.results),
        "Universe": lambda w: w.universe,
    }
    thing = made[name](worlds[0])
    with pytest.raises(TypeError, match=f"^cannot pickle a {name}: .*(make it|open it|its name)"):
        pickle.dumps(thing)
    assert copy.copy(thing) is copy.deepcopy(thing) is thing


def test_a_solution_from_another_process_has_all_but_its_universe(
    worlds: tuple[World, World, World],
) -> None:
    result = worlds[0].results[-1]
    again = pickle.loads(pickle.dumps(result))
    assert len(pickle.dumps(result)) < 2000
    for name in ("packages", "dependencies", "post_dependencies", "cycle", "depexts", "package"):
        assert getattr(again, name) == getattr(result, name), name
    assert again.to_json() == result.to_json()
    assert again._repr_html_() == result._repr_html_()
    assert again.why("ocaml") == result.why("ocaml")
    assert again["ocaml"] == result["ocaml"]
    assert ("ocaml" in again, "zzz" in again) == (True, False)
    assert opamplan.install_order(again) == opamplan.install_order(result)
    asks: list[Callable[[], Any]] = [
        lambda: again.why_not("csexp"),
        lambda: again.why_facts("ocaml"),
        lambda: again.broken_rules(),
        lambda: opamplan.make_plan([again]),
        lambda: opamplan.align([again]),
        lambda: opamplan.ReverseDependencies([again]),
    ]
    for ask in asks:
        with pytest.raises(opamplan.InvalidRequest, match=r"was pickled.*: solve it again"):
            ask()
    with pytest.raises(opamplan.InvalidRequest, match="must come from one universe"):
        opamplan.make_plan([result, again])


def test_failures_are_pickled_as_they_are(worlds: tuple[World, World, World]) -> None:
    gone = worlds[0].clash.solve("a")
    again = pickle.loads(pickle.dumps(gone))
    assert (again == gone, bool(again), again.status) == (True, False, "no_solution")
    with pytest.raises(opamplan.InvalidRequest, match="was pickled"):
        again.explanation  # noqa: B018
    told = pickle.loads(pickle.dumps(gone.explanation))
    assert told._repr_html_() == gone.explanation._repr_html_()


def solved_elsewhere(target: str) -> opamplan.SolveResult:
    universe = opamplan.Universe(
        opamplan.Repository.open(repository_path(), cache=False),
        opamplan.Environment.preset("debian-13"),
        ocaml="5.3.0",
    )
    return universe.solve(target)


def test_results_come_back_from_worker_processes(worlds: tuple[World, World, World]) -> None:
    targets = ["csexp", "conf-libssl", "webmail", "ocaml-system"]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(solved_elsewhere, targets))
    assert found == [worlds[0].universe.solve(target) for target in targets]


@pytest.mark.parametrize(
    "kind", ["SolveResult", "Explanation", "Fact", "PlanStep", "PackageFormula"]
)
def test_a_state_that_was_made_up_is_refused(kind: str, worlds: tuple[World, World, World]) -> None:
    value = VALUES[kind](worlds[0])
    state = value.__getstate__()
    for place in range(len(state)):
        for wrong in ([[7]], "no name", 2**31, [("k", [], True)], None, ()):
            made = type(value).__new__(type(value))
            changed = (*state[:place], wrong, *state[place + 1 :])
            try:
                made.__setstate__(changed)
            except (TypeError, ValueError, opamplan.Error):
                continue
            repr(made), str(made), hash(made), made == value


def test_other_classes_are_equal_to_themselves_alone(worlds: tuple[World, World, World]) -> None:
    for name in (*IDENTITIES, *GROWING):
        assert getattr(opamplan, name).__eq__ is object.__eq__, name
        assert getattr(opamplan, name).__hash__ is object.__hash__, name


RUN_VALUES = {
    *("LayerResult", "LogError", "PackageResult", "Run", "RunDifference", "RunOptions"),
    *("Blame", "ClosureChange", "FailureGroup", "History", "Repair", "SolveOutcome", "Trial"),
    *("MatrixFailure", "MatrixPart", "MatrixVerdict"),
}
RUN_IDENTITIES = {"Buildctl", "Builder", "Buildx", "MatrixRunner", "Runner", "State"}


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
