"""Files that are not there, that cannot be written, and folders on full disks."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan import Plan, PlanMatrix, Repository, runs
from opamplan.data import repository_path
from opamplan.files import lock_folder
from opamplan.output import write_files
from opamplan.terminal.progress import counting

READERS: dict[str, Callable[[Any], Any]] = {
    "parse": opamplan.parse,
    "parse_recovering": opamplan.parse_recovering,
    "Repository.open": Repository.open,
    "Repository.open, a pin": lambda path: Repository.open(repository_path(), pins=[path]),
    "Plan.load": Plan.load,
    "PlanMatrix.load": PlanMatrix.load,
    "image_environment": opamplan.image_environment,
    "inspect_files": opamplan.inspect_files,
    "State": lambda path: runs.State(path, read_only=True),
    "plan_commits": lambda path: list(opamplan.plan_commits(path, "a..b", opamplan.Universe)),
}

SOURCES = ("Repository.open", "Repository.open, a pin", "plan_commits")


@pytest.fixture(scope="module")
def plan() -> Plan:
    universe = opamplan.Universe(
        Repository.open(repository_path()), opamplan.Environment.preset("debian-13"), ocaml="5.3.0"
    )
    return opamplan.make_plan(universe.solve_all(["dune", "csexp"]))


@pytest.fixture(scope="module")
def larger() -> Plan:
    universe = opamplan.Universe(
        Repository.open(repository_path()), opamplan.Environment.preset("debian-13"), ocaml="5.3.0"
    )
    return opamplan.make_plan(universe.solve_all())


def content(folder: pathlib.Path) -> dict[str, bytes]:
    """What is in a folder, by path; folders with an empty one."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("absent", ["absent", "absent/file"])
@pytest.mark.parametrize("function", READERS)
def test_what_is_not_there_is_an_error_of_ours_and_of_python(
    function: str, absent: str, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / absent
    with pytest.raises(opamplan.MissingFile) as caught:
        READERS[function](path)
    assert isinstance(caught.value, FileNotFoundError)
    assert isinstance(caught.value, opamplan.InvalidRequest)
    assert os.fspath(caught.value.filename) == str(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert isinstance(caught.value, opamplan.LoadError) == (function in SOURCES)


@pytest.mark.parametrize("function", sorted(READERS.keys() - set(SOURCES)))
def test_a_folder_where_a_file_is_meant_is_an_error_of_ours(
    function: str, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(opamplan.Error, match=str(tmp_path)) as caught:
        READERS[function](tmp_path)
    if function != "inspect_files":  # which takes folders
        assert isinstance(caught.value, opamplan.FileError)


def test_errors_of_files_are_copied_whole(tmp_path: pathlib.Path) -> None:
    with pytest.raises(opamplan.MissingFile) as caught:
        Plan.load(tmp_path / "absent")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))
    assert (again.errno, again.filename) == (caught.value.errno, caught.value.filename)


WRITERS: dict[str, Callable[[Plan, Any], Any]] = {
    "Plan.save": lambda plan, path: plan.save(path),
    "PlanMatrix.save": lambda plan, path: PlanMatrix({"one": plan}).save(path),
    "write_plan": lambda plan, path: opamplan.write_plan(plan, path),
    "Plan.write": lambda plan, path: plan.write(path),
    "take_archives": lambda plan, path: opamplan.take_archives(plan, path / "absent", path),
    "State": lambda plan, path: runs.State(path),
}


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("/proc/opamplan-x", "nothing can be made in this folder"),
        ("/dev/null/x", "not a folder"),
    ],
)
@pytest.mark.parametrize("function", sorted(WRITERS.keys() - {"take_archives", "State"}))
def test_where_nothing_can_be_written_the_reason_is_named(
    function: str, place: str, reason: str, plan: Plan
) -> None:
    if not os.path.exists(os.path.dirname(place)):
        pytest.skip(f"no {os.path.dirname(place)}")
    with pytest.raises((opamplan.FileError, opamplan.InvalidRequest), match=reason):
        WRITERS[function](plan, place)


@pytest.mark.parametrize("function", WRITERS)
def test_what_cannot_be_written_is_an_error_of_ours_and_of_python(
    function: str, plan: Plan, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(opamplan.Error) as caught:
        WRITERS[function](plan, tmp_path / "file" / "below")
    assert isinstance(caught.value, OSError)
    assert str(tmp_path / "file") in str(caught.value)


def test_a_file_is_not_saved_into_a_folder_that_is_not_there(
    plan: Plan, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        plan.save(tmp_path / "absent" / "plan.json")


@pytest.mark.parametrize("arguments", [["plan", "-o"], ["emit", "-o"]], ids=" ".join)
def test_the_command_says_why_nothing_can_be_written(
    arguments: list[str], opamplan_command: Run
) -> None:
    done = opamplan_command(*arguments, "/proc/opamplan-x", "-q")
    assert done.returncode == 2
    reason = "nothing can be made in this folder; name another place"
    assert done.stderr == f"opamplan: error: /proc/opamplan-x: {reason}\n"


@contextlib.contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file becomes larger."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_folder_stays_as_it_was_if_one_file_cannot_be_written(
    plan: Plan, larger: Plan, tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "out"
    with file_limit(8_000), pytest.raises(opamplan.FileError, match=r"batch0\.Dockerfile: file"):
        opamplan.write_plan(plan, out)
    assert content(out) == {}
    opamplan.write_plan(plan, out)
    before = content(out)
    with file_limit(8_000), pytest.raises(opamplan.FileError, match=f"{out}/.*: file too large"):
        opamplan.write_plan(larger, out)
    assert content(out) == before


def test_a_full_disk_is_told_with_what_to_do_and_leaves_the_folder_as_it_was(
    larger: Plan, plan: Plan, tmp_path: pathlib.Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("may not mount a tmpfs")
    try:
        opamplan.write_plan(plan, disk / "out")
        before = content(disk)
        remedy = "no space is left there; free some, or name another place"
        with pytest.raises(opamplan.FileError, match=f"{disk}/out/.*: {remedy}"):
            opamplan.write_plan(larger, disk / "out")
        assert content(disk) == before
        with pytest.raises(OSError, match="No space"):
            (disk / "rest").write_bytes(b"x" * 1_000_000)
        with pytest.raises(OSError, match=f"{disk}/plan: {remedy}"):
            larger.save(disk / "plan")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_what_was_cancelled_leaves_the_folder_as_it_was(
    plan: Plan, larger: Plan, tmp_path: pathlib.Path
) -> None:
    seen = []

    def stop(stage: str, done: int, total: int) -> bool:
        seen.append((stage, total))
        return stage != "write" or done < total

    opamplan.write_plan(plan, tmp_path, progress=lambda *report: None)
    before = content(tmp_path)
    with pytest.raises(opamplan.Cancelled):
        opamplan.write_plan(larger, tmp_path, progress=stop)
    assert content(tmp_path) == before
    assert seen[0] == ("write", len(before | larger.write(tmp_path / "other")) and seen[0][1])


def test_writing_and_removing_tell_how_far_they_are(
    plan: Plan, larger: Plan, tmp_path: pathlib.Path
) -> None:
    seen: list[tuple[str, int, int]] = []
    written = opamplan.write_plan(larger, tmp_path, progress=lambda *report: seen.append(report))
    assert seen[-1] == ("write", len(written) + 1, len(written) + 1)  # and the manifest
    done = write_files(
        tmp_path,
        [("only", b"made by opamplan", False)],
        plan,
        lambda *report: seen.append(report),
    )
    assert seen[-1] == ("remove", len(written), len(written))
    assert sorted(done.removed) == sorted(written)
    assert sorted(content(tmp_path)) == [".opamplan.json", "only"]


def folders_in(folder: pathlib.Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_a_folder_holds_one_plan_or_the_folders_of_several(
    plan: Plan, larger: Plan, tmp_path: pathlib.Path
) -> None:
    alone, below = tmp_path / "alone", tmp_path / "below"
    plan.write(alone)
    opamplan.PlanMatrix({"one": plan, "two": larger}).write(below)
    for folder in (tmp_path / "a", tmp_path / "b"):
        opamplan.PlanMatrix({"one": larger, "three": plan}).write(folder)
        if folder.name == "b":
            plan.write(folder)
        opamplan.PlanMatrix({"one": plan, "two": larger}).write(folder)
        assert content(folder) == content(below)
        assert folders_in(folder) == {"one", "two"}
        plan.write(folder)
        assert content(folder) == content(alone)
        assert folders_in(folder) == folders_in(alone)


def test_what_is_of_others_stays_in_the_folders_of_plans(
    plan: Plan, larger: Plan, tmp_path: pathlib.Path
) -> None:
    for name in ("elsewhere", "out/own"):  # emitted by themselves
        plan.write(tmp_path / name)
    out = tmp_path / "out"
    own = content(out / "own")
    opamplan.PlanMatrix(dict.fromkeys(("one", "two", "three"), plan)).write(out)
    (out / "one/results").mkdir()
    (out / "one/results/log").write_text("a result")
    (out / "two/batch0.Dockerfile").write_text("changed by hand")
    shutil.rmtree(out / "three")
    (out / "three").symlink_to(tmp_path / "elsewhere")
    elsewhere = content(tmp_path / "elsewhere")
    done = write_files(out, [("only", b"made by opamplan", False)], larger)
    assert done.changed == ["three", "two/batch0.Dockerfile"]
    assert content(out / "one") == {"results": b"", "results/log": b"a result"}
    assert content(out / "two") == {"batch0.Dockerfile": b"changed by hand"}
    assert content(out / "own") == own
    assert content(tmp_path / "elsewhere") == elsewhere


def test_folders_that_a_manifest_names_are_in_its_own(plan: Plan, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    for name in ("aside", "out/deep/er"):
        plan.write(tmp_path / name)
    aside, deeper = content(tmp_path / "aside"), content(out / "deep/er")
    names = ["../aside", str(tmp_path / "aside"), "deep/er", "..", ".", "", "deep\0", 7]
    (out / ".opamplan.json").write_text(
        json.dumps({"made by": "opamplan", "files": {}, "folders": names})
    )
    plan.write(out)
    assert content(tmp_path / "aside") == aside
    assert content(out / "deep/er") == deeper


def test_a_run_in_a_folder_of_several_plans_is_not_disturbed(
    plan: Plan, tmp_path: pathlib.Path
) -> None:
    opamplan.PlanMatrix({"one": plan}).write(tmp_path)
    before = content(tmp_path)
    with lock_folder(tmp_path / "one"), pytest.raises(opamplan.InvalidRequest, match="another run"):
        plan.write(tmp_path)
    assert content(tmp_path) == before


def test_plans_that_cannot_be_written_leave_the_folder_as_it_was(
    plan: Plan, tmp_path: pathlib.Path
) -> None:
    both = opamplan.PlanMatrix({"one": plan, "two": plan})
    with pytest.raises(opamplan.InvalidRequest, match="unknown format"):
        both.write(tmp_path, "paper")
    assert content(tmp_path) == {}
    plan.write(tmp_path)
    before = content(tmp_path)
    with pytest.raises(opamplan.InvalidRequest, match="unknown format"):
        both.write(tmp_path, "paper")
    assert content(tmp_path) == before


def test_a_bar_is_closed_whatever_happens() -> None:
    class Bar:
        closed = 0

        def __call__(self, *report: object) -> bool:
            return report[1] != 3

        def close(self) -> None:
            self.closed += 1

    bar = Bar()
    assert list(counting("ab", "x", bar)) == ["a", "b"]
    with pytest.raises(opamplan.Cancelled):
        list(counting("abc", "x", bar))
    assert bar.closed == 2


def without_rights(*words: str) -> subprocess.CompletedProcess[str]:
    """The command of somebody who may not read everything, as root may."""
    command = [sys.executable, "-m", "opamplan", *words]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed")
        dropped = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}", *command]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_what_an_emission_wrote_for_its_owner_alone_is_not_told_to_be_a_repository(
    plan: Plan, tmp_path: pathlib.Path
) -> None:
    plan.write(tmp_path)
    for name in (".opamplan.json", "step"):
        (tmp_path / name).chmod(0)
    done = without_rights("emit", "dune", "-o", str(tmp_path))
    said = f"opamplan: error: {tmp_path}/.opamplan.json: permission denied\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_repository_that_may_not_be_read_is_not_told_to_be_none(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    done = without_rights("list", "--repository", str(folder))
    assert (done.returncode, done.stderr) == (2, f"opamplan: error: {folder}: Permission denied\n")
