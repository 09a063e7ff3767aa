"""Files that harm nothing else: written beside their place and renamed, read if they are files.

No link is followed below the folder that a person named: what lies there may be anyone's.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Optional, Union

from opamplan.errors import FileError, InvalidRequest, MissingFile, file_error

TEMPORARY = ".opamplan-"
"""How the names of what is being written begin; what a killed process left is swept."""

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISREG, "a file"),
)


def kind_of(mode: int) -> str:
    """What a file of this mode is, in words."""
    return next((words for test, words in _KINDS if test(mode)), "no file")


@contextlib.contextmanager
def telling(path: Union[str, os.PathLike[str]], writing: bool = False) -> Iterator[None]:
    """What goes wrong is a FileError of this path."""
    try:
        yield
    except OSError as error:
        raise file_error(error, path, writing) from None


def read(path: Union[str, os.PathLike[str]]) -> bytes:
    """The file that a person named. Raises FileError."""
    with telling(path):
        return Path(path).read_bytes()


def make_folder(path: Union[str, os.PathLike[str]]) -> None:
    """A folder that a person named, with those that it is in. Raises FileError."""
    with telling(path, writing=True):
        os.makedirs(path, exist_ok=True)


@contextlib.contextmanager
def open_folder(path: str, at: Optional[int] = None, shown: str = "") -> Iterator[int]:
    """A folder, as a descriptor, through no link in the last part of `path`.

    `at`: the folder that it is in; `shown`: what messages call it.
    """
    folder = _opened(path, at, shown)
    try:
        yield folder
    finally:
        os.close(folder)


class Below:
    """A folder that a person named, into which files are written one after the other.

    The folders of the last path stay open, so that many files take few system calls. The folder
    itself may be a link.
    """

    def __init__(self, root: Union[str, os.PathLike[str]]) -> None:
        self._shown = os.fspath(root)
        self._names: list[str] = []  # of the folders below it that are open, each in the one before
        self._handles = [_opened(os.path.realpath(root), None, self._shown)]

    def folder(self, parts: Sequence[str]) -> int:
        """The descriptor of a folder below it, made if it is absent; open until the next call."""
        for part in parts[self.enter(parts) :]:
            self._handles.append(self._made(part))
            self._names.append(part)
        return self._handles[-1]

    def enter(self, parts: Sequence[str]) -> int:
        """How many of the folders there are, each in the one before; they stay open."""
        there = 0
        while there < min(len(parts), len(self._names)) and parts[there] == self._names[there]:
            there += 1
        self._close(there)
        for part in parts[there:]:
            try:
                handle = os.open(part, _FOLDER, dir_fd=self._handles[-1])
            except FileNotFoundError:
                break
            except OSError:  # which is told
                handle = _opened(part, self._handles[-1], self._path_of(part))
            self._handles.append(handle)
            self._names.append(part)
        return len(self._names)

    def write(self, path: str, content: bytes, executable: bool = False) -> None:
        """Write a file; one that is so already is left alone, with its time stamp."""
        *parts, name = path.split("/")
        folder = self.folder(parts)
        if not _holds(folder, name, content, executable):
            mode = 0o777 if executable else 0o666
            shown = os.path.join(self._shown, path)
            _put(folder, name, lambda file: _write_all(file, content), mode, shown)

    def holds(self, name: str, content: bytes, executable: bool = False) -> bool:
        """Whether a file is so already, in the folder that was entered last."""
        return _holds(self._handles[-1], name, content, executable)

    def require_room(self, name: str) -> None:
        """Raise FileError if the folder that was entered last takes no new `name`."""
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=self._handles[-1]):
            error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            raise file_error(error, self._path_of(name), writing=True)

    def make(self, name: str) -> int:
        """The descriptor of a new folder in it, which is the caller's to close."""
        with telling(self._shown, writing=True):
            os.mkdir(name, 0o700, dir_fd=self._handles[0])
        return _opened(name, self._handles[0], os.path.join(self._shown, name))

    def _made(self, part: str) -> int:
        """A new folder in the last one that is open."""
        try:
            os.mkdir(part, dir_fd=self._handles[-1])
        except FileExistsError:
            pass
        except OSError as error:
            raise file_error(error, self._path_of(part), writing=True) from None
        return _opened(part, self._handles[-1], self._path_of(part))

    def _path_of(self, part: str) -> str:
        return os.path.join(self._shown, *self._names, part)

    def _close(self, kept: int) -> None:
        while len(self._names) > kept:
            self._names.pop()
            os.close(self._handles.pop())

    def __enter__(self) -> Below:
        return self

    def __exit__(self, *_: object) -> None:
        self._close(0)
        os.close(self._handles.pop())


@contextlib.contextmanager
def folder_below(root: Union[str, os.PathLike[str]], parts: tuple[str, ...]) -> Iterator[int]:
    """A folder below `root`, made if it is absent; `root` itself may be a link."""
    with Below(root) as below:
        yield below.folder(parts)


def write_below(
    root: Union[str, os.PathLike[str]], path: str, content: bytes, executable: bool = False
) -> None:
    """Write `root`/`path`; a file that is so already is left alone, with its time stamp."""
    with Below(root) as below:
        below.write(path, content, executable)


def remove_below(root: Union[str, os.PathLike[str]], path: str, sha256: str) -> Optional[bool]:
    """Remove the file `root`/`path` if its content is of this SHA-256, and folders empty then.

    False if it has another, is a link or no file; None if nothing is there.
    """
    *parts, name = path.split("/")
    with contextlib.ExitStack() as stack:
        try:
            folders = [stack.enter_context(open_folder(os.path.realpath(root)))]
            for part in parts:
                folders.append(stack.enter_context(open_folder(part, folders[-1])))
            content = read_regular(name, folders[-1], sys.maxsize)[0]
            if hashlib.sha256(content).hexdigest() != sha256:
                return False
            os.unlink(name, dir_fd=folders[-1])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, InvalidRequest):
            return False
        with contextlib.suppress(OSError):
            for part, folder in zip(reversed(parts), reversed(folders[:-1])):
                os.rmdir(part, dir_fd=folder)
    return True


_SQLITE = b"SQLite format 3\0"


def is_database(path: Path) -> bool:
    """Whether a file that can be read is one of SQLite."""
    with telling(path), path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def save(path: Union[str, os.PathLike[str]], content: bytes) -> None:
    """Write the file that a person named. A device or a pipe is written to, a link is refused."""
    place = Path(path)
    try:
        there = place.stat()
    except OSError:
        there = None
    if there is not None and not stat.S_ISREG(there.st_mode):
        if stat.S_ISDIR(there.st_mode):
            raise FileError(errno.EISDIR, "a folder; name a file", os.fspath(path))
        with telling(path, writing=True):
            place.write_bytes(content)
        return
    if place.is_symlink():
        raise FileError(errno.EEXIST, "a link; name the file itself", os.fspath(path))
    if not place.parent.exists():
        missing = f"there is no folder {place.parent}"
        raise MissingFile(errno.ENOENT, missing, os.fspath(path))
    if there is not None and is_database(place):
        said = "a file of SQLite, such as the state of runs, is left as it is"
        raise FileError(errno.EEXIST, said, os.fspath(path))
    with open_folder(os.path.realpath(place.parent), shown=str(place.parent)) as folder:
        mode = stat.S_IMODE(there.st_mode) if there else 0o666

        def fill(file: int) -> None:
            _write_all(file, content)
            os.fsync(file)  # before it takes the place of what was there

        _put(folder, place.name, fill, mode, str(path))


def copy_below(
    root: Union[str, os.PathLike[str]], path: str, source: Union[str, os.PathLike[str]]
) -> None:
    """Copy a file to `root`/`path`, with its time; sharing its blocks where that can be done.

    Nothing is done if it is there already, by its size and time.
    """
    import shutil

    *parts, name = path.split("/")
    shown = os.path.join(os.fspath(root), path)
    with telling(source):
        file = open(source, "rb")  # noqa: SIM115
    with folder_below(root, tuple(parts)) as folder, file:
        wanted = os.fstat(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            as_wanted = (found.st_size, found.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns)
            if stat.S_ISREG(found.st_mode) and as_wanted and found.st_nlink == 1:
                return

        def fill(copy: int) -> None:
            if not _cloned(file.fileno(), copy):
                with os.fdopen(copy, "wb", closefd=False) as out:
                    shutil.copyfileobj(file, out, 1 << 20)
            os.utime(copy, ns=(wanted.st_atime_ns, wanted.st_mtime_ns))

        _put(folder, name, fill, 0o666, shown)


def read_regular(name: str, folder: int, head: int, tail: int = 0) -> tuple[bytes, int, bytes]:
    """Of a file in `folder` its first `head` bytes, its size, and its last `tail` bytes if longer.

    Raises OSError, and ValueError with what it is if it is no regular file.
    """
    # Before it is opened: that alone does something to some devices.
    _regular(os.stat(name, dir_fd=folder, follow_symlinks=False))
    handle = os.open(name, _FILE, dir_fd=folder)
    with os.fdopen(handle, "rb", buffering=0) as file:
        _regular(os.fstat(handle))
        size = os.fstat(handle).st_size
        first = file.read(size if size <= head + tail else head) or b""
        last = b""
        if size > head + tail and tail:
            file.seek(size - tail)
            last = file.read(tail) or b""
    return first, size, last


def sweep(folder: Union[str, os.PathLike[str]]) -> None:
    """Remove what processes that were killed had begun to write directly in `folder`."""
    import shutil

    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(TEMPORARY) and entry.name != LOCK:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)


LOCK = TEMPORARY + "lock"
_LOOKS = 50
"""At what a lock says, a hundredth of a second apart; on a full disk it says nothing at all."""


class Lock:
    """A file that one process holds at a time. It is free again when the process has ended."""

    def __init__(
        self, path: Union[str, os.PathLike[str]], what: str, made: Sequence[Path] = ()
    ) -> None:
        self._path = os.path.abspath(path)
        self._made = made
        while not self._take(what):
            pass
        with contextlib.suppress(OSError):  # on a full disk others are not told who it is
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def _take(self, what: str) -> bool:
        """False if its holder took the file away between our opening it and our having it."""
        import fcntl

        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with telling(self._path, writing=True):
            self._handle = os.open(self._path, flags, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                holder = _holder(self._handle)
                os.close(self._handle)
                who = f"another run, of process {holder}," if holder else "another run"
                raise InvalidRequest(
                    f"{what}: {who} is writing there; wait for its end, or name another place"
                ) from None
            return True  # a file system without locks: go on without
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(self._handle), os.lstat(self._path)):
                return True
        os.close(self._handle)
        return False

    def release(self) -> None:
        """Let others have it."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)
            for folder in self._made:
                folder.rmdir()  # as far as they are empty
        os.close(self._handle)

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _holder(lock: int) -> str:
    """The process that holds a lock, which says so a moment after it has it; or nothing."""
    for _ in range(_LOOKS):
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        if holder:
            return holder
        time.sleep(0.01)
    return ""


def lock_folder(folder: Union[str, os.PathLike[str]]) -> Lock:
    """Make a folder, if it is absent, in which no other process writes meanwhile.

    What was made for it, and has nothing in it at the end, is taken away.
    """
    whole = Path(os.path.abspath(folder))
    made = [place for place in (whole, *whole.parents) if not os.path.lexists(place)]
    while True:
        make_folder(folder)
        try:
            return Lock(os.path.join(folder, LOCK), os.fspath(folder), made)
        except FileNotFoundError:
            if os.path.isdir(folder):  # else who made it took it away just now
                raise


def is_locked(path: Union[str, os.PathLike[str]]) -> bool:
    """Whether a process holds a `Lock`; true too if that cannot be found out."""
    import fcntl

    try:
        handle = os.open(path, _FILE)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def write_new(
    folder: int, name: str, content: bytes, executable: bool, shown: tuple[str, str]
) -> None:
    """Write a file that is not there yet; `shown`: what messages call it, a folder and a path."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(name, flags, 0o777 if executable else 0o666, dir_fd=folder)
        try:
            _write_all(handle, content)
        finally:
            os.close(handle)
    except OSError as error:
        raise file_error(error, os.path.join(*shown), writing=True) from None


def _regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(kind_of(found.st_mode))


def _holds(folder: int, name: str, content: bytes, executable: bool) -> bool:
    """Whether a file is there as it should be; its links elsewhere may be what they want."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        as_wanted = found.st_size == len(content) and executable == bool(found.st_mode & 0o100)
        if not as_wanted or not stat.S_ISREG(found.st_mode):
            return False
        file = os.open(name, _FILE, dir_fd=folder)
    except OSError:
        return False
    try:
        # What came in its place meanwhile is compared too, if it can be read.
        return os.read(file, len(content) + 1) == content
    except OSError:
        return False
    finally:
        os.close(file)


def _write_all(file: int, content: bytes) -> None:
    """All of it, whatever one call takes."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def _cloned(source: int, copy: int) -> bool:
    """Whether the file system let two files share their blocks (Linux: XFS, btrfs...)."""
    import fcntl

    ficlone = 0x40049409
    try:
        fcntl.ioctl(copy, ficlone, source)
    except OSError:
        return False
    return True


def _opened(path: str, at: Optional[int], shown: str) -> int:
    """The descriptor of a folder; FileNotFoundError and others are of the path that is shown."""
    try:
        return os.open(path, _FOLDER, dir_fd=at)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            said = "not a folder, or a link to one; opamplan follows no links where it reads and "
            said += "writes: move it away"
            raise FileError(error.errno, said, shown or path) from None
        raise file_error(error, shown or path) from None


def _put(folder: int, name: str, fill: Callable[[int], object], mode: int, shown: str) -> None:
    """Beside its place, then renamed: a link or a file of several names stays as it was.

    `fill` is given the descriptor of the new file.
    """
    temporary = f"{TEMPORARY}{secrets.token_hex(8)}"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode, dir_fd=folder)
        try:
            try:
                fill(handle)
            finally:
                os.close(handle)
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
    except OSError as error:
        raise file_error(error, shown, writing=True) from None
