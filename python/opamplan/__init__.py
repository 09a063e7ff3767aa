"""Model opam packages, solve closures, and plan chunked builds for BuildKit."""

from __future__ import annotations

# Names of the compiled core, one block a room, in the order data flows.
from opamplan._core import (
    EmitOptions,
    Environment,
    Plan,
    Repository,
    Solution,
    Universe,
    Version,
    __version__,
    bake_hcl,
    bake_json,
    base_image_of,
    batch_dockerfile,
    compare_versions,
    context_files,
    deps_json,
    dockerfile,
    dot,
    environment_presets,
    install_order,
    limit_profiles,
    make_plan,
    parse_variable_value,
)
from opamplan.errors import Cancelled, Error, InvalidRequest, ParseError
from opamplan.output import write_plan

__all__ = [
    "Cancelled",
    "EmitOptions",
    "Environment",
    "Error",
    "InvalidRequest",
    "ParseError",
    "Plan",
    "Repository",
    "Solution",
    "Universe",
    "Version",
    "__version__",
    "bake_hcl",
    "bake_json",
    "base_image_of",
    "batch_dockerfile",
    "compare_versions",
    "context_files",
    "deps_json",
    "dockerfile",
    "dot",
    "environment_presets",
    "install_order",
    "limit_profiles",
    "make_plan",
    "parse_variable_value",
    "write_plan",
]
