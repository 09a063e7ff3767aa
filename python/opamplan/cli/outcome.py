"""What a person named and does not get: told in a line each, with status 1."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Optional

from opamplan.left_out import reason_of

EXIT_BAD_NEWS = 1


class BadNews(Exception):
    """An answer, not an error, that a command cannot go on from; told in one line."""


def missing(args: argparse.Namespace, plan: Any, results: Optional[list[Any]]) -> dict[str, str]:
    """The targets that were named and that `plan` does not build, with the reason."""
    if not args.targets:
        return {}
    found = {r.target or r.package: reason_of(r) for r in results or () if not r}
    return {**found, **plan.left_out}


def tell_missing(missed: dict[str, str]) -> int:
    """Say what was named and is left out; returns the exit status."""
    sys.stdout.flush()
    for target, reason in missed.items():
        print(f"opamplan: {target} is left out: {reason}", file=sys.stderr)
    return EXIT_BAD_NEWS if missed else 0
