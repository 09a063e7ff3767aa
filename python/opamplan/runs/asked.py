"""Whether runs were asked for a name, or for several versions of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opamplan.package_names import name_of


class Asked:
    """What a target of a run answers: itself, or its name, of which each run takes one version.

    A run does not keep what was asked. If it was the name, each run has one target of it, and
    another version may be the newest that is available there, or none be known by its version.
    """

    def __init__(self, runs: Iterable[Sequence[Mapping[str, Any]]]) -> None:
        """`runs`: of each its targets, see `State.targets`."""
        self._several: set[str] = set()
        self._targets: dict[str, set[str]] = {}
        for rows in runs:
            counts = Counter(name_of(row["target"]) for row in rows)
            self._several.update(name for name, count in counts.items() if count > 1)
            for row in rows:
                self._targets.setdefault(name_of(row["target"]), set()).add(row["target"])

    def __call__(self, target: str) -> str:
        """A name only if that has different targets; its one version says more."""
        name = name_of(target)
        return target if len(self._targets[name]) == 1 else self.over_time(target)

    def over_time(self, target: str) -> str:
        """A name even if it has one target as yet: a new version will take its place."""
        name = name_of(target)
        return target if name in self._several else name
