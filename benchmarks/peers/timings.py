"""The line that a comparison prints for each side."""

from __future__ import annotations

import statistics


def row(name: str, seconds: list[float]) -> None:
    """One line of a table: milliseconds."""
    ordered = sorted(1000 * s for s in seconds)
    print(
        f"{name:32} median {statistics.median(ordered):9.3f}"
        f"  99th percentile {ordered[len(ordered) * 99 // 100]:9.3f}"
        f"  largest {ordered[-1]:9.3f}  total {sum(ordered):10.1f} ms"
    )
