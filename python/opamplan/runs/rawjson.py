"""What BuildKit says of a solve, as events: `--progress rawjson` of buildctl and buildx.

Each line is one JSON object (BuildKit's SolveStatus) with vertexes, statuses and logs. Vertices of
a Dockerfile are named `[STAGE N/M] INSTRUCTION`; opamplan's stages are one a step, so a stage tells
the step.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

_STAGE = re.compile(r"^\[(?:[a-z0-9]+/[a-z0-9]+(?:->\S+)? )?([^\s\]]+)(?: +\d+/\d+)?\] RUN ")
# How a step ends that the builder calls a failure: a code of 128 and more, or no memory, says that
# it was killed, another that nothing could be started. What was cancelled says so after the code.
_ENDED = re.compile(
    r"did not complete successfully: (exit code: (\d+)(?:: cannot allocate memory)?)$"
)
_NOT_STARTED = re.compile(r"exec(?:: \"| )/bin/sh\"?: (.*)$")
# What runc says of its machine, whatever step it is that meets it.
_TROUBLE = re.compile(
    r"^runc run failed: .*(no space left|input/output error|too many open files|"
    r"resource temporarily unavailable|cannot allocate memory)",
    re.I,
)
# A record of the builder's cache whose snapshot is gone; which, the text names by ids. Builders
# before 0.31, and Docker 29.0 to 29.4, release what a step stands on too early when it ends badly
# (moby/buildkit pull request 6821), and from then on end every step on it.
_BROKEN = re.compile(r"snapshot [a-z0-9]{25} does not exist: not found")
_ID = re.compile(r"\b[a-z0-9]{25}\b")
# With which a step ends that could not write its result. The next may.
_NO_ROOM = "75"
_MISSING = re.compile(r': "/(opamplan/(?:layers|results)/[^"]+)": not found$')
# What the step script prints of a failure: the first 16 digits of the layer's key, and a line.
_FAILURE = re.compile(r"^([0-9a-f]{16}): (.*)$")
# And of every install that has ended: status, seconds, and the bytes that it installed.
_RESULT = re.compile(r"^([0-9a-f]{16}) ([a-z_]{1,32}) ([0-9]{1,9}) ([0-9]{1,15}|-)$")
# And of every run of the package manager that installed something: seconds, bytes.
_SYSTEM = re.compile(r"^system ([0-9]{1,9}) ([0-9]{1,15})$")


@dataclass(frozen=True)
class Event:
    """Something that happened to a step, or a line that it printed.

    `kind` is `started`, `done`, `cached`, `failure` (a line of a failed install), `result` (of an
    install, whose status is the text, with its seconds and size), `system` (packages were
    installed, with seconds and size), `error` (the step
    itself ended badly, or without a step another operation) or `log` (anything else). After an
    error, if it is known whose: `killed` (the step was), `unusable` (nothing can be started in the
    image that it stands on), `missing` (a step left nothing behind where another looked) or
    `broken` (the builder's own: the text has the ids of records of its cache, one of which is).
    """

    kind: str
    step: Optional[int] = None
    text: str = ""
    layer: str = ""
    seconds: float = 0.0
    size: Optional[int] = None


# Of a line that does not end; the rest comes as another line.
_MOST_PARTIAL = 1 << 16


class Reader:
    """Turns lines into events; keeps what a vertex was, as later lines name only its digest."""

    def __init__(self, stages: Mapping[str, int]) -> None:
        self._stages = stages
        self._steps: dict[str, int] = {}
        self._started: dict[str, str] = {}
        self._ended: set[str] = set()
        self._partial: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def read(self, line: str) -> Iterator[Event]:
        """The events of one line; a line that is no status is a `log`."""
        try:
            status = json.loads(line)
        except ValueError:
            status = None
        if not isinstance(status, dict):
            if line.strip():
                yield Event("log", text=line.rstrip("\n"))
            return
        try:
            for log in status.get("logs") or ():
                yield from self._log(log)
            for vertex in status.get("vertexes") or ():
                yield from self._vertex(vertex)
        except (AttributeError, TypeError, ValueError):  # JSON, but no status
            yield Event("log", text=line.rstrip("\n"))

    def rest(self) -> Iterator[Event]:
        """The last lines that had no end, when nothing more comes."""
        for digest in list(self._partial):
            yield from self._lines(digest, self._partial.pop(digest) + "\n")

    def _vertex(self, vertex: dict[str, Any]) -> Iterator[Event]:
        digest = str(vertex.get("digest", ""))
        name = str(vertex.get("name", ""))
        match = _STAGE.match(name)
        step = self._stages.get(match.group(1)) if match else None
        if step is None:
            if vertex.get("error"):
                yield Event("error", text=f"{name}: {vertex['error']}")
                yield from self._blamed(None, name, str(vertex["error"]))
            return
        self._steps[digest] = step
        if digest in self._ended:
            return
        started = vertex.get("started")
        if started and digest not in self._started:
            self._started[digest] = started
            if not vertex.get("cached"):
                yield Event("started", step)
        if vertex.get("error"):
            self._ended.add(digest)
            yield Event("error", step, str(vertex["error"]))
            said = self._partial.pop(digest, "") or self._last.get(digest, "")
            yield from self._blamed(step, name, str(vertex["error"]), said)
        elif vertex.get("completed"):
            self._ended.add(digest)
            if digest in self._partial:
                yield from self._lines(digest, self._partial.pop(digest) + "\n")
            if vertex.get("cached"):
                yield Event("cached", step)
            else:
                seconds = _seconds(self._started.get(digest, started), vertex["completed"])
                yield Event("done", step, seconds=seconds)

    def _blamed(
        self, step: Optional[int], name: str, error: str, said: str = ""
    ) -> Iterator[Event]:
        """Whose error it is. `said`: the last line of the step, or of what was to start it."""
        if _BROKEN.search(error):
            yield Event("broken", step, " ".join(dict.fromkeys(_ID.findall(error))))
            return
        missing = _MISSING.search(error)
        if missing:
            path = missing.group(1)
            mount = re.search(rf"from=([^,\s]+),source=/{re.escape(path)},", name)
            if mount and mount.group(1) in self._stages:
                yield Event("missing", self._stages[mount.group(1)], f"no /{path}")
            return
        ended = _ENDED.search(error)
        not_started = _NOT_STARTED.search(said) or _NOT_STARTED.search(error)
        if step is None or not (ended or not_started):
            return
        if ended and ended.group(2) == _NO_ROOM:
            return
        if ended and (int(ended.group(2)) >= 128 or "memory" in ended.group(1)):
            yield Event("killed", step, ended.group(1))
        elif not_started:
            yield Event("unusable", step, f"/bin/sh: {not_started.group(1)}")
        elif ended and not _TROUBLE.search(said):
            yield Event("unusable", step, said.strip()[:200] or ended.group(1))

    def _log(self, log: dict[str, Any]) -> Iterator[Event]:
        digest = str(log.get("vertex", ""))
        text = base64.b64decode(log.get("data") or "").decode("utf-8", "replace")
        yield from self._lines(digest, self._partial.pop(digest, "") + text)

    def _lines(self, digest: str, text: str) -> Iterator[Event]:
        step = self._steps.get(digest)
        lines = text.split("\n")
        if len(lines[-1]) > _MOST_PARTIAL:
            lines.append("")
        if lines[-1]:
            self._partial[digest] = lines[-1]
        if len(lines) > 1:
            self._last[digest] = lines[-2]
        for line in lines[:-1]:
            match = _FAILURE.match(line)
            result = _RESULT.match(line)
            system = _SYSTEM.match(line)
            if match and step is not None:
                yield Event("failure", step, match.group(2), match.group(1))
            elif result and step is not None:
                layer, status, seconds, size = result.groups()
                bytes_ = None if size == "-" else int(size)
                yield Event("result", step, status, layer, float(seconds), bytes_)
            elif system and step is not None:
                yield Event("system", step, seconds=float(system[1]), size=int(system[2]))
            else:
                yield Event("log", step, line)


def _seconds(begin: Optional[str], end: str) -> float:
    if not begin:
        return 0.0
    return max(0.0, (_time(end) - _time(begin)).total_seconds())


def _time(text: str) -> datetime:
    # Nanoseconds, which datetime does not read.
    head, _, tail = text.rstrip("Z").partition(".")
    zone = ""
    match = re.search(r"[+-]\d\d:\d\d$", tail or head)
    if match:
        zone = match.group()
        head, tail = (head[: -len(zone)], tail) if not tail else (head, tail[: -len(zone)])
    return datetime.fromisoformat(f"{head}.{(tail + '000000')[:6]}{zone or '+00:00'}")
