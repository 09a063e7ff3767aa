"""What builders keep, and what is said where that is less than a plan takes."""

from __future__ import annotations

import io
import json
import os
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import buildkit
import pytest

import opamplan
from opamplan.runs import Buildctl, Buildx, Runner, RunOptions, State
from opamplan.runs.display import Display
from opamplan.runs.storage import kept_bytes

GB = 1_000_000_000


@pytest.fixture(scope="module")
def plan(embedded: pathlib.Path) -> opamplan.Plan:
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-13")
    return opamplan.make_plan(opamplan.Universe(repository, environment).solve_all())


def told(plan: opamplan.Plan, folder: pathlib.Path, builders: list[Any]) -> list[dict[str, Any]]:
    """What a run tells of its builders' storage."""
    events: list[dict[str, Any]] = []

    def on_progress(kind: str, fields: dict[str, Any], progress: Any) -> None:
        if kind == "storage":
            events.append(fields)

    with State(folder / "builds.sqlite") as state:
        options = RunOptions(folder / "out", patience=0)
        Runner(plan, state, builders, options, on_progress=on_progress).run()
    return events


def test_a_builder_that_keeps_less_than_a_plan_takes_is_told_before_anything_is_built(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    needed = opamplan.disk_bytes(plan)
    assert needed == len(plan) * 27_000_000
    [event] = told(plan, tmp_path, [Buildctl("unix:///one", fake(keeps=GB))])
    assert event == {"builder": "unix:///one", "needed_bytes": needed, "kept_bytes": GB}
    out = io.StringIO()
    Display(out)("storage", event, None)
    assert "unix:///one keeps 1,000 MB at most" in out.getvalue()


@pytest.mark.parametrize("keeps", [0, 1000 * GB])
def test_nothing_is_told_of_one_that_keeps_enough_or_does_not_say(
    keeps: int, plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    assert told(plan, tmp_path, [Buildctl("unix:///one", fake(keeps=keeps))]) == []


def test_several_builders_each_take_a_part(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    program = fake(keeps=opamplan.disk_bytes(plan) // 2)
    builders = [Buildctl(f"unix:///{name}", program) for name in ("one", "two")]
    assert told(plan, tmp_path, builders) == []


def test_sizes_that_were_measured_are_taken_where_the_plan_has_them(
    embedded: pathlib.Path, plan: opamplan.Plan
) -> None:
    assert not plan.has_sizes
    repository = opamplan.Repository.open([str(embedded)])
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    names = {name for target in plan for name in target.installs}
    sizes = dict.fromkeys(names, 10000)
    sized = opamplan.make_plan(universe.solve_all(), sizes=sizes)
    assert sized.has_sizes
    assert 0 < opamplan.disk_bytes(sized) < opamplan.disk_bytes(plan)
    assert opamplan.disk_bytes(sized, earlier=sized) == 0


def test_real_builders_say_what_they_keep(tmp_path: pathlib.Path) -> None:
    buildkit.require_daemon()
    programs = buildkit.programs()
    daemon = buildkit.daemon_module().Daemon
    buildctl = str(programs / "buildctl")
    with daemon(programs, tmp_path / "all") as running:
        assert kept_bytes(Buildctl(running.address, buildctl)) is None
    with daemon(programs, tmp_path / "some", most_used="7GB") as running:
        kept = kept_bytes(Buildctl(running.address, buildctl))
        assert kept is not None
        assert 7 * GB <= kept < 8 * GB
        os.environ["BUILDX_CONFIG"] = str(tmp_path / "buildx")
        try:
            buildx = str(programs / "buildx")
            create = [buildx, "create", "--name", "seven", "--driver", "remote", running.address]
            subprocess.run(create, check=True, capture_output=True)
            assert kept_bytes(Buildx("seven", buildx)) == kept
            assert kept_bytes(Buildx("another", buildx)) is None
        finally:
            del os.environ["BUILDX_CONFIG"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", None),
        ("buildctl: no such option", None),
        ("null", None),
        ("[null]", None),
        (json.dumps([{"gcPolicy": None}]), None),
        # As BuildKit before 0.17 says it; a rule for what is older than two days is not about all.
        (
            json.dumps(
                [
                    {
                        "gcPolicy": [
                            {"filter": ["type==source.local"], "keepBytes": 5},
                            {"keepDuration": 172800, "keepBytes": 6},
                            {"all": True, "filter": None, "keepDuration": 0, "keepBytes": 7},
                        ]
                    }
                ]
            ),
            7,
        ),
        (json.dumps([{"gcPolicy": [{"maxUsedSpace": 7, "reservedSpace": 9}]}]), 9),
    ],
)
def test_what_is_said_is_read_whatever_it_is(said: str, kept: Any, tmp_path: pathlib.Path) -> None:
    program = tmp_path / "buildctl"
    program.write_text(f"#!/bin/sh\ncat <<'end'\n{said}\nend\n")
    program.chmod(0o755)
    assert kept_bytes(Buildctl("unix:///one", str(program))) == kept
