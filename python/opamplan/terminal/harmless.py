"""Text of strangers, shown so that a terminal only shows it.

`Guarded` stands for a stream: what commands print passes through it, so none can forget.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import IO, Any, Optional

# What does something: C0 but newline and tab, delete, C1; what turns or hides text; line and
# paragraph separators; surrogates, which are bytes that are no UTF-8. None is printable.
_ACTIVE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff"
    "\ud800-\udfff]"
)


def harmless(text: str) -> str:
    """The text with control characters written as JSON writes them."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # as nearly all is
        return text
    return re.sub(_ACTIVE, lambda match: f"\\u{ord(match.group()):04x}", text)


class Lost(OSError):
    """What was to be told is not: a stream takes no more."""


class Guarded:
    """A text stream to which only what came from `paint` and `control` is written as it is.

    `name`: what messages call it.
    """

    def __init__(self, stream: IO[str], name: str = "output") -> None:
        self._stream = stream
        self._name = name
        self.lost: Optional[Lost] = None
        """Why something was not written, whoever has caught it since."""
        # Nobody outside can know it, so nobody's text holds it.
        self._token = os.urandom(12).hex()

    def write(self, text: str) -> int:
        """Write text, harmless."""
        shown = harmless(text)
        if self._token in shown:
            shown = re.sub(f"<{self._token}:([0-9;]*)>", "\x1b[\\1m", shown)
        self._put(shown)
        return len(text)

    def paint(self, code: str) -> str:
        """A word that becomes a colour when it is written."""
        return f"<{self._token}:{code}>"

    def control(self, text: str) -> None:
        """Write text that moves the cursor."""
        self._put(text)

    def exact(self, text: str) -> None:
        """Write text that a program will read; on a terminal it is harmless all the same."""
        if self._stream.isatty():
            self.write(text)
        else:
            self._put(text)

    def write_bytes(self, content: bytes) -> None:
        """Write what a program will read, as it is."""
        with self._noting():
            self._stream.flush()
            self._stream.buffer.write(content)  # type: ignore[attr-defined]

    def flush(self) -> None:
        """Write what is not yet."""
        with self._noting():
            self._stream.flush()

    def _put(self, text: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        with self._noting():
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.lost = Lost(error.errno, error.strerror, self._name)
            raise self.lost from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def write_exact(stream: Any, text: str) -> None:
    """`Guarded.exact`, of any stream."""
    getattr(stream, "exact", stream.write)(text)


def write_bytes(stream: Any, content: bytes) -> None:
    """`Guarded.write_bytes`, of any stream."""
    getattr(stream, "write_bytes", stream.buffer.write)(content)


def write_control(stream: Any, text: str) -> None:
    """`Guarded.control`, of any stream."""
    getattr(stream, "control", stream.write)(text)
