"""The batches that are still to be built, for several builders that come and go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

RESERVED_SECONDS = 15.0
"""That a builder has for trying a batch again which it ended badly: its steps are in its store."""


class Work:
    """Batches in order, each after those that it waits for.

    A builder takes one, and says how it went. A batch is given back `attempts` times to builders
    that end it badly, and to as many more as there are builders if it was they who went away.
    """

    def __init__(
        self,
        batches: Iterable[int],
        attempts: int,
        builders: int,
        waits_for: Optional[Mapping[int, Sequence[int]]] = None,
    ) -> None:
        self._todo = sorted(batches)
        self._attempts = max(1, attempts)
        self._builders = builders
        self._waits_for = waits_for or {}
        self._failed: dict[int, int] = {}
        self._away: dict[int, int] = {}
        self._held: set[int] = set()
        self._reserved: dict[int, tuple[str, float]] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self.left: list[int] = []
        """Batches that were given up."""

    def wait(self, builder: str = "") -> bool:
        """Wait until this builder can take a batch; false if none will ever be there."""
        with self._changed:
            while not self._stopped and (self._todo or self._held):
                if self._next(builder) is not None:
                    return True
                self._changed.wait(0.1)
            return False

    def take(self, builder: str = "") -> tuple[int, int]:
        """The next batch and which attempt this is; -1 if another builder was faster."""
        with self._changed:
            batch = None if self._stopped else self._next(builder)
            if batch is None:
                return -1, 0
            self._todo.remove(batch)
            self._reserved.pop(batch, None)
            self._held.add(batch)
            return batch, 1 + self._failed.get(batch, 0) + self._away.get(batch, 0)

    def _next(self, builder: str) -> Optional[int]:
        """The first that waits for nothing and is not another's to try again; its own first."""
        over = {*self._todo, *self._held}
        now = time.monotonic()
        found = None
        for batch in self._todo:
            if any(other in over for other in self._waits_for.get(batch, ())):
                continue
            owner, until = self._reserved.get(batch, ("", 0.0))
            if owner == builder and owner:
                return batch
            if found is None and now >= until:
                found = batch
        return found

    def done(self, batch: int) -> None:
        """It was built."""
        with self._changed:
            self._held.discard(batch)
            self._changed.notify_all()

    def failed(self, batch: int, away: bool, builder: str = "") -> None:
        """It was not; `away`: because its builder has gone."""
        with self._changed:
            counts = self._away if away else self._failed
            counts[batch] = counts.get(batch, 0) + 1
            failed, gone = self._failed.get(batch, 0), self._away.get(batch, 0)
            if failed >= self._attempts or failed + gone >= self._attempts + self._builders:
                self.left.append(batch)
            else:
                self._todo = sorted([*self._todo, batch])
                if not away and builder:
                    self._reserved[batch] = (builder, time.monotonic() + RESERVED_SECONDS)
            self._held.discard(batch)
            self._changed.notify_all()

    def is_last_attempt(self, batch: int) -> bool:
        """Whether a builder that ends this batch badly now ends it for good."""
        with self._changed:
            return self._failed.get(batch, 0) + 1 >= self._attempts

    def being_built(self) -> bool:
        """Whether a builder has a batch in hand."""
        with self._changed:
            return bool(self._held)

    def stop(self) -> None:
        """Nothing is given out any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def complete(self) -> bool:
        """Whether everything was built."""
        with self._changed:
            return not (self._todo or self._held or self.left)
