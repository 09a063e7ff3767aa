"""What notebooks show: well-formed, escaped, the same every time; and the layered layout."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ET

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


def shown(value: object) -> str:
    page = value._repr_html_()  # type: ignore[attr-defined]
    assert isinstance(page, str)
    return page


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
