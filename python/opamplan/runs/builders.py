"""Running one batch on a builder: BuildKit through buildctl, or buildx."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Optional

from opamplan.errors import Error, InvalidRequest
from opamplan.files import TEMPORARY, make_folder, telling
from opamplan.runs.caches import smallest_definition
from opamplan.runs.process import answer_within, end_process, start
from opamplan.runs.rawjson import Event, Reader
from opamplan.runs.watch import Watch

OnEvent = Callable[[Event], None]

GRACE_SECONDS = 20.0
"""That a builder's client has to end when it was asked to."""
ANSWER_SECONDS = 10.0
"""That a builder has to answer whether it is there."""
CACHE_SECONDS = 60.0
"""That it has to read a cache."""
# What buildctl takes; of TCP with a port.
_ADDRESS = re.compile(
    r"tcp://.+:(?P<port>[0-9]{1,5})|(unix|ssh|npipe|kube-pod|(docker|podman|nerdctl)-container)://.+",
    re.S,
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


@dataclass
class SolveOutcome:
    """How a solve ended. `ok`: the builder carried everything out, whatever packages did."""

    ok: bool
    seconds: float
    error: str = ""
    """What the builder said, if not ok."""
    stopped: str = ""
    """`cancelled`, `time limit` or `away` (it no longer answered), if it was stopped from here."""


@dataclass
class Batch:
    """What a builder needs to know of a batch."""

    name: str
    context: Path
    """The folder that `write_plan` filled."""
    output: Path
    """Where the results go; emptied before."""
    file: str = ""
    """Its Dockerfile in the context, or its definition in LLB."""
    is_llb: bool = False
    stages: Mapping[str, int] = field(default_factory=dict)
    """Step by the name of its stage."""
    host_network: bool = False
    """Its steps ask for the network of the machine."""
    cache_from: tuple[str, ...] = ()
    """Its own, in BuildKit's words."""
    cache_to: tuple[str, ...] = ()

    def forget(self) -> None:
        """Remove the results of an earlier attempt; of a link, the link."""
        if self.output.is_symlink() or self.output.is_file():
            self.output.unlink()
        elif self.output.exists():
            shutil.rmtree(self.output)

    def __post_init__(self) -> None:
        self.file = self.file or f"{self.name}.{'llb' if self.is_llb else 'Dockerfile'}"

    def permissions(self) -> list[str]:
        """The words by which a client gives its steps what they ask for."""
        return ["--allow=network.host"] if self.host_network else []


class Builder(ABC):
    """One builder. Runs one batch at a time; `cancel` may be called from another thread."""

    takes_llb: ClassVar[bool] = False
    """Whether it carries out BuildKit's own language, and not Dockerfiles alone."""

    def __init__(self, program: str) -> None:
        found = shutil.which(program)
        if found is None:
            if os.path.isdir(program):
                raise InvalidRequest(f"{program} is a folder; name the program in it")
            raise InvalidRequest(
                f"{program} is not here; install it, or name another builder program (--program, "
                "--with)"
            )
        # Relative to the caller, not to the folder that the client is started in.
        self._program = os.path.abspath(found)
        self._process: Optional[subprocess.Popen[str]] = None
        self._cancelled = threading.Event()

    @property
    @abstractmethod
    def name(self) -> str:
        """For people."""

    @abstractmethod
    def command(self, batch: Batch) -> list[str]:
        """The command that builds a batch and prints `rawjson` progress on standard error.

        It is started in the batch's context; paths below that are relative. LLB is its input.
        """

    @abstractmethod
    def question(self) -> list[str]:
        """A command that succeeds if the builder is there, and costs it nothing."""

    @abstractmethod
    def disk_usage_command(self) -> list[str]:
        """Prints the records of its cache as JSON: a list, or an object a line."""

    @abstractmethod
    def prune_command(self, ids: list[str]) -> list[str]:
        """Removes records of its cache."""

    @abstractmethod
    def policy_command(self) -> list[str]:
        """Prints what it says of itself, its garbage collection with it, as JSON."""

    def cancel(self, now: bool = False) -> None:
        """Stop the running batch; it can be run again later. Nothing already built is lost.

        `now`: do not wait for the client to take its leave.
        """
        self._cancelled.set()
        process = self._process
        if process is not None:
            if now:
                end_process(process)
            else:
                end_process(process, signal.SIGTERM)
                timer = threading.Timer(GRACE_SECONDS, end_process, (process,))
                timer.daemon = True
                timer.start()

    def ask(self, seconds: float = 0.0) -> str:
        """What keeps the builder from answering within so many seconds; empty if it is there.

        0: `ANSWER_SECONDS`.
        """
        seconds = seconds or ANSWER_SECONDS
        process = start(self.question(), stdout=subprocess.PIPE)
        said = answer_within(process, seconds)
        if said is None:
            return f"no answer in {seconds:g} s"
        if process.returncode == 0:
            return self._complaint(said[0])
        lines = [line for text in said for line in text.splitlines() if line.strip()]
        return lines[-1].strip() if lines else f"status {process.returncode}"

    def require(self) -> None:
        """Raises Error if it does not answer."""
        complaint = self.ask().removeprefix("error: ")
        if complaint:
            other = "" if self._is_named() else " (--builder names another)"
            raise Error(f"{self.name}: {complaint}{other}")

    @abstractmethod
    def _is_named(self) -> bool:
        """Whether somebody said which it is."""

    def holds(self, cache: str) -> bool:
        """Whether the builder can read this cache: it is there, and not too large."""
        command, given = self.cache_question(cache)
        with tempfile.NamedTemporaryFile() as file:
            file.write(given)
            file.flush()
            process = start(command, Path(file.name), stdout=subprocess.PIPE)
            said = answer_within(process, CACHE_SECONDS)
        return said is not None and process.returncode == 0 and self._has_read(said[1])

    @abstractmethod
    def cache_question(self, cache: str) -> tuple[list[str], bytes]:
        """A command that reads a cache, and its input."""

    def _has_read(self, said: str) -> bool:
        """Whether the command says so that has succeeded."""
        return True

    def _complaint(self, answer: str) -> str:
        """What is wrong by the answer to `question`."""
        return ""

    def run(
        self, batch: Batch, on_event: OnEvent, time_limit: float = 0.0, patience: float = 0.0
    ) -> SolveOutcome:
        """Build a batch; what the builder does never raises.

        `time_limit`: seconds, 0: none. `patience`: seconds without an answer before the batch is
        taken from the builder; 0: for ever.
        """
        if self._cancelled.is_set():
            return SolveOutcome(False, 0.0, stopped="cancelled")
        begin = time.monotonic()
        # Beside its place: results of an earlier attempt stay until there are new ones.
        make_folder(batch.output.parent)
        with telling(batch.output, writing=True):
            fresh = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=batch.output.parent))
        try:
            outcome = self._run(batch, fresh, on_event, time_limit, patience)
            if outcome.ok:
                batch.forget()
                with telling(batch.output, writing=True):
                    fresh.rename(batch.output)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        outcome.seconds = time.monotonic() - begin
        return outcome

    def _run(
        self, batch: Batch, output: Path, on_event: OnEvent, time_limit: float, patience: float
    ) -> SolveOutcome:
        reader = Reader(batch.stages)
        errors: list[str] = []
        place = os.path.relpath(output, batch.context)
        to_fresh = replace(batch, output=Path(place))
        process = start(
            self.command(to_fresh),
            batch.context / batch.file if batch.is_llb else None,
            cwd=batch.context,
            stdout=subprocess.DEVNULL,
        )
        self._process = process
        if self._cancelled.is_set():
            self.cancel()
        watch = Watch(self, process, time_limit, patience, GRACE_SECONDS)
        watch.start()
        try:
            assert process.stderr is not None
            for line in process.stderr:
                watch.heard()
                for event in reader.read(line):
                    if event.kind == "error" or (event.kind == "log" and event.step is None):
                        errors.append(event.text)
                    on_event(event)
            for event in reader.rest():
                on_event(event)
            code = process.wait()
        finally:
            watch.end()
            end_process(process)
            process.wait()
            if process.stderr is not None:
                process.stderr.close()
            self._process = None
        if code == 0:
            return SolveOutcome(True, 0.0)
        stopped = "cancelled" if self._cancelled.is_set() else watch.stopped
        if stopped == "time limit":
            errors.append(f"stopped: it took longer than the time limit, {time_limit:g} s")
        elif stopped == "away":
            errors.append(f"{self.name} no longer answers: {watch.complaint}")
        text = "\n".join(errors[-20:]) or f"{self._program} ended with status {code}"
        return SolveOutcome(False, 0.0, text, stopped)


class Buildctl(Builder):
    """BuildKit at an address: unix:///run/buildkit/buildkitd.sock, tcp://host:1234, ..."""

    takes_llb = True

    def __init__(
        self,
        address: str = "",
        program: str = "buildctl",
        cache_from: tuple[str, ...] = (),
        cache_to: tuple[str, ...] = (),
    ) -> None:
        self._address = address or os.environ.get("BUILDKIT_HOST", "")
        # Before the program is looked for: what was typed is the easiest to mend.
        if self._address and not _is_address(self._address):
            raise InvalidRequest(_no_address(self._address, "" if address else "BUILDKIT_HOST: "))
        super().__init__(program)
        self._where = ["--addr", self._address] if self._address else []
        self._cache = [f"--import-cache={absolute_cache(c)}" for c in cache_from]
        self._cache += [f"--export-cache={not_fatal(absolute_cache(c))}" for c in cache_to]

    @property
    def name(self) -> str:
        """The address."""
        return self._address or "buildkitd"

    def _is_named(self) -> bool:
        return bool(self._address)

    def question(self) -> list[str]:
        """Its workers."""
        return [self._program, *self._where, "debug", "workers"]

    def disk_usage_command(self) -> list[str]:
        """All of them as one list."""
        return [self._program, *self._where, "du", "--format={{json .}}"]

    def prune_command(self, ids: list[str]) -> list[str]:
        """By their ids."""
        return [self._program, *self._where, "prune", *(f"--filter=id=={i}" for i in ids)]

    def policy_command(self) -> list[str]:
        """Its workers, as one list."""
        return [self._program, *self._where, "debug", "workers", "--format={{json .}}"]

    def cache_question(self, cache: str) -> tuple[list[str], bytes]:
        """A solve of next to nothing."""
        command = [self._program, *self._where, "build", "--progress=rawjson"]
        return [*command, f"--import-cache={cache}"], smallest_definition()

    def _has_read(self, said: str) -> bool:
        # What is not there is no error of the solve.
        for line in said.splitlines():
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                for vertex in json.loads(line).get("vertexes") or ():
                    if str(vertex.get("name", "")).startswith("importing cache manifest"):
                        if vertex.get("error"):
                            return False
                        if vertex.get("completed"):
                            return True
        return False

    def command(self, batch: Batch) -> list[str]:
        """One solve, whose result is what a Dockerfile's stage `results` is."""
        frontend = [
            "--frontend=dockerfile.v0",
            "--local=dockerfile=.",
            f"--opt=filename={batch.file}",
            "--opt=target=results",
        ]
        return [
            self._program,
            *self._where,
            "build",
            "--progress=rawjson",
            *([] if batch.is_llb else frontend),
            *batch.permissions(),
            "--local=context=.",
            f"--output=type=local,{csv_field(f'dest={batch.output}')}",
            *self._cache,
            *(f"--import-cache={cache}" for cache in batch.cache_from),
            *(f"--export-cache={cache}" for cache in batch.cache_to),
        ]


def _is_address(text: str) -> bool:
    found = _ADDRESS.fullmatch(text)
    return found is not None and int(found["port"] or 1) in range(1, 1 << 16)


def _no_address(text: str, where: str) -> str:
    """What is said of an address that is none."""
    if text.startswith("/"):
        return f"{where}{text!r} is no address of BuildKit; of a socket it is unix://{text}"
    return (
        f"{where}{text!r} is no address of BuildKit: unix:///run/buildkit/buildkitd.sock, "
        "tcp://host:1234 or docker-container://name is one (--with buildx takes names of builders)"
    )


class Buildx(Builder):
    """`buildx bake` with the emitted docker-bake.json; with Docker, its plugin does as well."""

    def __init__(self, builder: str = "", program: str = "buildx") -> None:
        if builder and not _NAME.fullmatch(builder):
            raise InvalidRequest(
                f"{builder!r} is no name of a buildx builder: `docker buildx ls` lists them (an "
                "address is for --with buildctl)"
            )
        docker = shutil.which(program) is None and shutil.which("docker") is not None
        super().__init__("docker" if docker else program)
        if docker and not _answers([self._program, "buildx", "version"]):
            raise InvalidRequest(
                f"{program} is not here, and docker has no plugin buildx; install it (Debian: "
                "docker-buildx), or name the program (--program)"
            )
        self._words = ["buildx"] if docker else []
        self._builder = builder
        self._named = ["--builder", builder] if builder else []

    @property
    def name(self) -> str:
        """The builder's name."""
        return self._builder or "buildx"

    def _is_named(self) -> bool:
        return bool(self._builder)

    def question(self) -> list[str]:
        """Its nodes."""
        return [self._program, *self._words, "inspect", *([self._builder] if self._builder else [])]

    def disk_usage_command(self) -> list[str]:
        """An object a line."""
        return [self._program, *self._words, "du", *self._named, "--format=json"]

    def prune_command(self, ids: list[str]) -> list[str]:
        """By their ids, without asking."""
        # It takes one value, which is a regular expression.
        either = f"--filter=id=^({'|'.join(ids)})$"
        return [self._program, *self._words, "prune", *self._named, "--force", either]

    def policy_command(self) -> list[str]:
        """All builders, an object a line."""
        return [self._program, *self._words, "ls", "--format={{json .}}"]

    def cache_question(self, cache: str) -> tuple[list[str], bytes]:
        """Whether the registry has it."""
        ref = next(w[4:] for w in cache.split(",") if w.startswith("ref="))
        return [self._program, *self._words, "imagetools", "inspect", ref], b""

    def _complaint(self, answer: str) -> str:
        found = re.search(r"^Error: +(.*)$", answer, re.M)
        return found.group(1) if found else ""

    def command(self, batch: Batch) -> list[str]:
        """One target of the bake file."""
        usual = f"{batch.name}.Dockerfile"  # the bake file's own
        return [
            self._program,
            *self._words,
            "bake",
            *self._named,
            "--file=docker-bake.json",
            "--progress=rawjson",
            *batch.permissions(),
            *([f"--set={batch.name}.dockerfile={batch.file}"] if batch.file != usual else []),
            f"--set={batch.name}.output=type=local,{csv_field(f'dest={batch.output}')}",
            *(f"--set={batch.name}.cache-from={cache}" for cache in batch.cache_from),
            *(f"--set={batch.name}.cache-to={cache}" for cache in batch.cache_to),
            batch.name,
        ]


def _answers(command: list[str]) -> bool:
    """Whether a program does what it is asked for."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def require_one(builders: Sequence[Builder]) -> None:
    """Raises Error, of the last, if none of these (one or more) answers."""
    if not any(not builder.ask() for builder in builders[:-1]):
        builders[-1].require()


def not_fatal(cache: str) -> str:
    """A cache that cannot be written is no reason to lose what was built."""
    return cache if "ignore-error" in cache else f"{cache},ignore-error=true"


def absolute_cache(cache: str) -> str:
    """A cache in a folder that is relative to the caller, not to where the client is started."""
    fields = next(csv.reader([cache]), [])
    if not fields:
        raise InvalidRequest(
            "a cache is type=registry,ref=... or another of the builder, not nothing"
        )
    if "type=local" not in fields:
        return cache
    words = [field.partition("=") for field in fields]
    return ",".join(
        csv_field(
            f"{key}={os.path.abspath(value)}" if key in ("src", "dest") else key + sep + value
        )
        for key, sep, value in words
    )


def csv_field(text: str) -> str:
    """A field of the comma-separated values that outputs are written in."""
    if re.search(r'[,"\r\n]', text):
        return '"' + text.replace('"', '""') + '"'
    return text
