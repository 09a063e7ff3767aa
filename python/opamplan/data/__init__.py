"""The embedded repository: a small one, written for trying things out and for tests."""

from __future__ import annotations

import os


def repository_path() -> str:
    """The folder of the embedded opam repository."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "repository")
