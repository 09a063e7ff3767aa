"""A solution as a graph: what needs what, without what follows from others."""

from __future__ import annotations

import json

from opamplan._core.closure import deps_json
from opamplan._core.solve import SolveResult
from opamplan.notebook.bar_chart import LETTER
from opamplan.notebook.layout import Layout
from opamplan.notebook.markup import ACCENT, COOL, Picture, element, heading, svg, table
from opamplan.wording import counted

MOST = 300
"""Packages that are drawn; a larger closure is a table."""
ROW = 24.0
GAP = 36.0
SEEN_FIRST = 10.0
"""The row in the middle of what a page shows before anybody scrolls."""


def closure(solution: SolveResult) -> Picture:
    """The closure of a solution's target: it stands on the left, what comes first on the right."""
    graph: dict[str, list[str]] = json.loads(deps_json(solution))
    layout = Layout(graph)
    root = layout.names.index(str(solution.target))  # alone in its rank
    layout.row[root] = min(layout.row[root], SEEN_FIRST)
    width = LETTER * max(len(name) for name in graph) + 12
    step = width + GAP

    def place(i: int) -> tuple[float, float]:
        return layout.rank[i] * step + 4, (layout.row[i] + 0.5) * ROW + 4

    edges = []
    for (source, target), route in layout.routes.items():
        path = ""
        for a, b in zip(route, route[1:]):
            (xa, ya), (xb, yb) = place(a), place(b)
            # A way point is a stretch of line as long as a node, so that lines stay between rows.
            xa += width
            bend = (xb - xa) / 2
            path += f"M{xa:.0f} {ya:.1f}" if not path else f"L{xa:.0f} {ya:.1f}"
            path += f"C{xa + bend:.0f} {ya:.1f} {xb - bend:.0f} {yb:.1f} {xb:.0f} {yb:.1f}"
        tip = element("title", {}, text=f"{source} needs {target}")
        style = {"d": path, "fill": "none", "stroke": "currentColor", "stroke_opacity": "0.35"}
        edges.append(element("path", style, tip))
    nodes = []
    for i, name in enumerate(layout.names):
        x, y = place(i)
        colour = ACCENT if name == solution.target else COOL
        box = {
            "x": x,
            "y": y - 9,
            "width": width,
            "height": 18,
            "rx": 4,
            "fill": colour,
            "fill_opacity": "0.25",
            "stroke": colour,
        }
        nodes.append(element("rect", box) + element("text", {"x": x + 6, "y": y + 4}, text=name))
    size = (layout.ranks * step - GAP + 8, layout.height * ROW + 8)
    return Picture(svg(*size, f"the closure of {solution.target}", *edges, *nodes))


def page(solution: SolveResult) -> str:
    """What a notebook shows."""
    name = solution.target or solution.package
    if not solution:
        said = {
            "no_solution": "no solution; .explanation says why",
            "unavailable": "no version is available in this environment",
            "gave_up": "given up, the search was too long",
        }
        return heading(name, f": {said.get(solution.status, solution.status)}")
    selected = solution.packages
    # What is selected only because every solution has it (roots, post dependencies) is not drawn.
    graph = json.loads(deps_json(solution))
    rest = [p for p in selected if p not in graph]
    text = heading(name, f": {counted(len(selected), 'package')}")
    if len(graph) <= MOST:
        text += str(closure(solution))
    else:
        needs = solution.dependencies
        text += table(["package", "needs"], ([p, ", ".join(needs[p])] for p in selected))
    if rest:
        text += heading("also installed", f", after or beside it: {', '.join(rest)}")
    return text
