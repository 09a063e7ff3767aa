"""Jobs of Kubernetes: what its schemas say of them, and what their pods do."""

from __future__ import annotations

import functools
import http.server
import os
import pathlib
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from typing import Any

import buildkit
import pytest

import opamplan
from opamplan.output import write_plan
from opamplan.runs import Runner, RunOptions, State


@pytest.fixture(scope="module")
def plan(embedded: pathlib.Path) -> opamplan.Plan:
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-13")
    results = opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()
    return opamplan.make_plan(results).sharded(2, wave_seconds=1)


def jobs(folder: pathlib.Path) -> list[Any]:
    """Those of the waves, in order."""
    yaml = pytest.importorskip("yaml")
    texts = sorted((folder / "kubernetes").iterdir(), key=lambda p: int(p.stem[4:]))
    return [yaml.safe_load(path.read_text()) for path in texts]


@pytest.mark.parametrize("version", ["1.29.0", "1.36.0"])
@pytest.mark.parametrize("network", ["", "host"])
def test_the_jobs_are_what_the_schemas_of_kubernetes_ask_for(
    version: str, network: str, plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    options = opamplan.EmitOptions()
    options.network = network
    write_plan(plan, tmp_path, ["kubernetes"], options)
    found = jobs(tmp_path)
    assert len(found) == 1 + max(batch.wave for batch in plan.batches) > 1
    for job in found:
        assert kubernetes_validate.validate(job, version, strict=True)
        job["spec"]["completion"] = 1
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(job, version, strict=True)


def test_each_shard_is_one_pod_that_reads_what_is_written_by_then(
    plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    write_plan(plan, tmp_path, ["kubernetes"])
    written: list[str] = []
    for job in jobs(tmp_path):
        calls = [pod(job, n, tmp_path) for n in range(job["spec"]["completions"])]
        for call in calls:
            shard = call[call.index("--export-cache") + 1].partition(",mode=")[0]
            read = [b for a, b in zip(call, call[1:]) if a == "--import-cache"]
            assert read[0] == shard
            assert set(read[1:]) <= set(written)
        written += [call[call.index("--export-cache") + 1].partition(",mode=")[0] for call in calls]
    assert written == [f"type=registry,ref=the/cache:batch{b.index}" for b in plan.batches]


def pod(job: Any, index: int, folder: pathlib.Path, **more: str) -> list[str]:
    """Do what a pod does, with what BuildKit's image calls its daemon and client; its words."""
    [container] = job["spec"]["template"]["spec"]["containers"]
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    stand_in = programs / "buildctl-daemonless.sh"
    build = 'test -z "$BUILDCTL" || "$BUILDCTL" --addr "$ADDRESS" "$@" >&2'
    stand_in.write_text(f'#!/bin/sh\n{build} && printf "%s\\n" "$@"\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        [*container["command"], *(word.replace("$$", "$") for word in container["args"])],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PLAN": "http://the.plan",
            "CACHE": "the/cache",
            "BUILDCTL": "",
            "JOB_COMPLETION_INDEX": str(index),
            **more,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def served(tmp_path: pathlib.Path) -> Iterator[str]:
    """The address at which the files of a folder are had."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_the_pods_built_is_all_there_for_who_wants_the_results(
    plan: opamplan.Plan, tmp_path: pathlib.Path, registry: Any, served: str
) -> None:
    daemon = buildkit.daemon_module()
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    out = tmp_path / "out"
    out.mkdir()
    daemon.busybox_base(out / "base.tar")
    write_plan(plan, out, ["kubernetes"], emit)
    with tarfile.open(tmp_path / "served/plan.tar.gz", "w:gz") as archive:
        for path in sorted(out.iterdir()):
            archive.add(path, path.name)
    prefix = f"{registry.address}/opamplan/cache"
    words = {"CACHE": prefix, "PLAN": f"{served}/plan.tar.gz"}
    words["BUILDCTL"] = str(buildkit.programs() / "buildctl")
    for job in jobs(out):
        for index in range(job["spec"]["completions"]):
            # Each pod has a store of its own.
            place = tmp_path / f"{job['metadata']['name']}-{index}"
            with daemon.Daemon(buildkit.programs(), place, registry=registry.address) as one:
                pod(job, index, tmp_path, ADDRESS=one.address, **words)
    with (
        daemon.Daemon(buildkit.programs(), tmp_path / "last", registry=registry.address) as last,
        State(tmp_path / "builds.sqlite") as state,
    ):
        run = Runner(plan, state, [last.builder()], RunOptions(out, emit, cache=prefix)).run()
        assert run.status == "finished"
        assert {row["status"] for row in state.layers(run)} == {"success"}
        assert sum(row["executed"] for row in state.batches(run)) == 0
