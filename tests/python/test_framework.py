"""The ground under the Python package: errors, progress, cancelling, the command."""

from __future__ import annotations

import io
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from conftest import Run

import opamplan
from opamplan.cli import main as cli
from opamplan.cli.parser import command_names
from opamplan.terminal.progress import ProgressBar


def test_every_error_is_an_error_and_survives_pickling() -> None:
    for kind in (opamplan.Cancelled, opamplan.InvalidRequest, opamplan.ParseError):
        error = kind("why")
        assert isinstance(error, opamplan.Error)
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is kind
        assert str(copy) == "why"


WIDE = 3000


@pytest.fixture(scope="module")
def chain() -> opamplan.Universe:
    """Each package needs the one before it: to solve them all takes about a second."""
    files = {
        f"p{n}.1": 'opam-version: "2.0"\n' + (f'depends: ["p{n - 1}"]\n' if n else "")
        for n in range(WIDE)
    }
    return opamplan.Universe(opamplan.Repository.from_files(files), opamplan.Environment())


def test_progress_is_reported_in_order_on_the_calling_thread_and_ends_complete(
    chain: opamplan.Universe,
) -> None:
    seen: list[tuple[str, int, int]] = []
    threads = set()

    def report(stage: str, done: int, total: int) -> None:
        seen.append((stage, done, total))
        threads.add(threading.get_ident())

    assert all(chain.solve_all(threads=1, progress=report))
    assert seen == sorted(seen)
    assert seen[-1] == ("solve", WIDE, WIDE)
    assert threads == {threading.get_ident()}


def test_a_callback_that_returns_false_cancels(chain: opamplan.Universe) -> None:
    calls: list[tuple[str, int, int]] = []

    def stop(*now: Any) -> bool:
        calls.append(now)
        return False

    with pytest.raises(opamplan.Cancelled):
        chain.solve_all(threads=1, progress=stop)
    assert calls[-1][1] < WIDE


def test_an_exception_in_a_callback_comes_through(chain: opamplan.Universe) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        chain.solve_all(threads=1, progress=fail)


def test_progress_must_be_callable(chain: opamplan.Universe) -> None:
    with pytest.raises(TypeError, match="callable"):
        chain.solve_all(progress=3)  # type: ignore[arg-type]


def test_control_c_is_answered_within_a_fifth_of_a_second(chain: opamplan.Universe) -> None:
    sent = [0.0]

    def interrupt() -> None:
        sent[0] = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    # Background jobs of a shell start with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    taken = []
    try:
        while not taken or (min(taken) >= 0.2 and len(taken) < 5):  # a busy machine may need more
            timer = threading.Timer(0.3, interrupt)
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                while True:  # a quick machine may finish one before the signal
                    chain.solve_all(threads=1)
            taken.append(time.monotonic() - sent[0])
            timer.join()
        assert min(taken) < 0.2
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_run_during_long_work(chain: opamplan.Universe) -> None:
    ticks = 0
    stop = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.wait(0.01):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        chain.solve_all(threads=1)
    stop.set()
    thread.join()
    assert ticks > 5


def test_the_bar_is_silent_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream)
    bar("load", 1, 2)
    bar.close()
    assert stream.getvalue() == ""


def test_the_bar_erases_itself_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    bar = ProgressBar(stream)
    bar("load", 1, 2)
    assert "1 of 2" in stream.getvalue()
    bar.close()
    assert stream.getvalue().rstrip(" \r").endswith("1 of 2")
    assert stream.getvalue().endswith(" \r")


def test_the_version_is_the_one_in_the_file(opamplan_command: Run) -> None:
    version = (pathlib.Path(__file__).parents[2] / "VERSION").read_text().strip()
    assert opamplan.__version__ == version
    assert opamplan_command("--version").stdout == f"opamplan {version}\n"


def test_help_lists_every_command(opamplan_command: Run) -> None:
    answer = opamplan_command("--help")
    assert answer.returncode == 0
    for command in command_names():
        assert f"    {command} " in answer.stdout
        assert opamplan_command(command, "--help").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-command"], "opamplan: error: there is no command"),
        (["--no-such-option"], "usage: opamplan"),
        (["log"], "opamplan: error: log: RUN, PACKAGE are missing"),
    ],
)
def test_bad_usage_ends_in_2_without_a_traceback(
    arguments: list[str], said: str, opamplan_command: Run
) -> None:
    answer = opamplan_command(*arguments)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert answer.stderr.startswith(said)


def test_errors_end_in_2_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise opamplan.InvalidRequest("no package named x")

    install_command(monkeypatch, fail)
    assert cli.main(["list"]) == 2
    assert capsys.readouterr().err == "opamplan: error: no package named x\n"


def test_an_interrupt_ends_in_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    install_command(monkeypatch, interrupted)
    assert cli.main(["list"]) == 130


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m opamplan --help | true; exit ${{PIPESTATUS[0]}}"
    answer = subprocess.run(
        ["bash", "-c", command], check=False, capture_output=True, text=True, timeout=60
    )
    assert answer.stderr == ""


def install_command(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    """Puts a command `list` that does `run` in the place of the real one."""
    import types

    module = types.ModuleType("opamplan.cli.commands.list")

    def add_parser(subparsers: object) -> None:
        subparsers.add_parser("list").set_defaults(run=run)  # type: ignore[attr-defined]

    module.add_parser = add_parser  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opamplan.cli.commands.list", module)


def test_the_embedded_repository_is_the_size_it_says(embedded: pathlib.Path) -> None:
    files = list(embedded.glob("packages/*/*/opam"))
    assert len({path.parent.parent for path in files}) >= 35
    assert len(files) >= 80
    for path in files:
        assert path.parent.name.startswith(path.parent.parent.name + ".")
