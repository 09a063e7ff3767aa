"""The report as one HTML file that needs nothing else."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def html_report(data: dict[str, Any]) -> str:
    """The page of one run."""
    return write_page("page", data)


def write_page(name: str, data: dict[str, Any]) -> str:
    """A page: template, style and scripts of this folder, and the data."""
    # `<` could end the script element, the others are line ends in old JavaScript.
    text = json.dumps(data, separators=(",", ":"))
    for char in "<\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    page = _read(f"{name}.html")
    for part, content in (
        ("STYLE", _read("page.css")),
        ("SCRIPT", _read("common.js") + _read(f"{name}.js")),
        ("DATA", text),
    ):
        page = page.replace(f"<!--{part}-->", content, 1)
    return page


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
