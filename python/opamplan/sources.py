"""Where a repository is loaded from: local paths, URLs of archives, URLs of git repositories.

What only URLs need is imported where it is used: it costs more than to solve for a target.
`opamplan.fetched` keeps the copies of what they name.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Optional, Union

from opamplan import fetched
from opamplan.errors import InvalidRequest, LoadError, MissingRepository, expected
from opamplan.fetched import shown

if TYPE_CHECKING:
    from opamplan._core.repository import Repository

ARCHIVE = r"(?i)\.(tar|tar\.(gz|zst|xz|bz2)|tgz|tbz|txz|zip)$"

PathLike = Union[str, "os.PathLike[str]"]
Pin = Union[PathLike, tuple[PathLike, str, str]]


def cache_folder(cache: Union[bool, PathLike, None]) -> str:
    """The folder for cache files, or "" for none."""
    if cache is None or cache is False:
        return ""
    if cache is True:
        return os.path.join(fetched.user_cache(), "repositories")
    return os.fspath(cache)


Places = list[tuple[str, str]]
Pinned = list[tuple[str, str, str, str]]


def load(
    what: Any, rev: Optional[str], pins: Any, read: Callable[[Places, Pinned], Repository]
) -> Repository:
    """What `read` makes of the local paths. Damaged copies of URLs are fetched again, once."""
    what, pins = _kept(what), _kept(pins)
    for again in (False, True):
        places, pinned = resolve(what, rev), resolve_pins(pins)
        require(places)
        require(((path, rev) for path, _, _, rev in pinned), "nothing to pin there")
        copies = [*places, *((path, rev) for path, _, _, rev in pinned)]
        try:
            loaded = read(places, pinned)
        except LoadError:
            if again or not fetched.forget_damaged(copies):
                raise
            continue
        if again or not fetched.forget_damaged(copies, loaded.diagnostics):
            break
    return loaded


def _kept(several: Any) -> Any:
    """What can be gone through twice."""
    once = isinstance(several, Iterable) and not isinstance(several, (str, bytes, os.PathLike))
    return list(several) if once else several


def resolve(what: Any, rev: Optional[str]) -> list[tuple[str, str]]:
    """Local paths and git revisions of what `Repository.open` was given; fetches URLs."""
    if isinstance(what, (str, os.PathLike)):
        what = [what]
    if isinstance(what, bytes) or not isinstance(what, Iterable):
        raise expected("a path or a URL, or several", "'packages'", what)
    out = []
    for item in what:
        try:
            out.append(_resolve_one(os.fspath(item), rev or ""))
        except LoadError as error:
            error.source = shown(os.fspath(item))
            raise
    return out


def resolve_pins(pins: Iterable[Pin]) -> list[tuple[str, str, str, str]]:
    """Path, name, version and git revision of each pin; empty strings stand for the defaults."""
    if isinstance(pins, (str, os.PathLike)):
        pins = [pins]
    out = []
    for pin in pins:
        place, name, version = (pin, "", "") if isinstance(pin, (str, os.PathLike)) else pin
        text = os.fspath(place)
        is_git = text.startswith("git+") or _is_scp(text)
        if text.startswith("git+file://"):  # no copy: the sources are there
            text = text[len("git+") :]
        path, rev = _resolve_one(text, "")
        out.append((path, name, version, rev or ("HEAD" if is_git else "")))
    return out


def _split_revision(what: str) -> tuple[str, str]:
    """What is before and behind the last `#`, unless a file has it in its name."""
    before, hash_sign, rev = what.rpartition("#")
    if not hash_sign or os.path.exists(os.path.expanduser(what)):
        return what, ""
    return before, rev


def _resolve_one(what: str, rev: str) -> tuple[str, str]:
    _refuse_no_text(what + rev)
    what, own = _split_revision(what)
    rev = own or rev
    if ":" not in what and not what.startswith("git+"):
        return os.path.expanduser(what), rev
    import urllib.parse

    url = urllib.parse.urlsplit(what)
    if what.startswith("git+") or _is_scp(what) or url.scheme in ("ssh", "git"):
        return fetched.clone(what.removeprefix("git+"), rev), rev
    if url.scheme == "file":
        return urllib.parse.unquote(url.path), rev
    if url.scheme in ("http", "https"):
        if not re.search(ARCHIVE, url.path):
            return fetched.clone(what, rev), rev
        if rev:
            raise _no_commits(shown(what), rev)
        return fetched.archive(what), ""
    return os.path.expanduser(what), rev


def require(places: Iterable[tuple[str, str]], absent: str = "no such file or folder") -> None:
    """Raises LoadError for a path, with its git revision, that cannot be what is meant."""
    for path, rev in places:
        if not os.path.exists(path):
            missing = MissingRepository(errno.ENOENT, absent, path)
            missing.source = path
            raise missing
        if rev and not os.path.isdir(path):
            raise _no_commits(path, rev)


def _no_commits(source: str, rev: str) -> LoadError:
    error = LoadError(
        f"{source}: a file has no commits, and so no {rev!r}: name a git repository (a clone, or "
        "its URL), or leave the revision out"
    )
    error.source = source
    return error


def _refuse_no_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        said = "a path or a revision is a text that UTF-8 cannot hold"
        raise InvalidRequest(said) from None


def _is_scp(what: str) -> bool:
    """True for git's `user@host:path`."""
    return re.match(r"^[\w.-]+@[\w.-]+:", what) is not None and not os.path.exists(what)
