"""What people read, word for word: each file of tests/golden is a session with the command.

A line `$ COMMAND` is run by sh in a folder that the session has for itself, and what follows must
be what it printed: its output, its errors behind `! `, and its exit status if that is not 0 as
`[N]`. Lines before the first command are comments. What differs from run to run is a word in
braces. `scripts/golden` writes the files anew; what changed is then read in the diff.
"""

from __future__ import annotations

import difflib
import os
import pathlib
import re
import stat
import subprocess
import sys

import pytest
from conftest import ROOT

import opamplan

GOLDEN = ROOT / "tests/golden"
SESSIONS = sorted(GOLDEN.glob("*.txt"))
PROMPT = "$ "
# Each version of Python lays the text of --help out a little differently.
HELP_OF = (3, 11)
PROGRAMS = {
    "opamplan": "-m opamplan",
    "pretty": "-m json.tool --indent 1 --json-lines",
    "decode-llb": str(ROOT / "tests/python/decode_llb.py"),
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the programs that sessions may call beside the system's."""
    folder = tmp_path_factory.mktemp("bin")
    for name, arguments in PROGRAMS.items():
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


class Session:
    """The folder in which the commands of one file run."""

    def __init__(self, folder: pathlib.Path, programs: pathlib.Path, embedded: pathlib.Path):
        self.folder = folder
        self.environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "EMBEDDED": str(embedded),
        }
        self.words = [
            (re.escape(str(folder)), "{here}"),
            (re.escape(str(embedded)), "{embedded}"),
            (re.escape(opamplan.__version__), "{version}"),
        ]

    def run(self, command: str) -> str:
        """What a command prints, as in the files."""
        done = subprocess.run(
            ["sh", "-c", command],
            check=False,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        text = PROMPT + command + "\n" + lines_of(done.stdout)
        text += "".join(f"! {line}\n" for line in done.stderr.splitlines())
        if done.returncode != 0:
            text += f"[{done.returncode}]\n"
        for pattern, word in self.words:
            text = re.sub(pattern, word, text)
        return text


def lines_of(text: str) -> str:
    """The text, with its last line ended."""
    return text if text.endswith("\n") or not text else text + "\n(no newline)\n"


def replay(text: str, session: Session) -> str:
    """The file anew: its comment, and its commands with what they print now."""
    lines = text.splitlines(keepends=True)
    commands = [line for line in lines if line.startswith(PROMPT)]
    assert commands, "a session without a command tests nothing"
    head = "".join(lines[: lines.index(commands[0])])
    return head + "\n".join(session.run(line[len(PROMPT) :].rstrip("\n")) for line in commands)


@pytest.mark.parametrize("file", SESSIONS, ids=[file.stem for file in SESSIONS])
def test_a_session_prints_what_it_did(
    file: pathlib.Path, programs: pathlib.Path, embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    if file.stem == "help" and sys.version_info[:2] != HELP_OF:
        pytest.skip(f"argparse of Python {HELP_OF} lays help out in another way than this one's")
    expected = file.read_text()
    actual = replay(expected, Session(tmp_path, programs, embedded))
    if os.environ.get("OPAMPLAN_GOLDEN") == "write":
        file.write_text(actual)
    elif actual != expected:
        name = str(file.relative_to(ROOT))
        difference = difflib.unified_diff(
            expected.splitlines(), actual.splitlines(), name, "now", lineterm="", n=2
        )
        pytest.fail(
            "\n".join([*list(difference)[:60], "scripts/golden writes it anew if this is meant"]),
            pytrace=False,
        )


def test_every_command_has_a_session() -> None:
    from opamplan.cli.parser import command_names

    used = {
        word
        for file in SESSIONS
        for line in file.read_text().splitlines()
        if line.startswith(PROMPT)
        for word in re.findall(r"\bopamplan ([a-z]+)", line)
    }
    assert set(command_names()) <= used
