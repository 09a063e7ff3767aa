"""Parts of a run by themselves: reading BuildKit's words, handing out batches, comparing."""

from __future__ import annotations

import base64
import json
import pathlib
import re
import sys
from typing import Any

import pytest
from conftest import Run

from opamplan import InvalidRequest
from opamplan.runs import Buildctl, Builder, Buildx
from opamplan.runs.builders import Batch, absolute_cache
from opamplan.runs.comparison import compare_runs
from opamplan.runs.identity import failed_packages
from opamplan.runs.rawjson import Event, Reader
from opamplan.runs.statuses import FAILED, ORDER
from opamplan.runs.work import Work

VERTEX = {"digest": "d", "name": "[s-a-1 1/1] RUN x", "started": "2026-01-01T00:00:00Z"}
LAYER = "0123456789abcdef"


def read(reader: Reader, **status: Any) -> list[Event]:
    return list(reader.read(json.dumps(status)))


def log(text: str) -> dict[str, str]:
    return {"vertex": "d", "data": base64.b64encode(text.encode()).decode()}


def test_a_last_line_without_an_end_is_told_when_its_step_ends() -> None:
    reader = Reader({"s-a-1": 0})
    read(reader, vertexes=[VERTEX])
    assert read(reader, logs=[log(f"{LAYER}: bo")]) == []
    events = read(
        reader,
        logs=[log("om")],
        vertexes=[{**VERTEX, "completed": "2026-01-01T00:00:01Z"}],
    )
    assert [(e.kind, e.layer, e.text) for e in events] == [
        ("failure", LAYER, "boom"),
        ("done", "", ""),
    ]


def test_what_system_packages_took_is_read() -> None:
    reader = Reader({"s-a-1": 0})
    read(reader, vertexes=[VERTEX])
    said = read(reader, logs=[log("system 12 345000\nsystem x 3\n")])
    assert said == [Event("system", 0, seconds=12.0, size=345_000), Event("log", 0, "system x 3")]


def test_a_last_line_without_an_end_is_told_when_all_ends() -> None:
    reader = Reader({"s-a-1": 0})
    read(reader, vertexes=[VERTEX], logs=[log("half")])
    assert list(reader.rest()) == [Event("log", 0, "half")]
    assert list(reader.rest()) == []


def test_a_line_that_never_ends_is_cut() -> None:
    reader = Reader({"s-a-1": 0})
    read(reader, vertexes=[VERTEX])
    lines = [e for _ in range(40) for e in read(reader, logs=[log("x" * 10_000)])]
    assert 1 < len(lines) < 10
    assert max(len(e.text) for e in lines) < 100_000


@pytest.mark.parametrize(
    "status",
    [
        {"vertexes": 5},
        {"vertexes": [5]},
        {"vertexes": [{**VERTEX, "completed": "yesterday"}]},
        {"logs": [{"vertex": "d", "data": "a"}]},
        {"logs": ["x"]},
        {"vertexes": {"a": 1}},
    ],
)
def test_json_that_is_no_status_is_a_line(status: Any) -> None:
    [event] = [e for e in read(Reader({"s-a-1": 0}), **status) if e.kind != "started"]
    assert (event.kind, event.text) == ("log", json.dumps(status))


RUNC = "runc run failed: unable to start container process: "
RUN = 'process "/bin/sh -c x" did not complete successfully: '
CHECKSUM = "failed to calculate checksum of ref a::b: "
A, B = "a" * 25, "b" * 25
GONE = f"failed to stat active key: snapshot {A} does not exist: not found"


@pytest.mark.parametrize(
    ("line", "error", "kind", "text"),
    [
        ("", RUN + "exit code: 137", "killed", "exit code: 137"),
        ("", RUN + "exit code: 1: cannot allocate memory", "killed", "cannot allocate memory"),
        ("", RUN + "exit code: 4294967295", "killed", "exit code: 4294967295"),
        # By itself, not because another step ended.
        ("", RUN + "exit code: 137: context canceled: context canceled", "", ""),
        (
            RUNC + 'exec: "/bin/sh": stat /bin/sh: no such file',
            RUN + "exit code: 1",
            "unusable",
            "stat",
        ),
        ("exec /bin/sh: exec format error", RUN + "exit code: 1", "unusable", "exec format"),
        ("", RUN + 'failed to create task: exec: "/bin/sh": no such file', "unusable", "no such"),
        ("", RUN + "exit code: 1", "unusable", "exit code: 1"),
        (RUNC + "not a directory", RUN + "exit code: 1", "unusable", "not a directory"),
        # Of the machine.
        (RUNC + "no space left on device", RUN + "exit code: 1", "", ""),
        ("", RUN + "exit code: 75", "", ""),
        ("", "failed to mount: no space left on device", "", ""),
        ("", "rpc error: connection reset", "", ""),
        ("", CHECKSUM + '"/opamplan/layers/b.1": not found', "missing", "/opamplan/layers/b.1"),
        ("", CHECKSUM + '"/opamplan/layers/c.1": not found', "", ""),
        ("", CHECKSUM + "too many links", "", ""),
        ("", f"failed to commit {A} to {B} during finalize: {GONE}", "broken", f"{A} {B}"),
        ("", f"failed to mount: {GONE}", "broken", A),
    ],
)
def test_it_is_seen_whose_error_ended_a_build(line: str, error: str, kind: str, text: str) -> None:
    mount = "--mount=from=s-b-1,source=/opamplan/layers/b.1,target=/opamplan/in/g/b.1"
    reader = Reader({"s-a-1": 0, "s-b-1": 1})
    vertex = {**VERTEX, "name": f"[s-a-1 1/1] RUN {mount} x"}
    read(reader, vertexes=[vertex])
    if line:
        read(reader, logs=[log(line + "\n")])
    first, *rest = read(reader, vertexes=[{**vertex, "error": error}])
    assert (first.kind, first.step, first.text) == ("error", 0, error)
    assert [event.kind for event in rest] == ([kind] if kind else [])
    for event in rest:
        assert event.step == (1 if kind == "missing" else 0)
        assert text in event.text


def test_the_collecting_step_says_which_step_left_nothing() -> None:
    path = f"/opamplan/results/a.1/{LAYER}"
    name = f"[collect 1/1] RUN --mount=from=s-a-1,source={path},target=/x /opamplan/in/collect"
    vertex = {"digest": "c", "name": name, "error": f'{CHECKSUM}"{path}": not found'}
    events = read(Reader({"s-a-1": 0}), vertexes=[vertex])
    assert [(e.kind, e.step) for e in events] == [("error", None), ("missing", 0)]


def test_batches_are_given_out_in_order_and_again_when_they_failed() -> None:
    work = Work([2, 0, 1], attempts=2, builders=1)
    assert work.take() == (0, 1)
    work.failed(0, away=False)
    assert work.take() == (0, 2)
    work.failed(0, away=False)
    assert work.left == [0]
    assert [work.take()[0], work.take()[0]] == [1, 2]
    assert work.take() == (-1, 0)
    assert work.being_built()
    work.done(1)
    work.done(2)
    assert not work.wait()
    assert not work.complete


def test_a_batch_is_given_out_after_those_that_it_waits_for() -> None:
    work = Work([0, 1, 2, 3], attempts=2, builders=2, waits_for={2: [0], 3: [0, 1]})
    assert work.take("a") == (0, 1)
    assert work.take("b") == (1, 1)
    assert work.take("c") == (-1, 0)
    work.done(0)
    assert work.take("c") == (2, 1)
    assert work.take("a") == (-1, 0)
    work.done(1)
    assert work.take("a") == (3, 1)


def test_a_batch_that_ended_badly_is_first_its_own_builders_to_try_again() -> None:
    work = Work([0, 1], attempts=2, builders=2)
    assert work.take("a") == (0, 1)
    work.failed(0, away=False, builder="a")  # what it built is in the store of a
    assert work.take("b") == (1, 1)
    assert work.take("b") == (-1, 0)
    assert work.is_last_attempt(0)
    assert work.take("a") == (0, 2)
    work = Work([0], attempts=2, builders=2)
    assert work.take("a") == (0, 1)
    work.failed(0, away=True, builder="a")  # gone with its store
    assert work.take("b") == (0, 2)


def test_builders_that_go_away_do_not_cost_a_batch_its_attempts_but_not_for_ever() -> None:
    work = Work([0], attempts=1, builders=2)
    for attempt in (1, 2, 3):
        assert work.take() == (0, attempt)
        work.failed(0, away=True)
    assert work.left == [0]


def test_nothing_is_given_out_after_a_stop() -> None:
    work = Work([0], attempts=1, builders=1)
    work.stop()
    assert not work.wait()
    assert work.take() == (-1, 0)


class FakePlan:
    """`b` stands on `a`; each is a target."""

    targets = ("a.1", "b.1")
    target_steps = (0, 1)

    def __getitem__(self, step: int) -> Any:
        class Step:
            installs = (self.targets[step],)
            layers = ("ab"[step] * 64,)

        return Step

    def layers(self) -> list[tuple[str, str, list[str]]]:
        return [("a" * 16, "a.1", []), ("b" * 16, "b.1", ["a" * 16])]


class FakeState:
    """A run with these statuses."""

    def __init__(self, a: str, b: str, log: str = "") -> None:
        self._statuses = {"a": a, "b": b}
        self._log = log

    def targets(self, _: object) -> list[dict[str, str]]:
        return [
            {"target": f"{n}.1", "status": s, "layer": n * 16} for n, s in self._statuses.items()
        ]

    def failures(self, _: object) -> list[dict[str, Any]]:
        return [
            {"package": f"{n}.1", "status": s, "layer": n * 16, "log": 0}
            for n, s in self._statuses.items()
            if s in FAILED
        ]

    def logs(self, numbers: object) -> dict[int, str]:
        return {0: self._log}

    def plan_of(self, _: object) -> FakePlan:
        return FakePlan()


@pytest.mark.parametrize(
    ("after", "broke", "roots"),
    [
        (("failure", "dependency_failed"), ["a.1", "b.1"], ["a.1"]),
        (("no_result", "dependency_failed"), ["a.1", "b.1"], ["a.1"]),
        # Of what could not be fetched nothing is known, nor of what waits for it.
        (("download_failed", "dependency_failed"), [], []),
        (("failure", "dependency_failed", "cp: x: No space left on device"), [], []),
        (("accepted_failure", "success"), [], []),
        (("success", "success"), [], []),
    ],
)
def test_only_what_a_package_did_is_a_regression(
    after: tuple[str, ...], broke: list[str], roots: list[str]
) -> None:
    good: Any = (FakeState("success", "success"), None)
    now: Any = (FakeState(*after), None)
    found = compare_runs(good, now)
    assert [change.target for change in found.regressions] == broke
    assert [root.package for root in found.root_failures] == roots
    assert not compare_runs(now, good).regressions


def test_every_status_has_a_colour_and_a_word_in_the_report() -> None:
    from importlib import resources

    folder = resources.files("opamplan.runs.report")
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    script = folder.joinpath("common.js").read_text(encoding="utf-8")
    for status in ORDER:
        assert style.count(f"--{status}:") == 2, status  # light and dark
        assert f'"{status}"' in script, status
        assert f"{status}: " in script, status


@pytest.mark.parametrize("kind", [Buildctl, Buildx])
def test_steps_that_ask_for_the_network_of_the_machine_are_given_it(
    kind: type[Builder], tmp_path: pathlib.Path
) -> None:
    builder = kind("", sys.executable)
    batch = Batch("batch0", tmp_path, tmp_path / "results")
    assert "--allow=network.host" not in builder.command(batch)
    batch.host_network = True
    assert "--allow=network.host" in builder.command(batch)


@pytest.mark.parametrize(
    ("cache", "absolute"),
    [
        ("type=local,dest=cache", "type=local,dest={here}/cache"),
        ("type=local,src=../x,tag=y", "type=local,src={up}/x,tag=y"),
        ('type=local,"dest=a,b",mode=max', 'type=local,"dest={here}/a,b",mode=max'),
        ("type=local,dest=/cache", "type=local,dest=/cache"),
        ("type=registry,ref=host/x", "type=registry,ref=host/x"),
        ("type=gha", "type=gha"),
        ("host/x", "host/x"),
    ],
)
def test_a_cache_in_a_folder_is_relative_to_the_caller(
    cache: str, absolute: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = absolute.format(here=tmp_path, up=tmp_path.parent)
    assert absolute_cache(cache) == wanted
    builder = Buildctl("", sys.executable, cache_from=(cache,), cache_to=(cache,))
    command = builder.command(Batch("batch0", tmp_path / "out", tmp_path / "results"))
    assert f"--import-cache={wanted}" in command
    assert f"--export-cache={wanted},ignore-error=true" in command


def test_opam_says_which_packages_of_a_group_failed() -> None:
    log = """\
#=== ERROR while compiling ocaml-config.3 =====================================#
# context     2.3.0 | linux/x86_64
x #=== ERROR while compiling other.1 ===#
#=== ERROR while fetching sources for b.1~x ===#
"""
    assert failed_packages(log) == {"ocaml-config.3", "b.1~x"}
    assert failed_packages("") == set()


@pytest.mark.parametrize("kind", [Buildctl, Buildx])
def test_a_batch_without_some_of_its_steps_has_a_file_of_its_own(
    kind: type[Builder], tmp_path: pathlib.Path
) -> None:
    builder = kind("", sys.executable)
    batch = Batch("batch0", tmp_path, tmp_path / "results", ".rest.Dockerfile")
    assert any(word.endswith("=.rest.Dockerfile") for word in builder.command(batch))


def test_llb_is_a_builders_input_and_only_some_take_it(tmp_path: pathlib.Path) -> None:
    batch = Batch("batch0", tmp_path, tmp_path / "results", is_llb=True)
    command = Buildctl("", sys.executable).command(batch)
    assert batch.file == "batch0.llb"
    assert "--local=context=." in command
    assert not any("frontend" in word or "filename" in word for word in command)
    assert Buildctl.takes_llb
    assert not Buildx.takes_llb


def test_no_cache_at_all_is_no_cache_of_a_builder() -> None:
    with pytest.raises(InvalidRequest, match="a cache is type=registry,ref="):
        Buildctl("", sys.executable, cache_to=("",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("garbage", "tcp://host:1234 or docker-container://name is one"),
        ("buildkit:1234", "(--with buildx takes names of builders)"),
        ("tcp://", "is no address of BuildKit"),
        ("tcp://localhost", "tcp://host:1234"),
        ("tcp://127.0.0.1:99999", "tcp://host:1234"),
        ("http://localhost:1", "is no address of BuildKit"),
        ("/run/my.sock", "of a socket it is unix:///run/my.sock"),
    ],
)
def test_what_is_no_address_is_no_builder(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidRequest, match=f"^{re.escape(repr(text))}.*{re.escape(said)}"):
        Buildctl(text, sys.executable)
    monkeypatch.setenv("BUILDKIT_HOST", text)
    with pytest.raises(InvalidRequest, match=f"^BUILDKIT_HOST: {re.escape(repr(text))}"):
        Buildctl("", sys.executable)


def test_of_what_is_typed_and_what_is_not_installed_the_first_is_told_first(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    words = ["build", "--program", "no-such-program", "-o", str(tmp_path / "out")]
    for typed, said in (
        (["--builder", "garbage"], "'garbage' is no address of BuildKit"),
        (["duen"], 'no package is named "duen"'),
        (["--plan", "absent.json"], "absent.json: no such file"),
        (["--base-archive", "absent.tar"], "absent.tar: no such file"),
        (["--base-archive", "."], "--base-archive .: a folder; name a file"),
        (["--ocaml", ""], "--ocaml: it is empty; leave it out for the default"),
        ([], "no-such-program is not here; install it"),
    ):
        done = opamplan_command(*words, *typed)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_an_address_is_no_name_of_a_builder() -> None:
    with pytest.raises(InvalidRequest, match="`docker buildx ls` lists them"):
        Buildx("tcp://host:1234", sys.executable)


def test_docker_without_its_plugin_is_no_builder(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(
        "#!/bin/sh\n[ -e $0.plugin ] && [ $* = 'buildx version' ]\n".replace("$*", '"$*"')
    )
    docker.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(docker) if name == "docker" else None)
    with pytest.raises(InvalidRequest, match="docker has no plugin buildx; install it"):
        Buildx()
    (tmp_path / "docker.plugin").touch()
    assert Buildx().name == "buildx"
