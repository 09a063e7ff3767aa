"""Running one batch on a builder: BuildKit through buildctl, or buildx."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from opamplan.errors import InvalidRequest
from opamplan.runs.rawjson import Event, Reader

OnEvent = Callable[[Event], None]

GRACE_SECONDS = 20.0
"""That a builder's client has to end when it was asked to."""


@dataclass
class SolveOutcome:
    """How a solve ended. `ok`: the builder carried everything out, whatever packages did."""

    ok: bool
    seconds: float
    error: str = ""
    """What the builder said, if not ok."""
    stopped: str = ""
    """`cancelled` or `time limit`, if it was stopped from here."""


@dataclass
class Batch:
    """What a builder needs to know of a batch."""

    name: str
    context: Path
    """The folder that `write_plan` filled."""
    output: Path
    """Where the results go; emptied before."""
    stages: Mapping[str, int] = field(default_factory=dict)
    """Step by the name of its stage."""


class Builder(ABC):
    """One builder. Runs one batch at a time; `cancel` may be called from another thread."""

    def __init__(self, program: str) -> None:
        found = shutil.which(program)
        if found is None:
            raise InvalidRequest(
                f"{program} is not here; install it, or name another builder program"
            )
        self._program = found
        self._process: Optional[subprocess.Popen[str]] = None
        self._cancelled = threading.Event()

    @property
    @abstractmethod
    def name(self) -> str:
        """For people."""

    @abstractmethod
    def command(self, batch: Batch) -> list[str]:
        """The command that builds a batch and prints `rawjson` progress on standard error."""

    def cancel(self) -> None:
        """Stop the running batch; it can be run again later. Nothing already built is lost."""
        self._cancelled.set()
        process = self._process
        if process is not None and process.poll() is None:
            _stop(process)

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait for the builder to answer, at most so long; false if it does not."""
        return True

    def run(self, batch: Batch, on_event: OnEvent, time_limit: float = 0.0) -> SolveOutcome:
        """Build a batch; what the builder does never raises. `time_limit`: seconds, 0: none."""
        if self._cancelled.is_set():
            return SolveOutcome(False, 0.0, stopped="cancelled")
        begin = time.monotonic()
        # Beside its place: results of an earlier attempt stay until there are new ones.
        batch.output.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".opamplan-", dir=batch.output.parent))
        try:
            outcome = self._run(batch, fresh, on_event, time_limit)
            if outcome.ok:
                if batch.output.exists():
                    shutil.rmtree(batch.output)
                fresh.rename(batch.output)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        outcome.seconds = time.monotonic() - begin
        return outcome

    def _run(
        self, batch: Batch, output: Path, on_event: OnEvent, time_limit: float
    ) -> SolveOutcome:
        reader = Reader(batch.stages)
        errors: list[str] = []
        late = threading.Event()
        to_fresh = Batch(batch.name, batch.context, output, batch.stages)
        # A group of its own: Ctrl-C at the terminal reaches this process, which decides.
        process = subprocess.Popen(
            self.command(to_fresh),
            cwd=batch.context,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._process = process
        if self._cancelled.is_set():
            self.cancel()

        def expire() -> None:
            late.set()
            _stop(process)

        timer = threading.Timer(time_limit, expire) if time_limit > 0 else None
        if timer is not None:
            timer.start()
        try:
            assert process.stderr is not None
            for line in process.stderr:
                for event in reader.read(line):
                    if event.kind == "error" or (event.kind == "log" and event.step is None):
                        errors.append(event.text)
                    on_event(event)
            code = process.wait()
        finally:
            if timer is not None:
                timer.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stderr is not None:
                process.stderr.close()
            self._process = None
        if code == 0:
            return SolveOutcome(True, 0.0)
        stopped = "time limit" if late.is_set() else ""
        if self._cancelled.is_set():
            stopped = "cancelled"
        if stopped == "time limit":
            errors.append(f"stopped: it took longer than the time limit, {time_limit:g} s")
        text = "\n".join(errors[-20:]) or f"{self._program} ended with status {code}"
        return SolveOutcome(False, 0.0, text, stopped)


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask a process to end, and end it if it does not.

    Not by SIGINT, which children of background jobs ignore.
    """
    process.terminate()
    timer = threading.Timer(GRACE_SECONDS, process.kill)
    timer.daemon = True
    timer.start()


class Buildctl(Builder):
    """BuildKit at an address: unix:///run/buildkit/buildkitd.sock, tcp://host:1234, ..."""

    def __init__(
        self,
        address: str = "",
        program: str = "buildctl",
        cache_from: tuple[str, ...] = (),
        cache_to: tuple[str, ...] = (),
    ) -> None:
        super().__init__(program)
        self._address = address or os.environ.get("BUILDKIT_HOST", "")
        self._cache = [f"--import-cache={c}" for c in cache_from]
        self._cache += [f"--export-cache={_not_fatal(c)}" for c in cache_to]

    @property
    def name(self) -> str:
        """The address."""
        return self._address or "buildkitd"

    def wait_until_ready(self, seconds: float) -> bool:
        """Ask for the workers until there is an answer."""
        address = ["--addr", self._address] if self._address else []
        end = time.monotonic() + seconds
        while not self._cancelled.is_set():
            asked = subprocess.run(
                [self._program, *address, "debug", "workers"],
                check=False,
                capture_output=True,
                timeout=60,
            )
            if asked.returncode == 0:
                return True
            if time.monotonic() >= end:
                return False
            self._cancelled.wait(1)
        return False

    def command(self, batch: Batch) -> list[str]:
        """One solve with the Dockerfile frontend; the stage `results` is exported."""
        address = ["--addr", self._address] if self._address else []
        return [
            self._program,
            *address,
            "build",
            "--progress=rawjson",
            "--frontend=dockerfile.v0",
            f"--local=context={batch.context}",
            f"--local=dockerfile={batch.context}",
            f"--opt=filename={batch.name}.Dockerfile",
            "--opt=target=results",
            f"--output=type=local,dest={batch.output}",
            *self._cache,
        ]


class Buildx(Builder):
    """`buildx bake` with the emitted docker-bake.json; with Docker, its plugin does as well."""

    def __init__(self, builder: str = "", program: str = "buildx") -> None:
        docker = shutil.which(program) is None and shutil.which("docker") is not None
        super().__init__("docker" if docker else program)
        self._words = ["buildx"] if docker else []
        self._builder = builder

    @property
    def name(self) -> str:
        """The builder's name."""
        return self._builder or "buildx"

    def command(self, batch: Batch) -> list[str]:
        """One target of the bake file."""
        builder = ["--builder", self._builder] if self._builder else []
        return [
            self._program,
            *self._words,
            "bake",
            *builder,
            "--file=docker-bake.json",
            "--progress=rawjson",
            f"--set={batch.name}.output=type=local,dest={batch.output}",
            batch.name,
        ]


def _not_fatal(cache: str) -> str:
    """A cache that cannot be written is no reason to lose what was built."""
    return cache if "ignore-error" in cache else f"{cache},ignore-error=true"
