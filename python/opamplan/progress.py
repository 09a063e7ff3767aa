"""A ready-made progress display, for terminals and notebooks: pass `progress=True` or one of these.

A progress callback is any callable `(stage, done, total) -> bool | None`; returning False cancels
the work. `total` is 0 when it is not known.
"""

from __future__ import annotations

import os
import sys
import time
from typing import IO, Optional

__all__ = ["ProgressBar"]


class ProgressBar:
    """One line on standard error that redraws itself and is erased at the end.

    Silent where standard error is neither a terminal nor a notebook's.
    """

    def __init__(self, stream: Optional[IO[str]] = None, width: int = 32) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._width = width
        self._started: dict[str, float] = {}
        self._drawn = 0
        self._live = self._is_live()

    def _is_live(self) -> bool:
        if "ipykernel" in sys.modules:
            return True
        isatty = getattr(self._stream, "isatty", None)
        return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Draw `done` of `total`."""
        if not self._live:
            return
        started = self._started.setdefault(stage, time.monotonic())
        elapsed = time.monotonic() - started
        if total > 0:
            filled = min(self._width, self._width * done // total)
            bar = "━" * filled + "╌" * (self._width - filled)
            text = f"{stage} {bar} {done:,} of {total:,}"
        else:
            text = f"{stage} {done:,}"
        if elapsed >= 1:
            text += f"  {elapsed:.0f} s"
        self._draw(text)

    def _draw(self, text: str) -> None:
        padding = " " * max(0, self._drawn - len(text))
        try:
            self._stream.write(f"\r{text}{padding}")
            self._stream.flush()
        except (OSError, UnicodeEncodeError):
            self._live = False  # a display never stops the work
        self._drawn = len(text)

    def close(self) -> None:
        """Erase the line."""
        if self._live and self._drawn:
            self._draw("")
            self._draw("")  # the first filled the line with spaces and stands at its end
            self._drawn = 0
