"""What packages say is shown by every command, and does nothing to the terminal."""

from __future__ import annotations

import io
import json
import os
import pathlib
import re
from typing import Any

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

import opamplan
from opamplan.terminal.harmless import Guarded, harmless, write_control, write_exact
from opamplan.terminal.style import Style

# A title, a colour, C1's CSI, a text that runs backwards, a second line, a bell.
NASTY = "\x1b]0;owned\x07 \x1b[31mred \x9b31m \u202egnp.exe \u2028\r\x7f"
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069]")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Packages that say NASTY wherever they can say something."""
    root = tmp_path_factory.mktemp("nasty")
    fields = "".join(
        f'{field}: "{NASTY}"\n'
        for field in ("synopsis", "description", "maintainer", "homepage", "license", "bug-reports")
    )
    fields += f'tags: ["{NASTY}"]\nx-{"y"}: "{NASTY}"\nflags: [ "{NASTY}" ]\n'
    for package, text in (
        ("ansi.1", fields),
        ("needs.1", f'depends: ["ansi" "nosuch{NASTY}" {{>= "{NASTY}"}}]'),
        ("never.1", f'available: os = "{NASTY}"'),
        ("broken.1", f'depends: [ "{NASTY}'),
        ("good.1", 'depends: ["ansi"]'),
    ):
        file = root / "packages" / package.split(".")[0] / package / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\n{text}\n')
    (root / "repo").write_text('opam-version: "2.0"\n')
    return root


COMMANDS: list[list[str]] = [
    ["list"],
    ["list", "--json"],
    ["show", "ansi"],
    ["show", "ansi", "--json"],
    ["show", "needs"],
    ["check"],
    ["check", "--json"],
    ["solve", "needs"],
    ["solve", "good", "--json"],
    ["why", "needs"],
    ["why", "never"],
    ["why", "needs", "--json"],
    ["blockers"],
    ["blockers", "--json"],
    ["order", "good"],
    ["deps", "good"],
    ["dot", "good"],
    ["plan", "good"],
    ["solve", NASTY],
    ["list", "--environment", NASTY],
    ["show", "ansi", "--set", NASTY],
    ["plan", "--strategy", NASTY],
    ["report", NASTY],
    ["doctor", "--plan", NASTY],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: harmless(" ".join(words))[:40])
@pytest.mark.parametrize("colours", ["", "1"])
def test_every_command_shows_words_only(
    arguments: list[str], colours: str, repository: pathlib.Path, opamplan_command: Run
) -> None:
    words = list(arguments)
    if words[0] not in ("report", "doctor"):
        words += ["--no-ocaml", "--repository", str(repository)]
    if words[0] in ("check",):
        words.remove("--no-ocaml")
    environment = {**os.environ, "FORCE_COLOR": colours, "NO_COLOR": "" if colours else "1"}
    done = opamplan_command(*words, env=environment)
    assert done.returncode in (0, 1, 2)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert said
    own = re.compile("\x1b\\[(?:0|1|2|31|32|33|36)m")
    for line in said.split("\n"):
        assert not ACTIVE.search(own.sub("", line) if colours else line), ascii(line)
    # What is red was said to be red by the command: the package's own red is words.
    assert "\x1b[31mred" not in said
    if "--json" in words:
        json.loads(done.stdout)


def test_what_a_program_reads_is_as_it_is(repository: pathlib.Path, opamplan_command: Run) -> None:
    file = repository / "packages/ansi/ansi.1/opam"
    raw = opamplan_command("show", "ansi", "--raw", "--repository", str(repository)).stdout
    # Python's reading of the pipe makes newlines of carriage returns.
    assert raw == file.read_text()
    printed = opamplan_command("parse", str(file), "--print", "plain").stdout
    assert "\x9b31m" in printed


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_no_exact_text() -> None:
    out = Terminal()
    write_exact(Guarded(out), "a\x1b[2J\n")
    assert out.getvalue() == "a\\u001b[2J\n"
    plain = io.StringIO()
    write_exact(Guarded(plain), "a\x1b[2J\n")
    write_exact(plain, "b\x1b")
    assert plain.getvalue() == "a\x1b[2J\nb\x1b"


def test_only_the_commands_own_colours_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    guarded: Any = Guarded(out)
    guarded.write(Style(guarded).bad("x\x1b[32my") + "\x1b[31m<:31>\n")
    assert out.getvalue() == "\x1b[31mx\\u001b[32my\x1b[0m\\u001b[31m<:31>\n"
    write_control(guarded, "\r\x1b[K")
    assert out.getvalue().endswith("\r\x1b[K")
    assert Style(io.StringIO()).bad("x") == "\x1b[31mx\x1b[0m"  # of a stream that is not guarded


def test_a_stream_that_cannot_say_a_letter_says_its_number() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    guarded = Guarded(out)
    guarded.write("é\udcff\n")
    guarded.flush()
    assert raw.getvalue() == b"\\xe9\\udcff\n"


@given(st.text())
def test_nothing_active_is_left_and_nothing_else_is_changed(text: str) -> None:
    shown = harmless(text)
    assert not ACTIVE.search(shown)
    quoted = "".join(c for c in text if c not in '"\\\t\n')
    assert json.loads(f'"{harmless(quoted)}"') == quoted
    plain = "".join(c for c in text if c.isprintable())
    assert harmless(plain) == plain


def test_a_report_in_words_is_harmless() -> None:
    from opamplan.runs.report import markdown_report

    data: dict[str, Any] = {
        "run": {"id": 1, "status": "finished", "started": 0, "strategy": "graft", "image": NASTY},
        "counts": {"failure": 1},
        "system_packages": {"steps": 0, "seconds": 0.0, "bytes": 0},
        "layers": [{"log": f"{NASTY}\n``` \n# no heading\n"}],
        "failures": [
            {
                "package": NASTY,
                "layer": 0,
                "status": "failure",
                "error": NASTY,
                "targets": ["a.1"],
            }
        ],
        "groups": [
            {"packages": [NASTY], "kind": "disk", "is_infrastructure": True, "error": NASTY}
        ],
    }
    text = markdown_report(data)
    assert not any(ACTIVE.search(line) for line in text.split("\n"))
    assert opamplan  # the package was needed to find its messages
