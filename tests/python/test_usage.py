"""Command lines that make no sense are told in one line what may have been meant."""

from __future__ import annotations

import json
import pathlib
import re
import sys

import pytest
from conftest import ROOT, Run

import opamplan
from opamplan.cli import commands
from opamplan.cli.main import main
from opamplan.cli.options import ARCHITECTURES
from opamplan.cli.parser import command_names
from opamplan.runs import State

OTHER = "(the small one inside opamplan; --repository names another)"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plam", "there is no command 'plam'; did you mean plan?"),
        ("zzz", "there is no command 'zzz'; `opamplan help` lists them"),
        ("help plam", "there is no command 'plam'; did you mean plan?"),
        ("plan --enviroment debian-13", "plan: there is no option --enviroment; did you mean"),
        ("plan --zzz=1", "plan: there is no option --zzz; `opamplan help plan` tells more"),
        ("plan --plan x", "plan: there is no option --plan; `opamplan help plan` tells more"),
        ("build --jobs 4", "build: there is no option --jobs; `opamplan help build` tells more"),
        ("solve -j4", "solve: there is no option -j4; `opamplan help solve` tells more"),
        ("plan --strategy graf", "--strategy: there is no 'graf'; did you mean graft?"),
        ("-q solve dune", "-q stands behind the command: opamplan solve -q"),
        ("solve dune --config x", "--config stands before the command: opamplan --config FILE"),
        ("why", "why: TARGET is missing; `opamplan help why` tells more"),
        ("blame a", "blame: AFTER, TARGET are missing; `opamplan help blame` tells more"),
        ("diff a", "diff: AFTER is missing; `opamplan help diff` tells more"),
        ("check packages", "arguments: packages; --repository PATH names a repository"),
        ("emit --format bake,llb", "--format: one at a time: --format bake --format llb"),
        (
            "plan --strategy z",
            "--strategy: there is no 'z'; there are: graft, merge, prefix, chain",
        ),
        ("solve dune --constraint csexp>>1", '"csexp>>1" is no package with a constraint, such as'),
        ("solve dune --require csexp{", '"csexp{" is no package with a constraint, such as'),
        ("check x y", "check: nothing is expected after its arguments: x y; --repository PATH"),
        ("show lwt", f'no package is named "lwt" in this repository {OTHER}'),
        ("plan core", f'no package is named "core" in this repository {OTHER}'),
        ("revdeps dunee", f"did you mean dune? {OTHER}"),
    ],
)
def test_one_line_says_what_is_wrong(line: str, said: str, opamplan_command: Run) -> None:
    done = opamplan_command(*line.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_is_a_command_and_what_nothing_asks_for(opamplan_command: Run) -> None:
    for words in ([], ["help"]):
        assert opamplan_command(*words).stdout == opamplan_command("--help").stdout
    assert opamplan_command("help", "plan").stdout == opamplan_command("plan", "--help").stdout


def test_a_list_of_nothing_says_so(opamplan_command: Run) -> None:
    done = opamplan_command("list", "zzzz", "yyyy")
    assert (done.returncode, done.stderr) == (1, "nothing matches zzzz yyyy\n")


def test_reverse_dependencies_of_a_name_or_a_version(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    for name, needs in (("low", ""), ("mid", '"low"'), ("high", '"mid"'), ("alone", "")):
        place = tmp_path / f"packages/{name}/{name}.1"
        place.mkdir(parents=True)
        (place / "opam").write_text(f'opam-version: "2.0"\ndepends: [{needs}]\n')
    within = ["--no-ocaml", "--repository", str(tmp_path)]
    done = opamplan_command("revdeps", "low", *within)
    assert (done.returncode, done.stdout) == (0, "high.1\nmid.1  direct\n")
    assert done.stderr == "2 targets are built on low, 1 directly\n"
    assert opamplan_command("revdeps", "low.1", "--direct", *within).stdout == "mid.1  direct\n"
    rows = json.loads(opamplan_command("revdeps", "mid", "--json", *within).stdout)
    assert rows == [{"target": "high.1", "on": "mid.1", "direct": True}]
    assert opamplan_command("revdeps", "high", *within).returncode == 1


def test_an_architecture_without_images_is_warned_of_once(opamplan_command: Run) -> None:
    said = "opamplan: --arch arm46: no images are known for it, so that nothing can be emitted or"
    done = opamplan_command("diff", "-", "arch=arm64", "--arch", "arm46")
    assert done.returncode == 0
    assert done.stderr == f"{said} built; did you mean arm64?\n"
    done = opamplan_command("plan", "dune", "--arch", "m68k")
    assert f"built; there are: {', '.join(ARCHITECTURES)}\n" in done.stderr
    assert opamplan_command("plan", "dune", "--arch", "m68k", "-q").stderr == ""


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_each_architecture_that_is_named_has_images(arch: str) -> None:
    universe = opamplan.Universe(
        opamplan.Repository.from_files({"a.1": 'opam-version: "2.0"\n'}),
        opamplan.Environment.preset("debian-13", arch),
    )
    text = opamplan.make_plan(universe.solve_all()).dockerfile("a")
    assert "--platform=linux/" in text


def test_a_new_command_is_one_new_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs/extending.md").read_text()
    (example,) = re.findall(r"```python\n(\"\"\"opamplan largest: .*?)```", page, re.DOTALL)
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands/largest.py").write_text(example)
    (tmp_path / "opamplan.json").write_text('{"largest": {"most": 2}}')
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path / "commands")])
    monkeypatch.setenv("OPAMPLAN_CONFIG", str(tmp_path / "opamplan.json"))
    assert command_names()[-1] == "largest"
    try:
        assert main(["largest", "dune", "csexp", "conf-gmp", "--json", "-q"]) == 0
        rows = json.loads(capsys.readouterr().out)
        assert [row["target"] for row in rows] == ["csexp.1.5.2", "dune.3.20.2"]
        assert rows[0]["packages"] > rows[1]["packages"] > 1
        assert main(["--help"]) == 0
        assert re.search(r"\n    largest +name the targets", capsys.readouterr().out)
        assert main(["completion", "bash"]) == 0
        assert "    largest)" in capsys.readouterr().out
        assert main(["lagest"]) == 2
        assert "did you mean largest?" in capsys.readouterr().err
    finally:
        sys.modules.pop("opamplan.cli.commands.largest", None)


def test_every_word_of_a_command_is_explained_and_every_command_has_an_example() -> None:
    from opamplan.cli.parser import command_names, make_parser
    from opamplan.cli.usage import parser_of

    whole = make_parser(command_names())
    mute = []
    for name in command_names():
        parser = parser_of(whole, name)
        for action in parser._actions:
            if not action.help:
                mute.append(f"{name} {max(action.option_strings, default=action.dest)}")
        if "opamplan" not in (parser.epilog or ""):
            mute.append(f"{name}: no example")
    assert mute == []


def test_a_file_of_another_kind_is_told_as_what_it_is(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    with State(tmp_path / "state.sqlite"):
        pass
    plans = str(tmp_path / "plans.json")
    opamplan_command("plan", "-q", "csexp", "--vary", "with-test", "-o", plans)
    (tmp_path / "packed.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    for words, said in (
        (["--plan", f"{tmp_path}/state.sqlite"], "state.sqlite: a state file of runs, and not a p"),
        (["--matrix", plans], "plans.json: a file of plans, and not of axes: --plan takes it"),
        (["--matrix", f"{tmp_path}/packed.tar.zst"], "packed.tar.zst: not a text in UTF-8"),
    ):
        done = opamplan_command("build", *words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
