"""What notebooks show: well-formed, escaped, the same every time; and the layered layout."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import opamplan
from opamplan import notebook
from opamplan.notebook.layout import Layout
from opamplan.notebook.plan_sharing import images_of_steps

HOSTILE = '<script>alert("1")</script>&'


@pytest.fixture(scope="module")
def universe(embedded: pathlib.Path) -> opamplan.Universe:
    repository = opamplan.Repository.open(embedded)
    return opamplan.Universe(repository, opamplan.Environment.preset("debian-12"), ocaml="5.3.0")


@pytest.fixture(scope="module")
def plan(universe: opamplan.Universe) -> opamplan.Plan:
    return opamplan.make_plan(universe.solve_all())


def parsed(page: str) -> ET.Element:
    """The page as a tree; raises if it is not well-formed."""
    return ET.fromstring(f"<div>{page}</div>")


def texts(page: str) -> str:
    return " ".join(parsed(page).itertext())


def cells(page: str) -> str:
    """The text of a page whose cells are apart, in one line."""
    return " ".join(texts(page.replace("</td>", " </td>")).split())


def shown(value: object) -> str:
    page = value._repr_html_()  # type: ignore[attr-defined]
    assert isinstance(page, str)
    return page


# Read as part of another value, or text by themselves.
WITHOUT_PAGE = {"ExtraFile", "File", "Item", "PackageFormula", "Series", "Value", "Version"}


def test_every_public_value_has_a_page_but_those_that_are_text() -> None:
    public = [getattr(opamplan, name) for name in opamplan.__all__]
    without = {
        cls.__name__
        for cls in public
        if isinstance(cls, type)
        and not issubclass(cls, Exception)
        and not hasattr(cls, "_repr_html_")
    }
    assert without == WITHOUT_PAGE


def test_members_are_shown_in_words_escaped_and_of_many_the_first(
    universe: opamplan.Universe, plan: opamplan.Plan
) -> None:
    assert "available versions of" in texts(shown(universe))
    assert 'os-version "12"' in cells(shown(universe.environment))
    hostile = opamplan.Environment({"arch": "x86_64", "os-version": HOSTILE})
    assert HOSTILE in texts(shown(hostile))
    assert "depth 3" in cells(shown(opamplan.Limits("none", depth=3)))
    assert "batches no limit" in cells(shown(opamplan.Limits("none", depth=3)))
    options = opamplan.EmitOptions(labels=[f"a={HOSTILE}"], cache_to=["b"])
    assert cells(shown(options)).endswith(f"options as by default labels a={HOSTILE} cache to b")
    assert "3.20.2 Build system" in cells(shown(universe.repository["dune"]))
    assert f"{len(plan.batches[0].targets)} in all" in texts(shown(plan.batches[0]))
    assert "Effect" in texts(shown(opamplan.effect_of([], universe, universe)))
    for many in (plan.steps, opamplan.ReverseDependencies(universe.solve_all())):
        assert "the first 20" in texts(shown(many))
        assert len(shown(many)) < 10_000


def test_everything_that_a_person_looks_at_has_a_page(
    universe: opamplan.Universe, plan: opamplan.Plan
) -> None:
    repository = universe.repository
    values = [
        repository,
        repository["dune"].newest,
        universe.solve("http-serve"),
        universe.solve("webmail"),
        universe.solve("ocaml-system"),
        universe.explain("webmail"),
        universe.explain("webmail").facts[0],
        universe.blockers(),
        opamplan.Repository.from_files({"a.1": "depends: ["}),
        plan,
        opamplan.compare_plans(plan, plan),
        opamplan.forecast(plan),
        opamplan.forecast(plan, earlier=plan),
        universe,
        universe.environment,
        plan.limits,
        opamplan.EmitOptions(),
        repository["dune"],
        opamplan.ReverseDependencies([universe.solve("dune")]),
        plan.steps,
        plan.steps[0],
        plan.batches[0],
        universe.blockers().groups[0],
        universe.blockers().blockers[0],
        opamplan.align(universe.solve_all()),
        repository.sources[0],
        opamplan.inspect_dockerfile("FROM a\n", "D", "docker"),
        opamplan.diagnose(plan, opamplan.Limits("none", depth=1))[0],
        opamplan.effect_of([], universe, universe),
    ]
    for value in values:
        page = shown(value)
        assert "<script" not in page
        parsed(page)
        assert page == shown(value)


def test_a_solution_is_drawn_as_the_transitive_reduction(universe: opamplan.Universe) -> None:
    solution = universe.solve("http-serve-openssl")
    tree = parsed(shown(solution))
    ns = "{http://www.w3.org/2000/svg}"
    names = {t.text for t in tree.iter(f"{ns}text")}
    assert solution.target in names
    assert names <= set(solution.packages)
    tips = {t.text for t in tree.iter(f"{ns}title")}
    assert "ocaml.5.3.0 needs ocaml-config.3" in tips
    assert "ocaml.5.3.0 needs ocaml-base-compiler.5.3.0" not in tips  # follows from ocaml-config


def test_a_large_closure_opens_at_its_target() -> None:
    leaves = {f"leaf{n:02}.1": 'opam-version: "2.0"' for n in range(80)}
    needs = " ".join(f'"leaf{n:02}"' for n in range(80))
    files = {**leaves, "root.1": f'opam-version: "2.0" depends: [{needs}]'}
    universe = opamplan.Universe(
        opamplan.Repository.from_files(files), opamplan.Environment.preset("debian-13")
    )
    boxes = list(parsed(shown(universe.solve("root"))).iter("{http://www.w3.org/2000/svg}rect"))
    left = [box for box in boxes if float(box.attrib["x"]) < 10]
    assert len(boxes) == 81
    assert [float(box.attrib["y"]) < 300 for box in left] == [True]  # 40em are 560 or more


def test_what_has_no_solution_says_where_to_look(universe: opamplan.Universe) -> None:
    assert "explanation" in texts(shown(universe.solve("webmail")))


def test_a_plan_shows_its_figures_and_the_most_shared(plan: opamplan.Plan) -> None:
    text = texts(shown(plan))
    assert f"{plan.summary['targets']} targets" in text
    assert f"{plan.summary['unshared_installs']}" in text
    assert "ocaml-base-compiler.5.3.0" in text


@pytest.mark.parametrize("strategy", ["graft", "merge", "prefix", "chain"])
def test_shares_are_counted_as_images_hold_them(universe: opamplan.Universe, strategy: str) -> None:
    plan = opamplan.make_plan(universe.solve_all(), strategy=strategy)
    counted = sum(
        count * len(step.installs) for step, count in zip(plan.steps, images_of_steps(plan))
    )
    assert counted == plan.summary["unshared_installs"]


def test_a_difference_shows_its_causes(universe: opamplan.Universe, plan: opamplan.Plan) -> None:
    other = opamplan.Universe(universe.repository, universe.environment, ocaml="5.2.1")
    d = opamplan.compare_plans(opamplan.make_plan(other.solve_all()), plan)
    assert d.causes[0].text in texts(shown(d))


def test_a_timeline_has_a_row_a_worker_and_says_what_each_step_is(plan: opamplan.Plan) -> None:
    forecast = opamplan.forecast(plan, workers=3)
    picture = parsed(str(notebook.timeline(forecast)))
    ns = "{http://www.w3.org/2000/svg}"
    assert len(list(picture.iter(f"{ns}rect"))) == forecast.steps == len(plan)
    text = " ".join(picture.itertext())
    assert all(f"worker {n}" in text for n in (1, 2, 3))
    assert "worker 4" not in text
    assert "dune.3.20.2: 20 s" in text


def test_what_nobody_can_read_one_by_one_is_drawn_as_a_whole(plan: opamplan.Plan) -> None:
    steps = {f"p{n}.1": 'opam-version: "2.0"' for n in range(500)}
    universe = opamplan.Universe(
        opamplan.Repository.from_files(steps), opamplan.Environment.preset("debian-13")
    )
    wide = opamplan.make_plan(universe.solve_all())
    assert len(str(notebook.timeline(opamplan.forecast(wide, workers=16)))) < 60_000
    text = str(notebook.timeline(opamplan.forecast(wide, workers=64)))
    assert "64 busy" in text
    assert len(text) < 5_000


def test_closures_are_named_or_counted(universe: opamplan.Universe) -> None:
    few = [universe.solve(name) for name in ("dune", "http-serve", "webmail")]
    text = texts(str(notebook.closure_sizes(few)))
    assert "dune.3.20.2" in text
    assert "webmail" not in text  # it has no solution
    results = universe.solve_all()
    text = texts(str(notebook.closure_sizes(results)))
    assert f"the closures of {sum(map(bool, results))} targets" in text
    largest = max((result for result in results if result), key=len)
    assert str(largest.target) in text
    parsed(str(notebook.closure_sizes([])))


def test_statuses_of_environments_stand_side_by_side(universe: opamplan.Universe) -> None:
    other = opamplan.Universe(universe.repository, universe.environment, ocaml="4.14.2")
    targets = ["heron", "webmail", "dune"]
    few = {"5.3.0": universe.solve_all(targets), "4.14.2": other.solve_all(targets)}
    page = str(notebook.statuses(few))
    assert "3 packages" in texts(page)
    assert "webmail no_solution no_solution" in cells(page)
    # Many: by how they differ.
    files = {f"p{n}.1": f'opam-version: "2.0"\navailable: {n % 3 > 0}'.lower() for n in range(90)}
    many = opamplan.Universe(opamplan.Repository.from_files(files), universe.environment)
    names = sorted({name.partition(".")[0] for name in files})
    page = str(notebook.statuses({"one": many.solve_all(names), "two": []}))
    assert "90 packages, 90 of which differ" in texts(page)
    assert "solution not there 60 p1 p10" in cells(page)
    assert "unavailable not there 30 p0 p12" in cells(page)


def test_hostile_names_are_escaped() -> None:
    repository = opamplan.Repository.from_files(
        {"a.1": f'opam-version: "2.0"\nsynopsis: "{HOSTILE.replace(chr(34), "")}"\n'}
    )
    assert "<script" not in shown(repository["a"].newest)
    page = str(notebook.bars([(HOSTILE, 1), ("b", 2.5)], title=HOSTILE, unit=HOSTILE))
    assert "<script" not in page
    assert HOSTILE in texts(page)


def test_bars_without_rows_are_a_picture() -> None:
    parsed(str(notebook.bars([])))
    parsed(str(notebook.bars([("zero", 0)])))


@pytest.mark.parametrize(
    ("draw", "such_as"),
    [
        (notebook.closure_sizes, "a list of SolveResult"),
        (notebook.statuses, "a dict"),
        (notebook.timeline, "a Forecast"),
        (notebook.sharing, "a Plan"),
        (notebook.difference, "a PlanDifference"),
    ],
)
def test_what_cannot_be_drawn_says_what_can(
    draw: Callable[[Any], object], such_as: str, universe: opamplan.Universe
) -> None:
    with pytest.raises(TypeError, match=f"expected {such_as}, such as"):
        draw([universe])


def test_an_unknown_drawing_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="pie"):
        notebook.pie  # noqa: B018


def test_a_cycle_is_refused_not_followed() -> None:
    with pytest.raises(ValueError, match="cycle"):
        Layout({"a": ["b"], "b": ["a"]})


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    n = draw(st.integers(0, 14))
    return {
        f"n{i}": [f"n{j}" for j in range(i + 1, n) if draw(st.integers(0, 3)) == 0]
        for i in range(n)
    }


@given(graphs())
def test_layouts_keep_edges_forward_and_nodes_apart(graph: dict[str, list[str]]) -> None:
    layout = Layout(graph)
    place = {name: i for i, name in enumerate(layout.names)}
    for name, targets in graph.items():
        for target in targets:
            assert layout.rank[place[name]] < layout.rank[place[target]]
            route = layout.routes[name, target]
            ranks = [layout.rank[i] for i in route]
            assert ranks == list(range(ranks[0], ranks[-1] + 1))
    points = range(len(layout.rank))
    for a in points:
        for b in points:
            if a < b and layout.rank[a] == layout.rank[b]:
                assert abs(layout.row[a] - layout.row[b]) >= 0.999
    assert layout.row == Layout(graph).row
