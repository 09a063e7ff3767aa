"""What opamplan wrote into a folder, so that it takes away its own files and no others."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opamplan.errors import InvalidRequest
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

    @staticmethod
    def read(root: Path) -> Manifest:
        """Of a folder; empty where none can be read. It may be anyone's, as all that lies there."""
        try:
            with open_folder(str(root.resolve()), shown=str(root)) as folder:
                content, size, _ = read_regular(NAME, folder, _MOST)
            found = json.loads(content) if size <= _MOST else None
        except (OSError, ValueError, RecursionError, InvalidRequest):
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
            return Manifest()
        files = {p: d for p, d in found["files"].items() if isinstance(d, str) and _is_below(p)}
        return Manifest(str(found.get("plan", "")), files)

    def text(self) -> bytes:
        """As it is written: equal manifests are equal bytes."""
        told = {"made by": "opamplan", "plan": self.plan, "files": self.files}
        # A file a line, but not by `indent`, with which json is ten times as slow.
        return (json.dumps(told, separators=(",\n", ": "), sort_keys=True) + "\n").encode()

    def and_older(self, older: Manifest) -> Manifest:
        """With what `older` has besides."""
        return Manifest(self.plan, {**older.files, **self.files})


def remove_stale(
    root: Path, older: Manifest, kept: Manifest, progress: Any = None
) -> tuple[list[str], list[str]]:
    """Remove what `older` lists and `kept` does not, if it is as it was written.

    Returns the paths of what was removed, and of what was changed since and so stays.
    """
    from concurrent.futures import ThreadPoolExecutor

    stale = sorted(older.files.keys() - kept.files.keys())
    removed: list[str] = []
    changed: list[str] = []
    with ThreadPoolExecutor(_REMOVERS) as several:
        found = several.map(lambda path: remove_below(root, path, older.files[path]), stale)
        for path, gone in zip(counting(stale, "remove", progress), found):
            if gone is not None:
                (removed if gone else changed).append(path)
    return removed, changed


def _is_below(path: str) -> bool:
    """A path below a folder, and nothing else, in whatever words."""
    return "\0" not in path and not {"", ".", ".."} & set(path.split("/"))
