"""Plans from Python, and the figures of the whole repository."""

from __future__ import annotations

import copy
import json
import pathlib
import pickle
import random
import re
import typing
from typing import Any

import pytest

import opamplan
from opamplan import Limits, Plan, align, compare_plans, diagnose, figures, forecast, make_plan
from opamplan.made_for import MadeFor

STRATEGIES = ("chain", "prefix", "graft", "merge")


@pytest.fixture(scope="module")
def universe(embedded: pathlib.Path) -> opamplan.Universe:
    repository = opamplan.Repository.open([str(embedded)])
    return opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")


@pytest.fixture(scope="module")
def results(universe: opamplan.Universe) -> list[opamplan.SolveResult]:
    return universe.solve_all()


@pytest.fixture(scope="module")
def plan(results: list[opamplan.SolveResult]) -> Plan:
    return make_plan(results)


@pytest.fixture(scope="module")
def real_results(real_repository: opamplan.Repository) -> list[opamplan.SolveResult]:
    environment = opamplan.Environment.preset("debian-13")
    return opamplan.Universe(real_repository, environment, ocaml="5.3.0").solve_all()


def test_the_keys_of_a_summary_have_types(universe: opamplan.Universe) -> None:
    plan = opamplan.make_plan(universe.solve_all())
    dicts = ((plan.summary, figures.PlanSummary), (plan.base, figures.PlanBase))
    for found, declared in dicts:
        types = typing.get_type_hints(declared)
        assert {key: type(value) for key, value in found.items()} == types


def stands_on(plan: Plan) -> dict[str, str]:
    """By layer what a builder knows its step by."""
    return {layer: key for step, key in zip(plan, plan.build_keys()) for layer in step.layers}


def assert_alike(plan: Plan, earlier: Plan) -> int:
    """What two plans share is built alike; how much that is."""
    here, there = stands_on(plan), stands_on(earlier)
    shared = here.keys() & there.keys()
    assert {key: here[key] for key in shared} == {key: there[key] for key in shared}
    return len(shared)


@pytest.mark.parametrize("strategy", ["graft", "merge"])
@pytest.mark.parametrize("seed", range(12))
def test_what_a_plan_shares_with_one_that_it_is_made_like_is_built_alike(
    universe: opamplan.Universe, embedded: pathlib.Path, strategy: str, seed: int
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    debian = opamplan.Environment.preset("debian-13")
    tested = opamplan.Universe(repository, debian, ocaml="5.3.0", with_test=True)
    every = [result for result in universe.solve_all() if result]
    some = [random.Random(seed + n).sample(every, 4 + 4 * seed) for n in range(2)]
    # Of which system steps depend.
    costs: dict[str, Any] = {"system_run_size": seed % 4, "depext_size": seed % 3}
    costs["strategy"] = strategy
    made: list[Plan] = []
    for results in (*some, tested.solve_all(), every):
        plan = make_plan(results, like=made, **costs)
        alone = make_plan(results, **costs)
        assert sorted(k for k, _, _ in plan.layers()) == sorted(k for k, _, _ in alone.layers())
        assert diagnose(plan) == diagnose(alone)
        assert all(assert_alike(plan, earlier) for earlier in made)
        made.append(plan)


@pytest.mark.parametrize("strategy", ["graft", "merge"])
def test_tests_are_planned_like_the_whole_repository(
    strategy: str, real_results: list[opamplan.SolveResult], real_repository: opamplan.Repository
) -> None:
    plan = make_plan(real_results, strategy=strategy)
    debian = opamplan.Environment.preset("debian-13")
    tested = opamplan.Universe(real_repository, debian, ocaml="5.3.0", with_test=True)
    results = tested.solve_all()
    also = make_plan(results, strategy=strategy, like=[plan])
    assert assert_alike(also, plan) > 3_000
    # Of `merge` one target alone is a little too much for what a cache may record.
    assert diagnose(also) == diagnose(make_plan(results, strategy=strategy))
    assert len(diagnose(also)) == (strategy == "merge")


def test_plans_are_made_like_others_of_their_strategy(universe: opamplan.Universe) -> None:
    results = universe.solve_all()
    for strategy in ("graft", "merge"):
        plan = make_plan(results, strategy=strategy)
        assert make_plan(results, strategy=strategy, like=[plan]) == plan
    with pytest.raises(opamplan.InvalidRequest, match="graft builds nothing like one of merge"):
        make_plan(results, like=[plan])
    with pytest.raises(opamplan.InvalidRequest, match="only plans of the strategies graft and"):
        make_plan(results, strategy="chain", like=[plan])


def test_a_plan_is_iterable_and_its_steps_know_themselves(plan: Plan) -> None:
    assert len(list(plan)) == len(plan)
    assert sum(bool(step.installs) for step in plan) == plan.summary["install_steps"]
    assert sum(bool(step.depexts) for step in plan) == plan.summary["system_steps"]
    for index, step in enumerate(plan):
        assert step.index == index
        assert step.parent is None or step.parent < index
        assert all(graft < index for graft in step.grafts)
        assert len(step.layers) == len(step.installs)
        assert step.label == " ".join(step.installs or ["system packages", *step.depexts])
    assert plan[-1].index == len(plan) - 1
    with pytest.raises(IndexError):
        plan[len(plan)]
    assert "Plan (graft)" in repr(plan)


def test_the_steps_are_a_sequence_that_makes_each_when_it_is_asked_for(plan: Plan) -> None:
    steps = plan.steps
    assert len(steps) == len(plan)
    assert list(steps) == list(plan) == [steps[i] for i in range(len(steps))]
    assert steps[-1] == plan[len(plan) - 1] == next(iter(reversed(steps)))
    assert steps[1:4] == [plan[1], plan[2], plan[3]]
    assert steps[::-2] == list(plan)[::-2]
    assert steps[5:2] == []
    assert plan[3] in steps
    with pytest.raises(IndexError, match="no such step"):
        steps[len(steps)]
    with pytest.raises(ValueError, match="step"):
        steps[::0]


def test_steps_as_columns_say_what_steps_say(plan: Plan) -> None:
    columns = plan.to_columns()
    assert all(len(column) == len(plan) for column in columns.values())
    for name, column in columns.items():
        assert column == [getattr(step, name) for step in plan]


POST = {
    *("base-bigarray", "base-domains", "base-effects", "base-nnp", "base-threads", "base-unix"),
    *("host-arch-x86_64", "ocaml-config"),
}


def test_images_hold_the_closures(
    universe: opamplan.Universe, results: list[opamplan.SolveResult]
) -> None:
    for strategy in STRATEGIES:
        plan = make_plan(results, strategy=strategy)
        for target in plan.targets[:10]:
            closure = set(opamplan.install_order(universe.solve(target)))
            image = set(plan.image_of(target))
            assert closure <= image
            # What is needed through post only.
            assert {p.split(".")[0] for p in image - closure} <= POST
    with pytest.raises(opamplan.InvalidRequest, match="no target"):
        make_plan(results).image_of("nothing")


def test_a_plan_is_a_value_and_a_file(plan: Plan, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "plan.json"
    plan.save(file)
    again = Plan.load(file)
    assert again == plan
    assert again.to_json() == plan.to_json() == file.read_text()
    assert pickle.loads(pickle.dumps(plan)) == plan
    file.write_text(plan.to_json()[:-20])
    with pytest.raises(opamplan.PlanFormatError, match=r"plan\.json") as caught:
        Plan.load(file)
    assert (caught.value.path, caught.value.member) == (str(file), "")
    assert caught.value.line > len(plan)
    file.write_text(plan.to_json().replace('"parent": null', '"parent": 5000', 1))
    with pytest.raises(opamplan.PlanFormatError, match="not an earlier step") as caught:
        Plan.load(file)
    assert re.fullmatch(r"steps\[\d+\]", caught.value.member)
    assert caught.value.line == 0
    with pytest.raises(opamplan.PlanFormatError) as caught:
        Plan.from_json("{}")
    assert (caught.value.path, caught.value.line) == ("", 0)
    with pytest.raises(OSError):
        Plan.load(tmp_path / "absent")


def test_the_file_is_as_its_schema_says(plan: Plan) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    root = pathlib.Path(__file__).resolve().parents[2]
    schema = json.loads((root / "docs/plan.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(plan.to_json()))
    made_for = MadeFor("debian-13", "", (opamplan.LeftOut("a.1", "no_solution", "why"),))
    saved = json.loads(made_for.text_of(plan))
    jsonschema.Draft202012Validator(schema).validate(saved)
    for path in (("steps", 0, "depth"), ("made_for", "left_out", 0)):
        broken = copy.deepcopy(saved)
        at = broken
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = "one"
        assert not jsonschema.Draft202012Validator(schema).is_valid(broken)


def test_limits_are_profiles_with_changes() -> None:
    profiles = opamplan.limit_profiles()
    assert list(profiles) == ["buildkit", "docker", "bake", "github", "none"]
    assert all(limits.reason for limits in profiles.values())
    assert Limits("docker").depth == 113
    changed = Limits("docker", depth=40)
    assert (changed.depth, changed.line_bytes) == (40, Limits("docker").line_bytes)
    assert changed != Limits("docker")
    with pytest.raises(opamplan.InvalidRequest, match="there are: buildkit"):
        Limits("podman")
    with pytest.raises(opamplan.InvalidRequest, match=r'"buildkitt"; did you mean buildkit\?'):
        Limits("buildkitt")


def test_limits_are_kept_and_the_doctor_says_so(results: list[opamplan.SolveResult]) -> None:
    for strategy in STRATEGIES:
        limits = Limits("buildkit", depth=4, batch_targets=3)
        plan = make_plan(results, strategy=strategy, limits=limits)
        assert diagnose(plan) == []
        assert plan.summary["max_depth"] <= 4
        findings = diagnose(plan, Limits("none", depth=1))
        assert findings
        assert {f.limit for f in findings} == {"depth"}
        assert all(f.value > f.allowed == 1 and f.remedy for f in findings)


def test_the_forecast_is_bounded_by_the_critical_path(plan: Plan) -> None:
    one = forecast(plan, workers=1, default_seconds=2, system_seconds=0)
    many = forecast(plan, workers=10_000, default_seconds=2, system_seconds=0)
    installs = plan.summary["install_steps"]
    assert one.makespan_seconds == one.work_seconds == 2 * installs
    system = forecast(plan, default_seconds=2, system_seconds=5).work_seconds
    assert system == 2 * installs + 5 * plan.summary["system_steps"]
    assert many.makespan_seconds == many.critical_seconds == 2 * len(many.critical_path)
    name = many.critical_path[0]
    slower = forecast(
        plan, workers=10_000, durations={name: 100}, default_seconds=2, system_seconds=0
    )
    assert slower.critical_seconds == many.critical_seconds + 98
    assert forecast(plan, earlier=plan).steps == 0
    with pytest.raises(opamplan.InvalidRequest, match="worker"):
        forecast(plan, workers=0)


def test_measured_durations_are_found_by_layer(plan: Plan) -> None:
    known = {key: 3.0 for step in plan for key in step.layers}
    seconds = forecast(plan, workers=1, durations=known, system_seconds=0).work_seconds
    assert seconds == 3 * plan.summary["install_steps"]


def test_plans_are_compared_with_causes(
    universe: opamplan.Universe, results: list[opamplan.SolveResult], plan: Plan
) -> None:
    assert not compare_plans(plan, plan)
    other = make_plan(results, image="debian:12")
    difference = compare_plans(plan, other)
    assert difference
    assert [c.kind for c in difference.causes] == ["base"]
    assert difference.cause_counts == [len(plan.targets)]
    older = opamplan.Universe(
        universe.repository, opamplan.Environment.preset("debian-13"), ocaml="5.2.1"
    )
    difference = compare_plans(make_plan(older.solve_all()), plan)
    assert difference.kept_layer_count > 0
    for target in difference.rebuilt_targets:
        assert target.chain[0] == target.after


def test_alignment_keeps_targets_and_never_adds_layers(results: list[opamplan.SolveResult]) -> None:
    aligned = align(results)
    assert [r.target for r in aligned.results] == [r.target for r in results]
    assert aligned.layers_after <= aligned.layers_before
    layers = make_plan(results).summary["layers"]
    assert make_plan(aligned.results).summary["layers"] <= layers
    assert all(not r.broken_rules() for r in aligned.results if r)


def test_strange_requests_are_refused(results: list[opamplan.SolveResult]) -> None:
    with pytest.raises(opamplan.InvalidRequest, match="there are"):
        make_plan(results, strategy="weld")
    with pytest.raises(opamplan.InvalidRequest, match="there are"):
        make_plan(results, limits="podman")
    with pytest.raises(opamplan.InvalidRequest, match="no results"):
        make_plan([])


def test_reverse_dependencies_and_orders(
    universe: opamplan.Universe, results: list[opamplan.SolveResult]
) -> None:
    reverse = opamplan.ReverseDependencies(results)
    solution = next(r for r in results if r and len(r) > 8)
    orders = [
        opamplan.install_order(solution, "levels"),
        opamplan.install_order(solution, "depth_first"),
        opamplan.install_order(solution, "most_shared", reverse),
    ]
    assert len({tuple(sorted(order)) for order in orders}) == 1
    for name, count in reverse.counts().items():
        assert len(reverse.targets_with(name)) == count
    path = opamplan.dependency_paths(solution, orders[0][0])[0]
    assert path[0] == solution.target
    assert path[-1] == orders[0][0]
    for dependent, dependency in zip(path, path[1:]):
        assert dependent in reverse.dependents(dependency)
    with pytest.raises(opamplan.InvalidRequest, match="there are"):
        opamplan.install_order(solution, "random")


# The figures of the whole repository, as the README and docs/plan.md give them.


def summary_of(results: list[Any], **options: Any) -> dict[str, Any]:
    plan = make_plan(results, **options)
    assert diagnose(plan) == []  # the simulator and every limit
    return plan.summary


def test_the_whole_repository_with_graft(real_results: list[Any]) -> None:
    for limits in ("buildkit", "docker"):
        summary = summary_of(real_results, limits=limits)
        assert summary["targets"] == 3673
        assert summary["install_steps"] == summary["layers"] == 5862
        assert summary["post_groups"] == 16
        assert summary["package_versions"] == 4163
        assert summary["max_depth"] <= 27
        assert summary["grafts"] <= 31_702
        assert summary["system_steps"] <= 688
        assert summary["batches"] <= 14
    # Without a price on runs of the package manager, grafts are the fewest there can be.
    free = make_plan(real_results, system_run_size=0, depext_size=0).summary
    assert free["grafts"] <= 24_522
    assert free["distinct_steps"] == 5862
    assert free["system_steps"] <= 1_103


def test_the_whole_repository_with_chain(real_results: list[Any]) -> None:
    summary = summary_of(real_results, strategy="chain")
    assert summary["install_steps"] == 100_545
    assert summary["installs"] == summary["unshared_installs"] == 123_897
    # 77 targets have more than 113 packages; chunks keep them under Docker's limit.
    docker = summary_of(real_results, strategy="chain", limits="docker")
    assert docker["max_depth"] <= 113 < summary["max_depth"]


def test_the_whole_repository_with_prefix(real_results: list[Any]) -> None:
    assert summary_of(real_results, strategy="prefix")["install_steps"] <= 16_852
    assert summary_of(real_results, strategy="prefix", limits="docker")["max_depth"] <= 113


def test_the_bake_off_breaks_the_limits_and_the_doctor_names_each(real_results: list[Any]) -> None:
    bakeoff = make_plan(real_results, strategy="chain", limits="none")
    broken = {f.limit for f in diagnose(bakeoff, Limits("docker", batch_targets=100))}
    whole = {"file_bytes", "definition_bytes", "cache_record_bytes"}
    assert broken == {"depth", "batch_targets"} | whole


def test_limits_of_ci_systems(real_results: list[Any]) -> None:
    plan = make_plan(real_results, limits=Limits("github", batch_targets=20))
    assert len(plan.batches) <= 256
    assert diagnose(plan) == []


def test_planning_tells_its_progress_and_can_be_cancelled(universe: opamplan.Universe) -> None:
    results = universe.solve_all(["dune", "csexp"])
    seen: list[tuple[str, int, int]] = []
    opamplan.make_plan(results, progress=lambda *report: seen.append(report))
    assert seen[-1] == ("plan", 3, 3)
    with pytest.raises(opamplan.Cancelled):
        opamplan.make_plan(results, progress=lambda *report: False)


def test_a_plan_that_cannot_be_written_leaves_the_file_that_was_there(
    universe: opamplan.Universe, tmp_path: pathlib.Path
) -> None:
    resource = pytest.importorskip("resource")
    file = tmp_path / "plan.json"
    make_plan(universe.solve_all(["csexp"])).save(file)
    good = file.read_bytes()
    other = make_plan(universe.solve_all(["dune"]))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match=re.escape(str(file))):
            other.save(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert file.read_bytes() == good
    assert list(tmp_path.iterdir()) == [file]


def test_a_plan_is_restricted_to_targets_by_name(results: list[opamplan.SolveResult]) -> None:
    whole = make_plan(results)
    some = whole.restricted_to(["http-serve", "csexp"])
    assert [t.split(".")[0] for t in some.targets] == ["csexp", "http-serve"]
    assert diagnose(some) == []
    assert some == whole.restricted_to(some.targets)
    assert {s.key for s in some} < {s.key for s in whole}
    for target in some.targets:
        assert some.image_of(target) == whole.image_of(target)
        assert some.dockerfile(target) == whole.dockerfile(target.split(".")[0])
    assert whole.restricted_to("csexp").targets == some.targets[:1]
    assert whole.restricted_to(whole.targets) == whole
    with pytest.raises(opamplan.UnknownPackage, match="did you mean csexp") as raised:
        whole.restricted_to(["csxep"])
    assert raised.value.suggestions == ["csexp"]
