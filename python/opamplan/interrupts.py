"""Ctrl-C while the command is still being imported: its status, and no traceback.

`python -m opamplan` and the console script import the package before any line of the command runs,
so the package imports this first, and this imports little. Programs that use the library are left
alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator

EXIT_INTERRUPTED = 130


def _end(number: int, frame: object) -> None:
    os._exit(EXIT_INTERRUPTED)  # nothing has been done yet that would need an end


def _is_command() -> bool:
    program = sys.argv[0] if sys.argv else ""
    if program != "-m":
        return os.path.basename(program) == "opamplan"
    words = getattr(sys, "orig_argv", ["-m", "opamplan"])  # from Python 3.10 on
    return ("-m", "opamplan") in zip(words, words[1:])


def _begin() -> None:
    if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        try:  # noqa: SIM105  (contextlib takes as long to import as much else)
            signal.signal(signal.SIGINT, _end)
        except ValueError:
            pass  # not in the main thread


def hand_over() -> None:
    """From now on the command takes a KeyboardInterrupt."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def undivided() -> Iterator[None]:
    """A Ctrl-C meanwhile comes at the end: for what is short, and bad to be left half done.

    Only in the main thread, as none comes in another; and not where a program that embeds Python
    takes the signal itself, whose handler could not be put back.
    """
    if signal.getsignal(signal.SIGINT) is None:
        yield
        return
    waiting: list[int] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, frame: waiting.append(number))
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if waiting:
            signal.raise_signal(signal.SIGINT)


_begin()
