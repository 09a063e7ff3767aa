"""Whether a folder is one to write a plan into: not a repository of packages.

What is written has copies of opam files in `packages/`: among a repository's own, they would count.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Optional, Union

from opamplan.errors import InvalidRequest
from opamplan.manifest import MARK, Manifest

PACKAGES = "packages"


def refuse_repository(folder: Union[str, os.PathLike[str]]) -> None:
    """Raise `InvalidRequest` if the folder is a repository, or in the `packages/` of one."""
    whole = Path(os.path.realpath(folder))
    above = [place.parent for place in (whole, *whole.parents) if place.name == PACKAGES]
    for place in (whole, *above):
        found = _of_others(place)
        if found is None:
            continue
        shown, where = (os.fspath(folder), "") if place == whole else (str(place), " above it")
        raise InvalidRequest(
            f"{os.fspath(folder)}: the folder{where} is a repository of packages, as "
            f"{Path(shown, found)} is not opamplan's: what is written would count as packages of "
            "it; name another folder"
        )


def _of_others(root: Path) -> Optional[str]:
    """What makes a folder a repository, and was not written by an earlier emission; or None."""
    if (root / "repo").is_file():
        return "repo"
    for name in _folders(root):  # a repository without `packages/`
        if version := _version_at(root / name) or _version_in(root / name):
            return version
    written = [path.split("/") for path in Manifest.read(root).files]
    ours = {parts[1] for parts in written if parts[0] == PACKAGES and len(parts) > 2}
    emitted = bool(written) or _has_our_step(root)
    for name in sorted(set(_folders(root / PACKAGES)) - ours):
        # An emission writes packages/NAME.VERSION, and of an earlier plan leaves what was changed,
        # of which no manifest tells any more; it never writes into a folder of the package.
        flat = None if emitted else _version_at(root / PACKAGES / name)
        if version := flat or _version_in(root / PACKAGES / name):
            return f"{PACKAGES}/{version}"
    return None


def _has_our_step(root: Path) -> bool:
    """Whether there is the script of an emission, though its manifest may be lost."""
    step = root / "step"
    with contextlib.suppress(OSError):
        return step.is_file() and MARK in step.read_bytes()
    return False


def _version_at(folder: Path) -> Optional[str]:
    """NAME.VERSION, if that is what the folder is called, and it has a file `opam`."""
    return folder.name if "." in folder.name and (folder / "opam").is_file() else None


def _version_in(folder: Path) -> Optional[str]:
    """NAME/NAME.VERSION, if a folder NAME has one with a file `opam`."""
    for name in _folders(folder):
        if name.startswith(f"{folder.name}.") and _version_at(folder / name):
            return f"{folder.name}/{name}"
    return None


def _folders(folder: Path) -> Iterator[str]:
    """The names of what is in it, by name, without files and what is hidden; of no folder, none."""
    with contextlib.suppress(OSError):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        yield from (e.name for e in entries if e.name[0] != "." and e.is_dir())
