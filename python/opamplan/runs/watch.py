"""Watching a builder's client: that it keeps within its time, that its builder still answers."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from typing import Protocol

from opamplan.runs.process import end_process


class Asked(Protocol):
    """What can be asked whether it is there."""

    def ask(self, seconds: float) -> str:
        """What is wrong, or empty."""


class Watch(threading.Thread):
    """Ends the client when its time is over, or its builder has not answered for long enough.

    A builder that is stopped, or whose machine has gone, closes no connection: the client would
    wait for ever. One that says something is not asked.
    """

    def __init__(
        self,
        builder: Asked,
        process: subprocess.Popen[str],
        time_limit: float,
        patience: float,
        grace: float,
    ) -> None:
        super().__init__(name="watch", daemon=True)
        self._builder = builder
        self._process = process
        self._late = time.monotonic() + time_limit if time_limit > 0 else float("inf")
        self._patience = patience if patience > 0 else float("inf")
        self._grace = grace
        self._over = threading.Event()
        self._heard = time.monotonic()
        self.stopped = ""
        """`time limit` or `away`, if it ended the client."""
        self.complaint = ""
        """What the builder said last, if it was away."""

    def heard(self) -> None:
        """The client has said something."""
        self._heard = time.monotonic()

    def end(self) -> None:
        """The client has ended."""
        self._over.set()

    def run(self) -> None:
        """Look, until the client has ended."""
        # Often enough that patience is kept, seldom enough to cost nothing.
        pause = max(0.2, min(10.0, self._patience / 6))
        while not self._over.is_set():
            now = time.monotonic()
            if now >= self._late:
                self._end_client("time limit")
                return
            silent = now - self._heard
            if silent >= pause:
                self.complaint = self._builder.ask(max(1.0, pause))
                if not self.complaint:
                    self.heard()
                elif time.monotonic() - self._heard >= self._patience:
                    self._end_client("away")
                    return
            self._over.wait(min(pause, self._late - time.monotonic()))

    def _end_client(self, why: str) -> None:
        self.stopped = why
        # Not by SIGINT, which children of background jobs ignore. One that is away takes no leave.
        end_process(self._process, signal.SIGTERM if why == "time limit" else signal.SIGKILL)
        if not self._over.wait(self._grace):
            end_process(self._process)
