"""BuildKit's own tests of its Dockerfile parser, read where Go keeps the module."""

from __future__ import annotations

import ast
import json
import pathlib
import re
import shutil
import subprocess
from typing import Any

import pytest
from conftest import ROOT

import opamplan


def buildkit_version() -> str:
    """The one that scripts/buildkit builds."""
    found = re.search("^buildkit=(.*)$", (ROOT / "scripts/buildkit").read_text(), re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def parser() -> pathlib.Path:
    """The folder of BuildKit's parser; skips, with the reason, without."""
    if shutil.which("go") is None:
        pytest.skip("Go is not installed, which keeps BuildKit's sources")
    cache = subprocess.run(
        ["go", "env", "GOMODCACHE"], check=True, capture_output=True, text=True
    ).stdout.strip()
    module = pathlib.Path(cache) / f"github.com/moby/buildkit@{buildkit_version()}"
    folder = module / "frontend/dockerfile/parser"
    if not (folder / "testfiles").is_dir():
        pytest.skip(f"BuildKit's sources are not in {module}: scripts/buildkit brings them")
    return folder


def quoted(word: str) -> str:
    """A word as Go's strconv.Quote writes it, as far as the test files need."""
    return re.sub(r"\\u00([01][0-9a-f])", r"\\x\1", json.dumps(word, ensure_ascii=False))


def dump(instruction: dict[str, Any]) -> str:
    """An instruction as BuildKit's test files show it; "" for forms of which we keep the text."""
    name, arguments = instruction["name"], instruction["arguments"]
    if name == "onbuild":
        inner = opamplan.read_dockerfile(arguments)
        return f"(onbuild {dump(inner[0])})"
    words = [arguments]
    if name in ("env", "label", "arg", "healthcheck"):
        return ""
    if arguments.startswith("[") and name != "from":
        try:
            words = json.loads(arguments)
        except ValueError:
            words = [arguments] if name in ("run", "cmd", "entrypoint") else arguments.split()
    elif name in ("from", "copy", "add", "expose", "volume"):
        words = arguments.split()
    flags = [f"[{' '.join(map(quoted, instruction['flags']))}]"] if instruction["flags"] else []
    return f"({' '.join([name, *flags, *map(quoted, words)])})"


def test_the_files_of_buildkits_tests_are_cut_as_buildkit_cuts_them(parser: pathlib.Path) -> None:
    folders = sorted((parser / "testfiles").iterdir())
    assert len(folders) > 20
    compared = 0
    for folder in folders:
        text = (folder / "Dockerfile").read_bytes().decode()
        ours = opamplan.read_dockerfile(text)
        theirs = (folder / "result").read_text().splitlines()
        assert len(ours) == len(theirs), folder.name
        for instruction, expected in zip(ours, theirs):
            assert expected.startswith(f"({instruction['name']}"), folder.name
            shown = dump(instruction)
            if shown:
                assert shown == expected, folder.name
                compared += 1
    assert compared > 200


def test_what_buildkits_tests_refuse_is_refused(parser: pathlib.Path) -> None:
    folders = list((parser / "testfiles-negative").iterdir())
    assert folders
    for folder in folders:
        with pytest.raises(opamplan.InvalidRequest, match=r"line \d+: "):
            opamplan.read_dockerfile((folder / "Dockerfile").read_text())


def test_here_documents_are_those_of_buildkits_tests(parser: pathlib.Path) -> None:
    source = (parser / "parser_heredoc_test.go").read_text()
    dockerfile = source[source.index("NewBufferString(`") + 17 :].split("`", 1)[0]
    table = source[source.index("[][]Heredoc{") :].split("result, err", 1)[0]
    expected: list[list[tuple[str, str]]] = []
    for line in table.splitlines()[1:]:
        if re.match("\t\tnil,", line) or line == "\t\t{":
            expected.append([])
        elif found := re.match(r'\t*Name: +(".*"),', line):
            expected[-1].append((ast.literal_eval(found[1]), ""))
        elif found := re.match(r'\t*Content: +(".*"),', line):
            name, _ = expected[-1][-1]
            expected[-1][-1] = (name, ast.literal_eval(found[1]))
    assert len(expected) > 20
    # The text's last line is white space alone, which is no here-document's end.
    ours = [i["heredocs"] for i in opamplan.read_dockerfile(dockerfile)][1:]
    assert ours[: len(expected)] == expected


def test_here_documents_of_lines_are_those_of_buildkits_tests(parser: pathlib.Path) -> None:
    source = (parser / "parser_heredoc_test.go").read_text()
    rows = re.findall(
        r"line: +([\"`].*[\"`]),\s*heredocNames: +(?:nil|\[\]string\{(.*)\}),", source
    )
    assert len(rows) > 5
    for line, names in rows:
        text = line[1:-1] if line.startswith("`") else ast.literal_eval(line)
        wanted = list(ast.literal_eval(f"[{names}]"))
        body = "".join(f"{name}\n" for name in wanted)
        first = opamplan.read_dockerfile(f"{text}\n{body}")[0]
        found = [name for name, _ in first["heredocs"]]
        # As their test compares: `<<- EOF` has a name there, and is no here-document.
        assert found == wanted[: len(found)], text
        assert found == wanted or "<<- " in text
