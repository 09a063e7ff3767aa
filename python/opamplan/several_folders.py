"""The folders of several plans below one, so that what an emission of other ones left is known."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Union

from opamplan.files import LOCK, Lock, make_folder, write_below
from opamplan.interrupts import undivided
from opamplan.manifest import NAME, Manifest, Removed, digest, refuse_foreign, remove_stale


@contextmanager
def folders_of_plans(
    root: Union[str, os.PathLike[str]], names: Iterable[str], progress: Any = None
) -> Iterator[Removed]:
    """Meanwhile plans are written into the folders `names` below `root`, one each.

    At the end what an earlier emission wrote below `root` besides is removed: one plan, or those of
    other names. Where something goes wrong that stays, and the next one knows it. What is yielded
    tells at the end what was removed. Raises InvalidRequest if a run is going on in such a folder.
    """
    top = Path(root)
    make_folder(top)
    refuse_foreign(top / NAME)
    older = Manifest.read(top)
    now = Manifest(folders=tuple(names))
    removed = Removed()
    with emptied(top, [name for name in older.folders if name not in now.folders]) as stale:
        # Takes its place first, so that what a killed process leaves is known too.
        write_below(top, NAME, replace(now.and_older(older), plan="").text())
        try:
            yield removed
        except BaseException:
            if not any((top / name).is_dir() for name in now.folders):  # nothing has been written
                _put_back(top, older)
            raise
        with undivided():
            left = Manifest(files={**older.files, **stale.files})
            gone = remove_stale(top, left, now, progress)
            write_below(top, NAME, now.text())
        removed.removed, removed.changed = gone.removed, [*stale.changed, *gone.changed]


def _put_back(top: Path, older: Manifest) -> None:
    """The manifest that was there, or none."""
    if older == Manifest():
        (top / NAME).unlink(missing_ok=True)
    else:
        write_below(top, NAME, older.text())


@dataclass
class Stale:
    """What earlier emissions left in folders below one."""

    files: dict[str, str] = field(default_factory=dict)
    """Their digests by path: to be removed."""
    changed: list[str] = field(default_factory=list)
    """Folders in whose places something else is now, such as a link: left there."""


@contextmanager
def emptied(root: Path, names: Iterable[str]) -> Iterator[Stale]:
    """What emissions wrote into folders below `root`.

    Nobody else writes there meanwhile. Of the folders those go in which nothing is left.
    """
    with ExitStack() as stack:
        stale = Stale()
        for name in names:
            place = root / name
            if place.is_dir() and not place.is_symlink():
                stack.enter_context(Lock(place / LOCK, os.fspath(place), [place]))
                there = Manifest.read(root, name)
                every = {**there.files, NAME: digest(there.text())}
                stale.files.update({f"{name}/{path}": found for path, found in every.items()})
            elif os.path.lexists(place):
                stale.changed.append(name)
        yield stale
