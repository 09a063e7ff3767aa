"""The same plan on Docker Engine, with both of its image stores. Installs are stand-ins.

Skipped, with the reason, without the engine (scripts/docker-engine), root or containerd.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import buildkit
import pytest

import opamplan
from opamplan.runs import Runner, RunOptions, State

BROKEN = "lantern.0.10.0"  # others need it, and it needs others


@pytest.fixture(scope="module", params=["containerd", "graphdriver"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    buildkit.require_engine()
    buildx = buildkit.programs() / "buildx"
    folder = tmp_path_factory.mktemp(request.param)
    engine_class = buildkit.real_module("engine").Engine
    with engine_class(buildkit.engine_programs(), buildx, folder, request.param) as running:
        yield running


def test_docker_engine_carries_a_plan_out_with_buildx_bake(
    engine: Any, embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    assert str(engine.version()["Version"]).startswith("29.")
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-12")
    results = opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()
    plan = opamplan.make_plan(results, limits=opamplan.Limits("buildkit", batch_targets=30))
    buildkit.daemon_module().busybox_base(tmp_path / "base.tar")
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    emit.network = "none"
    emit.install = f'if [ "$1" = {BROKEN} ]; then echo out of luck; exit 3; fi\n' + emit.install
    with State(tmp_path / "builds.sqlite") as state:
        run = Runner(plan, state, [engine.builder()], RunOptions(tmp_path, emit)).run()
        batches = state.batches(run)
        assert run.status == "finished", [batch["error"] for batch in batches]
        assert len(batches) == len(plan.batches) > 1
        assert len(state.layers(run)) == len(plan.layers())
        for row in state.targets(run):
            if row["target"] == BROKEN:
                expected = "failure"
            else:
                held = plan.image_of(row["target"])
                expected = "dependency_failed" if BROKEN in held else "success"
            assert row["status"] == expected, row["target"]
