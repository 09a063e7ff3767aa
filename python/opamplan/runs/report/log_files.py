"""The logs of a report as files beside it, whole, each once: a page opens them without a server."""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from opamplan.files import make_folder, write_below
from opamplan.runs.state import Run, State


class LogFiles:
    """Writes logs into a folder. `page`: the file whose links lead there."""

    def __init__(self, folder: Path, page: Path) -> None:
        self._folder = folder
        self._known: set[str] = set()
        make_folder(folder)
        self.link = quote(Path(os.path.relpath(folder, page.parent)).as_posix())

    def keep(self, log: str) -> str:
        """The name of a log's file, which says what is in it; equal logs are one file."""
        content = log.encode()
        name = f"{sha256(content).hexdigest()[:16]}.txt"
        if name not in self._known:
            self._known.add(name)
            write_below(self._folder, name, content)
        return name


def add_log_files(data: dict[str, Any], runs: Sequence[tuple[State, Run]], files: LogFiles) -> None:
    """Write the logs of a report's layers, or of a matrix' failures, and say where they are."""
    data["logs"] = files.link
    if "layers" in data:
        [(state, run)] = runs
        for layer in data["layers"]:
            log = state.log(run, layer["key"])
            if log:
                layer["file"] = files.keep(log)
        return
    for failure in data["failures"]:
        state, run = runs[failure["run"]]
        failure["file"] = files.keep(state.log(run, failure["layer"]))
