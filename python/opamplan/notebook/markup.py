"""The little HTML and SVG that the drawings are made of; everything is escaped here."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

ACCENT = "#c8641e"  # opam's camel, legible on white and on black
COOL = "#4b8bbe"


class Picture:
    """A drawing: shown by notebooks, and HTML as `str`."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Picture of {len(self._text)} bytes>"

    def _repr_html_(self) -> str:
        return self._text


def element(
    tag: str, attributes: Mapping[str, object], *children: str, text: str | None = None
) -> str:
    """One element; an attribute's `_` stands for `-`, `children` are markup, `text` is escaped."""
    given = "".join(
        f' {name.replace("_", "-")}="{html.escape(number(value))}"'
        for name, value in attributes.items()
    )
    inside = "".join(children) + ("" if text is None else html.escape(text))
    return f"<{tag}{given}>{inside}</{tag}>"


def number(value: object) -> str:
    """Short: floats to a tenth."""
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)


def svg(width: float, height: float, title: str, *children: str) -> str:
    """A drawing that scrolls where it is larger than its place."""
    body = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "role": "img",
            "width": width,
            "height": height,
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "font_family": "ui-monospace,monospace",
            "font_size": 11,
            "fill": "currentColor",
        },
        element("title", {}, text=title),
        *children,
    )
    return element("div", {"style": "overflow:auto;max-height:40em"}, body)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; numbers stand on the right, with thousands apart."""
    heads = "".join(element("th", {}, text=name) for name in head)
    lines = [element("tr", {}, heads)] if heads else []
    for row in rows:
        cells = []
        for value in row:
            right = isinstance(value, (int, float)) and not isinstance(value, bool)
            text = f"{value:,}" if right else str(value)
            side = "right" if right else "left"
            cells.append(element("td", {"style": f"text-align:{side}"}, text=text))
        lines.append(element("tr", {}, *cells))
    return element("table", {}, *lines)


def heading(name: str, rest: str) -> str:
    """A first line: what it is, in bold, and what is to be said of it."""
    return element("p", {}, element("b", {}, text=name), html.escape(rest))
