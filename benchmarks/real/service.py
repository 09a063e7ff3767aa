"""Programs that run for the length of a `with` block, with all they have below a folder."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Optional, TypeVar

S = TypeVar("S", bound="Service")


class Service(ABC):
    """One or several programs of one's own; what they say goes to `folder/log`."""

    name = ""
    """Of the program that answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        """Those that were started, in their order."""
        folder.mkdir(parents=True, exist_ok=True)
        self.sockets = Path(tempfile.mkdtemp(prefix="opamplan-"))
        """For sockets, whose paths have 107 bytes at most however deep `folder` is."""

    @abstractmethod
    def start(self, seconds: float = 60) -> bool:
        """Start all; false if one does not answer in time, or ends."""

    @abstractmethod
    def clean(self) -> None:
        """Remove what is not to stay after the end."""

    def spawn(
        self,
        command: list[str],
        is_ready: Callable[[], bool],
        until: float,
        environment: Optional[dict[str, str]] = None,
    ) -> bool:
        """Start a program and wait for it; false if it is not ready by then, or has ended."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, env=environment
            )
        self.processes.append(process)
        while process.poll() is None and time.monotonic() < until:
            if is_ready():
                return True
            time.sleep(0.1)
        return False

    def send(self, what: signal.Signals) -> None:
        """SIGSTOP: they are silent; SIGCONT: they go on. One that has ended is left alone."""
        for process in self.processes:
            process.send_signal(what)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End all, the last first; SIGKILL: as a crash would."""
        while self.processes:
            process = self.processes.pop()
            process.send_signal(how)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self: S) -> S:
        if not self.start():
            self.stop()
            raise RuntimeError(f"{self.name} did not start: see {self.folder}/log")
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()
        self.clean()
        shutil.rmtree(self.sockets, ignore_errors=True)


def unmount(*below: Path) -> None:
    """Unmount what is mounted below the folders: containers of a killed program may hold it."""
    folders = tuple(f"{folder}/" for folder in below)
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith(folders):
            subprocess.run(["umount", "-l", place], check=False, capture_output=True)
