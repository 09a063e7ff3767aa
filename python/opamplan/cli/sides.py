"""The two sides of a change: revisions of the first repository, or sources of their own."""

from __future__ import annotations

import argparse
import copy
import os


def add_sides(parser: argparse.ArgumentParser) -> None:
    """BEFORE and AFTER."""
    parser.add_argument(
        "before",
        metavar="BEFORE",
        help="a commit, branch or tag of the first --repository, a git repository; without one, "
        "a folder, an archive or a URL, as --repository takes it",
    )
    parser.add_argument("after", metavar="AFTER", help="the same, after the change")


def side_of(args: argparse.Namespace, text: str) -> argparse.Namespace:
    """The options, with one side of the change as the first repository."""
    from opamplan import InvalidRequest

    first = args.repository[0].partition("#")[0] if args.repository else ""
    if os.path.isfile(os.path.expanduser(first)):
        raise InvalidRequest(
            f"--repository {first}: a file has no commits, and so no {text!r}: name a git "
            f"repository (a clone, or its URL); two archives are compared without --repository: "
            f"opamplan {args.command} ... BEFORE.tar AFTER.tar"
        )
    if not first and _is_absent(text):
        raise InvalidRequest(
            f"{text}: no such file or folder; if it is a commit, name its git repository with "
            "--repository"
        )
    side = copy.copy(args)
    side.repository = [f"{first}#{text}" if first else text, *args.repository[1:]]
    return side


def _is_absent(text: str) -> bool:
    """Whether a source is on this machine, and is not."""
    path = os.path.expanduser(text)
    there = os.path.exists(path) or os.path.exists(path.rpartition("#")[0])
    return not there and ":" not in text and not text.startswith("git+")
