"""Options that name builders."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from opamplan.cli.options import named

if TYPE_CHECKING:
    from opamplan.runs.builders import Builder


def add_builder_options(parser: argparse.ArgumentParser) -> None:
    """Which builders, and what talks to them."""
    group = parser.add_argument_group("builders")
    group.add_argument(
        "--builder",
        type=named,
        metavar="ADDRESS",
        action="append",
        default=[],
        help="of BuildKit (unix:///..., tcp://..., docker-container://...; default: BUILDKIT_HOST)"
        ", or the name of a buildx builder with --with buildx; repeated: work goes to whichever "
        "is free",
    )
    group.add_argument(
        "--with",
        dest="tool",
        choices=("buildctl", "buildx"),
        default="buildctl",
        help="what talks to BuildKit (default: buildctl)",
    )
    group.add_argument("--program", type=named, metavar="PATH", help="where buildctl or buildx is")


def add_cache_options(parser: argparse.ArgumentParser) -> None:
    """Caches that builders share, in BuildKit's words."""
    group = parser.add_argument_group("shared caches")
    group.add_argument(
        "--cache",
        default="",
        metavar="REPOSITORY",
        help="in a registry, as registry.example/opamplan/cache: each batch writes what it built "
        "to a tag of its own, and reads those that it stands on; with several builders the plan "
        "is cut into shards for them",
    )
    add_plain_cache_options(group)


def add_plain_cache_options(group: Any) -> None:
    """Caches as BuildKit's own clients take them."""
    spec = "as type=registry,ref=registry.example/cache or type=local,"
    group.add_argument(
        "--cache-from",
        action="append",
        default=[],
        metavar="SPEC",
        help=f"a cache that is read, {spec}src=FOLDER; may be repeated",
    )
    group.add_argument(
        "--cache-to",
        action="append",
        default=[],
        metavar="SPEC",
        help=f"a cache that is written, {spec}dest=FOLDER; may be repeated",
    )


def builders_from(args: argparse.Namespace) -> list[Builder]:
    """The builders that the options name; batches go to whichever is free."""
    from opamplan.runs.builders import Buildctl, Buildx

    if args.tool == "buildx":
        return [Buildx(name, args.program or "buildx") for name in args.builder or [""]]
    cache = (tuple(getattr(args, "cache_from", ())), tuple(getattr(args, "cache_to", ())))
    return [Buildctl(a, args.program or "buildctl", *cache) for a in args.builder or [""]]
