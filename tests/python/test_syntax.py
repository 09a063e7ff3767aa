"""The opam file language from Python, and `opamplan parse`."""

from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

import opamplan

PACKAGE = """\
opam-version: "2.0"
# dependencies
depends: ["ocaml" {>= "4.08" & < "6"} ("a" | !b)]
flags: conf
jobs: -3
available: true
setenv: [PATH += "bin"]
url "l" {
  src: "https://example.org/a.tgz"
}
"""


def test_a_tree_has_items_and_values_with_their_places() -> None:
    file = opamplan.parse(PACKAGE, path="a/opam")
    assert file.path == "a/opam"
    assert file.text == PACKAGE
    assert [item.name for item in file][:2] == ["opam-version", "depends"]
    assert len(file) == 7
    assert file["opam-version"].scalar == "2.0"
    assert file["jobs"].scalar == -3
    assert file["available"].scalar is True
    assert (file["flags"].kind, file["flags"].scalar) == ("identifier", "conf")
    option, group = file["depends"]
    assert (option.kind, option.subject.scalar, option[0].op) == ("option", "ocaml", "&")
    assert option[-1].left.right.scalar == "4.08"
    assert group[0].right.op == "!"
    assert group.position == (3, 39)
    assert PACKAGE[slice(*group.span)] == group.source == '("a" | !b)'
    section = file.items[-1]
    assert (section.is_section, section.name, section.label) == (True, "url", "l")
    assert section.items[0].value.scalar == "https://example.org/a.tgz"
    assert file.get(("url", "l", "src")) == section.items[0].value
    assert file.get("url.src") is None
    assert "depends" in file
    assert "url" not in file
    with pytest.raises(KeyError):
        file["absent"]


def test_a_tree_becomes_plain_python_and_json() -> None:
    file = opamplan.parse(PACKAGE)
    plain = file.to_python("label")
    assert plain == json.loads(file.to_json("label"))
    assert plain["items"][2] == {"var": "flags", "value": {"id": "conf"}}
    assert plain["items"][-1]["name"] == "l"
    assert file["jobs"].to_python() == {"int": -3}
    assert file["setenv"].to_json() == (
        '{"list":[{"env":"+=","l":{"id":"PATH"},"r":{"str":"bin"}}]}'
    )


def test_reprs_show_what_is_there() -> None:
    file = opamplan.parse(PACKAGE, path="x")
    assert repr(file) == "<File 'x', 7 items>"
    assert repr(file["flags"]) == "<Value identifier: conf>"
    assert repr(file.items[-1]) == '<Item url "l" {...}>'
    assert repr(file.items[3]) == "<Item jobs: -3>"


def test_errors_carry_their_place() -> None:
    with pytest.raises(opamplan.ParseError) as caught:
        opamplan.parse('a: 1\ndepends: [ "a"', path="x/opam")
    error = caught.value
    assert isinstance(error, opamplan.Error)
    assert (error.path, error.line, error.column) == ("x/opam", 2, 15)
    assert (error.message, error.expected) == ("unexpected end of file", "a value or `]`")
    assert error.source_line == 'depends: [ "a"'
    assert str(error).splitlines()[0].startswith("x/opam:2:15: unexpected end of file, expected")
    assert str(error).splitlines()[2].index("^") == 2 + 14


def test_the_recovering_mode_gives_what_parses_and_all_errors() -> None:
    file, errors = opamplan.parse_recovering("a: ]\nb: 1\nc: @\n")
    assert [item.name for item in file] == ["b"]
    assert [(error.line, type(error)) for error in errors] == [
        (1, opamplan.ParseError),
        (3, opamplan.ParseError),
    ]


def test_paths_and_texts_are_told_apart(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "opam"
    path.write_text("a: 1\n")
    assert opamplan.parse(path)["a"].scalar == 1
    assert opamplan.parse(str(path)).path == str(path)
    assert opamplan.parse(b"a: 2")["a"].scalar == 2
    assert len(opamplan.parse("")) == 0
    assert len(opamplan.parse("# nothing")) == 0
    with pytest.raises(FileNotFoundError):
        opamplan.parse("absent/opam")
    with pytest.raises(opamplan.ParseError):
        opamplan.parse("absent/opam", path="text")


def test_hostile_text_raises() -> None:
    for text in (b"a: " + b"[" * 1_000_000, b'a: "\0"', b'a: "\xff"', "a: 1\ud800"):
        with pytest.raises((opamplan.ParseError, UnicodeError)):
            opamplan.parse(text)
    with pytest.raises(opamplan.ParseError, match="limit is 10"):
        opamplan.parse("a: 123456789", max_bytes=10)
    value = opamplan.parse(b'a: "\xff"', any_bytes=True)["a"]
    assert value.scalar == "\udcff"
    assert json.loads(value.to_json()) == {"str": "\udcff"}


def test_edits_keep_all_other_bytes() -> None:
    file = opamplan.parse(PACKAGE)
    assert file.set("opam-version", "2.1").text == PACKAGE.replace("2.0", "2.1")
    assert file.set(("url", "l", "src"), ["u", "v"]).text == PACKAGE.replace(
        '"https://example.org/a.tgz"', '["u" "v"]'
    )
    value = opamplan.parse_value('"c" {< "2"}')
    assert file.append("depends", value).text == PACKAGE.replace("!b)", '!b) "c" {< "2"}')
    assert file.remove("jobs").text == PACKAGE.replace("jobs: -3\n", "")
    assert file.add("post", True)["post"].scalar is True
    with pytest.raises(opamplan.InvalidRequest):
        file.add("jobs", 1)
    with pytest.raises(TypeError):
        file.set("jobs", 1.5)


def test_layouts() -> None:
    file = opamplan.parse('b: "x"\na: ["c"   {d}]')
    assert file.print() == 'b: "x"\na: ["c" {d}]\n'
    assert file.print("opam") == 'b: "x"\na: [\n  "c" {d}\n]'
    assert file.print("opam-normalised") == 'a: ["c" {d}]\nb: "x"\n'
    with pytest.raises(opamplan.InvalidRequest):
        file.print("other")


def leaves() -> st.SearchStrategy[Any]:
    return (
        st.booleans()
        | st.integers(-(2**62), 2**62 - 1)
        | st.text(alphabet=st.characters(exclude_categories=["Cs"]))
    )


def from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return {"list": [from_plain(element) for element in value]}
    return {{bool: "bool", int: "int", str: "str"}[type(value)]: value}


@given(st.recursive(leaves(), lambda inner: st.lists(inner, max_size=5), max_leaves=20))
def test_python_values_survive_a_file(value: Any) -> None:
    file = opamplan.parse("x: 0 # comment\n").set("a", value)
    assert file["a"].to_python() == from_plain(value)
    assert json.loads(file["a"].to_json()) == from_plain(value)
    assert opamplan.parse(file.print()) == file
    assert file.remove("a").text.rstrip() == "x: 0 # comment"


@given(st.text() | st.binary())
def test_any_input_parses_or_raises_parse_error(source: Any) -> None:
    try:
        file = opamplan.parse(source, path="x")
    except (opamplan.ParseError, UnicodeEncodeError):
        return
    assert opamplan.parse(file.print()) == file


def test_the_command_checks_files(opamplan_command: Run, tmp_path: pathlib.Path) -> None:
    good = tmp_path / "good.opam"
    good.write_text(PACKAGE)
    bad = tmp_path / "bad.opam"
    bad.write_text("a: ]\nb: 1\nc: @\n")
    done = opamplan_command("parse", str(good))
    assert (done.returncode, done.stdout) == (0, f"{good}: 6 fields, 1 section\n")
    done = opamplan_command("parse", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout.count("error:") == 2
    assert f"{bad}:3:4: error: not a valid token" in done.stdout
    done = opamplan_command("parse", "--json", str(good), str(bad))
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.splitlines())
    assert first == opamplan.parse(good).to_python()
    assert second == {"file": str(bad), "error": "1:4: unexpected `]`, expected a value"}
    done = opamplan_command("parse", "--print", "opam-normalised", str(good))
    assert done.stdout.startswith("available: true\n")
    assert opamplan_command("parse").returncode == 2
    assert opamplan_command("parse", str(tmp_path / "absent")).returncode == 2
    done = opamplan_command("parse", "-", "--json", input="a: 1")
    assert json.loads(done.stdout)["file"] == "<stdin>"


def test_the_command_goes_on_behind_a_broken_file(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    texts = {"b/b.1": "a: 1\n", "a/a.2": "a: [\n", "a/a.10": "a: 2\n", "a-b/a-b.1": "a: 3\n"}
    for name, text in texts.items():
        folder = tmp_path / "packages" / name
        folder.mkdir(parents=True)
        (folder / "opam").write_text(text)
    done = opamplan_command("parse", "--repository", str(tmp_path), "--json")
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == sorted(f"{name}/opam" for name in texts)
    assert lines[2] == {
        "file": "a/a.2/opam",
        "error": "2:1: unexpected end of file, expected a value or `]`",
    }
    done = opamplan_command("parse", "--repository", str(tmp_path))
    assert (done.returncode, "a.2" in done.stdout) == (1, True), done.stdout


@pytest.fixture(scope="session")
def corpus_lines(shared: pathlib.Path) -> dict[str, str]:
    archives = sorted((shared / "data").glob("opam-repository-*.tar.zst"))
    if not archives:
        pytest.skip(f"no archive of opam-repository in {shared / 'data'}")
    repository = opamplan.Repository.open(archives[0], cache=False)
    lines, broken = opamplan._core.repository._repository_json(repository)
    assert broken == 0
    return {json.loads(line)["file"]: line for line in lines.decode().splitlines()}


def test_every_file_of_the_oracle_sample_is_equal(
    shared: pathlib.Path, corpus_lines: dict[str, str]
) -> None:
    sample = shared / "oracle" / "ast-sample.jsonl.zst"
    text = subprocess.run(["zstd", "-dc", sample], check=True, capture_output=True).stdout.decode()
    wrong = []
    lines = text.splitlines()
    for line in lines:
        file = json.loads(line)["file"]
        if corpus_lines.get(file) != line:
            wrong.append(file)
    assert wrong == []
    assert len(lines) == 3750
    assert len(corpus_lines) == 18793


def test_the_whole_corpus_survives_printing(shared: pathlib.Path) -> None:
    archives = sorted((shared / "data").glob("opam-repository-*.tar.zst"))
    if not archives:
        pytest.skip(f"no archive of opam-repository in {shared / 'data'}")
    repository = opamplan.Repository.open(archives[0], cache=False)
    unfaithful = []
    for package in repository:
        file = opamplan.parse(package.text, path=str(package))
        # opam's layout drops empty fields (and may leave their empty line): equal from there on.
        once = opamplan.parse(file.print("opam"), path="once")
        for printed, layout in ((file, "plain"), (once, "opam")):
            if opamplan.parse(printed.print(layout), path="again") != printed:
                unfaithful.append((str(package), layout))
    assert unfaithful == []
