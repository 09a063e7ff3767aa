"""Emitted files, taken and carried out by the real BuildKit. Installs are stand-ins, on busybox.

Skipped, with the reason, without BuildKit (scripts/buildkit), root or runc.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
from typing import Any

import buildkit
import pytest

import opamplan
from opamplan.runs import Buildctl, Buildx, Run, Runner, RunOptions, State

BROKEN = "lantern.0.10.0"  # others need it, and it needs others


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    buildkit.require_daemon()
    file = tmp_path_factory.mktemp("base") / "base.tar"
    buildkit.daemon_module().busybox_base(file)
    return pathlib.Path(file)


@pytest.fixture(scope="module")
def results(embedded: pathlib.Path) -> list[opamplan.SolveResult]:
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-12")
    return opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()


def stand_ins(base: pathlib.Path, folder: pathlib.Path, before: str = "") -> opamplan.EmitOptions:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "base.tar").exists():
        (folder / "base.tar").hardlink_to(base)
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    emit.install = before + emit.install
    return emit


def carry_out(
    daemon: Any,
    plan: opamplan.Plan,
    folder: pathlib.Path,
    emit: opamplan.EmitOptions,
    **options: Any,
) -> tuple[State, Run]:
    state = State(folder / "builds.sqlite")
    builder = Buildctl(daemon.address, daemon.buildctl)
    run = Runner(plan, state, [builder], RunOptions(folder, emit, **options)).run()
    errors = [batch["error"] for batch in state.batches(run)]
    assert run.status == "finished", errors
    return state, run


@pytest.mark.parametrize(
    ("strategy", "depth"),
    # With 6 some is copied that would be merged.
    [("graft", 20), ("merge", 20), ("merge", 6), ("prefix", 20), ("chain", 20)],
)
def test_every_layer_of_a_plan_is_built_and_images_hold_what_the_plan_says(
    strategy: str,
    depth: int,
    daemon: Any,
    base: pathlib.Path,
    results: list[opamplan.SolveResult],
    tmp_path: pathlib.Path,
) -> None:
    limits = opamplan.Limits("buildkit", batch_targets=15, depth=depth)
    plan = opamplan.make_plan(results[:24], strategy=strategy, limits=limits)
    emit = stand_ins(base, tmp_path)
    state, run = carry_out(daemon, plan, tmp_path, emit)
    assert {row["status"] for row in state.layers(run)} == {"success"}
    assert len(state.layers(run)) == len(plan.layers())
    # What the largest image holds, by its own account.
    target = max(plan.targets, key=lambda t: len(plan.image_of(t)))
    image = None
    if strategy == "merge":
        image, stage, text = tmp_path / "image", "image", ""
        daemon.export(tmp_path, opamplan.image_llb(plan, target, emit), image)
    else:
        stage = opamplan.stage_names(plan)[plan.target_steps[plan.targets.index(target)]]
        text = opamplan.dockerfile(plan, target, emit)
    text += f"FROM {stage} AS look\nRUN mkdir /look && ls /opamplan/opam/default/lib >/look/lib\n"
    text += "RUN ls /opamplan/opam/default/.opam-switch/packages >/look/packages\n"
    text += "FROM scratch AS seen\nCOPY --from=look /look /\n"
    (tmp_path / "look.Dockerfile").write_text(text)
    daemon.build(tmp_path, "look.Dockerfile", "seen", tmp_path / "seen", image)
    held = (tmp_path / "seen/packages").read_text().split()
    assert sorted(held) == sorted(plan.image_of(target))
    names = (tmp_path / "seen/lib").read_text().split()
    assert sorted(names) == sorted({package.split(".")[0] for package in held})


def test_results_are_kept_as_steps_end_though_their_batch_never_does(
    daemon: Any, base: pathlib.Path, results: list[opamplan.SolveResult], tmp_path: pathlib.Path
) -> None:
    plan = opamplan.make_plan(results)
    # Their own, so that none is in the builder's cache.
    script = f'echo early; if [ "$1" = {BROKEN} ]; then echo out of luck; exit 3; fi\n'
    state = State(tmp_path / "builds.sqlite")

    def cancel(kind: str, fields: dict[str, object], _: object) -> None:
        if kind == "step" and fields["what"] == "done" and fields["installs"] == BROKEN:
            runner.cancel(now=True)

    options = RunOptions(tmp_path, stand_ins(base, tmp_path, script))
    runner = Runner(plan, state, [daemon.builder()], options, on_progress=cancel)
    run = runner.run()
    assert run.status == "interrupted"
    rows = {row["package"]: row for row in state.layers(run, logs=True)}
    assert rows[BROKEN]["status"] == "failure"
    assert rows[BROKEN]["log"].endswith("out of luck\n")
    good = [row for row in rows.values() if row["status"] == "success"]
    assert len(rows) < len(plan.layers())
    assert good
    assert all(row["size"] for row in good)
    whole = Runner(plan, state, [daemon.builder()], options).run()
    assert whole.id == run.id
    assert len(state.layers(whole)) == len(plan.layers())


@pytest.mark.parametrize("strategy", ["graft", "merge", "prefix"])
def test_a_failure_stops_its_dependents_only_and_everything_can_be_read_afterwards(
    strategy: str,
    daemon: Any,
    base: pathlib.Path,
    results: list[opamplan.SolveResult],
    tmp_path: pathlib.Path,
) -> None:
    plan = opamplan.make_plan(results, strategy=strategy)
    fail = f'if [ "$1" = {BROKEN} ]; then echo out of luck; exit 3; fi\n'
    state, run = carry_out(daemon, plan, tmp_path, stand_ins(base, tmp_path, fail))
    stands_on_it = {t for t in plan.targets if BROKEN in plan.image_of(t)} - {BROKEN}
    statuses = {row["target"]: row["status"] for row in state.targets(run)}
    assert stands_on_it
    assert statuses[BROKEN] == "failure"
    for target, status in statuses.items():
        if target != BROKEN:
            expected = "dependency_failed" if target in stands_on_it else "success"
            assert status == expected, target
    rows = state.layers(run, logs=True)
    assert any("out of luck" in row["log"] for row in rows if row["package"] == BROKEN)
    for row in rows:
        if row["status"] == "dependency_failed":
            assert row["log"].startswith("not tried: ")


def test_a_second_run_builds_nothing_and_a_retry_builds_what_failed(
    daemon: Any, base: pathlib.Path, results: list[opamplan.SolveResult], tmp_path: pathlib.Path
) -> None:
    plan = opamplan.make_plan(results[:20])
    fail = f'if [ "$1" = {plan.targets[0]} ]; then [ -e /retried ] || exit 3; fi\n'
    emit = stand_ins(base, tmp_path, fail)
    carry_out(daemon, plan, tmp_path, emit)
    state, again = carry_out(daemon, plan, tmp_path, emit, resume=False)
    assert state.batches(again)[0]["executed"] == 0
    state, retried = carry_out(daemon, plan, tmp_path, emit, resume=False, retry_failed=True)
    assert 0 < state.batches(retried)[0]["executed"] < len(plan)


@pytest.mark.parametrize("strategy", ["graft", "merge"])
def test_what_batches_share_is_built_by_the_first_and_cached_for_the_others(
    strategy: str,
    daemon: Any,
    base: pathlib.Path,
    results: list[opamplan.SolveResult],
    tmp_path: pathlib.Path,
) -> None:
    limits = opamplan.Limits("buildkit", batch_targets=12)
    plan = opamplan.make_plan(results, strategy=strategy, limits=limits)
    emit = stand_ins(base, tmp_path, f": {strategy}, as no other test has it\n")
    state, run = carry_out(daemon, plan, tmp_path, emit)
    counts = [(row["executed"], row["cached"]) for row in state.batches(run)]
    shared = [batch.new_step_count for batch in plan.batches]
    assert [executed for executed, _ in counts] == shared
    # What the builder finds above them, those below are not even asked for.
    assert all(new + cached <= len(b.steps) for b, (new, cached) in zip(plan.batches, counts))
    assert sum(cached for _, cached in counts) > 0
    assert len(state.executed(run)) == len(plan)


@pytest.mark.parametrize("strategy", ["graft", "merge"])
def test_another_builder_takes_every_step_from_an_exported_cache(
    strategy: str,
    base: pathlib.Path,
    results: list[opamplan.SolveResult],
    tmp_path: pathlib.Path,
) -> None:
    plan = opamplan.make_plan(results[:12], strategy=strategy)
    state = State(tmp_path / "builds.sqlite")
    folder = f"{tmp_path}/cache"
    options = RunOptions(tmp_path, stand_ins(base, tmp_path), resume=False)
    daemon = buildkit.daemon_module().Daemon
    # New, as one that has built the same files by other steps writes those down too.
    with daemon(buildkit.programs(), tmp_path / "one") as one:
        first = one.builder(cache_to=(f"type=local,dest={folder},mode=max",))
        assert Runner(plan, state, [first], options).run().status == "finished"
    with daemon(buildkit.programs(), tmp_path / "other") as other:
        second = other.builder(cache_from=(f"type=local,src={folder}",))
        run = Runner(plan, state, [second], options).run()
    assert [(b["executed"], b["cached"]) for b in state.batches(run)] == [(0, len(plan))]
    assert {row["status"] for row in state.layers(run)} == {"success"}
    # BuildKit takes a record of 1 MiB; what was reckoned is more than there is, but not by much.
    record = buildkit.cache_record(pathlib.Path(folder))
    assert 0.6 < record / plan.summary["largest_cache_record"] < 1


def test_buildx_bake_carries_a_plan_out(
    daemon: Any,
    base: pathlib.Path,
    results: list[opamplan.SolveResult],
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without Docker: buildx's driver for a BuildKit that is there."""
    buildx = str(buildkit.programs() / "buildx")
    monkeypatch.setenv("BUILDX_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    create = [buildx, "create", "--name=here", "--driver=remote", daemon.address]
    subprocess.run(create, check=True, capture_output=True)
    plan = opamplan.make_plan(results, limits=opamplan.Limits("buildkit", batch_targets=30))
    fail = f'if [ "$1" = {BROKEN} ]; then echo out of luck; exit 3; fi\n'
    emit = stand_ins(base, tmp_path, fail)
    with State(tmp_path / "builds.sqlite") as state:
        run = Runner(plan, state, [Buildx("here", buildx)], RunOptions(tmp_path, emit)).run()
        batches = state.batches(run)
        assert run.status == "finished", [batch["error"] for batch in batches]
        assert len(batches) == len(plan.batches) > 1
        assert len(state.layers(run)) == len(plan.layers())
        statuses = {row["target"]: row["status"] for row in state.targets(run)}
        assert statuses[BROKEN] == "failure"
        assert set(statuses.values()) >= {"success", "failure", "dependency_failed"}
        # The same steps for buildctl: everything is in the builder's cache.
        again = Runner(
            plan,
            state,
            [Buildctl(daemon.address, daemon.buildctl)],
            RunOptions(tmp_path, emit, resume=False),
        ).run()
        assert sum(batch["executed"] for batch in state.batches(again)) == 0


def test_llb_is_built_without_a_frontend(
    daemon: Any, base: pathlib.Path, results: list[opamplan.SolveResult], tmp_path: pathlib.Path
) -> None:
    plan = opamplan.make_plan(results[:20])
    emit = stand_ins(base, tmp_path)
    opamplan.write_plan(plan, tmp_path, ["dockerfile", "llb"], emit)
    definition = (tmp_path / "batch0.llb").read_bytes()
    dumped = subprocess.run(
        [daemon.buildctl, "debug", "dump-llb"], check=True, input=definition, capture_output=True
    ).stdout
    operations = [json.loads(line) for line in dumped.splitlines()]
    assert sum("exec" in op["Op"].get("Op", {}) for op in operations) >= len(plan)
    command = [daemon.buildctl, "--addr", daemon.address, "build", f"--local=context={tmp_path}"]
    command.append(f"--output=type=local,dest={tmp_path}/out")
    subprocess.run(command, check=True, input=definition, capture_output=True)
    index = (tmp_path / "out/index.tsv").read_text().splitlines()
    assert len(index) == plan.summary["layers"]
    assert all(line.startswith("success\t") for line in index)


def images_of(folder: pathlib.Path, notation: str, asked: str, packages: str = "") -> Any:
    printed = subprocess.run(
        [
            str(buildkit.programs() / "buildx"),
            "bake",
            f"--file=docker-bake-images.{notation}",
            "--print",
            asked,
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PACKAGES": packages},
    ).stdout
    return json.loads(printed)["target"]


@pytest.mark.parametrize("notation", ["hcl", "json"])
def test_buildx_reads_images_by_the_names_of_packages(
    notation: str, results: list[opamplan.SolveResult], tmp_path: pathlib.Path
) -> None:
    plan = opamplan.make_plan(results)
    options = opamplan.EmitOptions(
        registry="r.test/me", cache_from=["type=registry,ref=r.test/$x:{batch}"]
    )
    plan.write(tmp_path, ["dockerfile", "bake"], options)
    names = list(plan.targets)
    some = images_of(tmp_path, notation, "images", f"{names[0]}, {names[-1]} {names[0]},")
    assert len(some) == 2
    everything = images_of(tmp_path, notation, "images")
    assert len(everything) == len(plan.targets)
    assert some.items() <= everything.items()
    assert images_of(tmp_path, notation, "default", names[0]) == images_of(
        tmp_path, notation, "images", names[0]
    )
    for nothing in (",", " ", " , ,"):
        assert images_of(tmp_path, notation, "images", nothing) == everything
    for name, image in everything.items():
        (tag,) = image["tags"]
        assert tag == f"r.test/me/{re.sub('[_-]+', '-', name.lower())}:latest"
        batch = image["dockerfile"].removesuffix(".Dockerfile")
        assert image["cache-from"] == [{"type": "registry", "ref": f"r.test/$x:{batch}"}]
        text = (tmp_path / image["dockerfile"]).read_text()
        assert f" AS {image['target']}\n" in text
    with pytest.raises(subprocess.CalledProcessError) as refused:
        images_of(tmp_path, notation, "images", "no-such.1")
    assert "Write NAME.VERSION" in refused.value.stderr or notation == "json"
    assert not any(image["target"] in refused.value.stderr for image in everything.values())


def test_emitted_files_of_the_whole_repository_are_taken(
    daemon: Any, real_repository: opamplan.Repository, tmp_path: pathlib.Path
) -> None:
    environment = opamplan.Environment.preset("debian-12")
    universe = opamplan.Universe(real_repository, environment, ocaml="5.3.0")
    plan = opamplan.make_plan(universe.solve_all())
    opamplan.write_plan(plan, tmp_path, ["dockerfile", "bake", "llb"])
    # buildx reads the bake files: every target, under a legal name.
    for name in ("docker-bake.json", "docker-bake.hcl"):
        printed = subprocess.run(
            [str(buildkit.programs() / "buildx"), "bake", f"--file={name}", "--print", "all"],
            check=True,
            capture_output=True,
            cwd=tmp_path,
        ).stdout
        assert len(json.loads(printed)["target"]) == len(plan.batches)
    last = plan.batches[-1]
    assert len(images_of(tmp_path, "hcl", f"batch{last.index}-images")) == len(last.targets)
    # The frontend takes each Dockerfile, and has nothing to warn of. Asking for a lint solves
    # nothing; the line that switches checks off is left out.
    for batch in plan.batches:
        file = tmp_path / f"batch{batch.index}.Dockerfile"
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(x for x in lines if not x.startswith("# check=")))
        done = subprocess.run(
            [
                daemon.buildctl,
                "--addr",
                daemon.address,
                "build",
                "--frontend=dockerfile.v0",
                "--opt=requestid=frontend.lint",
                "--opt=build-arg:BASE_IMAGE=scratch",
                f"--opt=filename={file.name}",
                f"--local=context={tmp_path}",
                f"--local=dockerfile={tmp_path}",
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        # That the platform is a constant is meant: the file builds for nothing else.
        warnings = set(re.findall(r"^WARNING: (\w+)", done.stdout, flags=re.MULTILINE))
        assert warnings == {"FromPlatformFlagConstDisallowed"}, done.stdout[:2000]
        # And its definition is within the limit that the batch was cut for.
        llb = (tmp_path / f"batch{batch.index}.llb").stat().st_size
        assert llb < plan.limits.definition_bytes
