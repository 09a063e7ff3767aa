"""Regressions planted into the embedded repository, and a builder that knows of them."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import opamplan
from opamplan.runs.blame import Trials, Tried, blame
from opamplan.runs.closures import Closures
from opamplan.runs.statuses import FAILURE, SUCCESS

OCAML = "5.3.0"
BUMP = "+9"
"""What a new version has at its end."""
ENDS = ("+7", "+8", BUMP)
# Changed with others only: what names them says `= version`, or it is the compiler.
TIED = {"heron-unix": "heron", "dune-configurator": "dune", "pebble-ppx": "pebble"}
LEFT = ("ocaml", "ocaml-base-compiler", "ocaml-config", "host-arch-x86_64")

Held = Mapping[str, str]
"""The versions in an image, by name."""


@dataclass(frozen=True)
class Planted:
    """A change of one package that breaks another, among many that do not."""

    target: str
    failing: str
    """A name."""
    culprit: str
    """A name; the same for a package that breaks by itself."""
    repair: str
    """The kind that cures."""
    loses: tuple[str, ...] = ()
    """Dependencies that the culprit no longer has, and the failing package uses."""
    fields: bool = False
    """Its version stays, its opam file changes."""
    broken_since: str = BUMP
    """The end of the first version that breaks; others may lie between."""
    versions: tuple[str, ...] = field(default=(BUMP,))
    """The ends of the versions that come."""

    @property
    def name(self) -> str:
        """For test ids."""
        return f"{self.target}-{self.failing}-{self.culprit}"

    def fails(self, package: str, held: Held, texts: Mapping[str, str]) -> bool:
        """Whether a package, NAME.VERSION, fails on what an image holds."""
        if package.partition(".")[0] != self.failing:
            return False
        if self.loses:
            return not set(self.loses) <= set(held)
        if self.fields:
            return "x-broken" in texts[self.culprit]
        version = held.get(self.culprit, "")
        return any(
            version.endswith(end) for end in self.versions[self.versions.index(self.broken_since) :]
        )


def plant(planted: Planted, embedded: pathlib.Path, folder: pathlib.Path) -> None:
    """The repository after: the planted change, and one of every other package of the closure."""
    shutil.copytree(embedded, folder)
    noise = sorted({p.partition(".")[0] for p in universe(folder).solve(planted.target).packages})
    for number, name in enumerate(noise):
        if name in LEFT or name in TIED or name == planted.culprit:
            continue
        if name == planted.failing or number % 2:
            _change_fields(folder, name)
        else:
            _bump(folder, name, BUMP)
    if planted.fields:
        _change_fields(folder, planted.culprit, "broken")
    else:
        for end in planted.versions:
            _bump(folder, planted.culprit, end, planted.loses)


def universe(source: Any) -> opamplan.Universe:
    """Of a folder or a repository."""
    if not isinstance(source, opamplan.Repository):
        source = opamplan.Repository.open(str(source), cache=False)
    environment = opamplan.Environment.preset("debian-13")
    return opamplan.Universe(source, environment, ocaml=OCAML, threads=1)


def _newest(folder: pathlib.Path, name: str) -> pathlib.Path:
    solution = universe(folder).solve(name)
    [chosen] = [p for p in solution.packages if p.partition(".")[0] == name]
    return folder / "packages" / name / chosen


def _bump(folder: pathlib.Path, name: str, end: str, loses: tuple[str, ...] = ()) -> None:
    old = _newest(folder, name)
    for known in ENDS:
        old = old.with_name(old.name.removesuffix(known))
    new = old.with_name(old.name + end)
    shutil.copytree(old, new)
    text = (new / "opam").read_text()
    lines = [
        line for line in text.splitlines() if line.strip().split(" ")[0].strip('"') not in loses
    ]
    (new / "opam").write_text("\n".join(lines) + "\n")
    for other, base in TIED.items():
        if base == name:
            _bump(folder, other, end)


def _change_fields(folder: pathlib.Path, name: str, word: str = "noise") -> None:
    opam = _newest(folder, name) / "opam"
    text = opam.read_text().rstrip("\n")
    # A field that a build can see, and that changes nothing.
    opam.write_text(f'{text}\nbuild-env: [[X = "{word}"]]\nx-{word}: "1"\n')


class Simulated:
    """Builds plans as a planted regression wants it, and counts."""

    def __init__(self, planted: Planted) -> None:
        self._planted = planted
        self.layers: list[str] = []
        """That were installed, in order."""

    def __call__(self, plan: opamplan.Plan) -> dict[str, Tried]:
        """The results of all layers."""
        import json

        texts = {
            f"{p['name']}.{p['version']}": p["opam"] for p in json.loads(plan.to_json())["packages"]
        }
        closures = Closures(plan)
        results: dict[str, Tried] = {}
        for layer in closures.layers:
            if any(results[need].status != SUCCESS for need in closures.needs(layer)):
                results[layer] = Tried("dependency_failed")
                continue
            held = {name: version for name, (version, _) in closures.of(layer).items()}
            said = {name: texts[f"{name}.{version}"] for name, version in held.items()}
            fails = any(self._planted.fails(p, held, said) for p in closures.members(layer))
            results[layer] = Tried(FAILURE if fails else SUCCESS)
            self.layers.append(layer)
        return results


def blamed(
    planted: Planted,
    before: opamplan.Repository,
    after: opamplan.Repository,
    build: Callable[[opamplan.Plan], Mapping[str, Tried]],
    known: bool = True,
) -> Any:
    """What blame says; `known`: both sides have been built before."""
    results: dict[str, Tried] = {}
    for side in (before, after) if known else ():
        plan = opamplan.make_plan([universe(side).solve(planted.target)])
        results.update(build(plan))
    trials = Trials(build, results, lambda plan, layers: build(plan))
    return blame(before, after, planted.target, universe, trials)
