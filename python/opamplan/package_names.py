"""Packages are named NAME.VERSION, or NAME for any version of it."""

from __future__ import annotations


def name_of(package: str) -> str:
    """NAME of NAME.VERSION or NAME."""
    return package.partition(".")[0]
