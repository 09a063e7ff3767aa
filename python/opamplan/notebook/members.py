"""What is shown as its members, a row each: universes, environments, limits, options, steps..."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Set
from typing import Any

from opamplan._core.closure import ReverseDependencies
from opamplan._core.emit import EmitOptions
from opamplan._core.package import Environment
from opamplan._core.plan import Limits, PlanSteps
from opamplan._core.repository import PackageVersions
from opamplan._core.solve import Universe
from opamplan.notebook.markup import heading, table
from opamplan.notebook.tables import ROWS
from opamplan.wording import counted, listed


def page(value: object) -> str:
    """A value with each of its members that says something."""
    rows = [(words(name), _shown(member)) for name, member in _members(value) if not _empty(member)]
    return heading(type(value).__name__, "") + table([], rows)


def universe(u: Universe) -> str:
    """How much of the repository is available, and for what."""
    latest = counted(len(u.latest()), "package")
    said = f": {counted(len(u.available()), 'available version')} of {latest}"
    rows = [("repository", ", ".join(source.label for source in u.repository.sources))]
    return heading("opam universe", said) + table([], [*rows, *_variables(u.environment)])


def environment(e: Environment) -> str:
    """Its variables; texts and truth values apart."""
    return heading("Environment", f": {counted(len(e), 'variable')}") + table([], _variables(e))


def limits(given: Limits) -> str:
    """All numbers; 0 is none."""
    numbers = [(name, value) for name, value in _members(given) if isinstance(value, int)]
    rows = [(words(name), value or "no limit") for name, value in numbers]
    said = f"; {given.reason}" if given.reason else ""
    return heading(f"Limits {given.name}", said) + table([], rows)


def options(o: EmitOptions) -> str:
    """What is not as by default."""
    usual = dict(_members(EmitOptions()))
    changed = [(words(n), _shown(value)) for n, value in _members(o) if value != usual[n]]
    rest = counted(len(usual) - len(changed), "option")
    return heading("EmitOptions", f"; {rest} as by default") + table([], changed)


def versions(v: PackageVersions) -> str:
    """The newest first, with what they are."""
    newest = [v[len(v) - 1 - place] for place in range(min(len(v), ROWS))]
    said = f": {counted(len(v), 'version')}" + (f", the newest {ROWS}" if len(v) > ROWS else "")
    return heading(v.name, said) + table(
        ["version", "synopsis"], [(package.version, package.synopsis) for package in newest]
    )


def steps(s: PlanSteps) -> str:
    """The first of them."""
    said = f": {counted(len(s), 'step')}" + (f", the first {ROWS}" if len(s) > ROWS else "")
    rows = [
        (step.index, step.label, "base" if step.parent is None else step.parent, step.depth)
        for step in s[:ROWS]
    ]
    return heading("PlanSteps", said) + table(["step", "what it installs", "on", "depth"], rows)


def reverse_dependencies(r: ReverseDependencies) -> str:
    """What most closures hold."""
    most = sorted(r.counts().items(), key=lambda item: (-item[1], item[0]))
    said = f": {counted(len(most), 'package')}" + (
        f", the first {ROWS}" if len(most) > ROWS else ""
    )
    return heading("ReverseDependencies", said) + table(["package", "in closures"], most[:ROWS])


def words(name: str) -> str:
    """A member's name as people write it."""
    return name.replace("_", " ")


def _members(value: object) -> list[tuple[str, Any]]:
    """All that can be read of a value, in the order of its class."""
    if dataclasses.is_dataclass(value):
        names = [member.name for member in dataclasses.fields(value)]
    else:
        names = [n for n, member in vars(type(value)).items() if isinstance(member, property)]
    return [(name, getattr(value, name)) for name in names]


def _variables(e: Environment) -> list[tuple[str, object]]:
    """As opam writes them: texts in quotes."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else f'"{value}"')
        for name, value in sorted(e.items())
    ]


def _empty(member: object) -> bool:
    return member is None or (not member and not isinstance(member, (bool, int)))


def _shown(member: object) -> object:
    """Numbers as they are; of many things the first and how many there are."""
    if isinstance(member, bool):
        return "yes" if member else "no"
    if isinstance(member, (int, float)):
        return member
    if isinstance(member, Mapping):
        return listed([f"{name}={value}" for name, value in member.items()])
    if isinstance(member, (list, tuple, Set)):
        texts: Iterable[str] = map(str, member)
        return listed(sorted(texts) if isinstance(member, Set) else list(texts))
    return str(member)
