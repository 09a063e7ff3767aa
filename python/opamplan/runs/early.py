"""Results as steps tell them, before a batch ends and what it collected can be read.

A batch may have thousands of steps, and its builder may die with the last. What is kept early is
the status of a layer and the end of a failure's log; the whole log takes its place when the batch
ends.
"""

from __future__ import annotations

from collections import deque
from typing import Optional

from opamplan.runs.rawjson import Event
from opamplan.runs.results import MOST_SIZE, STATUSES, LayerResult

LINES = 30
"""Of a log: as many as the step script prints."""


class EarlyResults:
    """What the steps of a run have told so far. Not for several threads at once."""

    def __init__(self) -> None:
        self._ends: dict[str, deque[str]] = {}

    def line(self, event: Event) -> None:
        """A line of a failure's log."""
        self._ends.setdefault(event.layer, deque(maxlen=LINES)).append(event.text)

    def result(self, event: Event, package: str) -> Optional[LayerResult]:
        """The result that a step told of a layer; None if it is none."""
        lines = self._ends.pop(event.layer, ())
        if event.text not in STATUSES:
            return None
        log = "".join(f"{line}\n" for line in lines)
        size = event.size if event.size is None or event.size < MOST_SIZE else None
        return LayerResult(event.layer, package, event.text, event.seconds, log, size)
