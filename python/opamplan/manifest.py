"""What opamplan wrote into a folder, so that it takes away its own files and no others."""

from __future__ import annotations

import errno
import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opamplan.errors import InvalidRequest, file_error
from opamplan.files import open_folder, read_regular, remove_below
from opamplan.terminal.progress import counting

NAME = ".opamplan.json"
"""Of the manifest, in the folder itself."""
_MOST = 64 << 20  # bytes
_REMOVERS = 8
"""Threads that remove files: they wait for the disk, which takes milliseconds for each."""
MARK = b"opamplan"
"""A file that opamplan wrote has the word somewhere: as `Made by opamplan`, or in a path."""


def digest(content: bytes) -> str:
    """How a manifest knows a file again."""
    return hashlib.sha256(content).hexdigest()


@dataclass
class Manifest:
    """The files below a folder that were written for one plan."""

    plan: str = ""
    """Which one: a digest."""
    files: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each, by path."""
    folders: tuple[str, ...] = ()
    """Their names, if it holds those of several plans, of which each has a manifest of its own."""

    @staticmethod
    def read(root: Path, name: str = "") -> Manifest:
        """Of a folder, or of the folder `name` in it; empty where there is none, or another file.

        It may be anyone's, as all that lies there. Raises FileError for one that may not be read:
        nobody knows then what was written there.
        """
        try:
            with ExitStack() as stack:
                folder = stack.enter_context(open_folder(str(root.resolve()), shown=str(root)))
                if name:
                    folder = stack.enter_context(open_folder(name, folder))
                content, size, _ = read_regular(NAME, folder, _MOST)
            found = json.loads(content) if size <= _MOST else None
        except (OSError, ValueError, RecursionError, InvalidRequest) as error:
            if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
                raise file_error(error, root / name / NAME) from None
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
            return Manifest()
        files = {p: d for p, d in found["files"].items() if isinstance(d, str) and _is_below(p)}
        names = found.get("folders", [])
        folders = [n for n in names if isinstance(n, str)] if isinstance(names, list) else []
        below = tuple(name for name in folders if "/" not in name and _is_below(name))
        return Manifest(str(found.get("plan", "")), files, below)

    def text(self) -> bytes:
        """As it is written: equal manifests are equal bytes."""
        told = {"made by": "opamplan", "plan": self.plan, "files": self.files}
        if self.folders:
            told["folders"] = self.folders
        # A file a line, but not by `indent`, with which json is ten times as slow.
        return (json.dumps(told, separators=(",\n", ": "), sort_keys=True) + "\n").encode()

    def and_older(self, older: Manifest) -> Manifest:
        """With what `older` has besides."""
        folders = dict.fromkeys((*older.folders, *self.folders))
        return Manifest(self.plan, {**older.files, **self.files}, tuple(folders))


@dataclass
class Removed:
    """What became of the files of an earlier emission, by their paths."""

    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """Changed since they were written, and so left there."""


def remove_stale(root: Path, older: Manifest, kept: Manifest, progress: Any = None) -> Removed:
    """Remove what `older` lists and `kept` does not, if it is as it was written."""
    from concurrent.futures import ThreadPoolExecutor

    # Manifests come last, which tell the next emission what a killed process has left.
    stale = sorted(
        older.files.keys() - kept.files.keys(), key=lambda path: (path.endswith("/" + NAME), path)
    )
    done = Removed()
    with ThreadPoolExecutor(_REMOVERS) as several:
        found = several.map(lambda path: remove_below(root, path, older.files[path]), stale)
        for path, gone in zip(counting(stale, "remove", progress), found):
            if gone is not None:
                (done.removed if gone else done.changed).append(path)
    return done


def refuse_foreign(path: Path) -> None:
    """Raise InvalidRequest for what a person wrote: there is no second copy of that."""
    if path.is_file() and not path.is_symlink() and MARK not in path.read_bytes():
        raise InvalidRequest(
            f"{path}: opamplan did not write this file, and would replace it: move it away, or "
            "name another folder"
        )


def _is_below(path: str) -> bool:
    """A path below a folder, and nothing else, in whatever words."""
    return "\0" not in path and not {"", ".", ".."} & set(path.split("/"))
