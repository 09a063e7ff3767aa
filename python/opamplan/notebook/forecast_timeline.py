"""When each worker does what: a forecast over its hours."""

from __future__ import annotations

from typing import Any

from opamplan._core.plan import Forecast
from opamplan.errors import expected
from opamplan.notebook.bar_chart import LETTER
from opamplan.notebook.markup import ACCENT, COOL, Picture, element, heading, number, svg, table
from opamplan.wording import counted, duration

WIDTH = 640.0
LEFT = 70.0
MOST_ROWS = 32  # workers that have a row of their own
MOST_NAMED = 400  # steps whose name is shown where the pointer is


def timeline(forecast: Forecast) -> Picture:
    """Workers against time: what is on the critical path stands out, batches end at thin lines.

    More than 32 workers, which nobody can read as rows, are one area: how many of them are busy.
    """
    if not isinstance(forecast, Forecast):
        raise expected("a Forecast", "opamplan.forecast(plan)", forecast)
    return _drawn(forecast, forecast.to_columns())


def _drawn(forecast: Forecast, columns: dict[str, list[Any]]) -> Picture:
    span = forecast.makespan_seconds
    if not columns["step"] or span <= 0:
        return Picture(
            svg(LEFT + WIDTH, 20, "forecast", element("text", {"y": 14}, text="nothing to run"))
        )
    scale = WIDTH / span
    workers = _workers(columns)
    if workers <= MOST_ROWS:
        height, parts = _rows(columns, set(forecast.critical_path), workers, scale)
    else:
        height, parts = _area(columns, workers, scale)
    for end in forecast.batch_ends[:-1]:
        x = LEFT + end * scale
        parts.append(_line(x, 0, x, height, "2 3"))
    parts += _axis(span, scale, height)
    return Picture(svg(LEFT + WIDTH + 60, height + 20, "forecast", *parts))


def page(forecast: Forecast) -> str:
    """What a notebook shows."""
    columns = forecast.to_columns()
    rows = [
        ("on these workers", duration(forecast.makespan_seconds)),
        ("one after the other", duration(forecast.work_seconds)),
        ("longest chain of steps", duration(forecast.critical_seconds)),
        ("built already, steps", forecast.built),
    ]
    said = f": {counted(forecast.steps, 'step')} on {counted(_workers(columns), 'worker')}"
    return heading("Forecast", said) + table([], rows) + str(_drawn(forecast, columns))


def _workers(columns: dict[str, list[Any]]) -> int:
    return max(columns["worker"], default=-1) + 1


def _rows(
    columns: dict[str, list[Any]], critical: set[str], workers: int, scale: float
) -> tuple[float, list[str]]:
    row = 22.0 if workers <= 12 else 12.0
    named = len(columns["step"]) <= MOST_NAMED
    parts = [
        element(
            "text",
            {"x": LEFT - 6, "y": w * row + row / 2 + 4, "text_anchor": "end", "opacity": "0.8"},
            text=f"worker {w + 1}",
        )
        for w in range(workers)
        if row > 20 or w % 4 == 0
    ]
    paths: dict[bool, list[str]] = {False: [], True: []}
    for label, worker, start, end in zip(
        columns["label"], columns["worker"], columns["start"], columns["end"]
    ):
        x, y, width = LEFT + start * scale, worker * row + 2, max(0.5, (end - start) * scale - 0.5)
        hot = any(name in critical for name in label.split(" "))
        if not named:
            paths[hot].append(
                f"M{number(x)} {number(y)}h{number(width)}v{number(row - 4)}h{number(-width)}z"
            )
            continue
        inside = [element("title", {}, text=f"{label}: {duration(end - start)}")]
        colours: dict[str, object] = {"fill": ACCENT if hot else COOL, "fill_opacity": "0.75"}
        box = {"x": x, "y": y, "width": width, "height": row - 4, **colours}
        parts.append(element("rect", box, *inside))
        shown = int((width - 6) / LETTER)
        if row > 20 and shown >= min(len(label), 4):
            text = label if len(label) <= shown else label[: shown - 1] + "…"
            parts.append(element("text", {"x": x + 3, "y": y + 13}, text=text))
    for hot, colour in ((False, COOL), (True, ACCENT)):
        if paths[hot]:
            path = {"d": "".join(paths[hot]), "fill": colour, "fill_opacity": "0.75"}
            parts.append(element("path", path))
    return workers * row, parts


def _area(columns: dict[str, list[Any]], workers: int, scale: float) -> tuple[float, list[str]]:
    height = 160.0
    events = sorted(
        [(start, 1) for start in columns["start"]] + [(end, -1) for end in columns["end"]]
    )
    busy, outline, last = 0, [f"M{number(LEFT)} {number(height)}"], -1.0
    for time, change in events:
        x = LEFT + time * scale
        if x - last >= 0.5:
            outline.append(f"H{number(x)}V{number(height - busy / workers * height)}")
            last = x
        busy += change
    outline.append(f"H{number(LEFT + max(columns['end']) * scale)}V{number(height)}z")
    area = element("path", {"d": "".join(outline), "fill": COOL, "fill_opacity": "0.75"})
    most = element("text", {"x": LEFT - 6, "y": 10, "text_anchor": "end"}, text=f"{workers} busy")
    return height, [area, most]


def _axis(span: float, scale: float, height: float) -> list[str]:
    steps = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 6 * 3600, 24 * 3600)
    tick = next((s for s in steps if span / s <= 8), 7 * 24 * 3600)
    parts = [_line(LEFT, height, LEFT + WIDTH, height)]
    at = 0
    while at <= span:
        x = LEFT + at * scale
        parts.append(_line(x, height, x, height + 4))
        label = {"x": x, "y": height + 16, "text_anchor": "middle", "opacity": "0.8"}
        parts.append(element("text", label, text=_on_axis(at)))
        at += tick
    return parts


def _on_axis(seconds: int) -> str:
    return duration(seconds).replace(" 00 s", "").replace(" 00 min", "") if seconds else "0"


def _line(x1: float, y1: float, x2: float, y2: float, dashes: str = "") -> str:
    ends: dict[str, object] = {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": "currentColor"}
    return element(
        "line",
        {**ends, "stroke_opacity": "0.5", **({"stroke_dasharray": dashes} if dashes else {})},
    )
