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


def test_a_package_that_breaks_its_image_costs_itself_and_what_stands_on_it(
    engine: Any, tmp_path: pathlib.Path
) -> None:
    """The engine says it in other words than buildkitd."""
    scripts = {
        "gone": "mv /bin /elsewhere",
        "text": "echo hello >/bin/x; chmod 755 /bin/x; mv /bin/x /bin/sh",
        "yes": r"printf '#!/bin/true\n' >/bin/x; chmod 755 /bin/x; mv /bin/x /bin/sh",
    }
    packages = {"good": ("", "echo")}
    for name, script in scripts.items():
        packages |= {name: ("", script), f"on-{name}": (f'"{name}"', "echo")}
    for name, (needs, script) in packages.items():
        file = tmp_path / f"repository/packages/{name}/{name}.1/opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\ndepends: [{needs}]\nx-sh: """{script}"""\n')
    plan = buildkit.plan_of(tmp_path / "repository")
    buildkit.scripted_base(tmp_path / "base.tar")
    out = tmp_path / "out"
    emit = buildkit.scripted(tmp_path / "base.tar", out, "root")
    emit.network = "none"
    with State(out / "builds.sqlite") as state:
        run = Runner(plan, state, [engine.builder()], RunOptions(out, emit)).run()
        assert run.status == "finished", state.batches(run)
        statuses = {row["target"]: row["status"] for row in state.targets(run)}
        logs = {row["package"]: row["log"] for row in state.layers(run, logs=True)}
    assert statuses == {
        "good.1": "success",
        "gone.1": "failure",
        "on-gone.1": "dependency_failed",
        "text.1": "success",
        "on-text.1": "failure",
        "yes.1": "success",
        "on-yes.1": "failure",
    }
    assert "its image is unusable: text.1 broke it" in logs["on-text.1"]
    assert "its step left nothing behind" in logs["on-yes.1"]
