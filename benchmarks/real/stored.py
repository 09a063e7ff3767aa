#!/usr/bin/env python3
"""What a BuildKit has stored of a run, by kind, in a line of Markdown.

Usage: stored.py ADDRESS [BUILDCTL]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

from opamplan.runs import Buildctl
from opamplan.runs.records import Record, records_of


def kind(record: Record) -> str:
    """What a record is of, in the words of docs/emit.md."""
    said = record.description
    if said.startswith("cached mount"):
        return "caches of downloads"
    if record.merged_stage:
        return "merges"
    if said.startswith("mount /opamplan/in/own"):
        return "own trees"
    if said.startswith("mount /opamplan/results"):
        return "results"
    if record.layers:
        return "images of installs"
    if record.is_step:
        return "system steps"
    return "base, context, header"


def by_kind(records: Iterable[Record]) -> str:
    """Records and megabytes by kind, the largest first."""
    sizes: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for record in records:
        sizes[kind(record)] += record.size
        numbers[kind(record)] += 1
    parts = [f"{name} ({numbers[name]}) {size / 1e6:,.0f} MB" for name, size in sizes.most_common()]
    return ", ".join(parts)


if __name__ == "__main__":
    print(by_kind(records_of(Buildctl(sys.argv[1], *sys.argv[2:]))))
