"""Every format that a plan is written in, and package-tool's names."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from conftest import script

import opamplan
from opamplan.cli.commands.emit import FORMATS as offered
from opamplan.compat import write_package_tool
from opamplan.output import FORMATS, write_plan

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def results(embedded: pathlib.Path) -> list[opamplan.SolveResult]:
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-12")
    return opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()


@pytest.fixture(scope="module")
def plan(results: list[opamplan.SolveResult]) -> opamplan.Plan:
    return opamplan.make_plan(results, limits=opamplan.Limits("none", batch_targets=30))


def test_equal_plans_are_equal_bytes_and_a_second_run_writes_nothing(
    plan: opamplan.Plan, results: list[opamplan.SolveResult], tmp_path: pathlib.Path
) -> None:
    written = write_plan(plan, tmp_path / "a", FORMATS)
    again = opamplan.make_plan(
        list(reversed(results)), limits=opamplan.Limits("none", batch_targets=30)
    )
    write_plan(again, tmp_path / "b", FORMATS)
    for path, size in written.items():
        data = (tmp_path / "a" / path).read_bytes()
        assert len(data) == size
        assert data == (tmp_path / "b" / path).read_bytes()
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / "a").rglob("*")}
    write_plan(plan, tmp_path / "a", FORMATS)
    assert times == {p: p.stat().st_mtime_ns for p in (tmp_path / "a").rglob("*")}
    with pytest.raises(opamplan.InvalidRequest, match="there are: dockerfile, bake, llb"):
        write_plan(plan, tmp_path, ["iso"])


def test_the_command_offers_every_format() -> None:
    assert offered == FORMATS


def test_the_makefile_builds_the_batches_in_order(
    plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    write_plan(plan, tmp_path, ["dockerfile", "make"])
    done = subprocess.run(
        ["make", "-n", "-j4", "BUILDCTL=echo"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    order = re.findall(r"filename=(batch\d+)\.Dockerfile", done.stdout)
    assert order == [f"batch{n}" for n in range(len(plan.batches))]


def test_the_workflow_has_a_job_a_batch_after_the_one_before(
    plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    write_plan(plan, tmp_path, ["github"])
    text = (tmp_path / ".github/workflows/opamplan.yml").read_text()
    assert re.findall(r"^  (batch\d+):$", text, re.M) == [
        f"batch{n}" for n in range(len(plan.batches))
    ]
    assert re.findall(r"needs: (\S+)", text) == [f"batch{n}" for n in range(len(plan.batches) - 1)]
    yaml = pytest.importorskip("yaml")
    jobs = yaml.safe_load(text)["jobs"]
    assert all(len(job["steps"]) == 5 for job in jobs.values())


@pytest.mark.parametrize(("arch", "runner"), [("x86_64", "ubuntu-latest"), ("arm64", "-arm")])
def test_the_workflow_builds_the_shards_of_a_wave_side_by_side(
    arch: str, runner: str, embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    yaml = pytest.importorskip("yaml")
    environment = opamplan.Environment.preset("debian-13", arch)
    repository = opamplan.Repository.open([str(embedded)])
    universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
    plan = opamplan.make_plan(universe.solve_all()).sharded(3, wave_seconds=1)
    assert max(batch.wave for batch in plan.batches) > 0
    write_plan(plan, tmp_path, ["github"])
    workflow = yaml.safe_load((tmp_path / ".github/workflows/opamplan.yml").read_text())
    assert workflow["concurrency"]["cancel-in-progress"] is True
    said: dict[str, list[str]] = {}
    for name, job in workflow["jobs"].items():
        assert job["runs-on"].endswith(runner)
        assert job["strategy"]["max-parallel"] == 3
        if name != "wave0":
            assert (job["needs"], job["if"]) == (f"wave{int(name[4:]) - 1}", "${{ !cancelled() }}")
        for entry in job["strategy"]["matrix"]["include"]:
            # Nothing is read that is not written yet, and no two write one tag.
            assert set(entry["caches"].split()) <= set(said)
            assert entry["batch"] not in said
        said.update({e["batch"]: [] for e in job["strategy"]["matrix"]["include"]})
        run = job["steps"][-2]["run"]
        assert "${GITHUB_REPOSITORY,,}" in run  # names of images have no capital letters
        assert run.count("--cache-to") == 1
        assert "ref=$cache:$BATCH,mode=max" in run
    assert list(said) == [f"batch{batch.index}" for batch in plan.batches]


# Writes what BuildKit would: a file in the folder that results go to.
_BUILDCTL = """\
for word; do
  case $word in *dest=*) mkdir -p "${word#*dest=}"; echo "$@" >"${word#*dest=}/$1" ;; esac
done
"""


def test_make_builds_what_has_changed_and_leaves_no_old_results(
    plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    script(tmp_path / "buildctl", _BUILDCTL)

    def make(*words: str) -> list[str]:
        command = ["make", f"BUILDCTL={tmp_path}/buildctl", *words]
        done = subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, text=True)
        return re.findall(r"filename=(batch\d+)\.Dockerfile", done.stdout)

    write_plan(plan, tmp_path, ["dockerfile", "make"])
    batches = [f"batch{batch.index}" for batch in plan.batches]
    assert len(batches) > 1
    assert make() == batches
    assert make() == []
    (tmp_path / "results/batch0/old").touch()
    os.utime(tmp_path / "batch0.Dockerfile", (2e9, 2e9))
    assert make() == ["batch0"]
    assert not (tmp_path / "results/batch0/old").exists()
    one = plan.restricted_to([plan.targets[0]])
    write_plan(one, tmp_path, ["dockerfile", "make"])
    make()
    assert [p.name for p in (tmp_path / "results").iterdir()] == ["batch0"]


def test_make_gives_each_shard_a_tag_of_the_cache(
    results: list[opamplan.SolveResult], tmp_path: pathlib.Path
) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    plan = opamplan.make_plan(results).sharded(3, wave_seconds=1)
    write_plan(plan, tmp_path, ["dockerfile", "make"])

    def dry_run(*words: str) -> str:
        command = ["make", "-n", "BUILDCTL=buildctl", "CACHE=host/cache", *words]
        return subprocess.run(
            command, check=True, cwd=tmp_path, capture_output=True, text=True
        ).stdout

    reading = r"--import-cache type=registry,ref=host/cache:(batch\d+)"
    said = dry_run()
    write = r"--export-cache type=registry,ref=host/cache:(batch\d+),mode=max(?:\s|$)"
    written = re.findall(write, said)
    assert sorted(written) == sorted(f"batch{batch.index}" for batch in plan.batches)
    assert len(re.findall(reading, said)) == sum(map(len, plan.cache_imports))
    assert "mode=max" not in dry_run("CACHE=") and "cache" not in dry_run("CACHE=")
    # Each has all that it stands on.
    assert sorted(re.findall(reading, dry_run("CACHED=yes"))) == sorted(written)


def test_make_and_workflow_pass_on_what_steps_are_told(
    plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions()
    options.network = "host"
    odd = "a 'b' $HOME $(pwd) ${{ github.token }}"
    options.build_args = [("HTTP_PROXY", "http://proxy:3128"), ("ODD", odd)]
    write_plan(plan, tmp_path, ["dockerfile", "make", "github"], options)
    yaml = pytest.importorskip("yaml")
    text = (tmp_path / ".github/workflows/opamplan.yml").read_text()
    job = yaml.safe_load(text)["jobs"]["batch0"]["steps"][3]["run"]
    script(tmp_path / "docker", 'printf "%s\\n" "$@"')
    for command in (
        ["make", f"BUILDCTL={tmp_path}/docker", "stamps/batch0"],
        # What GitHub does first.
        ["bash", "-ec", "PATH=$PWD:$PATH\n" + job.replace("${{ '${{' }}", "${{")],
    ):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        done = subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, text=True)
        said = done.stdout.replace("build-arg:", "").splitlines()
        assert said[said.index("--allow") + 1] == "network.host"
        assert {"HTTP_PROXY=http://proxy:3128", f"ODD={odd}"} <= set(said)
    options.build_args = [("TWO", "a\nb")]
    with pytest.raises(opamplan.InvalidRequest, match="does not fit into a line"):
        write_plan(plan, tmp_path, ["make"], options)


def test_the_graph_has_every_step_and_edge(plan: opamplan.Plan, tmp_path: pathlib.Path) -> None:
    write_plan(plan, tmp_path, ["dot", "json"])
    text = (tmp_path / "plan.dot").read_text()
    assert text.count("[label=") == len(plan)
    assert text.count("style=dashed") == plan.summary["grafts"]
    assert opamplan.Plan.load(tmp_path / "plan.json") == plan


def test_llb_names_every_step_once(plan: opamplan.Plan, tmp_path: pathlib.Path) -> None:
    write_plan(plan, tmp_path, ["llb"])
    stages = opamplan.stage_names(plan)
    for batch in plan.batches:
        data = (tmp_path / f"batch{batch.index}.llb").read_bytes()
        for step in batch.steps:
            assert data.count(f"[{stages[step]} 1/1] RUN".encode()) == 1
    assert b"docker-image://docker.io/library/debian:12" in data


def test_package_tool_names(
    plan: opamplan.Plan,
    results: list[opamplan.SolveResult],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    write_package_tool(results, plan, tmp_path, batch_size=7)
    by_target = {r.target: r for r in results if r}
    for target in plan.targets:
        listed = json.loads((tmp_path / f"{target}-list.json").read_text())
        assert listed == opamplan.install_order(by_target[target])
        deps = json.loads((tmp_path / f"{target}-deps.json").read_text())
        assert set(deps) == set(listed)
        assert list(deps)[-1] == target
        assert (tmp_path / f"{target}.dot").read_text().startswith("digraph")
        dockerfile = (tmp_path / f"{target}.dockerfile").read_text()
        assert dockerfile == opamplan.dockerfile(plan, target)
        assert "AS results" in dockerfile
    bake = (tmp_path / "docker-bake.hcl").read_text()
    groups = re.findall(r'^group "(\S+)"', bake, re.M)
    batches = -(-len(plan.targets) // 7)
    assert groups == ["default", "all-packages", *(f"batch{n}" for n in range(batches))]
    measured = opamplan.inspect_bake(bake, "bake", opamplan.Limits("none"))
    assert (measured.targets, measured.findings) == (len(plan.targets), [])
    done = opamplan_command("emit", "--compat", "package-tool", "-o", str(tmp_path / "c"), "dune")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "c").glob("dune.*-deps.json"))
    with pytest.raises(opamplan.InvalidRequest, match="not among the results"):
        write_package_tool([], plan, tmp_path)
