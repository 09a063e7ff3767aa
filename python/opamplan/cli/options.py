"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse

from opamplan.data import repository_path


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """--json and --quiet."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar")


def add_repository_options(parser: argparse.ArgumentParser) -> None:
    """Where the packages come from."""
    group = parser.add_argument_group("repository")
    group.add_argument(
        "--repository",
        metavar="PATH",
        action="append",
        default=[],
        help="a folder, an archive or a git repository in opam-repository's layout; may be "
        "repeated, the first that has a package version wins (default: the small embedded one)",
    )


def repository_paths(args: argparse.Namespace) -> list[str]:
    """The sources that the options name, in order of precedence; else the embedded repository."""
    paths: list[str] = list(args.repository)
    return paths or [repository_path()]


def add_environment_options(parser: argparse.ArgumentParser) -> None:
    """For which system packages are evaluated."""
