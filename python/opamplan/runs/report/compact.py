"""The data of several runs for their page, in a sixth of the bytes: matrix.js reads them."""

from __future__ import annotations

from typing import Any


def compact(data: dict[str, Any]) -> dict[str, Any]:
    """What `matrix_data` gives, with texts that are said often as places in lists of them.

    A cell is null, the place of its status, or [status, seconds, failure + 1, causes, reason + 1]
    without what is nothing at its end; `maintainers` of a package are places too.
    """
    tables = {name: _Table() for name in ("statuses", "reasons", "maintainers")}

    def cell(of: Any) -> Any:
        if of is None:
            return None
        row = [
            tables["statuses"].place(of["status"]),
            of.get("seconds", 0),
            of.get("failure", -1) + 1,
            of.get("causes", 0),
            tables["reasons"].place(of["reason"]) + 1 if "reason" in of else 0,
        ]
        while row and row[-1] == 0 and len(row) > 1:
            row.pop()
        return row[0] if len(row) == 1 else row

    packages = [
        {
            **package,
            "maintainers": [tables["maintainers"].place(m) for m in package["maintainers"]],
            "cells": [cell(each) for each in package["cells"]],
        }
        for package in data["packages"]
    ]
    return {**data, **{name: table.texts for name, table in tables.items()}, "packages": packages}


class _Table:
    """Texts, each once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        return self._places.setdefault(text, len(self._places))

    @property
    def texts(self) -> list[str]:
        return list(self._places)
