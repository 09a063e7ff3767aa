"""The head of a file of several plans: a row for each, which anyone may have edited."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import Any, NamedTuple

from opamplan.errors import PlanFormatError, plan_format_error
from opamplan.left_out import LeftOut, left_out_from
from opamplan.plan_names import wrong_with

SCHEMA = "opamplan matrix 1"
HEAD = f'{{"schema": "{SCHEMA}", '.encode()
CONTENT = b',\n"content": [\n'
"""What ends the head, two lines; the plans follow."""


class Row(NamedTuple):
    """What a file says of one of its plans."""

    name: str
    asked: str
    bytes: int
    left_out: list[LeftOut]


def head_of(rows: list[Row]) -> bytes:
    """What a file begins with."""
    told = [{**row._asdict(), "left_out": [astuple(each) for each in row.left_out]} for row in rows]
    return HEAD + b'"plans": ' + json.dumps(told).encode() + CONTENT


def rows_of(head: bytes, place: str) -> list[Row]:
    """Of each plan of a file; `head`: its first two lines. Raises PlanFormatError."""
    found = None
    if head.startswith(HEAD) and head.endswith(CONTENT):
        try:
            found = json.loads(head.removesuffix(CONTENT) + b"}").get("plans")
        except (ValueError, RecursionError):
            found = None
    if not isinstance(found, list):
        raise PlanFormatError(f"{place}: not a file that PlanMatrix.save wrote")
    rows: dict[str, Row] = {}
    for number, each in enumerate(found):
        row = _row(each, place, f"plans[{number}]")
        if row.name in rows:
            said = f"there is a plan {json.dumps(row.name)} before it; each has a folder of its own"
            raise plan_format_error(place, f"plans[{number}].name", said)
        rows[row.name] = row
    return list(rows.values())


def _row(found: Any, place: str, at: str) -> Row:
    if not isinstance(found, dict):
        raise plan_format_error(place, at, "an object is expected")
    values: list[Any] = [found.get(member) for member in Row._fields]
    for member, value, kind in zip(Row._fields, values, (str, str, int, list)):
        if type(value) is not kind:
            said = "it is missing" if value is None else f"{_WORDS[kind]} is expected"
            raise plan_format_error(place, f"{at}.{member}", said)
    name, asked, size, rows = values
    if wrong := wrong_with(name):
        raise plan_format_error(place, f"{at}.name", f"{json.dumps(name)}: {wrong}")
    if size < 0:
        raise plan_format_error(place, f"{at}.bytes", f"{size} is no size")
    return Row(name, asked, size, left_out_from(rows, place, f"{at}.left_out"))


_WORDS = {str: "a string", int: "a whole number", list: "a list"}
