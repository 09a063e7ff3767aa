"""Runs and their results in one SQLite file. Safe to read while a run writes it."""

from __future__ import annotations

import errno
import json
import os
import re
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from opamplan.errors import FileError, InvalidRequest, MissingFile
from opamplan.files import is_locked
from opamplan.package_names import name_of
from opamplan.runs import database
from opamplan.runs.environments import STANDING, names_of, with_asked
from opamplan.runs.identity import NewRun
from opamplan.runs.logs import unpacked
from opamplan.runs.results import LayerResult
from opamplan.runs.schema import describe_plan, keep_log, keep_targets
from opamplan.runs.statuses import FAILED, NO_RESULT, NOT_BUILT, SUCCESS
from opamplan.wording import depexts_name

if TYPE_CHECKING:
    from opamplan import Plan


@dataclass(frozen=True)
class Run:
    """One run of a plan."""

    id: int
    plan: str
    """The plan's digest."""
    started: float
    ended: Optional[float]
    status: str
    """`running`, `finished`, `incomplete` (a batch could not be built) or `interrupted`; of a
    matrix also `waiting`, for its turn."""
    options: str = ""
    """A digest of what the emitters were told."""
    asked: str = ""
    """What its plan was made for and does not say, in words, such as `oldest versions`."""
    base: str = ""
    """What its steps stood on, if that is not the image of its plan: another, or an archive."""
    matrix: Optional[int] = None
    """The first run of the matrix that it is part of; None: it is alone."""
    combination: str = ""
    """The name of what its plan was made for, see `opamplan.Combination`: in a matrix its own.
    Empty if it is alone and not known."""


class State:
    """The file. May be used from several threads.

    `create`: make it if it is absent. `read_only`: nothing is written, not even a newer layout.
    """

    def __init__(
        self,
        path: Union[str, os.PathLike[str]],
        create: bool = True,
        read_only: bool = False,
    ) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        if (read_only or not create) and not self.path.is_file():
            if self.path.is_dir():
                said = "a folder; name the state file in it"
                raise FileError(errno.EISDIR, said, os.fspath(path))
            raise MissingFile(errno.ENOENT, "no such state file", os.fspath(path))
        opener = database.open_read_only if read_only else database.open_for_writing
        with database.errors(self.path, writing=not read_only):
            self._db = opener(self.path)

    def close(self) -> None:
        """Close the file. Also happens at the end of a `with`."""
        self._db.close()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the file from its beginning: all of it happens, or nothing."""
        with self._lock, database.errors(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock, database.errors(self.path):
            return self._db.execute(query, values).fetchall()

    @property
    def lock_path(self) -> Path:
        """The file that the process of a run holds."""
        return self.path.with_name(self.path.name + ".lock")

    # Writing, in the order of a run.

    def begin_run(
        self,
        plan: Plan,
        left_out: Iterable[tuple[str, str, str]] = (),
        options: str = "",
        asked: str = "",
        base: str = "",
        combination: str = "",
    ) -> Run:
        """A new run, alone.

        `left_out`: target, status and reason of what is in no plan. The others: see `Run`.
        """
        return self.begin(NewRun(plan, tuple(left_out), options, asked, base, combination))

    def begin(self, new: NewRun) -> Run:
        """A new run, alone."""
        with self._writing() as db:
            number = _add_run(db, new, "running", new.combination)
        return self.run(number)

    def begin_matrix(self, several: Mapping[str, NewRun]) -> list[Run]:
        """A run for each combination, by name and in order, all of which are `waiting`."""
        with self._writing() as db:
            numbers = [_add_run(db, new, "waiting", name) for name, new in several.items()]
            db.executemany(
                "UPDATE runs SET matrix = ? WHERE id = ?", [(numbers[0], n) for n in numbers]
            )
        return self.matrix(numbers[0])

    def resume(self, run: Run) -> None:
        """Go on with a run that was interrupted, or waits."""
        now = time.time()
        with self._writing() as db:
            db.execute(
                "UPDATE runs SET started = CASE status WHEN 'waiting' THEN ? ELSE started END, "
                "status = 'running', ended = NULL WHERE id = ?",
                (now, run.id),
            )

    def leave_out(self, run: Run, left_out: Iterable[tuple[str, str, str]]) -> None:
        """What a run that is gone on with leaves out now: maybe others, though the plan is equal.

        Target, status and reason of each.
        """
        with self._writing() as db:
            db.execute("DELETE FROM left_out WHERE run = ?", (run.id,))
            _keep_left_out(db, run.id, left_out)

    def begin_batch(self, run: Run, batch: int, builder: str, attempt: int) -> None:
        """A batch has been given to a builder."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO batches (run, batch, builder, status, attempt, started) "
                "VALUES (?, ?, ?, 'running', ?, ?) ON CONFLICT (run, batch) DO UPDATE SET "
                "builder = excluded.builder, status = excluded.status, error = '', ended = NULL, "
                "attempt = excluded.attempt, started = excluded.started",
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
        """A batch has ended; `counts` are its steps that were executed in this run, and others."""
        with self._writing() as db:
            db.execute(
                "UPDATE batches SET status = ?, ended = ?, executed = ?, cached = ?, error = ? "
                "WHERE run = ? AND batch = ?",
                (status, time.time(), *counts, error, run.id, batch),
            )

    def add_layers(self, run: Run, results: Iterable[tuple[LayerResult, bool]]) -> None:
        """Results of layers, and whether the builder's cache served them.

        Where there is none, what an earlier batch of the run knows of the layer stays. What a later
        result replaces is kept as `overturned`.
        """
        with self._writing() as db:
            for r, cached in results:
                row = (r.status, r.seconds, int(cached), keep_log(db, r.log), r.size)
                if r.status != NO_RESULT:
                    db.execute(
                        "INSERT OR IGNORE INTO overturned SELECT run, layer, status, log FROM "
                        "layers WHERE run = ? AND layer = ? AND status != ?",
                        (run.id, r.layer, r.status),
                    )
                db.execute(
                    "INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (run, layer) DO UPDATE SET status = excluded.status, "
                    "seconds = excluded.seconds, log = excluded.log, size = excluded.size, "
                    f"cached = min(cached, excluded.cached) WHERE excluded.status != '{NO_RESULT}'",
                    (run.id, r.layer, r.package, *row),
                )

    def add_executed(self, run: Run, step: int) -> None:
        """A builder has carried out a step, not from its cache."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO executed VALUES (?, ?)", (run.id, step))

    def add_system_packages(
        self, run: Run, step: int, depexts: Iterable[str], seconds: float, size: int
    ) -> None:
        """A step had the package manager install these, which took `seconds` and `size` bytes."""
        row = (run.id, step, " ".join(depexts), seconds, size)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO system_packages VALUES (?, ?, ?, ?, ?)", row)

    def raise_retries(self, numbers: Mapping[str, int]) -> None:
        """By layer: the number that its step has reached. A lower one changes nothing."""
        with self._writing() as db:
            db.executemany(
                "INSERT INTO retries VALUES (?, ?) ON CONFLICT (layer) DO UPDATE SET "
                "number = max(number, excluded.number)",
                numbers.items(),
            )

    def retry(self, layers: Iterable[str]) -> None:
        """Give layers the next number, whose steps no builder has carried out."""
        known = self.retries()
        self.raise_retries({layer: known.get(layer, 0) + 1 for layer in sorted(layers)})

    def end_run(self, run: Run, status: str) -> None:
        """`finished`, `incomplete` (a batch could not be built) or `interrupted`."""
        with self._writing() as db:
            db.execute(
                "UPDATE runs SET status = ?, ended = ? WHERE id = ?", (status, time.time(), run.id)
            )

    # Reading.

    def runs(self) -> list[Run]:
        """All runs, oldest first. One whose process has gone is `interrupted`."""
        rows = self._rows(
            "SELECT id, plan, started, ended, status, options, asked, base, matrix, combination "
            "FROM runs ORDER BY id"
        )
        found = [Run(*row) for row in rows]
        if any(run.status == "running" for run in found) and not is_locked(self.lock_path):
            found = [replace(r, status=_GONE.get(r.status, r.status)) for r in found]
        return found

    def run(self, number: Optional[int] = None) -> Run:
        """A run by its number; the newest by default."""
        runs = self.runs()
        found = [r for r in runs if number is None or r.id == number]
        if not runs:
            raise InvalidRequest(f"{self.path}: no runs in this file")
        if not found:
            raise InvalidRequest(f"{self.path}: no run {number}; this file has 1 to {runs[-1].id}")
        return found[-1]

    def last(self) -> list[Run]:
        """The newest run; if it is one of a matrix, all of the matrix."""
        run = self.run()
        return [run] if run.matrix is None else self.matrix(run.matrix)

    def last_matrix(self) -> list[Run]:
        """The runs of the newest matrix, whatever came after it; none if there is no matrix."""
        numbers = [run.matrix for run in self.runs() if run.matrix is not None]
        return self.matrix(max(numbers)) if numbers else []

    def matrix(self, number: int) -> list[Run]:
        """The runs of a matrix, in the order of its combinations."""
        return [run for run in self.runs() if run.matrix == number]

    def newest(self, plan: Plan, options: str = "") -> Optional[Run]:
        """The newest run, alone, of an equal plan whose emitters were told the same."""
        wanted = (NewRun(plan).digest, options, None)
        same = [r for r in self.runs() if (r.plan, r.options, r.matrix) == wanted]
        return same[-1] if same else None

    def newest_matrix(self, several: Mapping[str, NewRun]) -> list[Run]:
        """The newest matrix of equal plans and options by equal names; empty if there is none."""
        wanted = [(name, new.digest, new.options) for name, new in several.items()]
        runs = self.runs()
        for number in sorted({r.matrix for r in runs if r.matrix is not None}, reverse=True):
            found = [run for run in runs if run.matrix == number]
            if [(r.combination, r.plan, r.options) for r in found] == wanted:
                return found
        return []

    def executed(self, run: Run) -> set[int]:
        """The steps that builders carried out in this run, not from their caches."""
        return {
            row["step"] for row in self._rows("SELECT step FROM executed WHERE run = ?", run.id)
        }

    def retries(self) -> dict[str, int]:
        """By layer: the number that its step has reached, if it was ever tried again."""
        rows = self._rows("SELECT layer, number FROM retries ORDER BY layer")
        return {row["layer"]: row["number"] for row in rows}

    def last_tried(self) -> dict[str, str]:
        """By layer: its status in the newest run in which it was built or failed."""
        tried = (SUCCESS, *FAILED)
        rows = self._rows(
            "SELECT layer, status, max(run) FROM layers "
            f"WHERE status IN ({', '.join('?' * len(tried))}) GROUP BY layer",
            *tried,
        )
        return {row["layer"]: row["status"] for row in rows}

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
        rows = self._rows(
            "SELECT layer, package, status, seconds, cached, size, log FROM layers WHERE run = ? "
            "ORDER BY layer",
            run.id,
        )
        out = [dict(row) for row in rows]
        if not logs:
            for row in out:
                del row["log"]
            return out
        texts = self.logs({row["log"] for row in out})
        return [{**row, "log": texts[row["log"]]} for row in out]

    def system_packages(self, run: Run) -> list[dict[str, Any]]:
        """What the package manager installed in a run: step, depexts, seconds and size (bytes)."""
        rows = self._rows(
            "SELECT step, depexts, seconds, size FROM system_packages WHERE run = ? ORDER BY step",
            run.id,
        )
        return [{**dict(row), "depexts": row["depexts"].split()} for row in rows]

    def failures(self, run: Run) -> list[dict[str, Any]]:
        """The layers of a run that failed, with the numbers of their logs."""
        marks = ",".join("?" * len(FAILED))
        rows = self._rows(
            "SELECT layer, package, status, log FROM layers WHERE run = ? "
            f"AND status IN ({marks}) ORDER BY package, layer",
            run.id,
            *FAILED,
        )
        return [dict(row) for row in rows]

    def results_of(self, name: str) -> list[dict[str, Any]]:
        """The results of all layers of a package, NAME or NAME.VERSION, in all runs by `run`."""
        return [
            dict(row)
            for row in self._rows(
                "SELECT run, layer, package, status, seconds, cached, size FROM layers "
                "WHERE package GLOB ? ORDER BY run, package, layer",
                _pattern_of(name),
            )
        ]

    def twofold(self) -> list[dict[str, Any]]:
        """The results of layers that succeeded in one run and failed in another, or in the same.

        Of runs whose emitters were told the same: layer, package, run, status, log, options.
        """
        marks = ",".join("?" * len(FAILED))
        told = (
            "SELECT run, layer, status, log FROM layers "
            "UNION ALL SELECT run, layer, status, log FROM overturned"
        )
        rows = self._rows(
            f"SELECT t.layer, t.run, t.status, t.log, options, (SELECT package FROM layers AS l "
            "WHERE l.run = t.run AND l.layer = t.layer) AS package "
            f"FROM ({told}) AS t JOIN runs ON runs.id = t.run "
            f"WHERE t.layer IN (SELECT layer FROM ({told}) WHERE status IN ({marks})) "
            "ORDER BY package, t.layer, options, t.run",
            *FAILED,
        )
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault((row["layer"], row["options"]), []).append(dict(row))
        return [
            row
            for several in found.values()
            if {SUCCESS} < {r["status"] for r in several} & {SUCCESS, *FAILED}
            for row in several
        ]

    def logs(self, numbers: Iterable[int]) -> dict[int, str]:
        """Logs by their numbers."""
        found: dict[int, str] = {}
        wanted = sorted(numbers)
        for begin in range(0, len(wanted), 500):  # SQLite takes so many values
            part = wanted[begin : begin + 500]
            marks = ",".join("?" * len(part))
            for row in self._rows(f"SELECT id, text FROM logs WHERE id IN ({marks})", *part):
                found[row["id"]] = unpacked(row["text"])
        return found

    def log(self, run: Run, layer: str) -> str:
        """The log of a layer."""
        rows = self._rows(
            "SELECT text FROM logs JOIN layers ON log = id WHERE run = ? AND layer = ?",
            run.id,
            layer[:16],
        )
        return unpacked(rows[0]["text"]) if rows else ""

    def left_out(self, run: Run) -> list[dict[str, Any]]:
        """Targets without a solution, with the reason."""
        rows = self._rows("SELECT target, status, reason FROM left_out WHERE run = ?", run.id)
        return sorted((dict(row) for row in rows), key=lambda row: str(row["target"]))

    def left_out_of(self, name: str) -> list[dict[str, Any]]:
        """The runs that leave NAME, or NAME.VERSION, out: `run`, target, status, reason."""
        return [
            dict(row)
            for row in self._rows(
                "SELECT run, target, status, reason FROM left_out "
                "WHERE target = ? OR target GLOB ? ORDER BY run, target",
                name_of(name),
                _pattern_of(name),
            )
        ]

    def targets(self, run: Run) -> list[dict[str, Any]]:
        """Every target of a run: `target`, `status`, and the `layer` it ends in.

        Statuses: those of layers, `not_built` (its batch has not been carried out), and those of
        targets without a solution.
        """
        rows = self._rows(
            "SELECT target, coalesce(status, ?) AS status, targets.layer AS layer FROM targets "
            "LEFT JOIN layers ON layers.run = targets.run AND layers.layer = targets.layer "
            "WHERE targets.run = ?",
            NOT_BUILT,
            run.id,
        )
        out = [dict(row) for row in rows]
        for row in self.left_out(run):
            out.append({"target": row["target"], "status": row["status"], "layer": ""})
        return sorted(out, key=lambda row: row["target"])

    def facts(self, run: Run) -> dict[str, str]:
        """What its environment is, see `environments.facts_of`."""
        rows = self._rows("SELECT facts FROM plans WHERE digest = ?", run.plan)
        facts = dict(json.loads(rows[0]["facts"]))
        return with_asked(facts, run.asked, run.combination) if facts else facts

    def environments(self, runs: Optional[Iterable[Run]] = None) -> dict[str, list[Run]]:
        """Runs (default: all) by the name of their environment, in the order of the runs."""
        found: dict[tuple[str, ...], list[Run]] = {}
        for run in self.runs() if runs is None else runs:
            facts = self.facts(run)
            found.setdefault(tuple(facts.get(fact, "") for fact in STANDING), []).append(run)
        names = names_of([dict(zip(STANDING, key)) for key in found])
        return dict(zip(names, found.values()))

    def durations(self, runs: Iterable[Run] = ()) -> dict[str, float]:
        """Seconds of installs, for `forecast`: by layer, and by NAME.VERSION the mean.

        Also those of the package manager, by what it installed: `depexts: libgmp-dev pkg-config`.
        Of these runs; without any, of all that are like the newest.
        """
        these = tuple(runs)
        where, values = self._of(these)
        rows = self._rows(
            "SELECT layer, package, avg(seconds) AS seconds FROM layers "
            f"WHERE status = 'success' AND {where} GROUP BY layer",
            *values,
        )
        by_package: dict[str, list[float]] = {}
        for row in rows:
            by_package.setdefault(row["package"], []).append(row["seconds"])
        out = {name: sum(all_) / len(all_) for name, all_ in by_package.items()}
        out.update({row["layer"]: row["seconds"] for row in rows})
        return {**out, **self._of_depexts("seconds", these)}

    def sizes(self, runs: Iterable[Run] = ()) -> dict[str, int]:
        """Bytes of installed files by NAME.VERSION (the mean over its layers), for `make_plan`.

        Also those of system packages, as in `durations`, for `disk_bytes`. Of runs as there.
        """
        these = tuple(runs)
        where, values = self._of(these)
        rows = self._rows(
            "SELECT package, avg(size) AS size FROM layers "
            f"WHERE size IS NOT NULL AND {where} GROUP BY package",
            *values,
        )
        out = {row["package"]: round(row["size"]) for row in rows}
        return {**out, **{k: round(v) for k, v in self._of_depexts("size", these).items()}}

    def _of_depexts(self, what: str, runs: Iterable[Run]) -> dict[str, float]:
        """The mean of a column of `system_packages`, by what is said of those installed.

        A builder tells it when it installs them, and not of what its cache has: so of all runs with
        the options of these.
        """
        these, values = self._of(runs, "id")
        rows = self._rows(
            f"SELECT depexts, avg({what}) AS mean FROM system_packages WHERE run IN ("
            f"SELECT id FROM runs WHERE options IN (SELECT options FROM runs WHERE {these})) "
            "GROUP BY depexts ORDER BY depexts",
            *values,
        )
        return {depexts_name(row["depexts"].split()): row["mean"] for row in rows}

    def _of(self, runs: Iterable[Run], column: str = "run") -> tuple[str, tuple[Any, ...]]:
        """These, or those that are like the newest: stand-ins say nothing of real builds."""
        numbers = tuple(run.id for run in runs)
        if numbers:
            return f"{column} IN ({', '.join('?' * len(numbers))})", numbers
        return (
            f"{column} IN (SELECT id FROM runs WHERE options = ("
            "SELECT options FROM runs ORDER BY id DESC LIMIT 1))",
            (),
        )


def _pattern_of(name: str) -> str:
    """All versions of NAME, or NAME.VERSION alone, for GLOB."""
    return re.sub(r"([\[?])", r"[\1]", name if "." in name else f"{name}.*")


def _add_run(db: sqlite3.Connection, new: NewRun, status: str, combination: str = "") -> int:
    """A row of `runs` and what belongs to it; its number."""
    db.execute(
        "INSERT OR IGNORE INTO plans VALUES (?, ?, ?)",
        (new.digest, zlib.compress(new.text), describe_plan(new.plan)),
    )
    cursor = db.execute(
        "INSERT INTO runs (plan, started, status, options, asked, base, combination) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (new.digest, time.time(), status, new.options, new.asked, new.base, combination),
    )
    run = int(cursor.lastrowid or 0)
    _keep_left_out(db, run, new.left_out)
    keep_targets(db, run, new.plan)
    return run


def _keep_left_out(
    db: sqlite3.Connection, run: int, left_out: Iterable[tuple[str, str, str]]
) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)", [(run, *row) for row in left_out]
    )


_GONE = {"running": "interrupted"}
