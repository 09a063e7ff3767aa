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


class FileError(InvalidRequest, OSError):
    """A file or a folder that cannot be read or written. Also an OSError, with `errno`, `filename`.

    One that is not there is a MissingFile.
    """

    def __str__(self) -> str:
        if self.filename is None:
            return Exception.__str__(self)
        return f"{os.fsdecode(self.filename)}: {self.strerror}"


class MissingFile(FileError, FileNotFoundError):
    """A file or a folder that is not there. Also a FileNotFoundError."""


class CyclicDependencies(InvalidRequest):
    """An order was asked of dependencies that have none: a cycle, which opam refuses."""


class LoadError(Error, OSError):
    """A repository that cannot be read at all: no `packages`, no such revision... Also an OSError.

    One that is not there is a MissingRepository.
    """

    source: str = ""
    """As it was named: a path or a URL; "" when nothing was named."""


class MissingRepository(LoadError, MissingFile):
    """A repository, or what is to be pinned, that is not there. Also a FileNotFoundError."""

    __str__ = FileError.__str__


class PlanFormatError(Error):
    """A plan file that cannot be read."""

    path: str = ""
    """The file, or "" when the text did not come from one."""
    member: str = ""
    """What is wrong, such as ``steps[3].parent``; "" if the text is no JSON."""
    line: int = 0
    """Where it is no JSON, 1-based; else 0."""


class StateError(Error, OSError):
    """A state file that cannot be read or written: locked, damaged, no space... Also an OSError.

    One that is not there, and is only to be read, is a MissingFile.
    """


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


def plan_format_error(path: str, member: str, said: str) -> PlanFormatError:
    """What is wrong with a member of a file of plans that Python reads itself."""
    error = PlanFormatError(f"{path}: {member}: {said}")
    error.path, error.member = path, member
    return error


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
_UNWRITABLE = {
    errno.ENOENT: "nothing can be made in this folder; name another place",
    errno.EACCES: "you may not write there; name another place",
    errno.EPERM: "nothing may be changed there; name another place",
    errno.EROFS: "the file system is read-only; name another place",
    errno.ENOSPC: "no space is left there; free some, or name another place",
    errno.EDQUOT: "your quota is used up there; free some, or name another place",
}


def file_error(
    error: OSError, path: Union[str, bytes, os.PathLike[Any]], writing: bool = False
) -> OSError:
    """What the system says of reading or writing, as the error of a path that its reader knows."""
    if isinstance(error, Error):
        return error
    place = os.fsdecode(path)
    number = error.errno or 0
    said = _said(error)
    if writing:
        said = _UNWRITABLE.get(number, said)
        parent = os.path.dirname(place) or "."
        if number == errno.ENOENT and not os.path.isdir(parent):
            said = f"there is no folder {parent}"
    kind = MissingFile if number == errno.ENOENT else FileError
    return kind(number, said, place)


def _said(error: OSError) -> str:
    said = error.strerror or str(error)
    return _TROUBLES.get(error.errno or 0, said[:1].lower() + said[1:])


def sentence(error: Exception) -> str:
    """What an error says, without Python's words for it."""
    if isinstance(error, Error) or not isinstance(error, OSError) or not error.strerror:
        return str(error)
    said = _said(error)
    return said if error.filename is None else f"{os.fsdecode(error.filename)}: {said}"
