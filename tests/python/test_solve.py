"""Universes, solutions, explanations and blockers, from Python."""

from __future__ import annotations

import io
import json
import pathlib
import pickle
from collections import Counter
from typing import Any

import pytest

import opamplan


@pytest.fixture(scope="module")
def repository(embedded: pathlib.Path) -> opamplan.Repository:
    return opamplan.Repository.open(embedded)


def make(repository: opamplan.Repository, ocaml: str = "5.3.0", **options: Any) -> Any:
    environment = opamplan.Environment.preset("debian-12")
    environment["opam-version"] = "2.3.0"  # what the known counts are of
    return opamplan.Universe(repository, environment, ocaml=ocaml, **options)


@pytest.fixture(scope="module")
def universe(repository: opamplan.Repository) -> opamplan.Universe:
    return make(repository)


def test_a_solution_is_a_container_of_packages(universe: opamplan.Universe) -> None:
    solution = universe.solve("http-serve")
    assert (solution.status, bool(solution)) == ("solution", True)
    assert (solution.package, solution.target) == ("http-serve", "http-serve.2.1.0")
    assert list(solution) == solution.packages
    assert len(solution) == len(set(solution))
    assert "dune" in solution
    assert "dune.3.20.2" in solution
    assert "dune.2.9.3" not in solution
    assert "nobody-has-this" not in solution
    assert solution["dune"] == opamplan.Version("3.20.2")
    with pytest.raises(KeyError):
        solution["webmail"]
    assert repr(solution) == f"<SolveResult of http-serve.2.1.0: {len(solution)} packages>"
    assert "3.20.2" in solution._repr_html_()
    assert solution.explanation is None
    assert solution.broken_rules() == []


def test_edges_lead_from_each_package_to_selected_ones(universe: opamplan.Universe) -> None:
    solution = universe.solve("http-serve")
    assert list(solution.dependencies) == list(solution)
    for needs in solution.dependencies.values():
        assert set(needs) <= set(solution)
    assert solution.dependencies["ocaml.5.3.0"] == ["ocaml-base-compiler.5.3.0", "ocaml-config.3"]


def test_why_is_a_path_from_the_target(universe: opamplan.Universe) -> None:
    solution = universe.solve("http-serve")
    for package in solution:
        path = solution.why(package.partition(".")[0])
        facts = solution.why_facts(package.partition(".")[0])
        assert len(facts) == max(0, len(path) - 1)
        if path:
            assert (path[0], path[-1]) == (solution.target, package)
        edges = {**solution.dependencies}
        for package_from, package_to, fact in zip(path, path[1:], facts):
            needed = edges[package_from] + solution.post_dependencies.get(package_from, [])
            assert package_to in needed
            assert fact.package == package_from
            assert package_to.partition(".")[0] in fact.names
    assert solution.why("webmail") == []


def test_why_not_names_the_facts_that_exclude_a_version(universe: opamplan.Universe) -> None:
    solution = universe.solve("http-serve")
    assert solution.why_not("dune.3.20.2") is None
    newer = solution.why_not("dune.3.21.0~alpha1")
    assert newer is not None
    assert str(newer).splitlines() == newer.sentences
    assert "dune-configurator 3.20.2 needs dune = 3.20.2" in newer.sentences
    compiler = solution.why_not("ocaml.5.4.0")
    assert compiler is not None
    assert compiler.sentences == ["you asked for ocaml = 5.3.0"]


def test_an_unsolvable_target_is_a_value_with_its_explanation(universe: opamplan.Universe) -> None:
    result = universe.solve("webmail")
    assert (bool(result), result.status, len(result)) == (False, "no_solution", 0)
    explanation = result.explanation
    assert explanation is not None
    assert explanation.sentences == [
        "webmail 1.0.0 needs legacy-cgi >= 0.4",
        "legacy-cgi 0.4.2 needs ocaml < 5.0",
        "you asked for ocaml = 5.3.0",
    ]
    assert explanation.cause == "legacy-cgi needs another ocaml"
    assert explanation.blockers == ["legacy-cgi"]
    assert list(explanation) == explanation.facts
    assert len(explanation) == 2
    fact = explanation.facts[1]
    assert (fact.kind, fact.package, fact.field) == ("needs", "legacy-cgi.0.4.2", "depends")
    assert (fact.about, fact.text) == ("ocaml", "ocaml < 5.0")
    assert fact.impossible_alone
    line = universe.repository.text(fact.package).splitlines()[fact.line - 1]
    assert line[fact.column - 1 :].startswith('"ocaml"')
    assert json.loads(json.dumps(explanation.to_dict()))["facts"][1] == fact.to_dict()
    assert hash(fact) == hash(universe.explain("webmail").facts[1])


def test_a_result_without_solution_is_empty_and_says_its_status(
    universe: opamplan.Universe,
) -> None:
    result = universe.solve("webmail")
    assert (list(result), len(result), bool(result)) == ([], 0, False)
    assert "dune" not in result
    with pytest.raises(opamplan.InvalidRequest, match="has no solution: its status is no_"):
        result["dune"]


def test_explanations_of_other_kinds(universe: opamplan.Universe) -> None:
    assert "old-store and store want different" in universe.explain("migrate-store").cause
    away = universe.solve("windows-registry")
    assert (away.status, away.target) == ("unavailable", None)
    assert away.explanation is not None
    assert away.explanation.cause == "not available in this environment"
    with pytest.raises(opamplan.InvalidRequest):
        universe.explain("dune")


def test_unknown_names_come_with_suggestions(
    universe: opamplan.Universe, repository: opamplan.Repository
) -> None:
    with pytest.raises(opamplan.UnknownPackage, match="did you mean http-serve") as caught:
        universe.solve("htp-serve")
    assert caught.value.asked == "htp-serve"
    assert caught.value.suggestions == ["http-serve"]
    with pytest.raises(opamplan.InvalidRequest):
        make(repository, constraints=["no-such-name < 3"])


def test_solving_all_is_the_same_on_any_number_of_threads(universe: opamplan.Universe) -> None:
    answers = [[r.to_json() for r in universe.solve_all(threads=n)] for n in (1, 2, 4)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0] == sorted(answers[0], key=lambda line: json.loads(line)["package"].encode())
    statuses = Counter(json.loads(line)["status"] for line in answers[0])
    assert statuses == {"solution": 56, "no_solution": 5, "unavailable": 4}


def test_each_answer_is_the_one_it_would_be_alone(universe: opamplan.Universe) -> None:
    for result in universe.solve_all():
        if result.target is not None:
            assert universe.solve(result.target).to_json() == result.to_json()
        if result and result.package != "ocaml":
            assert result.broken_rules() == []


def test_progress_is_reported_and_can_cancel(
    universe: opamplan.Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert len(universe.solve_all(progress=True)) == 65
    seen: list[Any] = []
    universe.solve_all(progress=lambda *report: seen.append(report))
    assert seen

    class Stop(Exception):
        pass

    def stop(*_: Any) -> None:
        raise Stop

    with pytest.raises(Stop):
        universe.solve_all(progress=stop)
    assert universe.solve("dune")


def test_a_result_is_printed_with_its_packages_or_the_reason(universe: opamplan.Universe) -> None:
    found = universe.solve("csexp")
    assert str(found).splitlines() == [
        f"csexp.1.5.2: {len(found)} packages",
        *(f"  {package}" for package in found.packages),
    ]
    lines = str(universe.solve("webmail")).splitlines()
    assert lines[0] == "webmail: no_solution"
    assert [line.strip() for line in lines[1:]] == universe.solve("webmail").explanation.sentences
    away = pickle.loads(pickle.dumps(universe.solve("webmail")))
    assert str(away) == "webmail: no_solution"


def test_a_universe_says_which_compiler_it_is_for(repository: opamplan.Repository) -> None:
    assert repr(make(repository)).endswith(", OCaml 5.3.0>")
    plain = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    assert repr(plain).endswith(", any OCaml>")


def test_where_the_oldest_are_preferred_a_name_is_its_newest_version(
    repository: opamplan.Repository,
) -> None:
    for old in (make(repository, prefer_oldest=True), make(repository)):
        assert str(old.solve("cmdlet")["cmdlet"]) == "1.3.0"
        assert [str(r["cmdlet"]) for r in old.solve_all(["cmdlet"])] == ["1.3.0"]


def test_with_another_repository_a_universe_answers_as_a_new_one(tmp_path: pathlib.Path) -> None:
    def write(package: str, text: str = "") -> opamplan.Repository:
        file = tmp_path / "packages" / package.partition(".")[0] / package / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\n{text}\n')
        return opamplan.Repository.open(tmp_path, cache=False)

    def new(repository: opamplan.Repository) -> opamplan.Universe:
        return opamplan.Universe(repository, opamplan.Environment(), prefer_oldest=True)

    universe = new(write("app.1", 'depends: ["lib" | "other"]'))
    assert universe.solve("app").status == "no_solution"
    for package, found in (("other.1", "other.1"), ("lib.2", "lib.2"), ("lib.1", "lib.1")):
        repository = write(package)
        universe = universe.with_repository(repository)
        assert universe.solve("app").packages == ["app.1", found]
        assert new(repository).solve("app").packages == ["app.1", found]


def test_made_like_another_a_universe_of_the_real_repository_plans_as_a_new_one(
    real_repository: opamplan.Repository,
) -> None:
    several = opamplan.combinations(
        environment=["debian-13", "alpine-3.22"], with_test=[False, True]
    )
    several += opamplan.combinations(
        environment=["debian-13", "macos-homebrew"], prefer_oldest=True
    )
    several += opamplan.combinations(ocaml="4.14.2", with_doc=True)
    previous = None
    for each in [*several, *reversed(several[:-1])]:
        new = each.universe(real_repository)
        previous = each.universe(real_repository, previous=previous)
        assert previous.available() == new.available(), each
        targets = new.latest()[::9]
        ours, others = previous.solve_all(targets), new.solve_all(targets)
        assert [r.to_json() for r in ours] == [r.to_json() for r in others], each
        assert opamplan.make_plan(ours).to_json() == opamplan.make_plan(others).to_json(), each


def test_what_a_name_can_need_is_enough_to_solve_it(
    repository: opamplan.Repository, universe: opamplan.Universe
) -> None:
    assert len(repository.reachable(["dune", "ocaml"])) < len(repository)
    for name in repository.names:
        part = repository.reachable([name, "ocaml"])
        assert "ocaml" in part
        assert part.versions(name) == repository.versions(name)
        assert make(part).solve(name).to_json() == universe.solve(name).to_json()
    with pytest.raises(opamplan.UnknownPackage, match="dune"):
        repository.reachable(["dun"])


def test_options_change_what_is_preferred(repository: opamplan.Repository) -> None:
    old = make(repository, prefer_oldest=True).solve("http-serve")
    assert str(old["cmdlet"]) == "1.1.1"
    held = make(repository, constraints=["dune < 3.20"]).solve("http-serve")
    assert str(held["dune"]) == "3.19.0"
    assert held.broken_rules() == []
    tested = make(repository, with_test=True).solve("http-serve")
    plain = make(repository).solve("http-serve")
    assert {p.partition(".")[0] for p in set(tested) - set(plain)} == {"gherkin"}
    assert make(repository, ocaml="4.14.2").solve("legacy-cgi")


def test_blockers_group_targets_by_cause(universe: opamplan.Universe) -> None:
    report = universe.blockers(threads=2)
    assert len(report) == sum(len(g) for g in report.groups) == 5
    assert report.groups[0].targets == ["legacy-cgi.0.4.2", "webmail.1.0.0"]
    first = report.blockers[0]
    assert (first.name, first.blocked, first.unlocked) == ("legacy-cgi", 2, 2)
    assert [rule.text for rule in first.rules] == ["ocaml < 5.0"]
    assert "legacy-cgi" in report._repr_html_()
    assert len(universe.blockers(["webmail"])) == 1


def test_another_compiler_has_its_known_counts(real_repository: opamplan.Repository) -> None:
    results = make(real_repository, ocaml="4.14.2").solve_all()
    solutions = [r for r in results if r]
    assert len(solutions) == 3617
    # A closure is what the target reaches.
    assert max(len(json.loads(r.to_json())["deps"]) for r in solutions) == 240


def test_many_names_mean_what_one_name_means(universe: opamplan.Universe) -> None:
    names = universe.repository.names
    results = universe.solve_all(names)
    assert [result.package for result in results] == names
    assert results == [universe.solve(name) for name in names]
    unavailable = [result.package for result in results if result.status == "unavailable"]
    assert (
        unavailable == [r.package for r in universe.solve_all() if r.status == "unavailable"] != []
    )


def test_a_name_is_blocked_if_no_version_of_it_has_a_solution() -> None:
    files = {
        "a.1": 'opam-version: "2.0"',
        "a.2": 'opam-version: "2.0"\ndepends: ["none"]',
        "b.1": 'opam-version: "2.0"\ndepends: ["none"]',
        "c.1": 'opam-version: "2.0"\navailable: false',
    }
    universe = opamplan.Universe(
        opamplan.Repository.from_files(files), opamplan.Environment.preset("debian-13")
    )

    def blocked(*targets: str) -> list[str]:
        return [str(e.target) for e in universe.blockers(list(targets)).explanations]

    assert blocked("a", "c") == []
    assert blocked("a.2", "b", "c") == ["a.2", "b.1"]


def test_reverse_dependencies_are_asked_by_name_or_version(universe: opamplan.Universe) -> None:
    reverse = opamplan.ReverseDependencies(universe.solve_all())
    held = reverse.counts()
    versions = [str(package) for package in universe.repository["dune"] if str(package) in held]
    targets = sorted(target for version in versions for target in reverse.targets_with(version))
    assert sorted(reverse.targets_with("dune")) == targets != []
    direct = {package for version in versions for package in reverse.dependents(version)}
    assert set(reverse.dependents("dune")) == direct != set()
    with pytest.raises(opamplan.UnknownPackage, match="did you mean dune"):
        reverse.targets_with("dunes")
