"""Environments take opam's spellings, and name them for others."""

from __future__ import annotations

import pytest
from conftest import Run

from opamplan import Environment, InvalidRequest

OTHERS = [
    ("arch", "aarch64", "arm64"),
    ("arch", "amd64", "x86_64"),
    ("arch", "x64", "x86_64"),
    ("os", "darwin", "macos"),
    ("os-distribution", "Debian", "debian"),
    ("os-family", "redhat", "rhel"),
]


@pytest.mark.parametrize(("name", "value", "meant"), OTHERS)
def test_another_spelling_is_refused_with_opams(name: str, value: str, meant: str) -> None:
    said = f'^opam knows no {name} "{value}"; did you mean {meant}\\?$'
    environment = Environment.preset("debian-13")
    with pytest.raises(InvalidRequest, match=said):
        environment[name] = value
    assert environment == Environment.preset("debian-13")
    with pytest.raises(InvalidRequest, match=said):
        Environment({name: value})
    if name == "arch":
        with pytest.raises(InvalidRequest, match=said):
            Environment.preset("debian-13", value)
    environment[name] = meant


@pytest.mark.parametrize(("name", "value", "meant"), OTHERS)
def test_the_command_takes_no_other_spelling(
    name: str, value: str, meant: str, opamplan_command: Run
) -> None:
    for words in ([f"--{name}", value], ["--set", f"{name}={value}"]):
        done = opamplan_command("solve", "csexp", *words)
        assert (done.returncode, done.stdout) == (2, "")
        said = f'opam knows no {name} "{value}"; did you mean {meant}?'
        assert done.stderr == f"opamplan: error: {said}\n"


def test_what_nobody_knows_better_is_taken() -> None:
    environment = Environment({"arch": "loongarch64", "os": "haiku", "os-version": "Beta5"})
    assert environment["arch"] == "loongarch64"
