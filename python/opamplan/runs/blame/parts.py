"""The packages of a solution with all that they are made of, and repositories of chosen ones."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from opamplan._core.plan import Plan
from opamplan._core.repository import Package, Repository
from opamplan._core.solve import SolveResult
from opamplan.errors import InvalidRequest
from opamplan.plan_names import is_folder_name


@dataclass(frozen=True)
class FileBeside:
    """What lies in a version's folder `files/`."""

    path: str
    content: bytes
    executable: bool


@dataclass(frozen=True)
class Part:
    """One version of a name: its opam file and what lies beside it."""

    name: str
    version: str
    text: str
    effective: str
    """What of the file can change a build, or its digest."""
    files: tuple[FileBeside, ...] = ()
    path: str = ""
    """Of its opam file in the source that it came from."""

    @property
    def package(self) -> str:
        """NAME.VERSION."""
        return f"{self.name}.{self.version}"


def part_of(package: Package) -> Part:
    """Of a repository's package."""
    if package.is_pinned:
        raise InvalidRequest(
            f"{package} is pinned: blame compares versions of repositories; leave out its --pin"
        )
    return Part(
        package.name,
        str(package.version),
        package.text,
        package.effective_part,
        tuple(FileBeside(f.path, f.content, f.executable) for f in package.files),
        package.path,
    )


def parts_of(repository: Repository, solution: SolveResult) -> dict[str, Part]:
    """By name: the packages of a solution."""
    parts = (part_of(repository.package(package)) for package in solution.packages)
    return {part.name: part for part in parts}


def parts_in(plan: Plan) -> list[Part]:
    """The packages of a plan, which has their opam files."""
    return [
        Part(
            package["name"],
            package["version"],
            package["opam"],
            package["effective"],
            tuple(
                FileBeside(f["path"], base64.b64decode(f["base64"]), f["executable"])
                for f in package.get("files", ())
            ),
        )
        for package in json.loads(plan.to_json())["packages"]
    ]


def repository_of(parts: Iterable[Part]) -> Repository:
    """A repository that has these packages and nothing else."""
    several = list(parts)
    if any(file.executable for part in several for file in part.files):
        with tempfile.TemporaryDirectory(prefix="opamplan-") as folder:
            for part in several:
                write_part(Path(folder), part)
            return Repository.open(folder, cache=False)
    files: dict[str, str | bytes] = {}
    for part in several:
        place = f"packages/{part.name}/{part.package}"
        files[f"{place}/opam"] = part.text
        for file in part.files:
            files[f"{place}/files/{file.path}"] = file.content
    return Repository.from_files(files)


def write_part(folder: Path, part: Part) -> None:
    """Write a package into the folder of a repository.

    It may be of a run's plan, which anyone may have written. Raises InvalidRequest.
    """
    if not all(map(is_folder_name, (part.name, part.package))):
        raise InvalidRequest(f"no package can have this name and version: {part.package!r}")
    place = folder / "packages" / part.name / part.package
    place.mkdir(parents=True)
    (place / "opam").write_text(part.text, encoding="utf-8", errors="surrogateescape", newline="")
    for file in part.files:
        path = place / "files" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        if file.executable:
            path.chmod(0o755)
