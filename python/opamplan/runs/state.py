"""Runs and their results in one SQLite file. Safe to read while a run writes it."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from opamplan.errors import InvalidRequest
from opamplan.runs.results import LayerResult

if TYPE_CHECKING:
    from opamplan import Plan

SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE plans (
    digest TEXT PRIMARY KEY,   -- SHA-256 of the plan's JSON
    json BLOB NOT NULL         -- zlib
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL REFERENCES plans (digest),
    started REAL NOT NULL,     -- seconds since 1970
    ended REAL,
    status TEXT NOT NULL       -- running, finished, interrupted, incomplete
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
CREATE TABLE layers (
    run INTEGER NOT NULL REFERENCES runs (id),
    layer TEXT NOT NULL,       -- the first 16 digits of its key
    package TEXT NOT NULL,     -- NAME.VERSION
    status TEXT NOT NULL,      -- success, failure, dependency_failed
    seconds REAL NOT NULL,     -- of the install, when it was carried out
    cached INTEGER NOT NULL,   -- served from the builder's cache in this run
    log BLOB NOT NULL,         -- zlib
    size INTEGER,              -- bytes of the installed files; null: not known
    PRIMARY KEY (run, layer)
);
CREATE TABLE left_out (
    run INTEGER NOT NULL REFERENCES runs (id),
    target TEXT NOT NULL,
    status TEXT NOT NULL,      -- no_solution, unavailable, gave_up
    reason TEXT NOT NULL,
    PRIMARY KEY (run, target)
);
"""

# What brings a file of an older version to the next one.
_MIGRATIONS = {1: "ALTER TABLE layers ADD COLUMN size INTEGER; PRAGMA user_version = 2;"}


@dataclass(frozen=True)
class Run:
    """One run of a plan."""

    id: int
    plan: str
    """The plan's digest."""
    started: float
    ended: Optional[float]
    status: str


class State:
    """The file. May be used from several threads."""

    def __init__(self, path: Union[str, os.PathLike[str]], create: bool = True) -> None:
        self.path = Path(path)
        if not create and not self.path.is_file():
            raise InvalidRequest(f"{path}: no such file of build results")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(str(self.path), check_same_thread=False, timeout=30)
            self._db.row_factory = sqlite3.Row
            self._open()
        except sqlite3.DatabaseError as error:
            raise InvalidRequest(
                f"{path}: not a file of build results ({error}); move it away to begin anew"
            ) from None

    def _open(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA + f"PRAGMA user_version = {SCHEMA_VERSION};")
        while version in _MIGRATIONS:
            self._db.executescript(_MIGRATIONS[version])
            version += 1
        if tables != 0 and version != SCHEMA_VERSION:
            raise InvalidRequest(
                f"{self.path}: written by another version of opamplan (schema {version}, this one "
                f"reads {SCHEMA_VERSION})"
            )

    def close(self) -> None:
        """Close the file. Also happens at the end of a `with`."""
        self._db.close()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._db:
            yield self._db

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    # Writing, in the order of a run.

    def begin_run(self, plan: Plan, left_out: Iterable[tuple[str, str, str]] = ()) -> Run:
        """A new run. `left_out`: target, status and reason of what has no solution."""
        text = plan.to_json().encode()
        digest = sha256(text).hexdigest()
        started = time.time()
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO plans VALUES (?, ?)", (digest, zlib.compress(text)))
            cursor = db.execute(
                "INSERT INTO runs (plan, started, status) VALUES (?, ?, 'running')",
                (digest, started),
            )
            run = int(cursor.lastrowid or 0)
            db.executemany(
                "INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)",
                [(run, *row) for row in left_out],
            )
        return Run(run, digest, started, None, "running")

    def resume(self, run: Run) -> None:
        """Go on with a run that was interrupted."""
        with self._writing() as db:
            db.execute("UPDATE runs SET status = 'running', ended = NULL WHERE id = ?", (run.id,))

    def begin_batch(self, run: Run, batch: int, builder: str, attempt: int) -> None:
        """A batch has been given to a builder."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO batches (run, batch, builder, status, attempt, started) "
                "VALUES (?, ?, ?, 'running', ?, ?)",
                (run.id, batch, builder, attempt, time.time()),
            )

    def end_batch(
        self,
        run: Run,
        batch: int,
        status: str,
        counts: tuple[int, int] = (0, 0),
        error: str = "",
    ) -> None:
        """A batch has ended; `counts` are steps executed and cached."""
        with self._writing() as db:
            db.execute(
                "UPDATE batches SET status = ?, ended = ?, executed = ?, cached = ?, error = ? "
                "WHERE run = ? AND batch = ?",
                (status, time.time(), *counts, error, run.id, batch),
            )

    def add_layers(self, run: Run, results: Iterable[tuple[LayerResult, bool]]) -> None:
        """Results of layers, and whether the builder's cache served them.

        A layer that an earlier batch of the run carried out stays as that batch has it.
        """
        rows = (
            (
                run.id,
                r.layer,
                r.package,
                r.status,
                r.seconds,
                int(cached),
                zlib.compress(r.log.encode()),
                r.size,
            )
            for r, cached in results
        )
        with self._writing() as db:
            db.executemany(
                "INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (run, layer) DO UPDATE SET status = excluded.status, "
                "seconds = excluded.seconds, log = excluded.log, size = excluded.size, "
                "cached = min(cached, excluded.cached)",
                rows,
            )

    def end_run(self, run: Run, status: str) -> None:
        """`finished`, `incomplete` (a batch could not be built) or `interrupted`."""
        with self._writing() as db:
            db.execute(
                "UPDATE runs SET status = ?, ended = ? WHERE id = ?", (status, time.time(), run.id)
            )

    # Reading.

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        rows = self._rows("SELECT id, plan, started, ended, status FROM runs ORDER BY id")
        return [Run(*row) for row in rows]

    def run(self, number: Optional[int] = None) -> Run:
        """A run by its number; the newest by default."""
        found = [r for r in self.runs() if number is None or r.id == number]
        if not found:
            what = "no runs" if number is None else f"no run {number}"
            raise InvalidRequest(f"{self.path}: {what} in this file")
        return found[-1]

    def unfinished(self, plan: Plan) -> Optional[Run]:
        """The newest run of an equal plan, if it has not finished."""
        digest = sha256(plan.to_json().encode()).hexdigest()
        same = [r for r in self.runs() if r.plan == digest]
        return same[-1] if same and same[-1].status != "finished" else None

    def plan_of(self, run: Run) -> Plan:
        """The plan of a run."""
        from opamplan import Plan

        rows = self._rows("SELECT json FROM plans WHERE digest = ?", run.plan)
        return Plan.from_json(zlib.decompress(rows[0]["json"]).decode())

    def batches(self, run: Run) -> list[dict[str, Any]]:
        """The batches of a run that have begun."""
        rows = self._rows("SELECT * FROM batches WHERE run = ? ORDER BY batch", run.id)
        return [dict(row) for row in rows]

    def layers(self, run: Run, logs: bool = False) -> list[dict[str, Any]]:
        """The layers of a run with their results; with `logs`, their logs too."""
        columns = "layer, package, status, seconds, cached, size" + (", log" if logs else "")
        rows = self._rows(f"SELECT {columns} FROM layers WHERE run = ? ORDER BY layer", run.id)
        out = [dict(row) for row in rows]
        for row in out if logs else ():
            row["log"] = zlib.decompress(row["log"]).decode()
        return out

    def log(self, run: Run, layer: str) -> str:
        """The log of a layer."""
        rows = self._rows("SELECT log FROM layers WHERE run = ? AND layer = ?", run.id, layer[:16])
        return zlib.decompress(rows[0]["log"]).decode() if rows else ""

    def left_out(self, run: Run) -> list[dict[str, Any]]:
        """Targets without a solution, with the reason."""
        rows = self._rows("SELECT target, status, reason FROM left_out WHERE run = ?", run.id)
        return sorted((dict(row) for row in rows), key=lambda row: str(row["target"]))

    def targets(self, run: Run) -> list[dict[str, Any]]:
        """Every target of a run: `target`, `status`, and the `layer` it ends in.

        Statuses: those of layers, `not_built` (its batch has not been carried out), and those of
        targets without a solution.
        """
        plan = self.plan_of(run)
        statuses = {row["layer"]: row["status"] for row in self.layers(run)}
        out = []
        for target, step in zip(plan.targets, plan.target_steps):
            layer = layer_of(plan, target, step)
            status = statuses.get(layer, "not_built")
            out.append({"target": target, "status": status, "layer": layer})
        for row in self.left_out(run):
            out.append({"target": row["target"], "status": row["status"], "layer": ""})
        return sorted(out, key=lambda row: row["target"])

    def durations(self, run: Optional[Run] = None) -> dict[str, float]:
        """Seconds of installs by layer and by NAME.VERSION (the mean), for `forecast`."""
        where, values = ("WHERE run = ?", (run.id,)) if run else ("", ())
        rows = self._rows(
            "SELECT layer, package, avg(seconds) AS seconds FROM layers "
            f"{where} {'AND' if where else 'WHERE'} status = 'success' GROUP BY layer",
            *values,
        )
        by_package: dict[str, list[float]] = {}
        for row in rows:
            by_package.setdefault(row["package"], []).append(row["seconds"])
        out = {name: sum(all_) / len(all_) for name, all_ in by_package.items()}
        out.update({row["layer"]: row["seconds"] for row in rows})
        return out

    def sizes(self, run: Optional[Run] = None) -> dict[str, int]:
        """Bytes of installed files by NAME.VERSION (the mean over its layers), for `make_plan`."""
        where, values = ("AND run = ?", (run.id,)) if run else ("", ())
        rows = self._rows(
            "SELECT package, avg(size) AS size FROM layers "
            f"WHERE size IS NOT NULL {where} GROUP BY package",
            *values,
        )
        return {row["package"]: round(row["size"]) for row in rows}


def layer_of(plan: Plan, target: str, step: int) -> str:
    """The first 16 digits of the key of a target's layer."""
    parts = plan[step]
    return parts.layers[parts.installs.index(target)][:16]


def find_run(text: str) -> tuple[State, Run]:
    """`FILE` (its newest run) or `FILE#NUMBER`."""
    path, hash_, number = text.rpartition("#")
    if hash_ and number.isdecimal():
        state = State(path, create=False)
        return state, state.run(int(number))
    state = State(text, create=False)
    return state, state.run()


def to_json_line(kind: str, **fields: Any) -> str:
    """One line for machines."""
    return json.dumps({"event": kind, **fields})
