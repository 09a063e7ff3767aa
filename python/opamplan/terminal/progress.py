"""A ready-made progress display, for terminals and notebooks: pass `progress=True` or one of these.

A progress callback is any callable `(stage, done, total) -> bool | None`; returning False cancels
the work. `total` is 0 when it is not known.
"""

from __future__ import annotations

import importlib
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any, Optional, TypeVar

from opamplan.errors import Cancelled
from opamplan.terminal.harmless import write_control

__all__ = ["ProgressBar", "counting"]

T = TypeVar("T")
_PERIOD = 0.04
"""Seconds between two reports."""


class ProgressBar:
    """One line that redraws itself and is erased at the end.

    On a terminal a line of standard error, in a notebook an element of the cell's output; silent
    elsewhere.
    """

    def __init__(self, stream: Optional[IO[str]] = None, width: int = 32) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._width = width
        self._started: dict[str, float] = {}
        self._drawn = 0
        self._display: Any = None
        self._notebook = stream is None and _in_notebook()
        self._live = self._notebook or self._is_terminal()

    def _is_terminal(self) -> bool:
        isatty = getattr(self._stream, "isatty", None)
        return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Draw `done` of `total`."""
        if not self._live:
            return
        started = self._started.setdefault(stage, time.monotonic())
        elapsed = time.monotonic() - started
        if self._notebook:
            self._show(stage, done, total, elapsed)
            return
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
            write_control(self._stream, f"\r{text}{padding}")
            self._stream.flush()
        except (OSError, UnicodeEncodeError):
            self._live = False  # a display never stops the work
        self._drawn = len(text)

    def _show(self, stage: str, done: int, total: int, elapsed: float) -> None:
        """As `_draw`, in a notebook."""
        from html import escape

        shown = _ipython()
        known = f' value="{done}" max="{total}"' if total > 0 else ""
        count = f"{done:,} of {total:,}" if total > 0 else f"{done:,}"
        text = f"<progress{known}></progress> {escape(stage)} {count}"
        if elapsed >= 1:
            text += f", {elapsed:.0f} s"
        if self._display is None:
            self._display = shown.display(shown.HTML(text), display_id=True)
        else:
            self._display.update(shown.HTML(text))

    def close(self) -> None:
        """Erase the line."""
        if self._display is not None:
            self._display.update(_ipython().HTML(""))
            self._display = None
        if self._live and self._drawn:
            self._draw("")
            self._draw("")  # the first filled the line with spaces and stands at its end
            self._drawn = 0


def counting(items: Sequence[T], stage: str, progress: Any) -> Iterator[T]:
    """The items, one by one, while `progress` is told how many are done, as the core tells it.

    Raises Cancelled where it answers False.
    """
    if progress is None or progress is False:
        yield from items
        return
    report = ProgressBar() if progress is True else progress
    told = -math.inf
    try:
        for done, item in enumerate(items):
            if time.monotonic() - told > _PERIOD or done == len(items) - 1:
                told = time.monotonic()
                if report(stage, done + 1, len(items)) is False:
                    raise Cancelled("cancelled")
            yield item
    finally:
        if hasattr(report, "close"):
            report.close()


def _ipython() -> Any:
    """IPython's displays; of the extra `notebook`, and there under every kernel."""
    return importlib.import_module("IPython.display")


def _in_notebook() -> bool:
    """True under a Jupyter kernel, which has imported both of these."""
    if "ipykernel" not in sys.modules or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
