"""A run as it goes on: a line that redraws itself, failures as they come, or JSON lines."""

from __future__ import annotations

import json
import shutil
import sys
import time
from typing import IO, Optional

from opamplan.runs.account import Progress
from opamplan.terminal.harmless import write_control
from opamplan.terminal.style import Style
from opamplan.wording import counted, size


class Display:
    """For people. Failures and batches are lines that stay; the bar is on terminals only."""

    def __init__(self, stream: Optional[IO[str]] = None, quiet: bool = False) -> None:
        self._out = sys.stderr if stream is None else stream
        self._style = Style(self._out)
        self._live = not quiet and self._out.isatty()
        self._quiet = quiet
        self._begin = time.monotonic()
        self._drawn = 0.0
        self._failed: set[str] = set()

    def __call__(self, kind: str, fields: dict[str, object], progress: Progress) -> None:
        """Show one event."""
        style = self._style
        if kind == "run" and fields["resumed"]:
            self._line(f"going on with run {fields['run']}")
        elif kind == "batch" and not self._quiet:
            again = f", attempt {fields['attempt']}" if fields["attempt"] != 1 else ""
            self._line(f"batch {fields['batch']} on {fields['builder']}{again}")
        elif kind == "batch_end" and not self._quiet:
            text = (
                f"batch {fields['batch']} {fields['status']}: "
                f"{counted(int(str(fields['executed'])), 'step')} built, "
                f"{fields['cached']} from the cache, {_time(float(str(fields['seconds'])))}"
            )
            self._line(text if fields["status"] == "finished" else style.bad(text))
            if fields["error"] and fields["status"] == "error":
                self._line("  " + str(fields["error"]).replace("\n", "\n  "))
        elif kind == "builder":
            away = fields["status"] == "away"
            text = f"{fields['builder']} does not answer: {fields['error']}"
            self._line(style.bad(text) if away else f"{fields['builder']} answers again")
        elif kind == "storage":
            needed, kept = (int(str(fields[f"{what}_bytes"])) for what in ("needed", "kept"))
            self._line(
                style.warn(
                    f"{fields['builder']} keeps {size(kept)} at most and removes what was unused "
                    f"longest, and this may take {size(needed)}: give it more (maxUsedSpace in "
                    "buildkitd.toml), or parts will be built twice"
                )
            )
        elif kind == "lost":
            self._line(style.bad(f"left out: {fields['installs']}: {fields['text']}"))
        elif kind == "mended":
            packages = fields["installs"]
            assert isinstance(packages, list)
            text = f"{fields['builder']} has lost what it built of {' '.join(packages)}"
            self._line(style.warn(f"{text}: built again"))
        elif kind == "ignored":
            text = f"batch {fields['batch']} left what is no result: {fields['text']}"
            self._line(style.warn(text))
        elif kind == "failure":
            layer = str(fields["layer"])
            if layer not in self._failed:
                self._failed.add(layer)
                self._line(style.bad(f"failed: {fields['installs']} (log of layer {layer})"))
        self._draw(progress, kind == "run_end")

    def _line(self, text: str) -> None:
        if self._live:
            write_control(self._out, "\r\x1b[K")
        self._out.write(text + "\n")
        self._out.flush()

    def _draw(self, progress: Progress, last: bool) -> None:
        if not self._live:
            return
        now = time.monotonic()
        if last:
            write_control(self._out, "\r\x1b[K")
        elif now - self._drawn > 0.1:
            self._drawn = now
            width = shutil.get_terminal_size().columns
            filled = 20 * progress.done // max(1, progress.steps)
            bar = "━" * filled + "╌" * (20 - filled)
            failed = f", {progress.failed} failed" if progress.failed else ""
            names = ", ".join(list(progress.running.values())[:6])
            text = (
                f"{bar} {progress.done} of {counted(progress.steps, 'step')}{failed}  "
                f"{_time(now - self._begin)}  {names}"
            )
            write_control(self._out, "\r\x1b[K")
            self._out.write(text[: width - 1])
        self._out.flush()


class JsonLines:
    """For machines: one object an event, with the counts so far."""

    def __init__(self, stream: Optional[IO[str]] = None) -> None:
        self._out = sys.stdout if stream is None else stream

    def __call__(self, kind: str, fields: dict[str, object], progress: Progress) -> None:
        """Write one event."""
        row = {"event": kind, **fields, "done": progress.done, "steps": progress.steps}
        self._out.write(json.dumps(row) + "\n")
        self._out.flush()


def _time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
