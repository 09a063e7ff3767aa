"""How values look in notebooks: HTML with inline SVG, readable on light and dark backgrounds.

Nothing here needs a notebook: `opamplan.notebook.closure(solution)` and its kin give a `Picture`,
whose `str` is HTML for any page. Colours are the page's own (`currentColor`) or half transparent.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from opamplan import looks
from opamplan._core.closure import ReverseDependencies
from opamplan._core.emit import EmitOptions
from opamplan._core.inspect import BakeMeasure, DockerfileMeasure, PlanFinding
from opamplan._core.package import Environment
from opamplan._core.plan import (
    Alignment,
    Forecast,
    Limits,
    Plan,
    PlanBatch,
    PlanCause,
    PlanDifference,
    PlanStep,
    PlanSteps,
    RebuiltTarget,
    SeriesChange,
)
from opamplan._core.repository import Diagnostic, Package, PackageVersions, Repository, SourceInfo
from opamplan._core.solve import (
    Blocker,
    BlockerGroup,
    BlockerReport,
    Explanation,
    Fact,
    SolveResult,
    Universe,
)

if TYPE_CHECKING:
    from opamplan.notebook.bar_chart import bars
    from opamplan.notebook.closure_graph import closure
    from opamplan.notebook.forecast_timeline import timeline
    from opamplan.notebook.markup import Picture
    from opamplan.notebook.plan_difference import difference
    from opamplan.notebook.plan_sharing import sharing
    from opamplan.notebook.size_histogram import closure_sizes
    from opamplan.notebook.status_table import statuses

__all__ = [
    "Picture",
    "bars",
    "closure",
    "closure_sizes",
    "difference",
    "sharing",
    "statuses",
    "timeline",
]

_HOMES = {
    "Picture": "markup",
    "bars": "bar_chart",
    "closure": "closure_graph",
    "closure_sizes": "size_histogram",
    "difference": "plan_difference",
    "sharing": "plan_sharing",
    "statuses": "status_table",
    "timeline": "forecast_timeline",
}


def __getattr__(name: str) -> Any:
    """Import a drawing when it is asked for, so that `import opamplan` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"opamplan.notebook.{_HOMES[name]}"), name)


def _drawn(value: object, module: str, function: str) -> str:
    """A value as HTML, by a function of a module here."""
    page = getattr(importlib.import_module(f"opamplan.notebook.{module}"), function)
    return str(page(value))


def _draw(value: object) -> str:
    """The same of a class of Python; one that derives from it looks alike."""
    names = {kind.__name__ for kind in type(value).__mro__}
    place = ("tables", "matrix") if "PlanMatrix" in names else ("members", "page")
    return _drawn(value, *place)


def _attach(kind: type, module: str, function: str = "page") -> None:
    """Give a class of the core a `_repr_html_` that is a function of a module here."""

    def _repr_html_(self: Any) -> str:
        return _drawn(self, module, function)

    _repr_html_.__qualname__ = f"{kind.__name__}._repr_html_"
    kind._repr_html_ = _repr_html_  # type: ignore[attr-defined]


looks.draw = _draw
_attach(SolveResult, "closure_graph")
_attach(Plan, "plan_sharing")
_attach(PlanDifference, "plan_difference")
_attach(Forecast, "forecast_timeline")
_attach(Repository, "tables", "repository")
_attach(Package, "tables", "package")
_attach(Fact, "tables", "fact")
_attach(Explanation, "tables", "explanation")
_attach(BlockerReport, "tables", "blockers")
_attach(Universe, "members", "universe")
_attach(Environment, "members", "environment")
_attach(Limits, "members", "limits")
_attach(EmitOptions, "members", "options")
_attach(PackageVersions, "members", "versions")
_attach(PlanSteps, "members", "steps")
_attach(ReverseDependencies, "members", "reverse_dependencies")
for _kind in (
    Alignment,
    BakeMeasure,
    Blocker,
    BlockerGroup,
    Diagnostic,
    DockerfileMeasure,
    PlanBatch,
    PlanCause,
    PlanFinding,
    PlanStep,
    RebuiltTarget,
    SeriesChange,
    SourceInfo,
):
    _attach(_kind, "members")
