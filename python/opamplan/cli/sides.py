"""The two sides of a change: revisions of the first repository, or sources of their own."""

from __future__ import annotations

import argparse
import copy


def add_sides(parser: argparse.ArgumentParser) -> None:
    """BEFORE and AFTER."""
    parser.add_argument(
        "before",
        metavar="BEFORE",
        help="a revision of the first --repository; without one, a source as --repository takes it",
    )
    parser.add_argument("after", metavar="AFTER", help="the same, after the change")


def side_of(args: argparse.Namespace, text: str) -> argparse.Namespace:
    """The options, with one side of the change as the first repository."""
    side = copy.copy(args)
    first = f"{args.repository[0].partition('#')[0]}#{text}" if args.repository else text
    side.repository = [first, *args.repository[1:]]
    return side
