"""docs/words.md: what its tables name is there, by that name."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import pathlib
import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest
from conftest import ROOT

import opamplan
import opamplan.runs
from opamplan.cli.main import main
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


NOUNS = (
    "targets|packages|steps|batches|versions|layers|solutions|stages|files|images|runs|results|"
    "failures|environments|errors|warnings|diagnostics|shards|waves|groups|builders|changes|"
    "installs|workers|commits|causes|regressions|grafts|options|arguments"
)


def test_numbers_with_their_nouns_are_worded_by_counted() -> None:
    """What is always several for whoever wrote it is one for somebody."""
    python = re.compile(rf"\}} (?:\w+ )?(?:{NOUNS})\b")
    bindings = re.compile(rf'to_string\([^;]*?\) \+\s*"(?: \w+)? (?:{NOUNS})\b')
    sources = sorted((ROOT / "python").rglob("*"))
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in sources
        if path.suffix in (".py", ".js", ".cpp")
        for match in (bindings if path.suffix == ".cpp" else python).finditer(path.read_text())
    ]
    assert found == []


def test_cpp_has_what_the_rows_name() -> None:
    headers = "".join(
        path.read_text() for path in sorted((ROOT / "include/opamplan").glob("*/*.hpp"))
    )
    declared = set(re.findall(r"(?:class|struct|using) (\w+)", headers))
    assert [name for row in ROWS for name in named(row[3]) if name not in declared] == []


FIGURES = {"plan", "forecast"}
JSON = {
    "plan": ["plan", "dune", "webmail", "--json"],
    "forecast": ["forecast", "--json"],
    "diff": ["diff", "ocaml=5.2.1", "-", "--json"],
    "change": ["change", "{repository}", "{repository}", "--json"],
    "blockers": ["blockers", "--json"],
    "why": ["why", "webmail", "--json"],
    "why not": ["why", "dune", "--json"],
    "solve": ["solve", "dune", "--json"],
    "list": ["list", "--json"],
    "show": ["show", "dune", "--json"],
    "revdeps": ["revdeps", "dune", "--json"],
    "doctor": ["doctor", "dune", "--json", "--limit", "depth=1"],
}
# Objects by NAME.VERSION.
BY_NAME = {"deps", "missing"}


def members(value: Any) -> Iterator[tuple[str, str]]:
    """Each name of a member, with the kind of its value."""
    if isinstance(value, list):
        for element in value:
            yield from members(element)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None:
                number = isinstance(inner, (int, float)) and not isinstance(inner, bool)
                yield name, "number" if number else type(inner).__name__
            if name not in BY_NAME:
                yield from members(inner)


def test_one_name_of_json_is_one_kind_of_value_and_a_count_says_so(embedded: pathlib.Path) -> None:
    kinds: dict[str, set[str]] = {}
    for command, words in JSON.items():
        arguments = [word.format(repository=embedded) for word in words]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            main([*arguments, "-q"])
        for name, kind in members(json.loads(printed.getvalue())):
            if command not in FIGURES or kind != "number":
                kinds.setdefault(name, set()).add(kind)
    assert len(kinds) > 60
    assert {name: kind for name, kind in kinds.items() if len(kind) > 1} == {}
    for name, (kind,) in kinds.items():
        if name.endswith("_count"):
            assert kind == "number", name
        elif kind == "number":
            assert not name.endswith(("layers", "steps", "targets", "packages", "versions")), name


def test_the_command_has_what_the_rows_name() -> None:
    commands = next(
        action.choices
        for action in make_parser(command_names())._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    options = {text for parser in commands.values() for text in parser._option_string_actions}
    there = {*commands, *options}
    assert [name for row in ROWS for name in named(row[4]) if name not in there] == []
