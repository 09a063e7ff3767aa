"""Processes that end with this one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

_PR_SET_PDEATHSIG = 1
# Found before any fork: a child may do little.
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


def start(
    command: list[str], given: Optional[Path] = None, **options: Any
) -> subprocess.Popen[str]:
    """Start a program, with its errors as text to read; its input is a file, or nothing.

    In a group of its own: Ctrl-C at the terminal reaches this process, which decides. On Linux it
    is killed when the thread that started it ends, however that happens.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _PRCTL is not None:
            _PRCTL(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it was faster
                os._exit(1)

    with open(given or os.devnull, "rb") as source:
        return subprocess.Popen(
            command,
            stdin=source,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent if _PRCTL is not None else None,
            **options,
        )


def answer_within(process: subprocess.Popen[str], seconds: float) -> Optional[tuple[str, str]]:
    """What a program that `start` started says, on both streams; None if it was ended for time."""
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        end_process(process)
        process.communicate()
        return None


def end_process(process: subprocess.Popen[str], how: Optional[signal.Signals] = None) -> None:
    """End a program that `start` started, and what it started; by default at once."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, how or signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
