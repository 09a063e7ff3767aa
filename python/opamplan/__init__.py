"""Model opam packages, solve closures, and plan chunked builds for BuildKit."""

from __future__ import annotations

from opamplan import interrupts  # noqa: F401  (first, as all others take time)

# isort: split
from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from opamplan import attached, notebook  # noqa: F401  (both give classes of the core methods)

# Names of the compiled core, one block a room.
from opamplan._core import __version__
from opamplan._core.closure import (
    ReverseDependencies,
    dependency_paths,
    deps_json,
    dot,
    install_order,
)
from opamplan._core.emit import (
    EmitOptions,
    archive_paths,
    bake_hcl,
    bake_json,
    batch_dockerfile,
    batch_dockerfiles,
    batch_llb,
    batch_llbs,
    context_files,
    dockerfile,
    image_llb,
    stage_names,
)
from opamplan._core.inspect import (
    BakeMeasure,
    DockerfileMeasure,
    PlanFinding,
    diagnose,
    inspect_bake,
    inspect_dockerfile,
    read_dockerfile,
)
from opamplan._core.package import (
    Environment,
    PackageFormula,
    Version,
    base_image_of,
    compare_versions,
    environment_presets,
    evaluate_file,
    parse_variable_value,
)
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
    Series,
    SeriesChange,
    align,
    compare_plans,
    disk_bytes,
    forecast,
    limit_profiles,
    make_plan,
)
from opamplan._core.repository import (
    Diagnostic,
    ExtraFile,
    Package,
    PackageVersions,
    Repository,
    SourceInfo,
)
from opamplan._core.solve import (
    Blocker,
    BlockerGroup,
    BlockerReport,
    Explanation,
    Fact,
    SolveResult,
    Universe,
)
from opamplan._core.syntax import File, Item, Value, parse, parse_recovering, parse_value
from opamplan.errors import (
    Cancelled,
    CyclicDependencies,
    Error,
    FileError,
    InvalidRequest,
    LoadError,
    MissingFile,
    MissingRepository,
    ParseError,
    PlanFormatError,
    StateError,
    UnknownPackage,
)

if TYPE_CHECKING:
    from opamplan.archives import take_archives
    from opamplan.change import Effect, Loss, PackageChange, compare_repositories, effect_of
    from opamplan.commits import PlannedCommit, plan_commits
    from opamplan.images import image_environment
    from opamplan.inspection import inspect_files
    from opamplan.left_out import LeftOut
    from opamplan.matrix import Combination, PlanMatrix, combinations, plan_matrix
    from opamplan.output import write_plan

__all__ = [
    "Alignment",
    "BakeMeasure",
    "Blocker",
    "BlockerGroup",
    "BlockerReport",
    "Cancelled",
    "Combination",
    "CyclicDependencies",
    "Diagnostic",
    "DockerfileMeasure",
    "Effect",
    "EmitOptions",
    "Environment",
    "Error",
    "Explanation",
    "ExtraFile",
    "Fact",
    "File",
    "FileError",
    "Forecast",
    "InvalidRequest",
    "Item",
    "LeftOut",
    "Limits",
    "LoadError",
    "Loss",
    "MissingFile",
    "MissingRepository",
    "Package",
    "PackageChange",
    "PackageFormula",
    "PackageVersions",
    "ParseError",
    "Plan",
    "PlanBatch",
    "PlanCause",
    "PlanDifference",
    "PlanFinding",
    "PlanFormatError",
    "PlanMatrix",
    "PlanStep",
    "PlanSteps",
    "PlannedCommit",
    "RebuiltTarget",
    "Repository",
    "ReverseDependencies",
    "Series",
    "SeriesChange",
    "SolveResult",
    "SourceInfo",
    "StateError",
    "Universe",
    "UnknownPackage",
    "Value",
    "Version",
    "__version__",
    "align",
    "archive_paths",
    "bake_hcl",
    "bake_json",
    "base_image_of",
    "batch_dockerfile",
    "batch_dockerfiles",
    "batch_llb",
    "batch_llbs",
    "combinations",
    "compare_plans",
    "compare_repositories",
    "compare_versions",
    "context_files",
    "dependency_paths",
    "deps_json",
    "diagnose",
    "disk_bytes",
    "dockerfile",
    "dot",
    "effect_of",
    "environment_presets",
    "evaluate_file",
    "forecast",
    "image_environment",
    "image_llb",
    "inspect_bake",
    "inspect_dockerfile",
    "inspect_files",
    "install_order",
    "limit_profiles",
    "make_plan",
    "notebook",
    "parse",
    "parse_recovering",
    "parse_value",
    "parse_variable_value",
    "plan_commits",
    "plan_matrix",
    "read_dockerfile",
    "stage_names",
    "take_archives",
    "write_plan",
]

_HOMES = {
    "archives": ("take_archives",),
    "change": ("Effect", "Loss", "PackageChange", "compare_repositories", "effect_of"),
    "commits": ("PlannedCommit", "plan_commits"),
    "images": ("image_environment",),
    "inspection": ("inspect_files",),
    "left_out": ("LeftOut",),
    "matrix": ("Combination", "PlanMatrix", "combinations", "plan_matrix"),
    "output": ("write_plan",),
}
"""Modules that are imported when one of their names is asked for: all are half of the start."""
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


_FURTHER = ("data", "errors", "runs", "terminal")
"""Modules whose names are not here too, and that the documentation names."""


def __dir__() -> list[str]:
    """All names, imported or not, and those of the modules that are for others."""
    own = (name for name in globals() if name.startswith("__"))
    return sorted({*own, *_HOMES, *_FURTHER, *__all__})


if not TYPE_CHECKING:  # to which it would say that every name is there

    def __getattr__(name: str) -> object:
        """What is not imported yet: a name of `_HOMES`, or a module of the package."""
        if home := _HOME_OF.get(name):
            found = globals()[name] = getattr(_import_module(f"opamplan.{home}"), name)
            return found
        if name.isidentifier() and not name.startswith("_"):
            try:
                return _import_module(f"opamplan.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"opamplan.{name}":  # the module is there, what it needs is not
                    raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
