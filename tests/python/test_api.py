"""The Python package as a whole: what importing costs, pickling, threads, Ctrl-C, displays."""

from __future__ import annotations

import copy
import io
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import opamplan
from opamplan.terminal import progress

PACKAGE = pathlib.Path(opamplan.__file__).parent


@pytest.fixture(scope="module")
def universe(embedded: pathlib.Path) -> opamplan.Universe:
    repository = opamplan.Repository.open(embedded)
    return opamplan.Universe(repository, opamplan.Environment.preset("debian-12"), ocaml="5.3.0")


def test_importing_needs_only_the_standard_library() -> None:
    # -S and -I: no site-packages, no environment; the folder of the package is the one addition.
    program = f"""
import sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
before = set(sys.modules)
import opamplan
top = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(*sorted(top - set(sys.stdlib_module_names) - {{"opamplan"}}))
"""
    if not hasattr(sys, "stdlib_module_names"):
        pytest.skip("Python 3.9 cannot name its standard library")
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_names_are_complete_and_documented() -> None:
    for name in opamplan.__all__:
        value = getattr(opamplan, name)
        if name != "__version__":
            assert value.__doc__, f"{name} has no docstring"
    assert len(opamplan.__all__) == len(set(opamplan.__all__))


def test_value_types_survive_pickling_and_copying(universe: opamplan.Universe) -> None:
    plan = opamplan.make_plan([universe.solve("http-serve")])
    other = opamplan.make_plan([universe.solve("http-serve")], image="debian:13")
    difference = opamplan.compare_plans(plan, other)
    tight = opamplan.Limits("none", depth=1, line_bytes=10, batch_targets=1)
    options = opamplan.EmitOptions(environment=[("A", "b")], retry={"dune.1": 2})
    assert repr(options) == "EmitOptions(environment=(('A', 'b'),), retry={'dune.1': 2})"
    with pytest.raises(TypeError, match="no argument is called retries; it takes base_image"):
        opamplan.EmitOptions(retries=1)
    values: list[Any] = [
        opamplan.Version("1.0~beta"),
        opamplan.Environment.preset("alpine-3.22", "arm64"),
        opamplan.Limits("docker", depth=60),
        plan,
        *opamplan.diagnose(plan, tight),
        difference,
        *difference.causes,
        *difference.rebuilt_targets,
        *opamplan.Repository.from_files({"a.1": "depends: ["}).diagnostics,
        *universe.repository.sources,
        opamplan.inspect_dockerfile(plan.dockerfile(plan.targets[0]), "Dockerfile", tight),
        opamplan.inspect_bake(opamplan.bake_json(plan), "docker-bake.json", tight),
        options,
    ]
    assert len({type(value) for value in values}) == 13
    for value in values:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(value, protocol)) == value
        assert copy.deepcopy(value) == value
    forecast = opamplan.forecast(plan, durations={"dune": 3})
    same = pickle.loads(pickle.dumps(forecast))
    assert (same.critical_path, same.batch_ends) == (forecast.critical_path, forecast.batch_ends)
    assert repr(same) == repr(forecast)
    error = opamplan.ParseError("why")
    error.line = 3
    assert pickle.loads(pickle.dumps(error)).line == 3


def test_what_is_bound_to_a_repository_refuses_to_be_pickled(universe: opamplan.Universe) -> None:
    for value in (universe, universe.repository):
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(value)


def test_one_universe_serves_many_threads_with_equal_answers(universe: opamplan.Universe) -> None:
    names = [r.target for r in universe.solve_all() if r and r.target]
    alone = [universe.solve(name).packages for name in names]

    def everything(seed: int) -> list[list[str]]:
        order = names[seed:] + names[:seed]
        found = {name: universe.solve(name).packages for name in order}
        plan = opamplan.make_plan(universe.solve_all(names, threads=2))
        assert sorted(plan.targets) == sorted(names)
        return [found[name] for name in names]

    with ThreadPoolExecutor(6) as pool:
        for answer in pool.map(everything, range(12)):
            assert answer == alone


def test_an_unknown_package_says_what_may_be_meant(universe: opamplan.Universe) -> None:
    with pytest.raises(opamplan.UnknownPackage, match="did you mean") as caught:
        universe.solve("dnue")
    assert (caught.value.asked, caught.value.suggestions[0]) == ("dnue", "dune")
    with pytest.raises(opamplan.UnknownPackage, match="no version") as caught:
        universe.solve("dune.99")
    assert caught.value.asked == "dune.99"
    assert "dune.3.20.2" in caught.value.suggestions
    assert issubclass(opamplan.UnknownPackage, opamplan.InvalidRequest)


LONG_WORK = {
    "load": lambda archive, repository, universe: opamplan.Repository.open(archive, cache=False),
    "check": lambda archive, repository, universe: repository.check(),
    "universe": lambda archive, repository, universe: opamplan.Universe(
        repository, universe.environment, ocaml="5.2.1"
    ),
    "solve": lambda archive, repository, universe: universe.solve_all(universe.available()),
    "blockers": lambda archive, repository, universe: universe.blockers(),
    "align": lambda archive, repository, universe: opamplan.align(universe.solve_all()),
}


@pytest.mark.parametrize("work", LONG_WORK.values(), ids=LONG_WORK)
def test_control_c_stops_real_work_within_a_fifth_of_a_second(
    work: Callable[..., object], shared: pathlib.Path, real_repository: opamplan.Repository
) -> None:
    archive = shared / "data/opam-repository-97014be.tar.zst"
    environment = opamplan.Environment.preset("debian-12")
    universe = opamplan.Universe(real_repository, environment, ocaml="5.3.0")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    taken = []
    try:
        for _ in range(3):  # the machine may have better things to do once
            sent = [0.0]

            def interrupt(sent: list[float] = sent) -> None:
                sent[0] = time.monotonic()
                os.kill(os.getpid(), signal.SIGINT)

            timer = threading.Timer(0.15, interrupt)
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                while True:  # a quick machine may finish one before the signal
                    work(archive, real_repository, universe)
            taken.append(time.monotonic() - sent[0])
            timer.join()
            if taken[-1] < 0.2:
                break
        assert min(taken) < 0.2
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_run_while_a_repository_is_solved(
    real_repository: opamplan.Repository,
) -> None:
    universe = opamplan.Universe(
        real_repository, opamplan.Environment.preset("debian-12"), ocaml="5.3.0"
    )
    longest, last, stop = [0.0], [time.monotonic()], threading.Event()

    def tick() -> None:
        while not stop.wait(0.005):
            now = time.monotonic()
            longest[0] = max(longest[0], now - last[0])
            last[0] = now

    thread = threading.Thread(target=tick)
    thread.start()
    last[0] = time.monotonic()
    universe.solve_all(threads=1)
    stop.set()
    thread.join()
    assert longest[0] < 0.2


class _Handle:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def update(self, value: str) -> None:
        self.log.append(value)


def test_in_a_notebook_progress_is_an_element_that_vanishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log: list[str] = []

    def display(value: str, display_id: bool) -> _Handle:
        assert display_id
        log.append(value)
        return _Handle(log)

    shell = type("ZMQInteractiveShell", (), {})()
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    shown = types.ModuleType("IPython.display")
    shown.HTML = str  # type: ignore[attr-defined]
    shown.display = display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    bar = progress.ProgressBar()
    bar("solve <all>", 1, 4)
    bar("solve <all>", 2, 4)
    bar.close()
    assert log[0] == '<progress value="1" max="4"></progress> solve &lt;all&gt; 1 of 4'
    assert log[1].startswith('<progress value="2"')
    assert log[2] == ""
    assert stderr.getvalue() == ""


def test_an_environment_is_a_mapping_of_what_it_says() -> None:
    environment = opamplan.Environment({"os": "linux", "jobs": True})
    assert dict(environment) == {**environment} == {"jobs": True, "os": "linux"}
    assert environment.get("absent") is None
    assert environment.get("absent", "x") == "x"
    for value in (13, None, ["a"], 1.5):
        with pytest.raises(TypeError, match="the variable os-version is a bool or a str, not"):
            environment["os-version"] = value  # type: ignore[assignment]
        with pytest.raises(TypeError, match="is a bool or a str"):
            opamplan.Environment({"os-version": value})  # type: ignore[dict-item]
    with pytest.raises(opamplan.InvalidRequest, match="has a name"):
        environment[""] = "x"


def test_what_is_unknown_is_an_error_of_ours_and_a_key_error() -> None:
    repository = opamplan.Repository.from_files({"dune.1": ""})
    for ask in (
        lambda: repository["dun"],
        lambda: repository.versions("dun"),
        lambda: repository.package("dun.1"),
        lambda: repository.text("dun.1"),
    ):
        with pytest.raises(opamplan.UnknownPackage) as caught:
            ask()
        assert isinstance(caught.value, KeyError)
        assert str(caught.value).startswith('no package is named "dun" in this repository; did you')
        assert list(caught.value.suggestions) == ["dune"]
