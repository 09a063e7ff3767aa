"""Tables of repositories, plans and forecasts, as columns and by Arrow's PyCapsule protocol."""

from __future__ import annotations

import gc
import pathlib
from typing import Any

import pandas
import polars
import pyarrow
import pytest

import opamplan


def tables(repository: opamplan.Repository) -> list[Any]:
    universe = opamplan.Universe(
        repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0"
    )
    plan = opamplan.make_plan(universe.solve_all())
    return [repository, plan, opamplan.forecast(plan)]


@pytest.fixture(scope="module")
def full(embedded: pathlib.Path) -> list[Any]:
    return tables(opamplan.Repository.open(embedded))


@pytest.mark.parametrize("which", range(3))
def test_every_library_reads_what_the_columns_hold(full: list[Any], which: int) -> None:
    value = full[which]
    columns = value.to_columns()
    assert pyarrow.table(value).to_pydict() == columns
    assert polars.DataFrame(value).to_dict(as_series=False) == columns
    frame = pandas.DataFrame.from_arrow(value)
    assert list(frame.columns) == list(columns)
    assert len(frame) == len(next(iter(columns.values())))


def test_nothing_is_a_table_with_the_same_types(full: list[Any]) -> None:
    nothing = opamplan.Repository.from_files({})
    assert pyarrow.table(nothing).schema == pyarrow.table(full[0]).schema
    built = opamplan.forecast(full[1], earlier=full[1])  # nothing to run
    empty = pyarrow.table(built)
    assert (empty.num_rows, empty.schema) == (0, pyarrow.table(full[2]).schema)
    assert polars.DataFrame(nothing).shape == (0, len(nothing.to_columns()))


def test_the_base_image_is_no_parent(full: list[Any]) -> None:
    parents = pyarrow.table(full[1])["parent"]
    assert parents.null_count == full[1].to_columns()["parent"].count(None) > 0


def test_a_table_outlives_what_it_was_made_from() -> None:
    files = {"a.1": 'opam-version: "2.0"\nsynopsis: "\u00e9 \u4e2d"\ntags: ["x" "y"]\n'}
    table = pyarrow.table(opamplan.Repository.from_files(files))
    column = table["tags"].chunk(0)
    del table
    gc.collect()
    assert column.to_pylist() == [["x", "y"]]


def test_a_stream_that_nobody_reads_is_let_go(full: list[Any]) -> None:
    for value in full:
        capsule = value.__arrow_c_stream__()
        assert "arrow_array_stream" in repr(capsule)
        del capsule
    with pytest.raises(TypeError):
        full[0].__arrow_c_stream__(1, 2)
