"""Every option of the emitters does something."""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest
from conftest import Run, tar_of

import opamplan
from opamplan.cli.parser import make_parser
from opamplan.data import repository_path

FIELDS = sorted(
    name
    for name, value in vars(opamplan.EmitOptions).items()
    if isinstance(value, property) and not name.startswith("_")
)
SPECIAL: dict[str, Any] = {
    "environment": [("A", "b")],
    "base_environment": [("A", "b")],
    "archives": {"md5/00/00000000000000000000000000000000"},
    "retry": {"dune.3.20.2": 3},
    "snapshot": "20250101T000000Z",
    "labels": ["a=b"],
    "opam": "distribution",
    "network": "host",
    "build_args": [("A", "b")],
    "platforms": ["linux/arm64"],
}


@pytest.fixture(scope="module")
def plan() -> opamplan.Plan:
    repository = opamplan.Repository.open(repository_path(), cache=False)
    environment = opamplan.Environment.preset("debian-12")
    del environment["arch"]  # so that it fits every platform
    universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
    return opamplan.make_plan(universe.solve_all(["csexp", "conf-libssl"]))


def emitted(
    plan: opamplan.Plan, folder: pathlib.Path, options: opamplan.EmitOptions
) -> dict[str, bytes]:
    paths = plan.write(folder, ["dockerfile", "bake", "llb"], options)
    return {path: (folder / path).read_bytes() for path in paths}


@pytest.mark.parametrize("field", FIELDS)
def test_every_emit_option_changes_what_is_emitted(
    field: str, plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions()
    usual = getattr(options, field)
    other: Any = SPECIAL.get(field)
    if other is None:
        kinds = {bool: not usual, int: 77, str: "x-other", tuple: ("x-other",)}
        other = kinds[type(usual)]
    setattr(options, field, other)
    assert getattr(options, field) != usual
    before = emitted(plan, tmp_path / "a", opamplan.EmitOptions())
    assert emitted(plan, tmp_path / "b", options) != before
    assert field in repr(options)


COLLECTIONS = [f for f in FIELDS if not isinstance(getattr(opamplan.EmitOptions(), f), (str, int))]


@pytest.mark.parametrize("field", COLLECTIONS)
def test_no_change_of_a_collection_is_lost(field: str) -> None:
    options = opamplan.EmitOptions()
    value = getattr(options, field)
    changes = ("append", "extend", "insert", "add", "update", "pop", "clear", "__setitem__")
    assert not [name for name in changes if hasattr(value, name)]
    copy = type(options)(**{field: getattr(options, field)})
    assert copy == options
    assert "Read-only inside" in str(getattr(opamplan.EmitOptions, field).__doc__)


@pytest.mark.parametrize("field", COLLECTIONS)
@pytest.mark.parametrize("wrong", ["text", b"bytes", None, 1, [1], [("a",)], {"a": 1.5}, {1: "a"}])
def test_what_is_no_collection_of_text_is_refused_by_its_name(field: str, wrong: Any) -> None:
    with pytest.raises(TypeError, match=f"{field} is a "):
        setattr(opamplan.EmitOptions(), field, wrong)


def test_pairs_may_be_a_dict_and_texts_any_iterable() -> None:
    options = opamplan.EmitOptions(build_args={"B": "2", "A": "1"}, labels=iter(["b=1", "a=2"]))
    assert options.build_args == (("B", "2"), ("A", "1"))
    assert options.labels == ("b=1", "a=2")
    assert eval(repr(options), {"EmitOptions": opamplan.EmitOptions}) == options


def test_a_run_is_the_same_whatever_the_order_of_its_archives() -> None:
    program = (
        "import sys, opamplan; from pathlib import Path; from opamplan.runs.identity import *;"
        "from opamplan.runs.options import RunOptions;"
        "e = opamplan.EmitOptions(archives=[f'md5/{n:032}' for n in range(50)]);"
        "print(digest_of(RunOptions(Path('.'), e)))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


ARGUMENTS: dict[str, list[str]] = {
    "--format": ["--format", "llb"],
    "--stand-in": ["--stand-in"],
    "--compat": ["--compat", "package-tool"],
    "--batch-size": ["--compat", "package-tool", "--batch-size", "1"],
    "--registry": ["--registry", "example.org/x"],
    "--platform": ["--unset", "arch", "--platform", "linux/arm64"],
    "--cache-from": ["--cache-from", "type=local,src=x"],
    "--cache-to": ["--cache-to", "type=local,dest=x"],
    "--strategy": ["--strategy", "chain"],
    "--limit": ["--limit", "batch_targets=1"],
    "--image": ["--image", "other:1"],
    "--base-archive": ["--base-archive", "TAR"],
    "--depexts-command": ["--depexts-command", 'fetch "$@"'],
    "--opam": ["--opam", "distribution"],
    "--user": ["--user", "root"],
    "--archive-mirror": ["--archive-mirror", "https://example.org/cache"],
    "--snapshot": ["--snapshot", "20250101T000000Z"],
    "--prepare": ["--prepare", "FILE"],
    "--setup": ["--setup", "FILE"],
    "--label": ["--label", "a=b"],
    "--network": ["--network", "none"],
    "--build-arg": ["--build-arg", "A=b"],
    "--image-config": ["--format", "llb", "--image-config", "CONFIG"],
}


def output_options() -> set[str]:
    """The options of `emit` that say what is emitted and for which image, but for the folder."""
    parser = make_parser(["emit"])
    command = next(
        action.choices["emit"]
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    groups = [g for g in command._action_groups if g.title in ("output", "image")]
    actions = [action for group in groups for action in group._group_actions]
    return {action.option_strings[-1] for action in actions} - {"--output"}


def test_every_option_of_the_command_is_tried_here() -> None:
    assert output_options() <= set(ARGUMENTS)


def files_of(folder: pathlib.Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_option_of_emit_changes_a_file(tmp_path: pathlib.Path, opamplan_command: Run) -> None:
    seen: dict[str, dict[str, bytes]] = {}
    files = {
        "FILE": b"echo hello\n",
        "CONFIG": b'[{"Config": {"Env": ["PATH=/x", "LANG=C.UTF-8"]}}]',
        "TAR": tar_of(etc=b""),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def run(*arguments: str) -> dict[str, bytes]:
        arguments = tuple(str(tmp_path / a) if a in files else a for a in arguments)
        folder = tmp_path / str(len(seen))
        done = opamplan_command("emit", "csexp", "conf-libssl", "-q", *arguments, "-o", str(folder))
        assert done.returncode == 0, done.stderr
        return seen.setdefault(" ".join(arguments), files_of(folder))

    usual = run()
    for option, arguments in ARGUMENTS.items():
        needed = arguments[: arguments.index(option)]
        reference = run(*needed) if needed else usual
        assert run(*arguments) != reference, option


@pytest.mark.parametrize(
    "text",
    [
        '[{"Config": {"Env": ["PATH=/usr/bin:/bin", "OPAMYES=", "A=b=c"]}}]',
        '{"config": {"Env": ["PATH=/usr/bin:/bin", "OPAMYES=", "A=b=c"]}}',
    ],
)
def test_the_variables_of_an_image_are_read(text: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "config").write_text(text)
    found = opamplan.image_environment(tmp_path / "config")
    assert found == [("PATH", "/usr/bin:/bin"), ("OPAMYES", ""), ("A", "b=c")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[]", "one image"),
        ("[1]", "one image"),
        ("{}", "no field `config`"),
        ('{"config": {"Env": ["x"]}}', "NAME=VALUE"),
        ('{"config": {"Env": [["x"]]}}', "NAME=VALUE"),
        ("[" * 100000, "recursion"),
    ],
)
def test_what_is_no_configuration_of_an_image_is_refused(
    text: str, said: str, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(opamplan.InvalidRequest, match=said):
        opamplan.image_environment(tmp_path / "config")
    with pytest.raises(opamplan.InvalidRequest, match="no such file"):
        opamplan.image_environment(tmp_path / "absent")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("snapshot", "2020", "YYYYMMDDTHHMMSSZ"),
        ("snapshot", "20250101T000000", "YYYYMMDDTHHMMSSZ"),
        ("labels", ["foo"], "a label is KEY=VALUE"),
        ("labels", ["=foo"], "a label is KEY=VALUE"),
        ("base_image", "a b", "is not the name of an image"),
        ("base_image", "DEBIAN:13", "is not the name of an image"),
        ("base_image", "example.org/Debian", "is not the name of an image"),
        ("base_image", ":13", "is not the name of an image"),
        ("user", "a b", "a user's name"),
        ("network", "bridge", "none, host or default"),
        ("registry", "has space", "where images are kept: HOST/PATH"),
        ("registry", "ghcr.io/me/", "where images are kept: HOST/PATH"),
        ("registry", "ghcr.io/Me", "where images are kept: HOST/PATH"),
        ("registry", "ghcr.io/me:tag", "where images are kept: HOST/PATH"),
        ("registry", "me@sha256", "where images are kept: HOST/PATH"),
        ("cache_to", [""], "cache-to: a cache is type=registry,ref="),
        ("cache_from", ["type=gha", ""], "cache-from: a cache is type=registry,ref="),
    ],
)
def test_a_value_that_no_builder_takes_is_refused(
    field: str, value: Any, said: str, plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions(**{field: value})
    with pytest.raises(opamplan.InvalidRequest, match=said):
        plan.write(tmp_path, ["dockerfile", "bake"], options)


@pytest.mark.parametrize("registry", ["ghcr.io/me", "localhost:5000", "r.test:5000/a/b-c_d", "me"])
def test_places_of_images_are_taken(
    registry: str, plan: opamplan.Plan, tmp_path: pathlib.Path
) -> None:
    plan.write(tmp_path, ["bake"], opamplan.EmitOptions(registry=registry))
    assert f'"{registry}"' in (tmp_path / "docker-bake-images.json").read_text()


@pytest.mark.parametrize(
    "image",
    [
        "debian:13",
        "debian",
        "Example.org:5000/a/b:Tag-1",
        "localhost:5000/base:1",
        "ocaml/opam:debian-13-ocaml-5.3",
        "debian@sha256:" + "0" * 64,
    ],
)
def test_names_of_images_are_taken(image: str, plan: opamplan.Plan, tmp_path: pathlib.Path) -> None:
    plan.write(tmp_path, ["dockerfile"], opamplan.EmitOptions(base_image=image))
    assert f'ARG BASE_IMAGE="{image}"' in (tmp_path / "batch0.Dockerfile").read_text()
