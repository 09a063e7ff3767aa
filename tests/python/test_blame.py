"""Blame: planted regressions, whose culprits are found and cured with few builds."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from planted import Planted, Simulated, blamed, plant
from planted import universe as planted_universe

import opamplan
from opamplan.runs import error_of
from opamplan.runs.blame import Blame, Trials, Tried, blame
from opamplan.runs.blame.parts import Part, write_part
from opamplan.runs.closures import Closures

MOST_BUILDS = 8
PLANTED = [
    # A new version of what the failing package depends on.
    Planted("http-serve", "http-reader", "pebble", "bound"),
    Planted("http-serve", "http-reader", "astring-lite", "bound"),
    Planted("http-serve", "Tlspure", "digestif-lite", "bound"),
    Planted("http-serve", "Tlspure", "zarith-lite", "bound"),
    Planted("http-serve", "heron", "seq-ext", "bound"),
    Planted("http-serve", "http-serve", "logbook", "bound"),
    Planted("notebook", "notebook", "Chartist", "bound"),
    Planted("notebook", "http-reader", "pebble", "bound"),
    Planted("report-tool", "report-tool", "lantern", "bound"),
    Planted("report-tool", "report-tool", "cmdlet", "bound"),
    # Of what it needs by others.
    Planted("http-serve", "http-reader", "sexpr-conv", "bound"),
    Planted("http-serve", "Tlspure", "eqaf-lite", "bound"),
    Planted("http-serve", "heron-unix", "seq-ext", "bound"),
    # Of several new versions the first is good still.
    Planted("http-serve", "http-reader", "pebble", "bound", (), False, "+8", ("+7", "+8", "+9")),
    # Its own new version.
    Planted("http-serve", "logbook", "logbook", "unavailable"),
    Planted("notebook", "Chartist", "Chartist", "unavailable"),
    # Another opam file of the same version.
    Planted("http-serve", "heron", "csexp", "revert", fields=True),
    Planted("notebook", "http-reader", "http-reader", "revert", fields=True),
    # What others brought, and bring no more.
    Planted("http-serve", "http-reader", "pebble", "dependency", loses=("sexpr-conv",)),
    Planted("http-serve", "Tlspure", "zarith-lite", "dependency", loses=("conf-gmp",)),
]  # fmt: skip


def sides(
    planted: Planted, embedded: pathlib.Path, folder: pathlib.Path
) -> list[opamplan.Repository]:
    plant(planted, embedded, folder / "after")
    return [opamplan.Repository.open(str(p), cache=False) for p in (embedded, folder / "after")]


def test_there_are_twenty() -> None:
    assert len({(p.name, p.repair, p.versions) for p in PLANTED}) == 20


@pytest.mark.parametrize("known", [True, False], ids=["known", "cold"])
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_the_culprit_of_a_planted_regression_is_found_and_cured(
    planted: Planted, known: bool, embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    found = blamed(planted, *sides(planted, embedded, tmp_path), Simulated(planted), known)
    assert [change.name for change in found.culprits] == [planted.culprit]
    assert found.failing.partition(".")[0] == planted.failing
    assert found.cure
    assert found.cure.kind == planted.repair
    assert found.build_count <= MOST_BUILDS
    assert len(found.suspects) >= 10
    assert found.culprits[0] in found.suspects


FILES = {
    "base.1": "",
    "lib.1": 'depends: ["base"]',
    "side.1": 'depends: ["base"]',
    "app.1": 'depends: ["lib" "side"]',
}
Fails = Callable[[str, Mapping[str, str]], bool]
"""Says of a package and the versions that it stands on whether it fails."""


def repository(files: Mapping[str, str]) -> opamplan.Repository:
    return opamplan.Repository.from_files(
        {package: f'opam-version: "2.0"\n{text}\n' for package, text in files.items()}
    )


def universe(side: opamplan.Repository) -> opamplan.Universe:
    return opamplan.Universe(side, opamplan.Environment.preset("debian-13"))


def small(
    after: Mapping[str, str],
    fails: Fails,
    before: Mapping[str, str] = FILES,
    target: str = "app",
) -> tuple[Blame, list[str]]:
    """Blame between small repositories; and the packages that were built, in order."""
    built: list[str] = []

    def build(plan: opamplan.Plan) -> dict[str, Tried]:
        closures = Closures(plan)
        results: dict[str, Tried] = {}
        for layer in closures.layers:
            held = {name: version for name, (version, _) in closures.of(layer).items()}
            [package] = closures.members(layer)
            if any(results[need].status != "success" for need in closures.needs(layer)):
                results[layer] = Tried("dependency_failed")
                continue
            results[layer] = Tried("failure" if fails(package, held) else "success")
            built.append(package)
        return results

    found = blame(repository(before), repository(after), target, universe, Trials(build))
    return found, built


def test_what_is_built_after_is_no_regression() -> None:
    with pytest.raises(opamplan.InvalidRequest, match="is built after the change"):
        small({**FILES, "base.2": ""}, lambda package, held: False)


def test_what_failed_before_too_is_no_regression() -> None:
    found, _ = small({**FILES, "base.2": ""}, lambda package, held: package == "lib.1")
    assert found.culprits == []
    assert found.reason == "it fails with the packages as they were before, too: lib.1"


def test_what_fails_without_a_difference_is_no_regression() -> None:
    found, _ = small({**FILES, "side.2": ""}, lambda package, held: package == "lib.1")
    assert found.culprits == []
    assert found.reason.startswith(
        "nothing differs in what lib.1 is built from: it fails before, too"
    )
    assert found.failing_before == ["lib.1"]


def test_what_a_change_broke_is_blamed_before_what_was_broken_already() -> None:
    bad = ("lib.1", "side.2")
    found, _ = small({**FILES, "side.2": 'depends: ["base"]'}, lambda package, held: package in bad)
    assert (found.failing, found.also_failing) == ("side.2", ["lib.1"])
    assert [str(change) for change in found.culprits] == ["side.1 -> side.2"]
    assert found.failing_before == ["lib.1"]


def test_only_what_the_failing_package_needs_is_suspected() -> None:
    after = {**FILES, "base.2": "", "side.2": 'depends: ["base"]', "lib.2": 'depends: ["base"]'}
    found, _ = small(after, lambda package, held: package == "lib.2" and held["base"] == "2")
    assert found.failing == "lib.2"
    assert {change.name for change in found.suspects} == {"lib", "base"}


def test_changes_that_need_each_other_are_blamed_together() -> None:
    before = {**FILES, "lib.1": 'depends: ["base" {= "1"}]', "app.1": 'depends: ["lib" {= "1"}]'}
    after = {
        **before,
        "base.2": "",
        "lib.2": 'depends: ["base" {= "2"}]',
        "app.2": 'depends: ["lib" {= "2"} "side"]',
    }
    found, _ = small(after, lambda package, held: package == "app.2", before)
    assert {str(change) for change in found.culprits} == {
        "app.1 -> app.2",
        "lib.1 -> lib.2",
        "base.1 -> base.2",
    }


def test_another_failure_between_is_not_taken_for_the_one_that_is_looked_for() -> None:
    # lib.2 does not build on base.1, though its file allows it.
    after = {**FILES, "base.2": "", "lib.2": 'depends: ["base"]', "side.2": 'depends: ["base"]'}

    def fails(package: str, held: Mapping[str, str]) -> bool:
        if package == "lib.2":
            return held["base"] == "1"
        return package == "app.1" and held["side"] == "2"

    found, _ = small(after, fails)
    assert [change.name for change in found.culprits] == ["side"]
    assert found.cure
    assert found.cure.kind == "bound"


def test_a_version_that_is_new_is_compared_with_the_one_before() -> None:
    after = {**FILES, "app.2": 'depends: ["lib" "side"]', "base.2": ""}
    found, _ = small(after, lambda package, held: package == "app.2", target="app.2")
    assert [str(change) for change in found.culprits] == ["app.1 -> app.2"]
    assert [repair.outcome for repair in found.repairs] == ["app.2 then has no solution"]
    with pytest.raises(opamplan.InvalidRequest, match="there is no zzz before the change"):
        small(after, lambda package, held: False, target="zzz")


def test_what_only_came_with_a_change_is_not_to_blame_but_what_brought_it() -> None:
    after = {**FILES, "lib.2": 'depends: ["base" "extra"]', "extra.1": ""}
    found, _ = small(after, lambda package, held: package == "app.1" and "extra" in held)
    assert [str(change) for change in found.culprits] == ["lib.1 -> lib.2"]
    assert found.cure


def test_a_repair_that_does_not_cure_is_told_and_the_next_one_tried() -> None:
    # app lost `tool`, and that is not why it fails.
    before = {**FILES, "tool.1": "", "lib.1": 'depends: ["base" "tool"]'}
    after = {**before, "lib.2": 'depends: ["base"]'}
    found, _ = small(after, lambda p, held: p == "app.1" and held["lib"] == "2", before)
    assert [(repair.kind, repair.cured) for repair in found.repairs] == [
        ("dependency", False),
        ("bound", True),
    ]
    assert found.repairs[0].outcome == "app.1 still fails with app.1 lib.2"
    assert found.cure
    assert found.cure.diff == (
        "--- a/app.1\n+++ b/app.1\n@@ -1,2 +1,2 @@\n"
        ' opam-version: "2.0"\n-depends: ["lib" "side"]\n+depends: ["lib" {< "2"} "side"]\n'
    )


def test_what_is_known_is_not_built(embedded: pathlib.Path, tmp_path: pathlib.Path) -> None:
    # With everything in a cache: the same answer without any build.
    planted = PLANTED[0]
    both = sides(planted, embedded, tmp_path)
    results: dict[str, Tried] = {}
    build = Simulated(planted)

    def remembering(plan: opamplan.Plan) -> Mapping[str, Tried]:
        results.update(build(plan))
        return results

    first = blamed(planted, *both, remembering)
    trials = Trials(build, results)
    again = blame(*both, planted.target, planted_universe, trials)
    assert (again.culprits, again.build_count, again.layer_count) == (first.culprits, 0, 0)


def test_a_builder_that_says_nothing_ends_it() -> None:
    full = error_of("cp: a: No space left on device\n")
    for tried in (None, Tried("failure", full)):

        def build(plan: opamplan.Plan, tried: Any = tried) -> dict[str, Tried]:
            return {layer: tried for layer, _, _ in plan.layers() if tried}

        both = (repository({"a.1": ""}), repository({"a.1": "", "a.2": ""}))
        with pytest.raises(opamplan.InvalidRequest, match=r"a\.2 .*says nothing of the package"):
            blame(*both, "a", universe, Trials(build))


def test_it_is_told_as_plain_values() -> None:
    after = {**FILES, "base.2": ""}
    found, _ = small(after, lambda package, held: package == "lib.1" and held["base"] == "2")
    told = json.loads(json.dumps(found.to_dict()))
    assert told["culprits"] == [
        {
            "name": "base",
            "before": "1",
            "after": "2",
            "kind": "version",
            "text": "base.1 -> base.2",
        }
    ]
    assert told["repairs"][0]["cured"] is True
    assert '+depends: ["base" {< "2"}]' in told["repairs"][0]["diff"]


def test_a_version_that_is_not_there_after_the_change_is_refused_before_anything_is_built() -> None:
    with pytest.raises(opamplan.InvalidRequest, match=r"there is no app\.2 after the change"):
        small(FILES, lambda package, held: pytest.fail("built"), target="app.2")


def test_a_failure_that_does_not_come_again_is_no_regression() -> None:
    after = {**FILES, "base.2": "", "side.2": 'depends: ["base"]'}
    asked: list[str] = []
    outcomes = ["success", "failure"]

    def build(plan: opamplan.Plan) -> dict[str, Tried]:
        return dict.fromkeys(Closures(plan).layers, Tried("success"))

    def again(plan: opamplan.Plan, layers: Sequence[str]) -> dict[str, Tried]:
        asked.extend(layers)
        return {**build(plan), **dict.fromkeys(layers, Tried(outcomes.pop(0)))}

    candidate = opamplan.make_plan(universe(repository(after)).solve_all(["app"]))
    closures = Closures(candidate)
    broken = next(k for k in closures.layers if closures.members(k) == ["app.1"])
    for culprits in (0, 1):
        asked.clear()
        trials = Trials(build, {broken: Tried("failure")}, again)
        found = blame(repository(FILES), repository(after), "app", universe, trials)
        assert asked == [broken]
        assert len(found.culprits) == culprits
        assert ("app.1 was built when it was tried again" in found.reason) == (culprits == 0)
        assert found.layer_count > 0


def test_a_failure_that_came_again_in_a_trial_is_not_tried_once_more(
    embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    planted = PLANTED[0]
    simulated = Simulated(planted)

    def again(plan: opamplan.Plan, layers: Sequence[str]) -> dict[str, Tried]:
        raise AssertionError(layers)

    before, after = sides(planted, embedded, tmp_path)
    trials = Trials(simulated, None, again)
    found = blame(before, after, planted.target, planted_universe, trials, repair=False)
    assert "bad" in [trial.verdict for trial in found.trials]
    assert [change.name for change in found.culprits] == [planted.culprit]


@pytest.mark.parametrize(("name", "version"), [("../../esc", "1"), ("esc", "1/../../../../x")])
def test_a_run_of_anyone_writes_no_package_outside_of_a_repository(
    tmp_path: pathlib.Path, name: str, version: str
) -> None:
    folder = tmp_path / "deep" / "er" / "repository"
    with pytest.raises(opamplan.InvalidRequest, match="no package can have this name"):
        write_part(folder, Part(name, version, "", ""))
    assert not list(tmp_path.iterdir())
