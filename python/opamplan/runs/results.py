"""What a batch leaves: statuses and logs of its layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

STATUSES = ("success", "failure", "dependency_failed")


@dataclass(frozen=True)
class LayerResult:
    """The result of one layer; `layer` is the first 16 digits of its key."""

    layer: str
    package: str
    status: str
    seconds: float
    log: str
    size: Optional[int] = None
    """Bytes of the installed files; None if it failed or they were not recorded."""


def read_results(folder: Path, log_limit: int = 200_000) -> Iterator[LayerResult]:
    """The results in the folder that a batch was exported to, in the order of their names.

    Of a longer log the first and the last bytes are kept. A result that is incomplete is left out.
    """
    layers = folder / "layers"
    if not layers.is_dir():
        return
    for package in sorted(layers.iterdir()):
        for result in sorted(package.iterdir()):
            status = _text(result / "status")
            if status not in STATUSES:
                continue
            try:
                seconds = float(_text(result / "seconds") or 0)
            except ValueError:
                seconds = 0.0
            log = _log(result / "log", log_limit)
            size = _text(result / "size")
            yield LayerResult(
                result.name,
                package.name,
                status,
                seconds,
                log,
                int(size) if size.isdecimal() else None,
            )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _log(path: Path, limit: int) -> str:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if size <= limit:
                return file.read().decode("utf-8", "replace")
            head = file.read(limit // 2)
            file.seek(size - limit // 2)
            tail = file.read()
    except OSError:
        return ""
    cut = size - limit // 2 * 2
    return (
        head.decode("utf-8", "replace")
        + f"\n... {cut:,} bytes left out ...\n"
        + tail.decode("utf-8", "replace")
    )
