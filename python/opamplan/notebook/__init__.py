"""How values look in notebooks: HTML with inline SVG, readable on light and dark backgrounds.

Nothing here needs a notebook: `opamplan.notebook.closure(solution)` and its kin give a `Picture`,
whose `str` is HTML for any page. Colours are the page's own (`currentColor`) or half transparent.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from opamplan import _core, change, commits, matrix

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


def _attach(kind: type, module: str, function: str = "page") -> None:
    """Give `kind` a `_repr_html_` that is a function of a module here."""

    def _repr_html_(self: Any) -> str:
        page = getattr(importlib.import_module(f"opamplan.notebook.{module}"), function)
        return str(page(self))

    _repr_html_.__qualname__ = f"{kind.__name__}._repr_html_"
    kind._repr_html_ = _repr_html_  # type: ignore[attr-defined]


_attach(_core.SolveResult, "closure_graph")
_attach(_core.Plan, "plan_sharing")
_attach(_core.PlanDifference, "plan_difference")
_attach(_core.Forecast, "forecast_timeline")
_attach(_core.Repository, "tables", "repository")
_attach(_core.Package, "tables", "package")
_attach(matrix.PlanMatrix, "tables", "matrix")
_attach(_core.Fact, "tables", "fact")
_attach(_core.Explanation, "tables", "explanation")
_attach(_core.BlockerReport, "tables", "blockers")
_attach(_core.Universe, "members", "universe")
_attach(_core.Environment, "members", "environment")
_attach(_core.Limits, "members", "limits")
_attach(_core.EmitOptions, "members", "options")
_attach(_core.PackageVersions, "members", "versions")
_attach(_core.PlanSteps, "members", "steps")
_attach(_core.ReverseDependencies, "members", "reverse_dependencies")
for _kind in (
    _core.Alignment,
    _core.BakeMeasure,
    _core.Blocker,
    _core.BlockerGroup,
    _core.Diagnostic,
    _core.DockerfileMeasure,
    _core.PlanBatch,
    _core.PlanCause,
    _core.PlanFinding,
    _core.PlanStep,
    _core.RebuiltTarget,
    _core.SeriesChange,
    _core.SourceInfo,
    change.Effect,
    change.Loss,
    change.PackageChange,
    commits.PlannedCommit,
    matrix.Combination,
):
    _attach(_kind, "members")
