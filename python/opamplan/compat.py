"""Files under the names that package-tool gives them, for scripts that read those."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Optional, Union

from opamplan._core.closure import deps_json, dot, install_order
from opamplan._core.emit import EmitOptions, context_files, dockerfile
from opamplan._core.plan import Plan
from opamplan._core.solve import SolveResult
from opamplan.errors import InvalidRequest
from opamplan.output import Written, write_files


def write_package_tool(
    results: Iterable[SolveResult],
    plan: Plan,
    directory: Union[str, os.PathLike[str]],
    batch_size: int = 100,
    options: Optional[EmitOptions] = None,
    progress: Any = None,
) -> Written:
    """Write what package-tool's posts show; returns what was written.

    For each target of `plan`: ``NAME.VER-deps.json`` (the transitive reduction),
    ``NAME.VER-list.json`` (the install order), ``NAME.VER.dot``, ``NAME.VER.dockerfile``; for all
    ``docker-bake.hcl`` with targets ``pkg-NAME-VER`` and groups ``all-packages``, ``batch0``...
    What a Dockerfile builds is the plan's: its stages have opamplan's names, and the last is
    ``results``. `results` are those that the plan was made from.
    """
    options = options or EmitOptions()
    if batch_size < 1:
        raise InvalidRequest("a batch has at least one target")
    solutions = {r.target: r for r in results if r}
    files: list[tuple[str, bytes, bool]] = list(context_files(plan, options))
    targets = []
    for target in plan.targets:
        solution = solutions.get(target)
        if solution is None:
            raise InvalidRequest(f"{target} is a target of the plan, but not among the results")
        order = json.dumps(install_order(solution))
        for name, text in (
            (f"{target}-deps.json", deps_json(solution)),
            (f"{target}-list.json", order + "\n"),
            (f"{target}.dot", dot(solution)),
            (f"{target}.dockerfile", dockerfile(plan, target, options)),
        ):
            files.append((name, text.encode(), False))
        targets.append((bake_name(target), target))
    files.append(("docker-bake.hcl", _bake(targets, batch_size).encode(), False))
    return write_files(Path(directory), files, plan, progress)


def bake_name(target: str) -> str:
    """`async_rpc_websocket.v0.17.0` is `pkg-async_rpc_websocket-v0-17-0`."""
    return "pkg-" + re.sub(r"[^A-Za-z0-9_-]", "-", target)


def _bake(targets: list[tuple[str, str]], batch_size: int) -> str:
    names = [name for name, _ in targets]
    batches = [names[n : n + batch_size] for n in range(0, len(names), batch_size)]
    blocks = [
        "# Made by opamplan.\n",
        _group("default", ["all-packages"]),
        _group("all-packages", [f"batch{n}" for n in range(len(batches))]),
    ]
    blocks += [_group(f"batch{n}", batch) for n, batch in enumerate(batches)]
    for name, target in targets:
        file = json.dumps(f"{target}.dockerfile")
        blocks.append(
            f'target "{name}" {{\n  dockerfile = {file}\n  target     = "results"\n'
            f'  output     = ["type=local,dest=results/{name}"]\n}}\n'
        )
    return "\n".join(blocks)


def _group(name: str, members: list[str]) -> str:
    listed = "".join(f'    "{member}",\n' for member in members)
    return f'group "{name}" {{\n  targets = [\n{listed}  ]\n}}\n'
