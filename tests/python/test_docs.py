"""README.md and docs/: every block of Python and shell runs, every block of C++ compiles.

The Python and shell blocks of a page run one after the other in one process and one new folder. A
block that cannot run has a comment `<!-- not run: REASON -->` before it.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest
from conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Languages whose blocks are shown only, and what is a block of which language.
SHOWN = {
    "text",
    "cmake",
    "toml",
    "json",
    "hcl",
    "dockerfile",
    "opam",
    "c++",
    "yaml",
    "bash session",
}
RUN = {"python": "python", "py": "python", "sh": "sh", "bash": "sh", "shell": "sh", "cpp": "cpp"}
MARK = re.compile(r"<!-- not run: (?P<reason>.+?) -->\s*\Z")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: pathlib.Path
    line: int
    language: str
    text: str
    reason: str  # why it is not run, or empty


def blocks(page: pathlib.Path) -> list[Block]:
    found = []
    text = page.read_text()
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```[ \t]*$", text, re.MULTILINE | re.DOTALL):
        mark = MARK.search(text[: match.start()])
        found.append(
            Block(
                page,
                text.count("\n", 0, match.start()) + 1,
                match.group(1).strip(),
                match.group(2),
                mark["reason"] if mark else "",
            )
        )
    return found


def run(kind: str) -> list[Block]:
    return [
        b for page in PAGES for b in blocks(page) if RUN.get(b.language) == kind and not b.reason
    ]


def place(value: object) -> str:
    if isinstance(value, Block):
        return f"{value.page.name}:{value.line}"
    return value.name if isinstance(value, pathlib.Path) else str(value)


@pytest.fixture
def shell(tmp_path: pathlib.Path) -> tuple[pathlib.Path, dict[str, str]]:
    """A new folder, and an environment in which `opamplan` is the one under test."""
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "opamplan"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m opamplan "$@"\n')
    command.chmod(0o755)
    folder = tmp_path / "work"
    folder.mkdir()
    path = os.environ.get("PYTHONPATH", "")
    absolute = os.pathsep.join(os.path.abspath(p) for p in path.split(os.pathsep) if p)
    return folder, {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": absolute,
        "TERM": "dumb",
    }


def test_the_program_of_the_tutorial_is_well_typed(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("mypy")
    page = ROOT / "docs/tutorial.md"
    parts = [b.text for b in blocks(page) if RUN.get(b.language) == "python" and not b.reason]
    assert any("explanation" in part for part in parts)
    program = tmp_path / "tutorial.py"
    program.write_text("\n".join(parts))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_block_says_what_it_is(page: pathlib.Path) -> None:
    for block in blocks(page):
        assert block.language in SHOWN | set(RUN), f"{page.name}:{block.line}"


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if any(RUN.get(b.language) in ("python", "sh") for b in blocks(p))],
    ids=place,
)
def test_blocks_of_a_page_run(
    page: pathlib.Path, shell: tuple[pathlib.Path, dict[str, str]]
) -> None:
    folder, environment = shell
    program = ["import subprocess as _subprocess"]
    for block in blocks(page):
        if block.reason or block.language not in RUN:
            continue
        if RUN[block.language] == "sh":
            # `source` needs bash.
            program.append(f"_subprocess.run(['bash', '-euc', {block.text!r}], check=True)")
        elif RUN[block.language] == "python":
            name = f"{page.name}, the block at line {block.line}"
            # Lines count as in the page, for the traceback.
            text = "\n" * block.line + block.text
            program.append(f"exec(compile({text!r}, {name!r}, 'exec'), globals())")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(program)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("block", run("cpp"), ids=place)
def test_blocks_of_cpp_compile(block: Block, tmp_path: pathlib.Path) -> None:
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        pytest.skip("no C++ compiler here")
    source = tmp_path / "block.cpp"
    source.write_text(block.text)
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    done = subprocess.run(
        [*command, f"-I{ROOT / 'include'}", str(source)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_strategy_of_extending_is_the_one_that_is_tested() -> None:
    page = (ROOT / "docs/extending.md").read_text()
    (code,) = re.findall(
        r"```cpp\n#include <opamplan/plan/batches.hpp>\n.*?\n\n(///.*?)\n```", page, re.DOTALL
    )
    assert code in (ROOT / "tests/plan/own_strategy_test.cpp").read_text()


def test_the_site_builds_without_a_warning() -> None:
    pytest.importorskip("zensical", reason="needs zensical")
    done = subprocess.run(
        [sys.executable, "scripts/site/build"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout + done.stderr
    site = ROOT / "build/site"
    for page, expected in (
        ("reference/python/index.html", "make_plan"),
        ("reference/python/index.html", 'href="#solveresult"'),
        ("reference/commands/index.html", "--builder"),
        ("reference/cpp/index.html", "load_repository"),
        ("tutorial/index.html", "graft"),
    ):
        assert expected in (site / page).read_text()
    for page in site.rglob("*.html"):
        # Fonts and scripts are the site's own.
        assert not re.search(r'(src|href)="https?://[^"]*\.(js|css)"', page.read_text())
