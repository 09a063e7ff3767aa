"""The batches that are still to be built, for several builders that come and go."""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Work:
    """Batches in order. A builder takes one, and says how it went.

    A batch is given back `attempts` times to builders that end it badly, and to as many more as
    there are builders if it was they who went away.
    """

    def __init__(self, batches: Iterable[int], attempts: int, builders: int) -> None:
        self._todo = sorted(batches)
        self._attempts = max(1, attempts)
        self._builders = builders
        self._failed: dict[int, int] = {}
        self._away: dict[int, int] = {}
        self._held: set[int] = set()
        self._changed = threading.Condition()
        self._stopped = False
        self.left: list[int] = []
        """Batches that were given up."""

    def wait(self) -> bool:
        """Wait until a batch can be taken; false if none will ever be."""
        with self._changed:
            while not self._stopped and not self._todo and self._held:
                self._changed.wait(0.1)
            return bool(self._todo) and not self._stopped

    def take(self) -> tuple[int, int]:
        """The next batch and which attempt this is; -1 if another builder was faster."""
        with self._changed:
            if self._stopped or not self._todo:
                return -1, 0
            batch = self._todo.pop(0)
            self._held.add(batch)
            return batch, 1 + self._failed.get(batch, 0) + self._away.get(batch, 0)

    def done(self, batch: int) -> None:
        """It was built."""
        with self._changed:
            self._held.discard(batch)
            self._changed.notify_all()

    def failed(self, batch: int, away: bool) -> None:
        """It was not; `away`: because its builder has gone."""
        with self._changed:
            counts = self._away if away else self._failed
            counts[batch] = counts.get(batch, 0) + 1
            failed, gone = self._failed.get(batch, 0), self._away.get(batch, 0)
            if failed >= self._attempts or failed + gone >= self._attempts + self._builders:
                self.left.append(batch)
            else:
                self._todo = sorted([*self._todo, batch])
            self._held.discard(batch)
            self._changed.notify_all()

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
