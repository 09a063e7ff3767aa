"""The file of --matrix: tables of axes and what they exclude; its mistakes in its own words."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opamplan.cli import config
from opamplan.wording import nearest

if TYPE_CHECKING:
    from opamplan import Combination

ANY = "any"
"""The compiler when none is asked for."""
_SUCH_AS = {"environment": "debian-13", "arch": "arm64", "ocaml": "5.3.0"}
_MOST_SHOWN = 60


def tables(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its tables, each with its place: its own, then those of [[also]]."""
    from opamplan import InvalidRequest
    from opamplan.matrix import is_matrix

    if Path(path).is_file() and is_matrix(path):
        raise InvalidRequest(f"{path}: a file of plans, and not of axes: --plan takes it")
    table = config.read(Path(path))
    also = table.pop("also", [])
    if not isinstance(also, list) or not all(isinstance(each, dict) for each in also):
        raise InvalidRequest(f"{path}: also: expected tables, [[also]]")
    if table or not also:
        yield path, table
    for number, each in enumerate(also, 1):
        yield f"{path}: [[also]] {number}", each


def axes_of(args: argparse.Namespace, table: dict[str, Any]) -> dict[str, list[Any]]:
    """The axes of a table, as `combinations` takes them; options may not say them too."""
    from opamplan import InvalidRequest

    axes = {}
    for name, given in table.items():
        axis, values = _axis(name, given if isinstance(given, list) else [given])
        typed = {axis, "no_ocaml"} if axis == "ocaml" else {axis}
        varied = any(text.partition("=")[0] == name for text in args.vary)
        # What is required of all holds besides.
        if varied or (typed & args.typed and axis not in ("require", "constraint")):
            raise InvalidRequest(f"{name}: an option says it too; leave one of them out")
        axes[axis] = values
    return axes


def excluded(several: list[Combination], table: Any) -> Iterator[Combination]:
    """Those that have the values of a table; one that excludes nothing is a mistake."""
    from opamplan import InvalidRequest, combinations

    if not isinstance(table, dict) or not table:
        raise InvalidRequest("exclude: expected a table, [[exclude]], with values of axes")
    axes = dict(_axis(name, [value]) for name, value in table.items())
    [wanted] = combinations(**axes)
    found = [each for each in several if all(getattr(each, n) == getattr(wanted, n) for n in axes)]
    if not found:
        values = ", ".join(f"{name} = {_shown(value)}" for name, value in table.items())
        raise InvalidRequest(f"exclude: nothing has {values}")
    yield from found


def _axis(name: str, values: list[Any]) -> tuple[str, list[Any]]:
    """An axis by the name that `combinations` has for it, and its values."""
    from opamplan import InvalidRequest
    from opamplan.matrix import AXES, SETS

    axis = name.replace("-", "_")
    if axis not in AXES:
        known = [each.replace("_", "-") for each in AXES]
        hint = nearest(name, known) or f"; there are: {', '.join(known)}"
        raise InvalidRequest(f"there is no axis {name}{hint}")
    if not values:
        raise InvalidRequest(f"the axis {name} has no values: leave it out")
    for value in values:
        if axis in SETS:
            parts = value if isinstance(value, list) else [value]
            fits = all(isinstance(part, str) for part in parts)
            what = 'a string or a list of strings, such as "dune < 3.20"'
        elif axis in _SUCH_AS:
            fits, what = isinstance(value, str), f'a string, such as "{_SUCH_AS[axis]}"'
        else:
            fits, what = isinstance(value, bool), "true or false"
        if not fits:
            raise InvalidRequest(f"{name}: expected {what}, not {_shown(value)}")
    return axis, ["" if axis == "ocaml" and value == ANY else value for value in values]


def _shown(value: Any) -> str:
    """As TOML and JSON write it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "..."
