"""No argument of any bound function crashes: None, wrong types, wild numbers, unmade objects.

The walk runs in a process of its own, so that a crash is seen, with the call that made it.
"""

from __future__ import annotations

import inspect
import math
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import opamplan
from opamplan import _core
from opamplan.data import repository_path

HARMLESS = (
    opamplan.Error,
    TypeError,
    ValueError,
    LookupError,
    OverflowError,
    AttributeError,
    OSError,
)


class Foreign:
    """A class that the module knows nothing of."""


def members() -> list[tuple[str, Any]]:
    """What the rooms of the module have, by name."""
    rooms = [_core, *filter(inspect.ismodule, vars(_core).values())]
    return sorted((i for room in rooms for i in vars(room).items()), key=lambda item: item[0])


def classes() -> list[type]:
    """Every class of the module, by name."""
    return [value for _, value in members() if inspect.isclass(value)]


def unmade(cls: type) -> Any:
    """An object without a value."""
    return cls.__new__(cls)


def bad_values() -> list[Any]:
    """What no function should be given."""
    wrong: list[Any] = [None, Foreign(), Foreign, object(), [None], [[None]], {None: None}]
    wild: list[Any] = [-1, 2**31, 2**32, 2**63, 2**64, 2**200, math.nan, math.inf, -0.5, True]
    texts: list[Any] = ["", "\0", "\udcff", "x" * 70_000, b"\xff", "a.1", ["\udcff"], {"a": None}]
    return [*wrong, *wild, *texts, *map(unmade, classes()), [unmade(c) for c in classes()]]


def samples() -> dict[str, Any]:
    """Good objects of as many classes as a small repository gives, by class name."""
    repository = opamplan.Repository.open(repository_path(), cache=False)
    universe = opamplan.Universe(
        repository, opamplan.Environment.preset("debian-12"), ocaml="5.3.0"
    )
    results = universe.solve_all()
    plan = opamplan.make_plan(results, limits=opamplan.Limits("none", batch_targets=8))
    found: dict[str, Any] = {}
    wanted = {cls.__name__ for cls in classes()}

    def keep(value: Any, depth: int) -> None:
        name = type(value).__name__
        if name in wanted and name not in found:
            found[name] = value
            for attribute in dir(type(value)):
                if not attribute.startswith("_") and depth:
                    try:
                        keep(getattr(value, attribute), depth - 1)
                    except HARMLESS:
                        continue
        elif isinstance(value, (list, tuple)):
            for item in value[:1]:
                keep(item, depth)

    for value in (
        repository,
        universe,
        results[0],
        next(r for r in results if not r and r.status == "no_solution").explanation,
        plan,
        repository.package("dune.3.20.2"),
        opamplan.forecast(plan),
        opamplan.compare_plans(plan, plan),
        opamplan.EmitOptions(),
        opamplan.inspect_dockerfile("FROM a\n", "D", opamplan.Limits()),
        opamplan.inspect_bake("", "B", opamplan.Limits()),
        opamplan.diagnose(plan, opamplan.Limits("none", depth=1)),
        opamplan.align(results),
        opamplan.ReverseDependencies(results),
        universe.blockers(),
        opamplan.parse("a: [b {c}]"),
        opamplan.Version("1"),
    ):
        keep(value, 3)
    return found


def bound() -> Iterator[tuple[str, Callable[..., Any], type | None]]:
    """Every function of the module and every method and constructor of its classes."""
    for name, value in members():
        if inspect.isclass(value):
            yield name, value, None
            for inner, method in sorted(vars(value).items()):
                if isinstance(method, property):
                    if method.fget is not None:
                        yield f"{name}.{inner}", method.fget, value
                    if method.fset is not None:
                        yield f"{name}.{inner}=", method.fset, value
                elif isinstance(method, staticmethod):
                    yield f"{name}.{inner}", method.__func__, None
                elif callable(method) and inner not in ("__new__", "__class__"):
                    yield f"{name}.{inner}", method, value
        elif callable(value):
            yield name, value, None


def walk() -> int:
    """Call everything with everything bad; the number of calls."""
    bad = bad_values()
    good = samples()
    calls = 0

    def call(name: str, function: Callable[..., Any], *arguments: Any) -> None:
        nonlocal calls
        calls += 1
        print(name, [type(a).__name__ for a in arguments], file=sys.stderr, flush=True)
        try:
            function(*arguments)
        except HARMLESS as error:
            assert "Invoked with" not in str(error), f"pybind11's own words: {error}"
        except RuntimeError as error:  # of iterators over what changed, never of a cast
            assert "cast" not in str(error), error

    for name, function, cls in bound():
        own = good.get(cls.__name__) if cls else None
        call(name, function)
        for value in bad:
            call(name, function, value)
            call(name, function, value, value)
            if own:
                call(name, function, own, value)
        # One bad argument among good ones.
        for other in good.values():
            call(name, function, other, None)
            call(name, function, [other, None])
            call(name, function, [other, unmade(type(other))], other)
    return calls


def test_every_bound_function_survives_every_bad_argument() -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", __file__],
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=600,
            errors="replace",
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[-1]) > 20_000


def solved() -> tuple[opamplan.Universe, list[opamplan.SolveResult]]:
    repository = opamplan.Repository.open(repository_path(), cache=False)
    universe = opamplan.Universe(
        repository, opamplan.Environment.preset("debian-12"), ocaml="5.3.0"
    )
    return universe, universe.solve_all(["dune", "csexp"])


A_LIST = r"expected a list, such as \['dune'\], not 'dune'"
RESULTS = "expected a list of SolveResult, such as universe.solve_all"
ONE_NAME = r"expected one name, such as 'dune' or 'dune\.3\.20\.2', not \['dune'\]"
SOLUTION = "expected a SolveResult, such as universe.solve"
NUMBERS = "expected numbers by name, such as {'dune': 1}, not"
WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    # A text where a list is meant: it would be its letters.
    "solve_all": (lambda w: w["universe"].solve_all("dune"), A_LIST),
    "blockers": (lambda w: w["universe"].blockers("dune"), A_LIST),
    "require": (lambda w: universe_of(w, require="dune"), A_LIST),
    "constraints": (lambda w: universe_of(w, constraints="dune"), A_LIST),
    "failed_layers": (lambda w: effect(w, failed_layers="dune"), A_LIST),
    "labels": (lambda w: opamplan.EmitOptions(labels="a=b"), r"labels is a collection of str: \["),
    # A name, or one result, where results are meant.
    "make_plan": (lambda w: opamplan.make_plan("dune"), RESULTS),
    "make_plan of one": (lambda w: opamplan.make_plan(w["results"][0]), RESULTS),
    "make_plan of names": (lambda w: opamplan.make_plan(["dune"]), SOLUTION),
    "align": (lambda w: opamplan.align("dune"), RESULTS),
    "align of one": (lambda w: opamplan.align(w["results"][0]), RESULTS),
    "ReverseDependencies": (lambda w: opamplan.ReverseDependencies("dune"), RESULTS),
    "install_order": (lambda w: opamplan.install_order("dune"), SOLUTION),
    "install_order of all": (lambda w: opamplan.install_order(w["results"]), SOLUTION),
    "deps_json": (lambda w: opamplan.deps_json("dune"), SOLUTION),
    "dot": (lambda w: opamplan.dot("dune"), SOLUTION),
    "dependency_paths": (lambda w: opamplan.dependency_paths("dune", "x"), SOLUTION),
    # Several names where one is meant.
    "solve": (lambda w: w["universe"].solve(["dune"]), ONE_NAME),
    "explain": (lambda w: w["universe"].explain(["dune"]), ONE_NAME),
    "why": (lambda w: w["results"][0].why(["dune"]), ONE_NAME),
    "why_facts": (lambda w: w["results"][0].why_facts(["dune"]), ONE_NAME),
    "why_not": (lambda w: w["results"][0].why_not(["dune"]), ONE_NAME),
    "targets_with": (lambda w: w["reverse"].targets_with(["dune"]), ONE_NAME),
    "dependents": (lambda w: w["reverse"].dependents(["dune"]), ONE_NAME),
    "paths to": (lambda w: opamplan.dependency_paths(w["results"][0], ["dune"]), ONE_NAME),
    "image_of": (lambda w: w["plan"].image_of(["dune"]), ONE_NAME),
    "dockerfile": (lambda w: w["plan"].dockerfile(["dune"]), ONE_NAME),
    "package": (lambda w: w["universe"].repository.package(["dune"]), ONE_NAME),
    "versions": (lambda w: w["universe"].repository.versions(["dune"]), ONE_NAME),
    "text": (lambda w: w["universe"].repository.text(["dune"]), ONE_NAME),
    # A name where numbers by name are meant.
    "durations": (lambda w: opamplan.forecast(w["plan"], durations="dune"), NUMBERS),
    "sizes": (lambda w: opamplan.make_plan(w["results"], sizes=["dune"]), NUMBERS),
    # A path where what is in the file is meant, and the other way round.
    "write_plan": (
        lambda w: opamplan.write_plan("plan.json", "out"),
        "expected a Plan, such as Plan",
    ),
    "formats": (
        lambda w: opamplan.write_plan(w["plan"], "out", 3),
        "expected one format or several",
    ),
    "compare_repositories": (
        lambda w: opamplan.compare_repositories("a", "b"),
        "expected a Repository, such as Repository.open",
    ),
    "open": (lambda w: opamplan.Repository.open(3), "expected a path or a URL, or several"),
}

# Calls that no function takes: what pybind11 would answer with all signatures and all values.
REFUSED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "another type": (
        lambda w: opamplan.make_plan(w["results"] * 500, 3),
        "make_plan(): strategy: expected a str, not 3",
    ),
    "another type by name": (
        lambda w: opamplan.make_plan(w["results"], threads=1.5),
        "make_plan(): threads: expected an int, not 1.5",
    ),
    "one of two types": (
        lambda w: opamplan.make_plan(w["results"], "graft", 3),
        "make_plan(): limits: expected a str or a Limits, not 3",
    ),
    "a text for an object": (
        lambda w: universe_of(w, environment="debian-12"),
        "Universe(): environment: expected an Environment, not 'debian-12'",
    ),
    "many results for a number": (
        lambda w: opamplan.make_plan(w["results"], threads=w["results"] * 500),
        "make_plan(): threads: expected an int, not a list of 1,000",
    ),
    "an item of a list": (
        lambda w: w["universe"].solve_all(["dune", 3]),
        "solve_all(): targets[1]: expected a str, not 3",
    ),
    "a value of a dictionary": (
        lambda w: opamplan.forecast(w["plan"], durations={"dune": "x"}),
        "forecast(): durations['dune']: expected a number, not 'x'",
    ),
    "a number out of range": (
        lambda _: opamplan.Limits(depth=-1),
        "Limits(): depth: expected an int in its range, not -1",
    ),
    "text that UTF-8 lacks": (
        lambda _: opamplan.Version("\udcff"),
        "Version(): text: expected a str that UTF-8 has, not '\\udcff'",
    ),
    "nothing": (
        lambda _: opamplan.make_plan(),  # type: ignore[call-arg]
        "make_plan(): results is missing: a list of SolveResult",
    ),
    "too much": (
        lambda _: opamplan.Version("1", "2"),  # type: ignore[call-arg]
        "Version(): takes 1 argument by place, not 2",
    ),
    "by place what has a name": (
        lambda _: opamplan.Limits("none", 3),  # type: ignore[misc]
        "Limits(): takes 1 argument by place, not 2; by name it takes depth, ",
    ),
    "twice": (
        lambda w: opamplan.make_plan(w["results"], results=w["results"]),  # type: ignore[misc]
        "make_plan(): results is given twice",
    ),
    "a name that is nearly right": (
        lambda _: opamplan.Limits(dept=3),  # type: ignore[call-arg]
        "Limits(): no argument is called dept; did you mean depth?",
    ),
    "a name that is like no other": (
        lambda w: w["universe"].solve("dune", constraints=["a"]),
        "solve(): no argument is called constraints; it takes target",
    ),
    "brackets": (
        lambda w: w["universe"].repository[3],
        "Repository[...]: expected a str, not 3",
    ),
    "brackets of two kinds": (
        lambda w: w["plan"].steps["x"],
        "PlanSteps[...]: expected an int or a slice, not 'x'",
    ),
    "an attribute": (
        lambda _: setattr(opamplan.EmitOptions(), "base_image", 3),
        "EmitOptions: expected a str, not 3",
    ),
}


@pytest.mark.parametrize(("call", "said"), REFUSED.values(), ids=REFUSED)
def test_a_call_that_no_function_takes_is_told_what_is_wrong_with_it(
    call: Callable[[dict[str, Any]], Any], said: str, world: dict[str, Any]
) -> None:
    with pytest.raises(TypeError) as caught:
        call(world)
    assert str(caught.value).startswith(said)
    assert len(str(caught.value)) < 250


def universe_of(world: dict[str, Any], **options: Any) -> opamplan.Universe:
    universe = world["universe"]
    given = {"environment": universe.environment, **options}
    return opamplan.Universe(universe.repository, **given)


def effect(world: dict[str, Any], **options: Any) -> opamplan.Effect:
    return opamplan.effect_of([], world["universe"], world["universe"], **options)


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    universe, results = solved()
    return {
        "universe": universe,
        "results": results,
        "plan": opamplan.make_plan(results),
        "reverse": opamplan.ReverseDependencies(results),
    }


@pytest.mark.parametrize(("call", "said"), WRONG.values(), ids=WRONG)
def test_an_argument_of_another_kind_is_a_type_error_that_says_what_to_pass(
    call: Callable[[dict[str, Any]], Any], said: str, world: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=said) as caught:
        call(world)
    assert len(str(caught.value)) < 200


def test_limits_may_be_the_name_of_a_profile_wherever_they_are_taken(world: dict[str, Any]) -> None:
    assert opamplan.diagnose(world["plan"], "docker") == []
    assert opamplan.inspect_dockerfile("FROM a\n", "D", "docker").findings == []
    for call in (
        lambda: opamplan.diagnose(world["plan"], "doker"),
        lambda: opamplan.inspect_bake("", "B", "doker"),
        lambda: opamplan.make_plan(world["results"], limits="doker"),
    ):
        with pytest.raises(opamplan.InvalidRequest, match="did you mean docker"):
            call()


def test_several_names_may_come_in_any_collection(world: dict[str, Any]) -> None:
    universe = world["universe"]
    collections: list[Any] = [["dune"], ("dune",), {"dune"}, (n for n in ["dune"])]
    for names in collections:
        assert [r.package for r in universe.solve_all(names)] == ["dune"]


def test_what_is_no_key_of_a_layer_that_failed_is_refused(world: dict[str, Any]) -> None:
    with pytest.raises(opamplan.InvalidRequest, match=r"'dune\.1' is no key of a layer, 16 digits"):
        effect(world, failed_layers=["dune.1"])
    with pytest.raises(TypeError, match="unexpected keyword argument 'bogus'"):
        effect(world, bogus=1)


def test_none_among_results_is_a_type_error() -> None:
    _, results = solved()
    bad: list[Any] = [*results, None]
    for function in (opamplan.make_plan, opamplan.align, opamplan.ReverseDependencies):
        with pytest.raises(TypeError):
            function(bad)
    plan: Any = None
    with pytest.raises(TypeError):
        opamplan.forecast(plan)


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: str(cls.__name__))
def test_an_object_that_was_never_made_is_refused(cls: type) -> None:
    with pytest.raises(TypeError, match="its __init__ was never called"):
        repr(unmade(cls))
        hash(unmade(cls))  # of classes that keep object's __repr__
        unmade(cls).__getstate__()


def test_a_forecast_of_another_plan_is_refused() -> None:
    _, results = solved()
    forecast = opamplan.forecast(opamplan.make_plan(results))
    state = list(forecast.__getstate__())
    other = opamplan.Forecast.__new__(opamplan.Forecast)
    with pytest.raises(ValueError, match="no such step"):
        other.__setstate__((*state[:7], [2**32 - 1], *state[8:]))
    other.__setstate__(tuple(state))
    assert other.critical_path == forecast.critical_path


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1.0, 1e300])
def test_durations_that_nothing_takes_are_refused(seconds: float) -> None:
    plan = opamplan.make_plan(solved()[1])
    with pytest.raises(opamplan.InvalidRequest, match=r"dune: .* is no number of seconds"):
        opamplan.forecast(plan, durations={"dune": seconds})
    with pytest.raises(opamplan.InvalidRequest, match="default_seconds: "):
        opamplan.forecast(plan, default_seconds=seconds)


def test_sizes_whose_sum_would_overflow_are_refused() -> None:
    results = solved()[1]
    limits = opamplan.Limits("none", depth=3)
    for size in (2**63, 2**64 - 1, 2**40 + 1):
        with pytest.raises(opamplan.InvalidRequest, match=r"the size of .*terabyte"):
            opamplan.make_plan(results, limits=limits, sizes={"dune": size, "ocaml": size})
    opamplan.make_plan(results, limits=limits, sizes={"dune": 2**40, "ocaml": 2**40})


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    print(walk())


def test_functions_of_python_say_what_to_pass_and_take_nothing_for_a_folder(
    tmp_path: pathlib.Path,
) -> None:
    repository = opamplan.Repository.open(repository_path(), cache=False)
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    plan = opamplan.make_plan([universe.solve("csexp")])
    chosen = opamplan.combinations(ocaml=["5.3.0"])
    functions: list[tuple[Callable[[Any], Any], str]] = [
        (lambda v: opamplan.effect_of(v, universe, universe), r"compare_repositories\(before, aft"),
        (lambda v: opamplan.plan_matrix(repository, v), r"combinations\(ocaml=\['5.3.0'\]\)"),
        (lambda v: opamplan.plan_matrix(repository, chosen, v), "a list of targets, such as"),
        (lambda v: opamplan.inspect_files(v), "a list of paths, such as"),
    ]
    for function, said in functions:
        for wrong in (3, None, [3]):
            with pytest.raises(TypeError, match=f"^expected .*{said}"):
                function(wrong)
    with pytest.raises(TypeError, match=r"such as \['dune'\], not 'dune'"):
        opamplan.plan_matrix(repository, chosen, "dune")
    with pytest.raises(opamplan.InvalidRequest, match="absent: no such folder"):
        opamplan.take_archives(plan, tmp_path / "absent", tmp_path)
