"""What the classes of the compiled core have from Python: the methods that read and write files.

The core knows no module of this package. `attach`, called once when the package is imported, gives
its classes these methods, the classes of errors, the bar that `progress=True` stands for, and the
words for calls that it refuses.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Optional, Union

from opamplan import _core, errors
from opamplan._core import _give, _sign
from opamplan._core.plan import Plan
from opamplan._core.repository import Repository, _load_repository
from opamplan._core.syntax import File

if TYPE_CHECKING:
    from opamplan._core.emit import EmitOptions
    from opamplan._core.repository import Package


def open_repository(
    source: Union[str, os.PathLike[str], Iterable[Union[str, os.PathLike[str]]]],
    rev: Optional[str] = None,
    *,
    pins: Iterable[Union[str, os.PathLike[str], tuple[str, str, str]]] = (),
    cache: Union[bool, str, os.PathLike[str], None] = True,
    previous: Optional[Repository] = None,
    threads: int = 0,
    progress: Union[bool, Callable[[str, int, int], Optional[bool]], None] = None,
) -> Repository:
    """Load a repository.

    `source`: a folder with `packages/`, an archive of one (.tar.gz, .tar.zst, .zip...), a git
    repository, an http(s) URL of an archive, a URL of a git repository, or a list of these: the
    first that has a version wins. `rev`: a commit, branch or tag of git; `URL#REV` and `PATH#REV`
    say it of one source, `#REV:FOLDER` names a repository in a folder of the commit. `pins`:
    folders with opam files, such files, or git repositories with `#REV`, hiding all other versions;
    or tuples (path, name, version), empty strings for the defaults: what a folder NAME.VERSION with
    a file `opam` is called; the version of the file, else the newest in the repository, else `dev`.
    A pin that cannot be read is a LoadError; `pin-depends` that are not on this machine are in
    `diagnostics`. `cache`: False, or a folder; True is opamplan's folder in the user's cache.
    `previous`: the same sources as they were before; what has not changed is not worked out again,
    nor, of one git repository, read again, so that the next commit takes a fiftieth of the time.
    Raises LoadError when there is nothing to load; a broken file is in `diagnostics`.
    """
    from opamplan import sources

    folder = sources.cache_folder(cache)

    def read(places: sources.Places, pinned: sources.Pinned) -> Repository:
        return _load_repository(places, pinned, folder, previous, threads, progress)

    return sources.load(source, rev, pins, read)


def packages_of(self: Repository) -> Iterator[Package]:
    """Every package, by name, then version; no list of them is made."""
    return map(self._package_at, range(len(self)))


def set_constraint(self: File, name: str, constraint: str, field: str = "depends") -> File:
    """A new file in which a dependency has another version constraint.

    `constraint` is written as in opam files, `>= "3.0" & < "4"`, versions also without quotes,
    `= version` for the package's own; "" allows every version. Conditions beside it, as
    `with-test`, stay, and so does every other byte. `field`: `depends`, `depopts` or `conflicts`.
    Where the field names the package several times, all of them change. Raises
    InvalidRequest if it does not name it, or has versions and conditions mixed by `|`.
    """
    from opamplan import dependency_edits

    return dependency_edits.set_constraint(self, name, constraint, field)


def add_dependency(self: File, name: str, constraint: str = "", field: str = "depends") -> File:
    """A new file with one more dependency, behind the others.

    `constraint` as for `set_constraint`; conditions may be in it, as in `with-test & >= "2"`.
    Raises InvalidRequest if the field names the package already.
    """
    from opamplan import dependency_edits

    return dependency_edits.add_dependency(self, name, constraint, field)


def remove_dependency(self: File, name: str, field: str = "depends") -> File:
    """A new file without a dependency, with its line if nothing else is on it.

    Of a choice the others stay. Raises InvalidRequest if the field does not name the package.
    """
    from opamplan import dependency_edits

    return dependency_edits.remove_dependency(self, name, field)


def save_plan(self: Plan, path: Union[str, os.PathLike[str]]) -> None:
    """Write `to_json` to a file: the whole of it, or what was there stays. Raises FileError."""
    from opamplan.files import save

    save(path, self.to_json().encode())


def load_plan(path: Union[str, os.PathLike[str]]) -> Plan:
    """The plan that `save` wrote. Raises PlanFormatError or FileError."""
    from opamplan.files import read
    from opamplan.matrix import is_matrix

    if is_matrix(path):
        raise errors.PlanFormatError(
            f"{os.fsdecode(path)}: holds several plans: PlanMatrix.load reads them"
        )
    try:
        return Plan.from_json(read(path))
    except errors.PlanFormatError as error:
        place = os.fsdecode(path)
        named = errors.PlanFormatError(f"{place}: {error}")
        named.path, named.member, named.line = place, error.member, error.line
        raise named from None


def write_plan(
    self: Plan,
    directory: Union[str, os.PathLike[str]],
    formats: Union[str, Iterable[str], None] = None,
    options: Optional[EmitOptions] = None,
    progress: Union[bool, Callable[[str, int, int], Optional[bool]], None] = None,
) -> dict[str, int]:
    """Write the plan's files below a folder, in one format or several, see `write_plan`.

    Returns their paths and sizes.
    """
    from opamplan.output import write_plan

    return write_plan(self, directory, formats, options, progress)


def attach() -> None:
    """Give the core what it lacks."""
    _give(vars(errors), _progress_bar, _refusal)
    _sign(_core, _plain)
    _method(Repository, "open", staticmethod(open_repository))
    _method(Repository, "__iter__", packages_of)
    for edit in (set_constraint, add_dependency, remove_dependency):
        _method(File, edit.__name__, edit)
    _method(Plan, "save", save_plan)
    _method(Plan, "load", staticmethod(load_plan))
    _method(Plan, "write", write_plan)


def _plain(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same as a function of Python, whose signature is that of what it wraps."""

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    plain.__qualname__ = name
    return plain


def _method(kind: type, name: str, function: Any) -> None:
    plain = getattr(function, "__func__", function)
    if plain.__doc__:  # `python -OO` keeps none; dedented as those of the core
        plain.__doc__ = plain.__doc__.replace("\n    ", "\n").rstrip()
    plain.__name__, plain.__qualname__ = name, f"{kind.__name__}.{name}"
    setattr(kind, name, function)


def _progress_bar() -> Any:
    from opamplan.terminal.progress import ProgressBar

    return ProgressBar()


def _refusal(*call: Any) -> str:
    from opamplan.refusals import worded

    return worded(*call)


attach()
