"""Many files of one folder that take their places together, or not at all.

They are written below one folder beside them, so that a full disk is met, and a process killed,
before anything has been replaced. A folder that is absent is made there too, and takes its place
with all that is in it: most files of a first emission do.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from typing import Union

from opamplan.errors import file_error
from opamplan.files import TEMPORARY, Below, telling, write_new


class Staged:
    """Files for places below `root`, a folder that is there.

    Whatever has not been placed at the end of a `with` is taken away again.
    """

    def __init__(self, root: Union[str, os.PathLike[str]]) -> None:
        self._shown = os.fspath(root)
        self._whole = os.path.realpath(root)
        self._below = Below(root)
        self._name = TEMPORARY + secrets.token_hex(8)
        self._beside = -1
        self._waiting: list[tuple[str, str]] = []  # names in the folder beside, and their places
        self._inside: list[tuple[str, str]] = []  # the same of files in new folders
        self._new: dict[str, str] = {}  # by its place the name of a new folder

    def add(self, path: str, content: bytes, executable: bool = False) -> None:
        """Write what is to be at `path`; what is there already is left alone, with its time."""
        folder, _, last = path.rpartition("/")
        if folder not in self._new:
            parts = folder.split("/") if folder else []
            there = self._there(parts)
            if there == len(parts) and self._below.holds(last, content, executable):
                return
            for depth in range(there + 1, len(parts) + 1):
                self._make("/".join(parts[:depth]))
        if folder in self._new:
            name = f"{self._new[folder]}/{last}"
            self._inside.append((name, path))
        else:
            name = self._wait(path)
        write_new(self._beside, name, content, executable, (self._shown, path))

    def place(self) -> None:
        """Give all of them their places, in the order in which they were added."""
        for name, path in self._waiting:
            self._place(name, path)
        for held in (self._waiting, self._inside, self._new):
            held.clear()

    def _there(self, parts: list[str]) -> int:
        """How many of the folders, each in the one before, need not be made."""
        for depth in range(len(parts) - 1, 0, -1):
            if "/".join(parts[:depth]) in self._new:
                return depth
        return self._below.enter(parts)

    def _make(self, folder: str) -> None:
        """A new folder; the outermost takes its place with those that are in it."""
        parent, _, last = folder.rpartition("/")
        if parent in self._new:
            name = f"{self._new[parent]}/{last}"
        else:
            self._below.require_room(last)
            name = self._wait(folder)
        with telling(os.path.join(self._shown, folder), writing=True):
            os.mkdir(name, dir_fd=self._beside)
        self._new[folder] = name

    def _wait(self, path: str) -> str:
        """A name in the folder beside for what takes its place by itself."""
        if self._beside < 0:
            self._beside = self._below.make(self._name)
        name = str(len(self._waiting))
        self._waiting.append((name, path))
        return name

    def _place(self, name: str, path: str) -> None:
        *parts, last = path.split("/")
        folder = self._below.folder(parts)
        try:
            os.rename(name, last, src_dir_fd=self._beside, dst_dir_fd=folder)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise file_error(error, os.path.join(self._shown, path), writing=True) from None
            for inside, place in self._inside:  # somebody else made the folder meanwhile
                if inside.startswith(f"{name}/"):
                    self._place(inside, place)

    def __enter__(self) -> Staged:
        return self

    def __exit__(self, *_: object) -> None:
        with self._below:
            if self._beside < 0:
                return
            os.close(self._beside)
            with contextlib.suppress(OSError):
                os.rmdir(self._name, dir_fd=self._below.folder(()))
                return
            import shutil

            shutil.rmtree(os.path.join(self._whole, self._name), ignore_errors=True)
