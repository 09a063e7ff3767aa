"""Writing a plan's files into a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

from opamplan._core.emit import EmitOptions, default_format, emit_formats, emitted_files
from opamplan._core.plan import Plan
from opamplan.errors import expected
from opamplan.files import make_folder
from opamplan.interrupts import undivided
from opamplan.manifest import MARK, NAME, Manifest, digest, refuse_foreign, remove_stale
from opamplan.place import refuse_repository
from opamplan.several_folders import emptied
from opamplan.staging import Staged
from opamplan.terminal.progress import counting

FORMATS = tuple(emit_formats())


@dataclass(frozen=True)
class Written:
    """What an emission did to a folder; paths below it."""

    files: dict[str, int]
    """What was written, with sizes in bytes."""
    removed: list[str]
    """Of an earlier emission."""
    changed: list[str]
    """Of an earlier emission, but changed since: left there."""


def write_plan(
    plan: Plan,
    directory: Union[str, os.PathLike[str]],
    formats: Union[str, Iterable[str], None] = None,
    options: Optional[EmitOptions] = None,
    progress: Union[bool, Callable[[str, int, int], Optional[bool]], None] = None,
) -> dict[str, int]:
    """Write the files of `plan` below `directory`; returns their relative paths and sizes.

    A file that already has the right content is left alone, so that a second run changes no time
    stamp; one that opamplan did not write is not replaced. A folder holds one plan: what was
    written there for another is removed, if nobody changed it since. A repository of packages is
    refused: the copies of opam files in `packages/` would be among its own. All files take their
    places at the end, so that nothing is changed where one cannot be written, which is a FileError.

    Formats, one or several: ``dockerfile`` (one a batch, with the build context), ``bake`` (HCL and
    JSON), ``make``, ``github`` and ``kubernetes`` (what builds the batches in order), all of these
    with the Dockerfiles; ``llb`` (BuildKit's own language) with the build context; ``dot``,
    ``json`` (the plan). Default: ``bake``; ``llb`` for the strategy `merge`, which has no
    Dockerfiles.
    """
    files = files_of(plan, formats, options or EmitOptions())
    return write_files(Path(directory), files, plan, progress).files


def files_of(
    plan: Plan, formats: Union[str, Iterable[str], None], options: EmitOptions
) -> list[tuple[str, bytes, bool]]:
    """What `write_plan` writes: path, content, executable."""
    if not isinstance(plan, Plan):
        raise expected("a Plan", "Plan.load('plan.json')", plan)
    wanted = [default_format(plan)] if formats is None else _several(formats)
    return emitted_files(plan, wanted, options)


def _several(formats: Union[str, Iterable[str]]) -> list[str]:
    """The names of the formats that are meant, whether they are known or not."""
    several = [formats] if isinstance(formats, str) else formats
    if isinstance(several, bytes) or not isinstance(several, Iterable):
        raise expected("one format or several", "'bake' or ['bake', 'make']", several)
    return list(map(str, several))


def write_files(
    root: Path, files: list[tuple[str, bytes, bool]], plan: Plan, progress: Any = None
) -> Written:
    """Write the files of `plan` below `root`: path, content, executable. Stale ones are removed.

    If something goes wrong, what was there stays as it was.
    """
    refuse_repository(root)
    make_folder(root)
    older = Manifest.read(root)
    manifest = Manifest(digest(plan.to_json().encode()), {p: digest(c) for p, c, _ in files})
    if manifest.plan == older.plan:  # other formats of it stay
        manifest.files = {**older.files, **manifest.files}
    # Takes its place first, so that what a killed process leaves is known too.
    meanwhile = manifest.and_older(older)
    if manifest.plan != older.plan:
        meanwhile.plan = ""  # of none, so that whoever comes next takes what is left of the older
    told = (NAME, meanwhile.text(), False)
    for path, content, _ in [*files, told]:
        # In our own subfolders nobody has files.
        if MARK in content and ("/" not in path or path.startswith(".github/")):
            refuse_foreign(root / path)
    # Space for all of it is taken before anything is replaced.
    with emptied(root, older.folders) as stale, Staged(root) as staged, Staged(root) as end:
        for path, content, executable in counting([told, *files], "write", progress):
            staged.add(path, content, executable)
        if meanwhile != manifest:
            end.add(NAME, manifest.text())
        with undivided():
            staged.place()
            left = Manifest(files={**older.files, **stale.files})
            gone = remove_stale(root, left, manifest, progress)
            end.place()
    written = {path: len(content) for path, content, _ in files}
    return Written(written, gone.removed, [*stale.changed, *gone.changed])
