"""What a batch leaves: statuses and logs of its layers, read as the foreign files that they are.

A layer's files are `layers/PACKAGE/KEY/{status,seconds,size,log}`, the first 16 digits of its key.
They are looked for by the plan's names; what else lies there is said, and removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from opamplan.errors import InvalidRequest
from opamplan.files import kind_of, open_folder, read_regular
from opamplan.terminal.harmless import harmless

STATUSES = ("success", "failure", "dependency_failed", "download_failed")
"""That the step script writes."""
NO_RESULT = "no_result"
"""Of a layer whose step left no complete result."""
FILES = ("status", "seconds", "size", "log", "layer")
MOST_SIZE = 1 << 53
"""Bytes; more is no size."""
_SHORT = 64
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class LayerResult:
    """The result of one layer; `layer` is the first 16 digits of its key."""

    layer: str
    package: str
    status: str
    seconds: float
    log: str
    size: Optional[int] = None
    """Bytes of the installed files; None if it failed or they were not recorded."""


def read_results(
    folder: Path, layers: Mapping[str, str], log_limit: int = 200_000
) -> Iterator[LayerResult]:
    """The results of `layers` (packages by key) in the folder that a batch was exported to.

    In the order of packages. Of a longer log the first and the last bytes are kept. A layer without
    a complete result has the status `no_result`, and its log says why.
    """
    for layer, package in sorted(layers.items(), key=lambda item: (item[1], item[0])):
        try:
            yield _read(folder, layer, package, log_limit)
        except (_Incomplete, InvalidRequest) as error:
            yield LayerResult(layer, package, NO_RESULT, 0.0, f"no complete result: {error}\n")


class _Incomplete(Exception):
    """What is wrong with a result."""


def _read(folder: Path, layer: str, package: str, log_limit: int) -> LayerResult:
    with contextlib.ExitStack() as stack:
        place = None
        for part in (os.fspath(folder), "layers", package, layer):
            try:
                place = stack.enter_context(open_folder(part, place))
            except FileNotFoundError:
                raise _Incomplete("the step left none") from None
            except (OSError, ValueError) as error:
                raise _Incomplete(str(error)) from None
        assert place is not None
        status = _word(place, "status")
        if status not in STATUSES:
            raise _Incomplete(f"status is {harmless(status)!r}")
        seconds = _word(place, "seconds")
        if not _NUMBER.fullmatch(seconds):
            raise _Incomplete(f"seconds is {harmless(seconds)!r}")
        size = ""
        if status == "success":
            with contextlib.suppress(_Incomplete):  # not recorded
                size = _word(place, "size")
        known = re.fullmatch(r"[0-9]{1,16}", size) is not None and int(size) < MOST_SIZE
        log = _log(place, log_limit)
    return LayerResult(layer, package, status, float(seconds), log, int(size) if known else None)


def _word(folder: int, name: str) -> str:
    try:
        head, size, _ = read_regular(name, folder, _SHORT)
    except FileNotFoundError:
        raise _Incomplete(f"{name} is absent") from None
    except (OSError, ValueError) as error:
        raise _Incomplete(f"{name}: {error}") from None
    if size > _SHORT:
        raise _Incomplete(f"{name} has {size:,} bytes")
    return head.decode("utf-8", "replace").strip()


def _log(folder: int, limit: int) -> str:
    try:
        head, size, tail = read_regular("log", folder, limit - limit // 2, limit // 2)
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise _Incomplete(f"log: {error}") from None
    text = head.decode("utf-8", "replace")
    if size > limit:
        text += f"\n... {size - limit:,} bytes left out ...\n" + tail.decode("utf-8", "replace")
    return text


def remove_strangers(folder: Path, layers: Mapping[str, str]) -> list[str]:
    """Remove from an exported folder what is no file of a result of `layers`; says what it was.

    Special permissions are taken from the files that stay.
    """
    files = {"index.tsv"}
    folders = {"layers"}
    for key, package in layers.items():
        place = f"layers/{package}/{key}"
        folders |= {f"layers/{package}", place}
        files |= {f"{place}/{name}" for name in FILES}
    said: list[str] = []

    def visit(place: str, before: str) -> None:
        for entry in _entries(place):
            path = before + entry.name
            if path in folders and entry.is_dir(follow_symlinks=False):
                visit(entry.path, path + "/")
            elif path not in files or not entry.is_file(follow_symlinks=False):
                said.append(f"{harmless(path)}: {_remove(entry)}")
            elif entry.stat(follow_symlinks=False).st_mode & (stat.S_ISUID | stat.S_ISGID):
                os.chmod(entry.path, 0o644)
                said.append(f"{harmless(path)}: a file that changes its user")

    visit(os.fspath(folder), "")
    return said


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)
    return []


def _remove(entry: os.DirEntry[str]) -> str:
    """What it was."""
    kind = "gone"
    with contextlib.suppress(OSError, RecursionError):
        kind = kind_of(entry.stat(follow_symlinks=False).st_mode)
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)
    return kind
