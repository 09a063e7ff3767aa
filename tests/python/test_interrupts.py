"""Ctrl-C at any moment, and streams that are closed."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import pytest

import opamplan
from opamplan import manifest, output
from opamplan.interrupts import undivided

# Run by Python before all else: a signal when a module is about to be imported.
HOOK = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPTED_AT"]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""
# As pip writes it.
SCRIPT = """
import sys
from opamplan.cli.main import main
if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.mark.parametrize("script", [False, True], ids=["python -m", "console script"])
@pytest.mark.parametrize(
    "module",
    [
        "opamplan._core",
        "opamplan.attached",
        "opamplan.cli",
        "argparse",
        "opamplan.cli.commands.solve",
    ],
)
def test_an_interrupt_is_status_130_whatever_is_being_imported(
    module: str, script: bool, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    (tmp_path / "opamplan").write_text(SCRIPT)
    program = [str(tmp_path / "opamplan")] if script else ["-m", "opamplan"]
    paths = [str(tmp_path), *sys.path]
    done = subprocess.run(
        [sys.executable, *program, "solve", "dune"],
        env={**os.environ, "INTERRUPTED_AT": module, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")


def test_a_program_that_uses_the_library_keeps_its_own_answer_to_interrupts() -> None:
    program = (
        "import signal; b = signal.getsignal(2); import opamplan; print(signal.getsignal(2) == b)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_as_none_that_is_read(closed: str, tmp_path: pathlib.Path) -> None:
    command = f"{sys.executable} -m opamplan plan dune -o {tmp_path}/plan.json {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "plan.json").read_text().startswith('{"schema": "opamplan plan')
    nothing = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m opamplan solve nope {closed}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert nothing.returncode == 2
    assert "Traceback" not in nothing.stderr


def content_of(folder: pathlib.Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("how", ["interrupted", "killed"])
def test_an_emission_that_ends_while_files_take_their_places_leaves_no_mixture(
    how: str, embedded: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    universe = opamplan.Universe(
        opamplan.Repository.open([str(embedded)]), opamplan.Environment.preset("debian-13")
    )
    older, newer = (opamplan.make_plan([universe.solve(n)]) for n in ("http-serve", "csexp"))
    opamplan.write_plan(older, tmp_path / "o", ["make", "dot"])
    opamplan.write_plan(newer, tmp_path / "wanted")

    def remove_stale(*arguments: object) -> object:
        if how == "killed":
            raise MemoryError
        signal.raise_signal(signal.SIGINT)
        return manifest.remove_stale(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(output, "remove_stale", remove_stale)
        with pytest.raises(KeyboardInterrupt if how == "interrupted" else MemoryError):
            opamplan.write_plan(newer, tmp_path / "o")
    if how == "killed":
        assert (tmp_path / "o/plan.dot").exists()
        opamplan.write_plan(newer, tmp_path / "o")
    assert content_of(tmp_path / "o") == content_of(tmp_path / "wanted")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_of_a_program_that_embeds_python_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    monkeypatch.setattr(signal, "signal", lambda *arguments: pytest.fail("it was replaced"))
    with undivided():
        pass
