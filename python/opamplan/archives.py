"""Archives of sources that are at hand, in a folder that `opam admin cache` filled."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Union

from opamplan._core.emit import archive_paths
from opamplan.errors import MissingFile
from opamplan.files import copy_below

if TYPE_CHECKING:
    from opamplan._core.plan import Plan

ARCHIVES = "archives"
"""The folder of the build context in which steps find them."""


def take_archives(
    plan: Plan,
    mirror: Union[str, os.PathLike[str]],
    directory: Union[str, os.PathLike[str]],
) -> set[str]:
    """Copy what the plan's packages need of `mirror` below `directory`, the build context.

    Returns the paths of what was there, for `EmitOptions.archives`. Copies share their blocks where
    the file system can do that, and what is there already is left alone.
    """
    if not Path(mirror).is_dir():
        raise MissingFile(errno.ENOENT, "no such folder", os.fspath(mirror))
    found = {path for path in archive_paths(plan) if Path(mirror, path).is_file()}
    for path in sorted(found):
        copy_below(directory, f"{ARCHIVES}/{path}", Path(mirror, path))
    return found
