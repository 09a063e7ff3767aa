"""Horizontal bars: names, lengths, numbers."""

from __future__ import annotations

from collections.abc import Iterable

from opamplan.notebook.markup import ACCENT, Picture, element, svg

ROW = 18
LETTER = 6.7  # pixels of one letter at 11 px, with a little room


def bars(
    rows: Iterable[tuple[str, float]], title: str = "", unit: str = "", width: float = 360
) -> Picture:
    """Rows of (name, number) as bars, in the order given; the longest is `width` pixels."""
    rows = list(rows)
    most = max((value for _, value in rows), default=0) or 1
    left = LETTER * max((len(name) for name, _ in rows), default=0) + 10
    parts = []
    top = ROW if title else 0
    if title:
        parts.append(element("text", {"x": 0, "y": 12, "font_weight": "bold"}, text=title))
    for i, (name, value) in enumerate(rows):
        y = top + i * ROW
        label = f"{value:,.1f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
        if unit:
            label += f" {unit}"
        length = max(1.0, width * value / most)
        parts.append(
            element("text", {"x": left - 6, "y": y + 13, "text_anchor": "end"}, text=name)
            + element(
                "rect",
                {
                    "x": left,
                    "y": y + 3,
                    "width": length,
                    "height": ROW - 6,
                    "rx": 2,
                    "fill": ACCENT,
                    "fill_opacity": "0.75",
                },
            )
            + element("text", {"x": left + length + 5, "y": y + 13, "opacity": "0.8"}, text=label)
        )
    longest_label = LETTER * (len(f"{most:,.1f} {unit}") + 1)
    total = left + width + longest_label
    return Picture(svg(total, top + ROW * len(rows) + 4, title or "bars", *parts))
