"""How much a builder keeps of what it has built, before its garbage collection takes the rest."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Optional

from opamplan.runs.process import answer_within, start
from opamplan.runs.records import rows_of

if TYPE_CHECKING:
    from opamplan.runs.builders import Builder

ANSWER_SECONDS = 20.0


def kept_bytes(builder: Builder) -> Optional[int]:
    """The bytes above which a builder removes what was unused longest; None if it does not say."""
    process = start(builder.policy_command(), stdout=subprocess.PIPE)
    said = answer_within(process, ANSWER_SECONDS)
    if said is None:
        return None
    found = [limit for rule in _rules(said[0], builder.name) for limit in _limits(rule)]
    return min(found, default=None)


def _rules(said: str, name: str) -> Iterator[dict[str, Any]]:
    """The rules of its garbage collection: of buildctl's workers, or of a builder that buildx has.

    They are applied one after the other, so the narrowest holds.
    """
    with suppress(ValueError, TypeError, AttributeError):
        for row in rows_of(said):
            yield from row.get("gcPolicy") or ()  # a worker, as buildctl tells it
            if row.get("Name") == name or (name == "buildx" and row.get("Current")):
                for node in row.get("Nodes") or ():
                    yield from node.get("GCPolicy") or ()


def _limits(rule: dict[str, Any]) -> Iterator[int]:
    """The bytes that a rule leaves, if it is about everything, however new."""
    if rule.get("filter") or rule.get("keepDuration"):
        return
    # Before BuildKit 0.17 there was one number.
    most = rule.get("maxUsedSpace") or rule.get("keepBytes") or 0
    if most > 0:
        yield max(most, rule.get("reservedSpace") or 0)
