"""Copies of what URLs name, in the user's cache: clones of git repositories, and archives.

A copy is brought up to date when it is used, serves as it is without the network, and is fetched
again when it is damaged: a full disk, a killed process or a bad block may have cut it short.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Optional, Union

from opamplan.errors import LoadError

if TYPE_CHECKING:
    import pathlib

    from opamplan._core.repository import Diagnostic

MOST_BYTES = 1 << 30
TIMEOUT = 60.0
LEFT_BEHIND = 24 * 3600.0
"""Seconds after which nobody is still fetching what a process began to: it was killed."""


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


def _folder(kind: str) -> pathlib.Path:
    """A folder of the cache, without what killed processes had begun to fetch."""
    import pathlib
    import shutil

    from opamplan.files import TEMPORARY, make_folder

    folder = pathlib.Path(user_cache(), kind)
    make_folder(folder)
    for entry in os.scandir(folder):
        if entry.name.startswith((TEMPORARY, "tmp")):
            with contextlib.suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime < LEFT_BEHIND:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)
    return folder


def _key(url: str) -> str:
    import hashlib

    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _warn(message: str) -> None:
    """A warning at the line of the program that called this package."""
    import warnings

    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "opamplan":
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)


def _damaged(url: str) -> None:
    """Say so of what a URL names, or of the place of a copy."""
    _warn(f"{shown(url)}: the copy fetched before is damaged; fetching it again")


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


def git(
    *arguments: str,
    url: str = "",
    folder: Union[str, pathlib.Path, None] = None,
    bare: bool = False,
) -> str:
    """What the git command prints of `folder`, which itself is the repository if `bare`.

    Raises LoadError with what it complains of.
    """
    import shutil
    import subprocess

    if shutil.which("git") is None:
        raise LoadError("a URL of a git repository, and a list of commits, need the git command")
    # No prompts, and no transports that run programs.
    environment = dict(
        os.environ, GIT_TERMINAL_PROMPT="0", GIT_ALLOW_PROTOCOL="http:https:ssh:git:file"
    )
    # No repository that a damaged one lies in.
    place = [f"--git-dir={folder}"] if bare else ["-C", str(folder)] if folder else []
    command = ["git", *place, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        said = _without_password(done.stderr.strip(), url) if url else done.stderr.strip()
        raise LoadError(f"git {arguments[0]}: {said or done.returncode}")
    return done.stdout


def _in(clone: Union[str, pathlib.Path], *arguments: str, url: str = "") -> str:
    """What git prints of a clone."""
    return git(*arguments, url=url, folder=clone, bare=True)


def _holds(clone: Union[str, pathlib.Path], *arguments: str) -> bool:
    """Whether git can tell something of a clone."""
    with contextlib.suppress(LoadError):
        _in(clone, *arguments)
        return True
    return False


def _fetch_clone(url: str, folder: pathlib.Path) -> None:
    """A bare clone at `folder`, in the place of what is there."""
    import pathlib
    import tempfile

    from opamplan.files import TEMPORARY

    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=folder.parent) as temporary:
        made = pathlib.Path(temporary, "clone")
        git("clone", "--quiet", "--bare", "--", url, str(made), url=url)
        _forget(made)
        with contextlib.suppress(FileNotFoundError):
            folder.rename(pathlib.Path(temporary, "before"))
        with contextlib.suppress(OSError):  # another process was faster
            made.rename(folder)


def clone(url: str, rev: str) -> str:
    """A bare clone, brought up to date unless it has the commit that `rev` is."""
    if url.startswith("-"):
        raise LoadError(f"{shown(url)}: not a URL")
    folder = _folder("git") / _key(url)
    if not folder.exists():
        _fetch_clone(url, folder)
        return str(folder)
    # It is configured as one, and has what each branch and tag points at.
    whole = _holds(folder, "config", "--local", "core.bare") and _holds(
        folder, "for-each-ref", "--format=%(objecttype)"
    )
    if not whole:
        _damaged(url)
        _fetch_clone(url, folder)
        return str(folder)
    _forget(folder)
    commit = rev.partition(":")[0]
    is_id = re.fullmatch(r"[0-9a-f]{40}", commit)
    if is_id and _holds(folder, "cat-file", "-e", commit + "^{commit}"):
        return str(folder)
    refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    try:
        _in(folder, "fetch", "--quiet", "--prune", "--", url, *refs, url=url)
    except LoadError as error:
        _warn(f"{shown(url)}: using the copy fetched before: {error}")
    else:
        if commit in ("", "HEAD") and not _holds(folder, "rev-parse", "--verify", "-q", "HEAD"):
            _fetch_clone(url, folder)  # what was its branch is called otherwise now
    return str(folder)


def forget_damaged(
    places: Iterable[tuple[str, str]], diagnostics: Optional[Iterable[Diagnostic]] = None
) -> bool:
    """Whether there were clones that could not be read, which are away then.

    `places`: paths with their revisions, which were not loaded, or with these diagnostics.
    """
    if diagnostics is not None and not any(UNREADABLE in each.message for each in diagnostics):
        return False
    clones = os.path.join(user_cache(), "git")
    found = [place for place in places if os.path.dirname(place[0]) == clones]
    forgotten = [_forget_if_damaged(clone, rev, diagnostics is None) for clone, rev in found]
    return any(forgotten)


def _forget_if_damaged(clone: str, rev: str, whole: bool) -> bool:
    import shutil

    commit = rev.partition(":")[0] or "HEAD"
    # To look through trees takes a moment; all files are only read where some could not be.
    reading = ("ls-tree", "-rt") if whole else ("archive", f"--output={os.devnull}", "--format=tar")
    if not _holds(clone, "rev-parse", "--verify", "-q", commit) or _holds(clone, *reading, commit):
        return False
    _damaged(clone)
    shutil.rmtree(clone, ignore_errors=True)
    return True


UNREADABLE = "is absent or broken"
"""What diagnostics say of objects of git."""


def _forget(clone: pathlib.Path) -> None:
    """No record of where it came from, which may hold a password: the URL is given each time."""
    if "[remote " in (clone / "config").read_text(encoding="utf-8", errors="replace"):
        _in(clone, "config", "--remove-section", "remote.origin")


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


def archive(url: str) -> str:
    """An archive, fetched again only when the server has a newer one."""
    import http.client
    import pathlib
    import urllib.error
    import urllib.parse
    import urllib.request

    name = pathlib.PurePosixPath(urllib.parse.urlsplit(url).path).name
    target = _folder("archives") / f"{_key(url)}-{re.sub(r'[^A-Za-z0-9._-]', '_', name)}"
    notes = target.with_name(target.name + ".json")
    request = _request(url)
    known = _read_notes(notes)
    damaged = target.exists() and "sha256" in known and known["sha256"] != _sha256(target)
    if damaged:
        _damaged(url)
    elif target.exists() and "sha256" in known:
        for header in {"If-None-Match", "If-Modified-Since"} & set(known):
            request.add_header(header, known[header])
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            _save(response, target, shown(url))
            known = {
                "sha256": _sha256(target),
                "If-None-Match": response.headers.get("ETag"),
                "If-Modified-Since": response.headers.get("Last-Modified"),
            }
            _write_notes(notes, {k: v for k, v in known.items() if v})
    except LoadError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 304:
            raise LoadError(f"{shown(url)}: {error}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = _without_password(str(error), url)
        if damaged or not target.exists():
            raise LoadError(f"{shown(url)}: {said}") from None
        _warn(f"{shown(url)}: using the copy fetched before: {said}")
    return str(target)


def _read_notes(notes: pathlib.Path) -> dict[str, str]:
    """Of a copy its SHA-256, and what its server called it; nothing where that cannot be read."""
    import json

    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(notes.read_text(encoding="utf-8"))
        if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
            return found
    return {}


def _write_notes(notes: pathlib.Path, known: dict[str, str]) -> None:
    import json

    from opamplan.files import save

    save(notes, json.dumps(known).encode())


def _sha256(file: pathlib.Path) -> str:
    import hashlib

    sha256 = hashlib.sha256()
    with contextlib.suppress(OSError), file.open("rb") as content:
        while block := content.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest()


def _save(response: Any, target: pathlib.Path, url: str) -> None:
    import tempfile

    from opamplan.files import TEMPORARY

    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as out:
            size = 0
            claimed = response.headers.get("Content-Length")
            while block := response.read(1 << 16):
                size += len(block)
                if size > MOST_BYTES:
                    raise LoadError(f"{url}: more than {MOST_BYTES} bytes")
                out.write(block)
            if claimed is not None and size != int(claimed):
                raise LoadError(f"{url}: {size} of {claimed} bytes came; try again")
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
