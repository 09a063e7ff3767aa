"""Colours, on terminals only; NO_COLOR switches them off, FORCE_COLOR on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import IO, Optional


class Style:
    """Colours for one stream."""

    def __init__(self, stream: Optional[IO[str]] = None) -> None:
        out = sys.stdout if stream is None else stream
        if os.environ.get("NO_COLOR"):
            self.enabled = False
        elif os.environ.get("FORCE_COLOR"):
            self.enabled = True
        else:
            self.enabled = out.isatty() and os.environ.get("TERM") != "dumb"
        # Of a guarded stream, that lets its own colours through and no others.
        self._paint: Callable[[str], str] = getattr(out, "paint", _sgr)

    def _wrap(self, code: str, text: str) -> str:
        return f"{self._paint(code)}{text}{self._paint('0')}" if self.enabled else text

    def strong(self, text: str) -> str:
        """What the eye should find first."""
        return self._wrap("1", text)

    def faint(self, text: str) -> str:
        """What may be skipped."""
        return self._wrap("2", text)

    def good(self, text: str) -> str:
        """Success."""
        return self._wrap("32", text)

    def warn(self, text: str) -> str:
        """A warning."""
        return self._wrap("33", text)

    def bad(self, text: str) -> str:
        """A failure."""
        return self._wrap("31", text)

    def name(self, text: str) -> str:
        """A package, a file, a target."""
        return self._wrap("36", text)


def _sgr(code: str) -> str:
    return f"\x1b[{code}m"
