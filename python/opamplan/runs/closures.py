"""What layers hold, package by package, and what differs between two of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opamplan.package_names import name_of
from opamplan.runs.layers import layer_members, layer_needs

if TYPE_CHECKING:
    from opamplan._core.plan import Plan

Ingredients = Mapping[str, "tuple[str, str]"]
"""By name: its version, and a digest of what its opam file says of a build."""


@dataclass(frozen=True)
class ClosureChange:
    """A package in which two closures differ."""

    name: str
    before: str
    """Its version; empty if it is not in the first."""
    after: str
    """Empty if it is not in the second."""

    @property
    def kind(self) -> str:
        """`version`, `fields` (of the same version's opam file), `added` or `removed`."""
        if self.before == self.after:
            return "fields"
        return "version" if self.before and self.after else "added" if self.after else "removed"

    def __str__(self) -> str:
        was, now = f"{self.name}.{self.before}", f"{self.name}.{self.after}"
        return {
            "fields": f"{now}: its opam file",
            "version": f"{was} -> {now}",
            "added": f"{now} added",
            "removed": f"{was} no longer",
        }[self.kind]


class Closures:
    """The closures of a plan's layers."""

    def __init__(self, plan: Plan) -> None:
        self._needs = layer_needs(plan)
        self._members = layer_members(plan)
        self._digests = {
            f"{package['name']}.{package['version']}": package["effective"]
            for package in json.loads(plan.to_json())["packages"]
        }
        self.layers = list(self._needs)
        """What a layer needs comes before it."""

    def members(self, layer: str) -> list[str]:
        """The packages of a layer, NAME.VERSION; several in a post group."""
        return self._members[layer]

    def needs(self, layer: str) -> list[str]:
        """The layers that a layer needs directly."""
        return self._needs[layer]

    def below(self, layer: str) -> set[str]:
        """A layer and all that it needs."""
        seen = {layer}
        todo = [layer]
        while todo:
            for need in self._needs[todo.pop()]:
                if need not in seen:
                    seen.add(need)
                    todo.append(need)
        return seen

    def of(self, layer: str) -> dict[str, tuple[str, str]]:
        """What an image of a layer holds."""
        packages = (name for each in self.below(layer) for name in self._members[each])
        out = {}
        for package in packages:
            name, _, version = package.partition(".")
            out[name] = (version, self._digests[package])
        return dict(sorted(out.items()))

    def of_package(self, package: str) -> list[str]:
        """The layers of a package, NAME.VERSION; those of its name if that version has none."""
        exact = [layer for layer in self.layers if package in self._members[layer]]
        return exact or self.of_name(name_of(package))

    def of_name(self, name: str) -> list[str]:
        """The layers of a package, in whatever version."""
        return [
            layer
            for layer in self.layers
            if any(name_of(package) == name for package in self._members[layer])
        ]


def changes_between(before: Ingredients, after: Ingredients) -> list[ClosureChange]:
    """The packages in which two closures differ, by name."""
    nothing = ("", "")
    return [
        ClosureChange(name, before.get(name, nothing)[0], after.get(name, nothing)[0])
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def fewest_changes(
    before: Iterable[Ingredients], after: Iterable[Ingredients]
) -> list[ClosureChange]:
    """Of several layers of a package those between the likest; none where one side has none."""
    others = list(after)
    pairs = (changes_between(was, now) for was in before for now in others)
    return min(pairs, key=len, default=[])
