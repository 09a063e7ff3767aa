"""The state file, which is SQLite: opening it whatever state it is in."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from opamplan.errors import StateError, file_error
from opamplan.runs.schema import SCHEMA_VERSION, make, upgrade

ANEW = "; move it away to begin anew"
"""Advice for who writes."""
LOCK_SECONDS = 30.0
"""That another process may take to write."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The file, made if it is absent, in today's layout."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(str(file_error(error, path.parent, writing=True))) from None
    db = _connect(str(path))
    try:
        _version(path, db)  # nothing of another program's file is changed
        _use_wal(db)
        db.execute("BEGIN IMMEDIATE")
        _migrate(path, db, new=True)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def open_read_only(path: Path) -> sqlite3.Connection:
    """Nothing is written into it; an older layout is read through a copy in memory."""
    uri = "file:" + quote(os.path.abspath(path)) + "?mode=ro"
    db = _connect(uri, uri=True)
    try:
        try:
            version = _version(path, db)
        except sqlite3.OperationalError:
            # Nothing can be written beside it, as readers of a WAL do: a copy then.
            db.close()
            db = _copied(path)
            version = _version(path, db)
        if version != SCHEMA_VERSION:
            copy = _connect(":memory:")
            db.backup(copy)
            db.close()
            db = copy
            _migrate(path, db)
    except BaseException:
        db.close()
        raise
    return db


def _version(path: Path, db: sqlite3.Connection) -> int:
    """Of its layout; 0 if it is empty. Raises StateError for what is none of ours."""
    # In this order, as another process may make them now, both at once.
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return 0
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if not {"plans", "runs", "layers"} <= tables:
        raise StateError(f"{path}: a database, but not a state file of opamplan")
    if not 1 <= version <= SCHEMA_VERSION:
        raise StateError(
            f"{path}: written by another version of opamplan (schema {version}, this one "
            f"reads {SCHEMA_VERSION})"
        )
    return version


def _migrate(path: Path, db: sqlite3.Connection, new: bool = False) -> None:
    version = _version(path, db)
    if version == SCHEMA_VERSION:
        return
    if version == 0 and not new:
        raise StateError(f"{path}: an empty database, not a state file of opamplan")
    if version == 0:
        make(db)
    else:
        upgrade(db, version)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def errors(path: Path, writing: bool = True) -> Iterator[None]:
    """What SQLite says, in words that help."""
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"{path}: {_explained(error, writing)}") from None


def _connect(path: str, uri: bool = False) -> sqlite3.Connection:
    db = sqlite3.connect(
        path, check_same_thread=False, timeout=LOCK_SECONDS, uri=uri, isolation_level=None
    )
    db.row_factory = sqlite3.Row
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """So that it can be read while it is written. SQLite itself does not wait for others here."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _copied(path: Path) -> sqlite3.Connection:
    """A copy of a file and what was last written to it, that ends with the connection."""
    with tempfile.TemporaryDirectory(prefix="opamplan-") as folder:
        copy = Path(folder) / "state"
        shutil.copyfile(path, copy)
        wal = path.with_name(path.name + "-wal")
        if wal.exists():
            shutil.copyfile(wal, copy.with_name("state-wal"))
        disk = _connect(str(copy))
        memory = _connect(":memory:")
        disk.backup(memory)
        disk.close()
    return memory


def _explained(error: sqlite3.Error, writing: bool) -> str:
    text = str(error)
    for part, words in (
        ("locked", f"another process has it locked, for more than {LOCK_SECONDS:g} s"),
        ("full", "no space is left there; free some, or name another place"),
        ("readonly", "cannot be written: it, or its folder, is read-only"),
        ("unable to open", "cannot be opened: is its folder there, and may you read and write it?"),
        ("not a database", "not a state file of opamplan" + ANEW * writing),
        ("malformed", "damaged; `sqlite3 FILE .recover` may save results, or move it away"),
        ("disk I/O", "the disk cannot be read or written, or is full"),
    ):
        if part in text:
            return f"{words} ({text})"
    return text
