"""What a person named and does not get: told in a line each, with status 1."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, Optional

from opamplan.package_names import name_of

if TYPE_CHECKING:
    from opamplan.left_out import LeftOut

EXIT_BAD_NEWS = 1


class BadNews(Exception):
    """An answer, not an error, that a command cannot go on from; told in one line."""


def missing(args: argparse.Namespace, plan: Any, results: Optional[list[Any]]) -> dict[str, str]:
    """The targets that were named and that `plan` does not build, with the reason."""
    if not args.targets:
        return {}
    return {row.target: row.reason for row in left_out(args, plan, results)}


def left_out(args: argparse.Namespace, plan: Any, results: Optional[list[Any]]) -> list[LeftOut]:
    """What `plan` does not build of what was asked for; a file of several plans says it itself."""
    from opamplan.left_out import left_out_of

    saved: Optional[list[LeftOut]] = getattr(args, "left_out", None)
    return left_out_of(plan, results or ()) if saved is None else saved


def named_of(rows: list[LeftOut], targets: list[str]) -> list[LeftOut]:
    """Those that are named, NAME or NAME.VERSION; all of them if nothing is."""
    return [
        row
        for row in rows
        if not targets or {row.target, name_of(row.target)}.intersection(targets)
    ]


def tell_missing(missed: dict[str, str], of: str = "") -> int:
    """Say what was named and is left out, `of` which of several; returns the exit status."""
    sys.stdout.flush()
    where = f"{of}: " if of else ""
    for target, reason in missed.items():
        print(f"opamplan: {where}{target} is left out: {reason}", file=sys.stderr)
    return EXIT_BAD_NEWS if missed else 0


def print_left_out(reasons: dict[str, str]) -> None:
    """The first of many."""
    for target, reason in list(reasons.items())[:10]:
        print(f"  left out: {target}: {reason}")
    if len(reasons) > 10:
        print(f"  ... {len(reasons):,} left out in all")
