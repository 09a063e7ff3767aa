"""The exceptions of opamplan. Every one derives from `Error`; `str(error)` is a whole message."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, Union

T = TypeVar("T")


class Error(Exception):
    """Base of everything opamplan raises."""

    __str__ = Exception.__str__
    """Whatever else an exception is: a KeyError would quote its message."""


class Cancelled(Error):
    """Long work was cancelled through its progress callback."""


class InvalidRequest(Error):
    """An argument that makes no sense: an unknown package, strategy, preset, limit..."""


class UnknownPackage(InvalidRequest, KeyError):
    """A name, or a version of a name, that the repository lacks. Also a KeyError."""

    asked: str = ""
    """As it was asked for."""
    suggestions: Sequence[str] = ()
    """What may have been meant, the likeliest first: names, or versions as NAME.VERSION."""


class CyclicDependencies(InvalidRequest):
    """An order was asked of dependencies that have none: a cycle, which opam refuses."""


class LoadError(Error):
    """A repository that cannot be read at all: absent, no `packages`, no such revision..."""

    source: str = ""
    """As it was named: a path or a URL; "" when nothing was named."""


class PlanFormatError(Error):
    """A plan file that cannot be read."""

    path: str = ""
    """The file, or "" when the text did not come from one."""
    member: str = ""
    """What is wrong, such as ``steps[3].parent``; "" if the text is no JSON."""
    line: int = 0
    """Where it is no JSON, 1-based; else 0."""


class StateError(Error):
    """A state file that cannot be read or written: locked, damaged, no space..."""


class ParseError(Error):
    """Text that is not in the opam file language."""

    path: str = ""
    """The file, or "" when the text did not come from one."""
    line: int = 0
    """1-based."""
    column: int = 0
    """1-based, in bytes."""
    message: str = ""
    """What is wrong, without the place."""
    expected: str = ""
    """What could have stood there, or ""."""
    source_line: str = ""
    """The offending line; what is near, of a long one."""


def expected(what: str, such_as: str, given: object) -> TypeError:
    """An argument of another type, as the compiled core says it."""
    shown = repr(given)
    cut = shown if len(shown) <= _MOST_SHOWN else shown[:_MOST_SHOWN] + "..."
    return TypeError(f"expected {what}, such as {such_as}, not {cut}")


def list_of(
    kind: Union[type[T], tuple[type[T], ...]], what: str, such_as: str, given: Any
) -> list[T]:
    """The items of an argument that is to be a list of them. A text or one of them is none."""
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
        items = list(given)
        if all(isinstance(item, kind) for item in items):
            return items
    raise expected(f"a list of {what}", such_as, given)


_MOST_SHOWN = 80
_TROUBLES = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "a folder; name a file",
    errno.EEXIST: "a file is there already; name a folder",
    errno.ENOTDIR: "not a folder, or below one that is none",
}


def sentence(error: Exception) -> str:
    """What an error says, without Python's words for it."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    said = error.strerror[0].lower() + error.strerror[1:]
    said = _TROUBLES.get(error.errno or 0, said)
    return said if error.filename is None else f"{os.fsdecode(error.filename)}: {said}"
