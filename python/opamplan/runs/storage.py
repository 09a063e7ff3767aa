"""How much a builder keeps of what it has built, before its garbage collection takes the rest."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Optional

from opamplan.runs.process import end_process, start

if TYPE_CHECKING:
    from opamplan.runs.builders import Builder

ANSWER_SECONDS = 20.0


def kept_bytes(builder: Builder) -> Optional[int]:
    """The bytes above which a builder removes what was unused longest; None if it does not say."""
    process = start(builder.policy_command(), stdout=subprocess.PIPE)
    try:
        said = process.communicate(timeout=ANSWER_SECONDS)[0]
    except subprocess.TimeoutExpired:
        end_process(process)
        process.communicate()
        return None
    found = [limit for rule in _rules(said, builder.name) for limit in _limits(rule)]
    return min(found, default=None)


def _rules(said: str, name: str) -> Iterator[dict[str, Any]]:
    """The rules of its garbage collection: of buildctl's workers, or of a builder that buildx has.

    They are applied one after the other, so the narrowest holds.
    """
    with suppress(ValueError, TypeError, AttributeError):
        for text in said.splitlines():
            row = json.loads(text)
            if isinstance(row, list):  # buildctl
                for worker in row:
                    yield from worker.get("gcPolicy") or ()
            elif row.get("Name") == name or (name == "buildx" and row.get("Current")):
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
