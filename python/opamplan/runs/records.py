"""What builders keep of steps, and which of it no plan needs."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opamplan._core.emit import stage_names
from opamplan.errors import Error
from opamplan.runs.process import start

if TYPE_CHECKING:
    from opamplan._core.plan import Plan
    from opamplan.runs.builders import Builder

_STEP = re.compile(r"/opamplan/in/step\s(.*)", re.DOTALL)
_MERGE = re.compile(r"\[(s-[a-z0-9-]+) merge\]")
_MOST_AT_ONCE = 2000
"""Records that one command names."""


@dataclass(frozen=True)
class Record:
    """One record of a builder's cache."""

    id: str
    size: int
    """Bytes that go with it."""
    in_use: bool
    description: str
    """The builder's: what the record is of."""

    @property
    def layers(self) -> list[str]:
        """The layers that its step installs, by the digits that name them; none if it has none."""
        return self._after_installs(1)

    @property
    def packages(self) -> list[str]:
        """The packages that name those layers."""
        return self._after_installs(2)

    def _after_installs(self, place: int) -> list[str]:
        words = _words(self.description)
        last = len(words) - place
        return [words[n + place] for n, word in enumerate(words[:last]) if word == "-i"]

    @property
    def label(self) -> str:
        """For people: what its step installs, or else what the builder says."""
        if self.packages:
            return " ".join(self.packages)
        if self.is_step:
            return "system packages " + " ".join(sorted(self.system_packages))
        return self.description

    @property
    def system_packages(self) -> frozenset[str]:
        """Those that its step makes sure of."""
        found: set[str] = set()
        reading = False
        for word in _words(self.description):
            if word.startswith("-"):
                reading = word == "-d"
            elif reading:
                found.add(word)
        return frozenset(found)

    @property
    def merged_stage(self) -> str:
        """The stage for which it is a merge; empty if it is none."""
        found = _MERGE.match(self.description)
        return found.group(1) if found else ""

    @property
    def is_step(self) -> bool:
        """Whether it is of a step that opamplan emitted."""
        return bool(_words(self.description))


def _words(description: str) -> list[str]:
    """The words of a step's command, of the description of its record."""
    found = _STEP.search(description)
    if found is None or description.startswith("cached mount"):
        return []
    return [word.strip("'\"") for word in found.group(1).split()]


def unneeded(records: Iterable[Record], plans: Iterable[Plan]) -> list[Record]:
    """The records of steps and merges that are in none of the plans.

    What is in use is needed, and so is all that no step of a plan's leaves: base images, caches of
    downloads, other people's builds. A layer's records are needed if a plan has the layer, on
    whatever parent they stand.
    """
    layers: set[str] = set()
    systems: set[frozenset[str]] = set()
    merges: set[str] = set()
    for plan in plans:
        merges.update(stage_names(plan))
        ensured: dict[int, frozenset[str]] = {}
        for step in plan:
            layers.update(key[:16] for key in step.layers)
            if not step.layers:
                below = frozenset[str]() if step.parent is None else ensured.get(step.parent)
                ensured[step.index] = frozenset(step.depexts) | (below or frozenset())
        systems.update(ensured.values())
    found = []
    for record in records:
        if record.merged_stage:
            is_needed = record.merged_stage in merges
        elif record.layers:
            is_needed = not layers.isdisjoint(record.layers)
        else:
            is_needed = not record.is_step or record.system_packages in systems
        if not is_needed and not record.in_use:
            found.append(record)
    return found


def records_of(builder: Builder) -> list[Record]:
    """What a builder keeps. Raises Error if it does not say, or does not answer at all."""
    builder.require()
    text = _ask(builder, builder.disk_usage_command())
    try:
        return [
            _record({key.lower(): value for key, value in row.items()}) for row in rows_of(text)
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        said = text.strip().partition("\n")[0]
        raise Error(
            f"{builder.name}: {said[:100]!a} is no record of a builder's cache; is --program a "
            "buildctl or a buildx?"
        ) from None


def rows_of(text: str) -> list[Any]:
    """What a builder's client prints as JSON: a list, or an object a line. Raises ValueError."""
    if text.lstrip().startswith("["):
        return list(json.loads(text))
    # buildx: an object a line; buildctl of none at all: null
    rows = (json.loads(line) for line in text.splitlines() if line.strip())
    return [row for row in rows if row is not None]


def _record(row: dict[str, Any]) -> Record:
    used = row["inuse"] if "inuse" in row else not row.get("reclaimable", True)
    return Record(str(row["id"]), _bytes(row.get("size")), bool(used), row.get("description") or "")


def _bytes(size: Any) -> int:
    """A number of bytes, or a text such as 12.3MB."""
    if isinstance(size, (int, float)):
        return int(size)
    found = re.fullmatch(r"([0-9.]+)\s*([kMGT]?)B", str(size or ""))
    if found is None:
        return 0
    return int(float(found.group(1)) * 10 ** (3 * " kMGT".index(found.group(2) or " ")))


def remove(builder: Builder, records: Iterable[Record]) -> None:
    """Have the builder forget records. One that something else stands on is kept by the builder."""
    ids = [record.id for record in records]
    for begin in range(0, len(ids), _MOST_AT_ONCE):
        _ask(builder, builder.prune_command(ids[begin : begin + _MOST_AT_ONCE]))


def _ask(builder: Builder, command: list[str]) -> str:
    process = start(command, stdout=subprocess.PIPE)
    said, errors = process.communicate()
    if process.returncode != 0:
        lines = [line for line in errors.splitlines() if line.strip()]
        said = (
            lines[-1].strip() if lines else f"{command[0]} ended with status {process.returncode}"
        )
        raise Error(f"{builder.name}: {re.sub('^error: ', '', said, flags=re.IGNORECASE)}")
    return said
