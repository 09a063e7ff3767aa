"""docs/words.md: what its tables name is there, by that name."""

from __future__ import annotations

import argparse
import re
from functools import reduce

import pytest
from conftest import ROOT

import opamplan
import opamplan.runs
from opamplan.cli.parser import command_names, make_parser

PAGE = (ROOT / "docs/words.md").read_text()
HEAD = "| word | meaning | Python | C++ | command | elsewhere |"
ROWS = [
    [cell.strip() for cell in line[1:-1].split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and line != HEAD and not line.startswith("|---")
]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_each_word_has_one_row_and_each_row_all_columns() -> None:
    assert {len(row) for row in ROWS} == {6}
    words = [row[0] for row in ROWS]
    assert len(set(words)) == len(words) > 40


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_python_has_what_a_row_names(row: list[str]) -> None:
    for name in named(row[2]):
        first, *rest = name.split(".")
        home = opamplan if hasattr(opamplan, first) else opamplan.runs
        assert reduce(getattr, rest, getattr(home, first)) is not None
        assert first in home.__all__


def test_cpp_has_what_the_rows_name() -> None:
    headers = "".join(
        path.read_text() for path in sorted((ROOT / "include/opamplan").glob("*/*.hpp"))
    )
    declared = set(re.findall(r"(?:class|struct|using) (\w+)", headers))
    assert [name for row in ROWS for name in named(row[3]) if name not in declared] == []


def test_the_command_has_what_the_rows_name() -> None:
    commands = next(
        action.choices
        for action in make_parser(command_names())._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    options = {text for parser in commands.values() for text in parser._option_string_actions}
    there = {*commands, *options}
    assert [name for row in ROWS for name in named(row[4]) if name not in there] == []
