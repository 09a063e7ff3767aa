"""Measuring Dockerfiles and bake files on disk, whoever wrote them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Union

from opamplan._core.emit import bake_file_names
from opamplan._core.inspect import (
    BakeMeasure,
    DockerfileMeasure,
    PlanFinding,
    inspect_bake,
    inspect_dockerfile,
)
from opamplan._core.plan import Limits
from opamplan.errors import InvalidRequest, list_of
from opamplan.files import read, telling


def inspect_files(
    paths: Union[str, os.PathLike[str], Iterable[Union[str, os.PathLike[str]]]],
    limits: Union[str, Limits, None] = None,
) -> tuple[dict[str, Union[DockerfileMeasure, BakeMeasure]], list[PlanFinding]]:
    """Measure files, or one, against `limits`, which may be a profile's name (default: BuildKit).

    A folder stands for the Dockerfiles (`Dockerfile`, `*.Dockerfile`, `Dockerfile.*`) and the
    docker-bake files directly in it. Returns the measure of each file, and everything wrong. Raises
    FileError.
    """
    limits = limits or "buildkit"
    measures: dict[str, Union[DockerfileMeasure, BakeMeasure]] = {}
    findings: list[PlanFinding] = []
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    several: list[Any] = list_of((str, os.PathLike), "paths", "['out']", paths)
    for path in map(Path, several):
        for file in _files(path):
            text = read(file).decode("utf-8", "replace")
            bake = file.suffix in (".hcl", ".json")
            measure = (inspect_bake if bake else inspect_dockerfile)(text, str(file), limits)
            measures[str(file)] = measure
            findings += measure.findings
    return measures, findings


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    with telling(path):
        inside = list(path.iterdir())
    found = [path / name for name in bake_file_names() if (path / name).is_file()]
    found += sorted(
        p
        for p in inside
        if p.name == "Dockerfile" or p.suffix == ".Dockerfile" or p.name.startswith("Dockerfile.")
    )
    if not found:
        llb = any(file.suffix == ".llb" for file in inside)
        instead = (
            "; LLB is not measured: prove the plan it is of (`opamplan doctor`, `diagnose`)"
            if llb
            else ""
        )
        raise InvalidRequest(
            f"{path}: no Dockerfile and no docker-bake file in this folder{instead}"
        )
    return found
