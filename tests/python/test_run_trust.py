"""What packages leave, and what lies in the folders of a run, is foreign.

The same on a real BuildKit is in test_hostile_builds.py.
"""

from __future__ import annotations

import json
import os
import pathlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Run, tar_of

import opamplan
from opamplan import files
from opamplan.runs.results import read_results, remove_strangers
from opamplan.runs.state import State

KEY = "0123456789abcdef"
SECRET = "secret of the host"


def result(root: pathlib.Path, package: str = "a.1", key: str = KEY, **said: Any) -> pathlib.Path:
    """A result as a step leaves it; None: without that file."""
    folder = root / "layers" / package / key
    folder.mkdir(parents=True)
    for name, text in {
        "status": "success",
        "seconds": "3",
        "size": "5",
        "log": "ok\n",
        **said,
    }.items():
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def one(root: pathlib.Path, **options: Any) -> Any:
    """The one result in a folder, read in time whatever lies there."""
    found: list[Any] = []
    reader = threading.Thread(
        target=lambda: found.extend(read_results(root, {KEY: "a.1"}, **options)), daemon=True
    )
    reader.start()
    reader.join(20)
    assert not reader.is_alive(), "reading hangs"
    assert len(found) == 1
    return found[0]


def test_a_result_is_read_whole_and_a_long_log_is_cut(tmp_path: pathlib.Path) -> None:
    result(tmp_path, log="x" * 1000, status="failure")
    found = one(tmp_path, log_limit=100)
    assert (found.status, found.seconds, found.size) == ("failure", 3.0, None)
    assert "900 bytes left out" in found.log
    assert len(found.log) < 200
    result(tmp_path / "b", log=b"\xe9")
    assert (one(tmp_path / "b").size, one(tmp_path / "b").log) == (5, "�")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"status": None}, "status is absent"),
        ({"status": "exploded"}, "status is 'exploded'"),
        ({"status": "\x1b[2Jsuccess"}, r"status is '\\u001b"),
        ({"status": "success\n" * 100}, "status has 800 bytes"),
        ({"seconds": None}, "seconds is absent"),
        ({"seconds": "inf"}, "seconds is 'inf'"),
        ({"seconds": "nan"}, "seconds is 'nan'"),
        ({"seconds": str(2**63)}, "seconds is '9223372036854775808'"),
        ({"seconds": "-1"}, "seconds is '-1'"),
        ({"seconds": "1e3"}, "seconds is '1e3'"),
        ({"seconds": "\u0661"}, "seconds is"),
        ({"seconds": b"\xff"}, "seconds is"),
    ],
)
def test_a_result_that_is_not_complete_is_none_and_says_why(
    said: dict[str, Any], why: str, tmp_path: pathlib.Path
) -> None:
    result(tmp_path, **said)
    found = one(tmp_path)
    assert (found.status, found.seconds, found.size) == ("no_result", 0.0, None)
    assert found.log.startswith("no complete result: " + why)


@pytest.mark.parametrize("size", ["9" * 23, str(2**63), "-1", "nan", "", "1.5", "²", "\x00"])
def test_a_size_that_is_none_is_not_known(size: str, tmp_path: pathlib.Path) -> None:
    result(tmp_path, size=size)
    assert (one(tmp_path).status, one(tmp_path).size) == ("success", None)


def a_link(path: pathlib.Path, secret: pathlib.Path) -> None:
    path.symlink_to(secret)


def a_pipe(path: pathlib.Path, secret: pathlib.Path) -> None:
    os.mkfifo(path)


def a_device(path: pathlib.Path, secret: pathlib.Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("making a device needs root")
    os.mknod(path, 0o666 | 0o020000, os.makedev(1, 5))  # zero


def a_socket(path: pathlib.Path, secret: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = pathlib.Path.cwd()
        os.chdir(path.parent)  # the name of a socket is short
        try:
            listener.bind(path.name)
        finally:
            os.chdir(here)


def a_folder(path: pathlib.Path, secret: pathlib.Path) -> None:
    (path / "deep").mkdir(parents=True)


KINDS = {
    "a link": a_link,
    "a named pipe": a_pipe,
    "a device": a_device,
    "a socket": a_socket,
    "a folder": a_folder,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["log", "status", "seconds"])
def test_only_files_are_read(kind: str, name: str, tmp_path: pathlib.Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    root = tmp_path / "results"
    place = result(root, **{name: None}) / name
    KINDS[kind](place, secret)
    found = one(root)
    assert found.status == "no_result"
    assert found.log == f"no complete result: {name}: {kind}\n"
    assert remove_strangers(root, {KEY: "a.1"}) == [f"layers/a.1/{KEY}/{name}: {kind}"]
    assert not os.path.lexists(place)
    assert secret.read_text() == SECRET


@pytest.mark.parametrize("part", ["layers", "layers/a.1", f"layers/a.1/{KEY}"])
def test_no_folder_is_reached_through_a_link(part: str, tmp_path: pathlib.Path) -> None:
    result(tmp_path / "host")
    place = tmp_path / "results" / part
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "host" / part)
    assert one(tmp_path / "results").status == "no_result"
    assert remove_strangers(tmp_path / "results", {KEY: "a.1"}) == [f"{part}: a link"]
    assert (tmp_path / "host/layers/a.1" / KEY / "log").exists()


def test_what_the_plan_does_not_have_is_said_and_removed(tmp_path: pathlib.Path) -> None:
    root = tmp_path / "results"
    result(root)
    result(root, key="f" * 16)  # another layer's key
    result(root, package="b.1")  # this key, another package
    result(root, package="\x1b[2J")
    os.mkdir(os.path.join(os.fsencode(root), b"layers", b"\xff\xfe"))
    (root / "index.tsv").write_text("")
    (root / "more").write_text("")
    program = root / "layers/a.1" / KEY / "log"
    program.chmod(0o4755)
    assert remove_strangers(root, {KEY: "a.1"}) == [
        r"layers/\u001b[2J: a folder",
        f"layers/a.1/{KEY}/log: a file that changes its user",
        f"layers/a.1/{'f' * 16}: a folder",
        "layers/b.1: a folder",
        r"layers/\udcff\udcfe: a folder",
        "more: a file",
    ]
    assert program.stat().st_mode & 0o6000 == 0
    assert sorted(p.name for p in root.iterdir()) == ["index.tsv", "layers"]
    assert one(root).status == "success"


def test_a_log_without_an_end_costs_no_memory(tmp_path: pathlib.Path) -> None:
    folder = result(tmp_path)
    with (folder / "log").open("wb") as log:
        log.truncate(1 << 40)
    assert len(one(tmp_path).log) < 300_000


# Writing.


def test_a_file_is_replaced_and_its_other_names_keep_what_they_had(tmp_path: pathlib.Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "step").hardlink_to(mine)
    (out / "collect").symlink_to(mine)
    for name in ("step", "collect"):
        files.write_below(out, name, b"new", executable=True)
        assert (out / name).read_bytes() == b"new"
        assert not (out / name).is_symlink()
        assert os.access(out / name, os.X_OK)
    assert mine.read_text() == "mine"
    assert sorted(p.name for p in out.iterdir()) == ["collect", "step"]


def test_a_file_that_is_right_is_left_alone(tmp_path: pathlib.Path) -> None:
    files.write_below(tmp_path, "a/b", b"text")
    os.utime(tmp_path / "a/b", (1, 1))
    files.write_below(tmp_path, "a/b", b"text")
    assert (tmp_path / "a/b").stat().st_mtime == 1
    files.write_below(tmp_path, "a/b", b"text", executable=True)
    assert os.access(tmp_path / "a/b", os.X_OK)


def test_nothing_is_written_through_a_link_to_a_folder(tmp_path: pathlib.Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "packages").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(opamplan.InvalidRequest, match="packages: not a folder, or a link"):
        files.write_below(out, "packages/a.1/opam", b"")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    # The folder that a person named may be one.
    (tmp_path / "named").symlink_to(out)
    files.write_below(tmp_path / "named", "step", b"x")
    assert (out / "step").read_bytes() == b"x"


def test_many_files_are_written_below_one_folder_wherever_each_is(tmp_path: pathlib.Path) -> None:
    paths = ["top", "a/b/one", "a/b/two", "a/three", "a/b/c/four", "d/b/five", "top2", "a/b/six"]
    (tmp_path / "elsewhere").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "link").symlink_to(tmp_path / "elsewhere")
    before = len(os.listdir("/dev/fd"))
    with files.Below(out) as below:
        for path in paths:
            below.write(path, path.encode())
            with pytest.raises(opamplan.InvalidRequest, match="link: not a folder"):
                below.write("link/seven", b"")
        with pytest.raises(opamplan.InvalidRequest, match="top"):
            below.write("top/eight", b"")
        below.write("a/b/nine", b"9" * 3_000_000)
    assert len(os.listdir("/dev/fd")) == before
    assert {path: (out / path).read_text() for path in paths} == dict(zip(paths, paths))
    assert (out / "a/b/nine").stat().st_size == 3_000_000
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_named_file_is_written_whole_or_not_at_all(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.html"
    file.write_text("old")
    files.save(file, b"new")
    assert file.read_bytes() == b"new"

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match=r"report\.html: no space is left there; free"):
        files.save(file, b"newer")
    assert file.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    (tmp_path / "link").symlink_to(file)
    with pytest.raises(opamplan.InvalidRequest, match="a link"):
        files.save(tmp_path / "link", b"")
    with pytest.raises(opamplan.InvalidRequest, match="a folder"):
        files.save(tmp_path, b"")
    files.save("/dev/null", b"x")


def test_a_copy_is_a_file_of_its_own_and_made_once(tmp_path: pathlib.Path) -> None:
    mine = tmp_path / "mine"
    mine.write_bytes(b"x" * 100_000)
    (tmp_path / "copy").hardlink_to(mine)
    for _ in range(2):
        files.copy_below(tmp_path, "copy", mine)
        copy = (tmp_path / "copy").stat()
        assert (copy.st_nlink, copy.st_mtime_ns) == (1, mine.stat().st_mtime_ns)
    first = copy.st_ino
    mine.write_bytes(b"y" * 100_000)
    os.utime(mine, (5, 5))
    files.copy_below(tmp_path, "copy", mine)
    assert (tmp_path / "copy").read_bytes() == mine.read_bytes()
    assert (tmp_path / "copy").stat().st_ino != first


# A build, with a builder that is a script.


@pytest.fixture
def build(
    fake: Callable[..., str], opamplan_command: Run, tmp_path: pathlib.Path
) -> Callable[..., Any]:
    """Runs `opamplan build` of a small target into tmp_path/out, or another --output."""

    def run(*arguments: str, **how: Any) -> Any:
        program = fake(**how)
        given = list(arguments)
        if "--output" not in given:
            given += ["--output", str(tmp_path / "out")]
        return opamplan_command("build", "dune", "--program", program, *given)

    return run


@pytest.mark.parametrize(
    "name", ["a,b", 'a"b', "a=b", "[ab]", "$HOME", "a\\b", "a b", "a'b", "ä", "-o", "a\nb", "*"]
)
def test_an_output_folder_may_have_any_name(
    name: str, build: Callable[..., Any], tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "names" / name
    done = build("--output", str(out))
    assert done.returncode == 0, done.stderr
    assert (out / "results/batch0/layers").is_dir()
    assert [p.name for p in out.parent.iterdir()] == [name]


def test_results_elsewhere_are_not_touched(
    build: Callable[..., Any], tmp_path: pathlib.Path
) -> None:
    precious = tmp_path / "elsewhere/batch0/file"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/results").symlink_to(tmp_path / "elsewhere")
    done = build()
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "results: not a folder, or a link" in done.stderr
    (tmp_path / "out/results").unlink()
    (tmp_path / "out/results").mkdir()
    (tmp_path / "out/results/batch0").symlink_to(tmp_path / "elsewhere/batch0")
    assert build().returncode == 0
    assert precious.read_text() == "mine"


@pytest.mark.parametrize("name", ["step", "batch0.Dockerfile", "base-archive", "builds.sqlite"])
def test_a_base_archive_may_have_any_name_and_stays_as_it_is(
    name: str, build: Callable[..., Any], tmp_path: pathlib.Path
) -> None:
    archive = tmp_path / "my" / name
    archive.parent.mkdir()
    archive.write_bytes(tar_of(x=b"x" * 2_100_000))
    before = archive.read_bytes()
    done = build("--base-archive", str(archive))
    assert done.returncode == 0, done.stderr
    assert archive.read_bytes() == before
    assert (tmp_path / "out/base-archive").read_bytes() == before
    text = (tmp_path / "out/batch0.Dockerfile").read_text()
    assert 'ADD ["base-archive", "/"]' in text
    assert State(tmp_path / "out/builds.sqlite").run().base == name


def test_a_relative_program_is_relative_to_the_caller(
    fake: Callable[..., str], opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    program = pathlib.Path(fake())
    relative = f"./{program.name}"
    done = opamplan_command(
        "build", "dune", "--program", relative, "-o", str(tmp_path / "out"), cwd=program.parent
    )
    assert done.returncode == 0, done.stderr


def test_a_strangers_result_is_said_and_counts_for_nothing(
    build: Callable[..., Any], tmp_path: pathlib.Path
) -> None:
    done = build("--json", plants=True)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    said = [event["text"] for event in events if event["event"] == "ignored"]
    assert said == ["layers/forged.1: a folder"]
    assert not (tmp_path / "out/results/batch0/layers/forged.1").exists()
