"""Where a repository is loaded from: local paths, URLs of archives, URLs of git repositories.

What only URLs need is imported where it is used: it costs more than to solve for a target.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Optional, Union

from opamplan.errors import InvalidRequest, LoadError, MissingRepository, expected

if TYPE_CHECKING:
    import pathlib

ARCHIVE = r"(?i)\.(tar|tar\.(gz|zst|xz|bz2)|tgz|tbz|txz|zip)$"
MOST_BYTES = 1 << 30
TIMEOUT = 60.0

PathLike = Union[str, "os.PathLike[str]"]
Pin = Union[PathLike, tuple[PathLike, str, str]]


def user_cache() -> str:
    """Opamplan's folder in the user's cache: $OPAMPLAN_CACHE, $XDG_CACHE_HOME/opamplan..."""
    if os.environ.get("OPAMPLAN_CACHE"):
        return os.environ["OPAMPLAN_CACHE"]
    if os.environ.get("XDG_CACHE_HOME"):
        return os.path.join(os.environ["XDG_CACHE_HOME"], "opamplan")
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "opamplan")
    return os.path.join(home, ".cache", "opamplan")


def cache_folder(cache: Union[bool, PathLike, None]) -> str:
    """The folder for cache files, or "" for none."""
    if cache is None or cache is False:
        return ""
    if cache is True:
        return os.path.join(user_cache(), "repositories")
    return os.fspath(cache)


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
        return _fetch_git(what[4:] if what.startswith("git+") else what, rev)
    if url.scheme == "file":
        return urllib.parse.unquote(url.path), rev
    if url.scheme in ("http", "https"):
        if not re.search(ARCHIVE, url.path):
            return _fetch_git(what, rev)
        if rev:
            raise _no_commits(shown(what), rev)
        return str(_download(what)), ""
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


def shown(url: str) -> str:
    """A URL as messages and records may hold it: without its password, and what a `?` begins."""
    import urllib.parse

    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return "a URL that is none"
    if parts.scheme not in ("http", "https", "ssh", "git", "git+http", "git+https", "git+ssh"):
        return url
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    netloc = f"{name}:***@{host}" if colon else f"{user}{at}{host}"
    query = "..." if parts.query else ""
    return urllib.parse.urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def _without_password(text: str, url: str) -> str:
    """What another program says of a URL."""
    import urllib.parse

    text = text.replace(url, shown(url))
    user = urllib.parse.urlsplit(url).netloc.rpartition("@")[0]
    password = user.partition(":")[2]
    for secret in {password, urllib.parse.unquote(password)} - {""}:
        text = text.replace(secret, "***")
    return text


def _is_scp(what: str) -> bool:
    """True for git's `user@host:path`."""
    return re.match(r"^[\w.-]+@[\w.-]+:", what) is not None and not os.path.exists(what)


def _folder(kind: str) -> pathlib.Path:
    import pathlib

    from opamplan.files import make_folder

    folder = pathlib.Path(user_cache(), kind)
    make_folder(folder)
    return folder


def _key(url: str) -> str:
    import hashlib

    return hashlib.sha256(url.encode()).hexdigest()[:16]


def git(*arguments: str, url: str = "", folder: Union[str, pathlib.Path, None] = None) -> str:
    """What the git command prints. Raises LoadError with what it complains of."""
    import shutil
    import subprocess

    if shutil.which("git") is None:
        raise LoadError("a URL of a git repository, and a list of commits, need the git command")
    # No prompts, and no transports that run programs.
    environment = dict(
        os.environ, GIT_TERMINAL_PROMPT="0", GIT_ALLOW_PROTOCOL="http:https:ssh:git:file"
    )
    command = ["git", *(["-C", str(folder)] if folder else []), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        said = _without_password(done.stderr.strip(), url) if url else done.stderr.strip()
        raise LoadError(f"git {arguments[0]}: {said or done.returncode}")
    return done.stdout


def _has_commit(folder: pathlib.Path, rev: str) -> bool:
    import subprocess

    command = ["git", "-C", str(folder), "cat-file", "-e", rev + "^{commit}"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _fetch_git(url: str, rev: str) -> tuple[str, str]:
    """A bare clone in the user's cache, brought up to date unless it has the commit."""
    import pathlib
    import tempfile
    import warnings

    if url.startswith("-"):
        raise LoadError(f"{shown(url)}: not a URL")
    folder = _folder("git") / _key(url)
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            clone = pathlib.Path(temporary) / "clone"
            git("clone", "--quiet", "--bare", "--", url, str(clone), url=url)
            _forget(clone)
            with contextlib.suppress(OSError):  # another process was faster
                clone.rename(folder)
        return str(folder), rev
    _forget(folder)
    commit = rev.partition(":")[0]
    if re.fullmatch(r"[0-9a-f]{40}", commit) and _has_commit(folder, commit):
        return str(folder), rev
    refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    try:
        git("fetch", "--quiet", "--prune", "--", url, *refs, url=url, folder=folder)
    except LoadError as error:
        warnings.warn(f"{shown(url)}: using the copy fetched before: {error}", stacklevel=3)
    return str(folder), rev


def _forget(clone: pathlib.Path) -> None:
    """No record of where it came from, which may hold a password: the URL is given each time."""
    if "[remote " in (clone / "config").read_text(encoding="utf-8", errors="replace"):
        git("config", "--remove-section", "remote.origin", folder=clone)


def _request(url: str) -> Any:
    """A request for an archive; a name and password in the URL go to its own host only."""
    import base64
    import urllib.parse
    import urllib.request

    parts = urllib.parse.urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    plain = urllib.parse.urlunsplit(parts._replace(netloc=host))
    request = urllib.request.Request(plain, headers={"User-Agent": "opamplan"})
    if user:
        known = base64.b64encode(urllib.parse.unquote(user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {known}")
    return request


def _download(url: str) -> pathlib.Path:
    """An archive in the user's cache, fetched again only when the server has a newer one."""
    import http.client
    import json
    import pathlib
    import urllib.error
    import urllib.parse
    import urllib.request
    import warnings

    name = pathlib.PurePosixPath(urllib.parse.urlsplit(url).path).name
    target = _folder("archives") / f"{_key(url)}-{re.sub(r'[^A-Za-z0-9._-]', '_', name)}"
    notes = target.with_name(target.name + ".json")
    request = _request(url)
    if target.exists() and notes.exists():
        with contextlib.suppress(OSError, ValueError):
            for header, value in json.loads(notes.read_text()).items():
                request.add_header(header, value)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            _save(response, target)
            known = {
                "If-None-Match": response.headers.get("ETag"),
                "If-Modified-Since": response.headers.get("Last-Modified"),
            }
            notes.write_text(json.dumps({k: v for k, v in known.items() if v}))
    except LoadError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 304:
            raise LoadError(f"{shown(url)}: {error}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = _without_password(str(error), url)
        if not target.exists():
            raise LoadError(f"{shown(url)}: {said}") from None
        warnings.warn(f"{shown(url)}: using the copy fetched before: {said}", stacklevel=3)
    return target


def _save(response: Any, target: pathlib.Path) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(handle, "wb") as out:
            size = 0
            claimed = response.headers.get("Content-Length")
            while block := response.read(1 << 16):
                size += len(block)
                if size > MOST_BYTES:
                    raise LoadError(f"{target.name}: more than {MOST_BYTES} bytes")
                out.write(block)
            if claimed is not None and size != int(claimed):
                raise LoadError(f"{target.name}: {size} of {claimed} bytes came")
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
