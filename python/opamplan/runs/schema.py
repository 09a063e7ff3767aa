"""The layout of the state file, and what brings an older one up to date."""

from __future__ import annotations

import json
import sqlite3
import zlib
from hashlib import sha256
from typing import Any

from opamplan.errors import PlanFormatError
from opamplan.runs.environments import facts_of
from opamplan.runs.layers import target_layers
from opamplan.runs.logs import packed, unpacked

SCHEMA_VERSION = 8
_LAYOUT = """
CREATE TABLE plans (
    digest TEXT PRIMARY KEY,   -- SHA-256 of the plan's JSON
    json BLOB NOT NULL,        -- zlib
    facts TEXT NOT NULL        -- what its environment is, as JSON, see runs/environments.py
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL REFERENCES plans (digest),
    started REAL NOT NULL,     -- seconds since 1970
    ended REAL,
    options TEXT NOT NULL DEFAULT '',  -- SHA-256 of what the emitters were told
    asked TEXT NOT NULL DEFAULT '',    -- what the plan was made for and does not say, in words
    base TEXT NOT NULL DEFAULT '',     -- what its steps stood on, if not on the plan's image
    matrix INTEGER,            -- the first run of the matrix that it is part of
    combination TEXT NOT NULL DEFAULT '',  -- the name of what the plan was made for
    status TEXT NOT NULL       -- waiting (in a matrix), running, finished, interrupted, incomplete
);
CREATE TABLE batches (
    run INTEGER NOT NULL REFERENCES runs (id),
    batch INTEGER NOT NULL,
    builder TEXT NOT NULL,
    status TEXT NOT NULL,      -- running, finished, error, interrupted
    attempt INTEGER NOT NULL,
    started REAL NOT NULL,
    ended REAL,
    executed INTEGER NOT NULL DEFAULT 0,  -- steps
    cached INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, batch)
);
CREATE TABLE left_out (
    run INTEGER NOT NULL REFERENCES runs (id),
    target TEXT NOT NULL,
    status TEXT NOT NULL,      -- no_solution, unavailable, gave_up, cannot_be_built
    reason TEXT NOT NULL,
    PRIMARY KEY (run, target)
);
"""
_NEW_IN_3 = """
CREATE TABLE executed (
    run INTEGER NOT NULL REFERENCES runs (id),
    step INTEGER NOT NULL,     -- that a builder carried out in this run, and not from its cache
    PRIMARY KEY (run, step)
);
CREATE TABLE retries (
    layer TEXT PRIMARY KEY,    -- the first 16 digits of its key
    number INTEGER NOT NULL    -- that its step has reached, in whatever run; it never goes back
);
"""
_NEW_IN_4 = """
CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,  -- the first 16 bytes of its SHA-256: equal logs are kept once
    text BLOB NOT NULL         -- zlib, see runs/logs.py
);
CREATE TABLE layers (
    run INTEGER NOT NULL REFERENCES runs (id),
    layer TEXT NOT NULL,       -- the first 16 digits of its key
    package TEXT NOT NULL,     -- NAME.VERSION
    status TEXT NOT NULL,      -- see runs/statuses.py
    seconds REAL NOT NULL,     -- of the install, when it was carried out
    cached INTEGER NOT NULL,   -- served from the builder's cache in this run
    log INTEGER NOT NULL REFERENCES logs (id),
    size INTEGER,              -- bytes of the installed files; null: not known
    PRIMARY KEY (run, layer)
) WITHOUT ROWID;
CREATE TABLE overturned (
    run INTEGER NOT NULL REFERENCES runs (id),
    layer TEXT NOT NULL,
    status TEXT NOT NULL,      -- that the layer had in the run before a later result replaced it
    log INTEGER NOT NULL REFERENCES logs (id),
    PRIMARY KEY (run, layer, status)
) WITHOUT ROWID;
CREATE TABLE targets (
    run INTEGER NOT NULL REFERENCES runs (id),
    target TEXT NOT NULL,      -- NAME.VERSION
    layer TEXT NOT NULL,
    PRIMARY KEY (run, target)
) WITHOUT ROWID;
"""
_NEW_IN_8 = """
CREATE TABLE system_packages (
    run INTEGER NOT NULL REFERENCES runs (id),
    step INTEGER NOT NULL,     -- that had the package manager install something
    depexts TEXT NOT NULL,     -- which its parent lacked, with spaces between
    seconds REAL NOT NULL,
    size INTEGER NOT NULL,     -- bytes, as the package manager counts them
    PRIMARY KEY (run, step)
) WITHOUT ROWID;
"""


def make(db: sqlite3.Connection) -> None:
    """Today's layout, in an empty file."""
    _execute(db, _LAYOUT + _NEW_IN_3 + _NEW_IN_4 + _NEW_IN_8)


def upgrade(db: sqlite3.Connection, version: int) -> None:
    """Bring a file of an older version to today's; all of it in the transaction that is open."""
    if version < 2:
        _execute(db, "ALTER TABLE layers ADD COLUMN size INTEGER;\n")
    if version < 3:
        _execute(db, "ALTER TABLE runs ADD COLUMN options TEXT NOT NULL DEFAULT '';\n" + _NEW_IN_3)
    if version < 4:
        _execute(
            db,
            "ALTER TABLE layers RENAME TO layers_3;\n"
            "ALTER TABLE plans ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';\n" + _NEW_IN_4,
        )
        _keep_logs_once(db)
        _read_plans(db)
        _execute(db, "DROP TABLE layers_3;\n")
    if version < 5:
        _execute(db, "ALTER TABLE runs ADD COLUMN asked TEXT NOT NULL DEFAULT '';\n")
    if version < 6:
        _execute(db, "ALTER TABLE runs ADD COLUMN base TEXT NOT NULL DEFAULT '';\n")
    if version < 7:
        _execute(
            db,
            "ALTER TABLE runs ADD COLUMN matrix INTEGER;\n"
            "ALTER TABLE runs ADD COLUMN combination TEXT NOT NULL DEFAULT '';\n",
        )
    if version < 8:
        _execute(db, _NEW_IN_8)


def keep_log(db: sqlite3.Connection, log: str) -> int:
    """The number of a log, which is added if there is no equal one."""
    digest = sha256(log.encode()).digest()[:16]
    row = db.execute("SELECT id FROM logs WHERE digest = ?", (digest,)).fetchone()
    if row:
        return int(row[0])
    cursor = db.execute("INSERT INTO logs (digest, text) VALUES (?, ?)", (digest, packed(log)))
    return int(cursor.lastrowid or 0)


def describe_plan(plan: Any) -> str:
    """What stands beside a plan."""
    return json.dumps(facts_of(plan))


def keep_targets(db: sqlite3.Connection, run: int, plan: Any) -> None:
    """The layers of a run's targets."""
    db.executemany(
        "INSERT INTO targets VALUES (?, ?, ?)",
        ((run, target, layer) for target, layer in target_layers(plan).items()),
    )


def _execute(db: sqlite3.Connection, statements: str) -> None:
    # One by one, as `executescript` would end the transaction.
    for statement in statements.split(";\n"):
        db.execute(statement)


def _keep_logs_once(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT run, layer, package, status, seconds, cached, log, size FROM layers_3"
    ).fetchall()
    for row in rows:
        log = keep_log(db, unpacked(row[6]))
        db.execute("INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row[:6], log, row[7]))


def _read_plans(db: sqlite3.Connection) -> None:
    from opamplan._core.plan import Plan

    for digest, text in db.execute("SELECT digest, json FROM plans").fetchall():
        try:
            plan = Plan.from_json(zlib.decompress(text))
        except PlanFormatError:  # of an older form: its runs have results, and no targets
            continue
        db.execute("UPDATE plans SET facts = ? WHERE digest = ?", (describe_plan(plan), digest))
        for (run,) in db.execute("SELECT id FROM runs WHERE plan = ?", (digest,)).fetchall():
            keep_targets(db, run, plan)
