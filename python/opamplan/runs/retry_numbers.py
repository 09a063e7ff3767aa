"""The retry numbers of layers, which make a builder carry a step out that it has a record of."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Optional

from opamplan.runs.statuses import DOWNLOAD_FAILED, FAILED

if TYPE_CHECKING:
    from opamplan._core.emit import EmitOptions
    from opamplan.runs.plan_parts import PlanParts
    from opamplan.runs.state import Run, State


def retry_failed(state: State, layers: Iterable[str]) -> set[str]:
    """Give those of these layers the next number that failed where they were last tried.

    In whatever run: of other targets, say. A download that failed has its new number already.
    """
    ended = state.last_tried()
    failed = {layer for layer in layers if ended.get(layer) in FAILED}
    failed -= {layer for layer in failed if ended[layer] == DOWNLOAD_FAILED}
    state.retry(failed)
    return failed


class RetryNumbers:
    """Those that the steps of a run have, and the options that say them. For several threads."""

    def __init__(self, parts: PlanParts, state: State, emit: EmitOptions) -> None:
        self._parts = parts
        self._state = state
        self._asked = emit
        self._used: dict[str, int] = {}
        self._mended: set[str] = set()  # layers that have another number than in the files
        self._lock = threading.Lock()
        self.emit = emit
        """The options with the numbers."""

    def begin(self, resumed: Optional[Run], retried: bool) -> set[str]:
        """The layers that are to be tried again; their numbers are raised if that was asked for.

        A download that failed has its new number already: its batch is only to be built again.
        """
        rows = self._state.layers(resumed) if resumed is not None else []
        again = {row["layer"] for row in rows if row["status"] == DOWNLOAD_FAILED}
        if retried:
            again |= retry_failed(self._state, self._parts.package)
        with self._lock:
            self._read(self._parts.package)
        return again

    def mend(self, layers: Iterable[str]) -> set[str]:
        """Give layers the next number, each once a run; those that got one.

        For records that a builder cannot use and does not remove: it finds none with the number.
        """
        with self._lock:
            found = (set(layers) & self._parts.package.keys()) - self._mended
            if found:
                self._mended |= found
                self._state.retry(found)
                self._read(found)
        return found

    @property
    def are_mended(self) -> bool:
        """Whether the emitted files have other numbers by now."""
        with self._lock:
            return bool(self._mended)

    def after(self, layers: Iterable[str]) -> dict[str, int]:
        """The numbers with which the next run tries layers again."""
        with self._lock:
            return {layer: self._used.get(layer, 0) + 1 for layer in layers}

    def _read(self, layers: Iterable[str]) -> None:
        known = self._state.retries()
        self._used.update({layer: known[layer] for layer in layers if layer in known})
        emit = copy.copy(self._asked)
        emit.retry = {**emit.retry, **self._used}
        self.emit = emit
