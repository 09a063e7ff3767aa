"""The command as a whole: its configuration file, completion, --json, statuses, errors."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap
from typing import Any, ClassVar

import pytest
from conftest import ROOT, Run

import opamplan
from opamplan.cli import config
from opamplan.cli import main as cli
from opamplan.cli.commands import completion
from opamplan.cli.parser import command_names, make_parser
from opamplan.data import repository_path

toml = pytest.mark.skipif(sys.version_info < (3, 11), reason="reads TOML from Python 3.11 on")


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty working directory, and an empty XDG_CONFIG_HOME beside it."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.delenv("OPAMPLAN_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return work


def options(*arguments: str) -> Any:
    """What the command's `run` would get."""
    parser = make_parser([a for a in arguments if a in command_names()])
    args = parser.parse_args(arguments)
    config.apply(args, parser, arguments, lambda: make_parser(command_names()))
    return args


def write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))


@toml
def test_the_file_gives_defaults_and_the_command_line_wins(folder: pathlib.Path) -> None:
    write(
        folder / "opamplan.toml",
        """
        ocaml = "5.2.1"
        threads = 2
        set = ["opam-version=2.5.0"]
        quiet = true
        [plan]
        strategy = "prefix"
        ocaml = "5.1.1"
        """,
    )
    args = options("plan")
    assert (args.ocaml, args.strategy, args.threads) == (["5.1.1"], "prefix", 2)
    assert args.set == ["opam-version=2.5.0"]
    assert args.quiet is True
    assert options("solve").ocaml == "5.2.1"
    args = options("plan", "--strategy", "graft", "--ocaml=5.3.0", "--set", "a=b", "--threads=0")
    assert (args.ocaml, args.strategy, args.set) == (["5.3.0"], "graft", ["a=b"])
    assert args.threads == 0  # given, though it is the default


@toml
def test_the_nearer_file_wins_name_by_name(folder: pathlib.Path) -> None:
    write(folder.parent / "home/opamplan/config.toml", 'ocaml = "5.2.1"\nenvironment = "debian-12"')
    write(folder / "opamplan.toml", 'ocaml = "5.3.0"')
    args = options("plan")
    assert (args.ocaml, args.environment) == (["5.3.0"], ["debian-12"])
    assert options("--config", "", "solve").environment == "debian-13"


def test_json_says_the_same_for_older_pythons(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "opamplan.json", '{"ocaml": "5.2.1", "plan": {"limit": ["depth=60"]}}')
    args = options("plan")
    assert (args.ocaml, args.limit) == (["5.2.1"], ["depth=60"])
    write(folder / "opamplan.toml", "")
    monkeypatch.setitem(sys.modules, "tomllib", None)
    monkeypatch.setitem(sys.modules, "tomli", None)
    with pytest.raises(opamplan.InvalidRequest, match=r"opamplan\.json"):
        options("plan")


def test_what_is_typed_ends_what_the_file_says_against_it(folder: pathlib.Path) -> None:
    write(folder / "opamplan.json", '{"no-ocaml": true}')
    assert (options("solve").no_ocaml, options("solve").ocaml) == (True, None)
    args = options("solve", "--ocaml", "5.2.1")
    assert (args.no_ocaml, args.ocaml) == (False, "5.2.1")
    write(folder / "opamplan.json", '{"ocaml": "5.2.1"}')
    args = options("solve", "--no-ocaml")
    assert (args.no_ocaml, args.ocaml) == (True, None)


def test_no_ocaml_and_a_version_of_it_are_refused(opamplan_command: Run) -> None:
    done = opamplan_command("plan", "--no-ocaml", "--ocaml", "5.3.0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opamplan: error: --ocaml: not allowed with argument --no-ocaml\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"ocmal": "5.2.1"}, "ocmal: there is no such option; did you mean ocaml?"),
        ({"paln": {}}, r"\[paln\]: there is no such command; did you mean plan?"),
        ({"plan": {"stategy": "x"}}, r"\[plan\] stategy: .* did you mean strategy?"),
        ({"plan": {"strategy": "best"}}, "strategy: 'best' is none of graft, merge, prefix, chain"),
        ({"threads": "many"}, "threads: 'many' is not what --threads takes"),
        ({"quiet": "yes"}, "quiet: expected true or false"),
        ({"plan": {"strategy": ["graft"]}}, "strategy: expected a string or a number"),
        ([], "expected an object"),
    ],
)
def test_mistakes_in_the_file_are_named(folder: pathlib.Path, content: Any, message: str) -> None:
    write(folder / "opamplan.json", json.dumps(content))
    with pytest.raises(opamplan.InvalidRequest, match=message):
        options("plan")


@pytest.mark.parametrize(
    "content",
    [
        {"program": "./evil"},
        {"build": {"program": "./evil"}},
        {"output": "../elsewhere"},
        {"state": "/tmp/x"},
        {"builder": "ssh://evil"},
        {"cache-to": "type=local,dest=/x"},
        {"depexts-command": "evil"},
        {"with": "buildx"},
    ],
)
def test_a_file_in_the_working_folder_names_nothing_to_run_or_write(
    folder: pathlib.Path, content: Any
) -> None:
    write(folder / "opamplan.json", json.dumps(content))
    with pytest.raises(opamplan.InvalidRequest, match=r"--config opamplan\.json"):
        options("build", "dune")
    options("list")  # another command's business
    name = next(iter(content.get("build", content)))
    options("build", "dune", f"--{name}=buildctl" if name == "with" else f"--{name}=mine")
    # Asked for, or the user's own.
    options("--config", "opamplan.json", "build", "dune")
    (folder / "opamplan.json").unlink()
    write(folder.parent / "home/opamplan/config.json", json.dumps(content))
    options("build", "dune")


def test_what_only_other_commands_take_is_no_mistake(folder: pathlib.Path) -> None:
    write(folder / "opamplan.json", '{"threads": 2, "plan": {"strategy": "prefix"}}')
    options("show", "dune")


def test_a_broken_file_ends_in_2_with_one_line(folder: pathlib.Path, opamplan_command: Run) -> None:
    write(folder / "opamplan.json", "{")
    answer = opamplan_command("list", cwd=folder)
    assert answer.returncode == 2
    assert answer.stderr.startswith("opamplan: error: opamplan.json: ")
    assert answer.stderr.count("\n") == 1
    answer = opamplan_command("--config", "absent.json", "list", cwd=folder)
    assert answer.returncode == 2
    assert "absent.json" in answer.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_read_by_their_shells(
    shell: str, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for command in command_names():
        assert command in script
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here to read it")
    (tmp_path / "script").write_text(script)
    done = subprocess.run(
        [shell, "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "expected", "unexpected"),
    [
        (["pl"], {"plan"}, {"solve"}),
        (["plan", "--st"], {"--strategy"}, {"--ocaml"}),
        (["plan", "--strategy", ""], {"graft", "merge", "prefix", "chain"}, {"--strategy"}),
        (["plan", "--environment", "debian-1"], {"debian-12"}, {"alpine-3.22"}),
        (["plan", "--limits", ""], {"buildkit", "docker"}, set()),
        (["--config", "x", "so"], {"solve"}, {"plan"}),
        (["completion", ""], {"bash", "zsh", "fish"}, set()),
    ],
)
def test_bash_completes(words: list[str], expected: set[str], unexpected: set[str]) -> None:
    script = completion.bash(completion.commands())
    line = " ".join(f"'{word}'" for word in ["opamplan", *words])
    program = (
        f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}\n"
        '_opamplan; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    found = set(done.stdout.split())
    assert expected <= found, done.stderr
    assert not unexpected & found


def test_fish_completes() -> None:
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    script = completion.fish(completion.commands())
    program = f"{script}\ncomplete -C 'opamplan plan --strategy '; complete -C 'opamplan so'"
    done = subprocess.run(["fish", "-c", program], capture_output=True, text=True, check=False)
    words = {line.split("\t")[0] for line in done.stdout.splitlines()}
    assert {"graft", "prefix", "chain", "solve"} <= words


def test_what_completion_says_of_an_option_is_a_whole_clause() -> None:
    said = {
        (command.name, name): option.help
        for command in completion.commands()
        for option in command.options
        for name in option.names
    }
    assert said["plan", "--strategy"] == "how builds are shared"
    assert said["emit", "--output"] == "where to write"
    assert said["plan", "--rev"] == "of a git repository: a commit, branch or tag"
    assert said["plan", "--environment"] == "a preset"
    assert said["parse", "--repository"].startswith("every opam file of a repository (a folder, an")
    for place, text in said.items():
        assert text.count("(") == text.count(")"), place
        assert text not in ("default", "instead"), place


def test_completion_can_be_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "fish", "--json"]) == 0
    known = json.loads(capsys.readouterr().out)
    assert [command["name"] for command in known] == command_names()


def command_options() -> dict[str, set[str]]:
    parser = make_parser(command_names())
    return {
        name: {string for action in p._actions for string in action.option_strings}
        for name, p in config.parsers_of(parser).items()
    }


def test_every_command_takes_json() -> None:
    for name, known in command_options().items():
        if name not in ("report", "completion"):  # --format; a script for a shell
            assert "--json" in known, name


# A file, a folder, a form: what these take is each command's own.
THEIR_OWN = {
    "--output",
    "-o",
    "--repository",
    "--format",
    "--environment",
    "--arch",
    "--ocaml",
    "--targets",
    "--durations",
    "--sizes",
}


def test_options_of_one_name_mean_one_thing() -> None:
    parser = make_parser(command_names())
    meant: dict[str, tuple[str, Any]] = {}
    for name, p in config.parsers_of(parser).items():
        for action in p._actions:
            for string in action.option_strings:
                kind = (type(action).__name__, action.type)
                if string in THEIR_OWN:
                    continue
                assert meant.setdefault(string, kind) == kind, f"{name} {string}"


class Watched(argparse.Namespace):
    """Notes what is read of it."""

    read: ClassVar[set[str]] = set()

    def __getattribute__(self, name: str) -> Any:
        Watched.read.add(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize(
    "invocations",
    [
        ["list", "list --json dune"],
        ["show dune"],
        ["check"],
        ["solve", "solve dune"],
        ["why dune"],
        ["revdeps csexp", "revdeps csexp --json"],
        ["blockers"],
        ["deps dune"],
        ["order dune --most-shared", "order dune"],
        ["dot dune"],
        ["plan dune -o p.json", "plan --align --shards 2"],
        ["forecast dune", "forecast"],
        ["diff - -", "diff - ocaml=5.2.1"],
        ["change {embedded} {embedded}", "change {embedded} {embedded} -o p.json"],
        ["emit --shards 2", "emit --compat package-tool"],
        ["doctor", "doctor --shards 2"],
    ],
    ids=lambda invocations: str(invocations[0]).split()[0],
)
def test_every_option_is_read(
    invocations: list[str], folder: pathlib.Path, embedded: pathlib.Path
) -> None:
    Watched.read.clear()
    for text in invocations:
        words = text.format(embedded=embedded).split()
        parser = make_parser(words[:1])
        args = Watched(**vars(parser.parse_args(words)), typed=set())
        args.run(args)
    known = config.options_of(config.parsers_of(parser)[words[0]]).values()
    unread = {action.dest for action in known} - Watched.read - {"help"}
    if words[0] in ("deps", "order"):
        unread.remove("json")  # they print nothing else
    assert not unread


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--json"],
        ["show", "dune", "--json"],
        ["check", "--json"],
        ["revdeps", "csexp", "--json"],
        ["solve", "dune", "--json"],
        ["why", "webmail", "--json"],
        ["blockers", "--json"],
        ["deps", "dune", "--json"],
        ["order", "dune", "--json"],
        ["dot", "dune", "--json"],
        ["plan", "--json"],
        ["forecast", "--json"],
        ["diff", "ocaml=5.2.1", "ocaml=5.3.0", "--json"],
        ["doctor", "--json"],
        ["completion", "bash", "--json"],
    ],
)
def test_json_is_json_and_nothing_else(arguments: list[str], opamplan_command: Run) -> None:
    answer = opamplan_command(*arguments)
    assert answer.returncode in (0, 1)
    value = json.loads(answer.stdout)
    assert "\x1b" not in answer.stdout
    if arguments[0] not in ("deps", "order"):  # in the form of another tool
        layout = layouts()[arguments[0]]
        assert isinstance(value, list) == (layout == "an array of objects")
        assert not isinstance(value, list) or all(isinstance(row, dict) for row in value)
        assert layout != "an object a line" or answer.stdout.count("\n") == 1


def layouts() -> dict[str, str]:
    """By command: how docs/how-to.md says that its JSON is laid out."""
    page = (ROOT / "docs/how-to.md").read_text()
    rows = re.findall(r"^\| (an array of objects|one object|an object a line)(.*)$", page, re.M)
    return {name: layout for layout, text in rows for name in re.findall(r"`(\w+)`", text)}


def test_the_layout_of_every_command_is_documented_once() -> None:
    assert {*layouts(), "deps", "order"} == set(command_options())


@pytest.mark.parametrize(("command", "count"), [("solve", 2), ("parse", 101)])
def test_what_is_known_one_by_one_is_an_object_a_line(
    command: str, count: int, embedded: pathlib.Path, opamplan_command: Run
) -> None:
    words = ["dune", "webmail"] if command == "solve" else []
    answer = opamplan_command(command, *words, "--repository", str(embedded), "--json")
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [type(row) for row in rows] == [dict] * count
    assert layouts()[command] == "an object a line"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["solve", "dune"], 0),
        (["solve", "webmail"], 1),
        (["solve", "no-such-package"], 2),
        (["deps", "webmail"], 1),
        (["deps", "ocaml-system"], 1),
        (["list", "--repository", "/no/such/folder"], 2),
        (["list", "--environment", "plan9"], 2),
        (["plan", "--limits", "none-such"], 2),
        (["doctor", "--plan", "/no/such/plan.json"], 2),
        (["parse", "/no/such/file"], 2),
        (["list", "no-package-is-called-this"], 1),
    ],
)
def test_statuses_are_as_help_says_and_no_error_is_a_traceback(
    arguments: list[str], status: int, opamplan_command: Run
) -> None:
    answer = opamplan_command(*arguments)
    assert answer.returncode == status, answer.stderr
    assert "Traceback" not in answer.stderr
    if status == 2:
        assert answer.stderr.startswith("opamplan: error: ")


full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")


@full
@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["help", "plan"],
        ["list"],
        ["list", "--json"],
        ["plan", "dune", "-o", "-"],
        ["parse", "--json", repository_path() + "/packages/dune/dune.3.20.2/opam"],
        ["parse", "--json", "--repository", repository_path()],
        ["completion", "bash"],
    ],
    ids=" ".join,
)
def test_what_could_not_be_written_to_the_end_is_an_error(
    arguments: list[str], buffered: str, opamplan_command: Run
) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": buffered}
    with open("/dev/full", "w") as nowhere:
        options: Any = {"capture_output": False, "stdout": nowhere, "stderr": subprocess.PIPE}
        done = opamplan_command(*arguments, env=environment, **options)
    assert done.returncode == 2
    assert done.stderr == "opamplan: error: standard output: no space left on device\n"


@full
def test_an_error_that_cannot_be_told_is_no_success(opamplan_command: Run) -> None:
    with open("/dev/full", "w") as nowhere:
        options: Any = {"capture_output": False, "stdout": subprocess.DEVNULL, "stderr": nowhere}
        assert opamplan_command("solve", "nosuch", **options).returncode == 2


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["--help"], ["list", "--json"]], ids=" ".join)
def test_a_reader_that_has_gone_is_told_nothing(
    arguments: list[str], buffered: str, opamplan_command: Run
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "PYTHONUNBUFFERED": buffered}
    options: Any = {"capture_output": False, "stdout": writer, "stderr": subprocess.PIPE}
    done = opamplan_command(*arguments, env=environment, **options)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_colours_are_for_terminals_only(opamplan_command: Run) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    assert "\x1b" not in opamplan_command("show", "dune", env=environment).stdout
    forced = opamplan_command("show", "dune", env={**environment, "FORCE_COLOR": "1"})
    assert "\x1b[" in forced.stdout


def test_threads_hold_for_loading_evaluating_solving_and_planning(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, Any]] = []

    def watched(name: str, call: Any) -> Any:
        def told(*args: Any, **named: Any) -> Any:
            seen.append((name, named.get("threads")))
            return call(*args, **named)

        return told

    monkeypatch.setattr(opamplan.Repository, "open", watched("load", opamplan.Repository.open))
    solve_all = opamplan.Universe.solve_all
    monkeypatch.setattr(opamplan.Universe, "solve_all", watched("solve", solve_all))
    monkeypatch.setattr(opamplan, "Universe", watched("evaluate", opamplan.Universe))
    monkeypatch.setattr(opamplan, "make_plan", watched("plan", opamplan.make_plan))
    assert cli.main(["plan", "--quiet", "--threads", "3"]) == 0
    assert seen == [("load", 3), ("evaluate", 3), ("solve", 3), ("plan", 3)]
