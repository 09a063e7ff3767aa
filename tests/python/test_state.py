"""The state file: files of older versions, and logs, which are kept once."""

from __future__ import annotations

import dataclasses
import pathlib
import sqlite3
import zlib
from typing import Any

import pytest
from test_history import FILES, carry_out, plan_of

import opamplan
from opamplan.runs import State
from opamplan.runs.logs import DICTIONARIES, packed, unpacked
from opamplan.runs.report import markdown_report, report_data

# As version 3 had it: a log in each row, targets in the plan only.
_LAYERS_3 = """
CREATE TABLE layers (
    run INTEGER NOT NULL REFERENCES runs (id),
    layer TEXT NOT NULL,
    package TEXT NOT NULL,
    status TEXT NOT NULL,
    seconds REAL NOT NULL,
    cached INTEGER NOT NULL,
    log BLOB NOT NULL,
    size INTEGER,
    PRIMARY KEY (run, layer)
);
"""


def made_older(path: pathlib.Path, version: int) -> None:
    """Bring a file back to what an older version wrote."""
    db = sqlite3.connect(path)
    db.executescript("DROP TABLE system_packages;")
    if version < 7:
        db.executescript(
            "ALTER TABLE runs DROP COLUMN matrix; ALTER TABLE runs DROP COLUMN combination;"
        )
    if version < 6:
        db.executescript("ALTER TABLE runs DROP COLUMN base;")
    if version < 5:
        db.executescript("ALTER TABLE runs DROP COLUMN asked;")
    if version < 4:
        bring_back_to_3(db, version)
    db.execute(f"PRAGMA user_version = {version}")
    db.commit()
    db.close()


def bring_back_to_3(db: sqlite3.Connection, version: int) -> None:
    rows = db.execute(
        "SELECT run, layer, package, status, seconds, cached, text, size "
        "FROM layers JOIN logs ON log = id"
    ).fetchall()
    old = [(*r[:6], zlib.compress(unpacked(r[6]).encode()), r[7]) for r in rows]
    db.executescript(
        "DROP TABLE layers; DROP TABLE logs; DROP TABLE overturned; DROP TABLE targets;"
        "ALTER TABLE plans DROP COLUMN facts;" + _LAYERS_3
    )
    db.executemany("INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", old)
    if version < 3:
        db.executescript(
            "DROP TABLE executed; DROP TABLE retries; ALTER TABLE runs DROP COLUMN options"
        )
    if version < 2:
        db.executescript("ALTER TABLE layers DROP COLUMN size")


def everything(state: State) -> list[Any]:
    runs = state.runs()
    return [
        (
            dataclasses.replace(r, options=""),
            state.facts(r),
            state.targets(r),
            state.layers(r, True),
        )
        for r in runs
    ]


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("read_only", [False, True])
def test_files_of_older_versions_are_read(
    tmp_path: pathlib.Path, version: int, read_only: bool
) -> None:
    path = tmp_path / "builds.sqlite"
    with State(path) as state:
        for logs in ({}, {"lib": "Error: no\n"}):
            carry_out(state, plan_of(FILES), logs)
        state.begin_run(plan_of({"base.1": ""}))
        before = everything(state)
    made_older(path, version)
    content = path.read_bytes()
    if version == 1:
        for *_, layers in before:
            for row in layers:
                row["size"] = None
    with State(path, read_only=read_only) as state:
        assert everything(state) == before
    assert (path.read_bytes() == content) == read_only
    with State(path) as state:  # and once more, from what was brought up to date
        assert everything(state) == before


def test_an_older_file_whose_plan_cannot_be_read_keeps_its_results(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "builds.sqlite"
    with State(path) as state:
        run = carry_out(state, plan_of(FILES))
    made_older(path, 3)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE plans SET json = ?", (zlib.compress(b'{"schema": "opamplan plan 1"}'),))
    db.close()
    with State(path) as state:
        assert len(state.layers(run, logs=True)) == 4
        assert (state.facts(run), state.targets(run)) == ({}, [])


def test_what_system_packages_took_is_kept_and_forecast_with(tmp_path: pathlib.Path) -> None:
    files = {"a.1": 'depexts: ["liba-dev" "libb-dev"]', "b.1": 'depexts: "libb-dev"'}
    plan = plan_of(files)
    names = {step.index: " ".join(step.depexts) for step in plan if step.depexts}
    assert sorted(names.values()) == ["liba-dev libb-dev", "libb-dev"]
    with State(tmp_path / "builds.sqlite") as state:
        run = carry_out(state, plan)
        for step, depexts in names.items():
            state.add_system_packages(run, step, depexts.split(), 30.0, 5_000_000)
        data = report_data(state, run)
        durations, sizes = state.durations(), state.sizes()
        # A builder tells nothing of what its cache has.
        assert state.durations([carry_out(state, plan)]) == durations
    assert data["system_packages"] == {"steps": 2, "seconds": 60.0, "bytes": 10_000_000}
    assert "installed by 2 steps in 1 min 00 s, 10.0 MB" in markdown_report(data)
    assert durations["depexts: liba-dev libb-dev"] == 30.0
    assert opamplan.forecast(plan, durations=durations).work_seconds == 2 * 3 + 60
    assert opamplan.disk_bytes(plan_of(files, sizes=sizes), sizes=sizes) == 2_000 + 10_000_000
    assert opamplan.disk_bytes(plan_of(files, sizes=sizes)) == 2_000 + 2 * 28_000_000


def test_equal_logs_of_runs_are_kept_once(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "builds.sqlite"
    with State(path) as state:
        for _ in range(5):
            run = carry_out(state, plan_of(FILES))
        carry_out(state, plan_of(FILES), {"other": "another\n"})
        assert state.log(run, state.layers(run)[0]["layer"]).startswith("-> installed ")
    db = sqlite3.connect(path)
    assert db.execute("SELECT count(*) FROM layers").fetchone()[0] == 24
    assert db.execute("SELECT count(*) FROM logs").fetchone()[0] == 5
    db.close()


def test_a_log_is_the_same_after_compression_with_a_dictionary_or_without() -> None:
    log = "-> installed a.1\nDone.\n# To update the current shell environment, run: eval\n\x00é"
    assert unpacked(packed(log)) == unpacked(zlib.compress(log.encode())) == log
    assert len(packed(log)) < len(zlib.compress(log.encode())) / 1.5


def test_dictionaries_never_change() -> None:
    # States that were written with one are read with it: add another, leave this as it is.
    assert [hex(number) for number in DICTIONARIES] == ["0x2a325965"]


def test_what_is_left_out_is_that_of_whoever_goes_on_with_a_run(tmp_path: pathlib.Path) -> None:
    with State(tmp_path / "builds.sqlite") as state:
        run = state.begin_run(plan_of(FILES), [("old.1", "no_solution", "no")])
        state.leave_out(run, [("new.1", "no_solution", "no")])
        assert [row["target"] for row in state.left_out(run)] == ["new.1"]
