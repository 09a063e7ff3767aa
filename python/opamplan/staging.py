"""Many files of one folder that take their places together, or not at all.

They are written below one folder beside them, so that a full disk is met, and a process killed,
before anything has been replaced.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import Union

from opamplan.errors import file_error
from opamplan.files import TEMPORARY, Below, write_new


class Staged:
    """Files for places below `root`, a folder that is there.

    Whatever has not been placed at the end of a `with` is taken away again, with the folders that
    were made for it.
    """

    def __init__(self, root: Union[str, os.PathLike[str]]) -> None:
        self._shown = os.fspath(root)
        self._below = Below(root)
        self._name = TEMPORARY + secrets.token_hex(8)
        self._waiting: list[tuple[str, str]] = []  # names in the folder beside, and their places
        self._beside = -1

    def add(self, path: str, content: bytes, executable: bool = False) -> None:
        """Write what is to be at `path`; what is there already is left alone, with its time."""
        if self._below.holds(path, content, executable):
            return
        if self._beside < 0:
            self._beside = self._below.make(self._name)
        name = str(len(self._waiting))
        self._waiting.append((name, path))
        write_new(self._beside, name, content, executable, os.path.join(self._shown, path))

    def place(self) -> None:
        """Give all of them their places, in the order in which they were added."""
        for name, path in self._waiting:
            *parts, last = path.split("/")
            folder = self._below.folder(parts)
            try:
                os.rename(name, last, src_dir_fd=self._beside, dst_dir_fd=folder)
            except OSError as error:
                raise file_error(error, os.path.join(self._shown, path), writing=True) from None
        self._waiting.clear()
        self._below.made.clear()

    def __enter__(self) -> Staged:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            for name, _path in self._waiting:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=self._beside)
        for parts in reversed(self._below.made):
            with contextlib.suppress(OSError):  # what others have written into it meanwhile stays
                os.rmdir(parts[-1], dir_fd=self._below.folder(parts[:-1]))
        with self._below:
            if self._beside >= 0:
                os.close(self._beside)
                with contextlib.suppress(OSError):
                    os.rmdir(self._name, dir_fd=self._below.folder(()))
