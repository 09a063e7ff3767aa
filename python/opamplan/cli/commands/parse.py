"""`opamplan parse`: check opam files, show all errors, print them as JSON or laid out anew."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import Any

from opamplan.terminal.harmless import write_bytes, write_exact
from opamplan.terminal.style import Style
from opamplan.wording import counted

EXIT_BROKEN = 1


def add_parser(subparsers: Any) -> None:
    """The options of `opamplan parse`."""
    parser = subparsers.add_parser(
        "parse",
        help="check opam files, print them as JSON or laid out anew",
        description="Parse opam files. Without --json or --print, say of each file what is in it; "
        "all errors of a file are shown. The exit status is 1 if a file does not parse, or a "
        "folder has none.",
        epilog="Examples: opamplan parse mine.opam; opamplan parse --json packages/ >files.json; "
        "opamplan parse --print opam mine.opam",
    )
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="an opam file, a folder (every `opam` and `*.opam` file below it), or - for standard "
        "input",
    )
    parser.add_argument(
        "--repository",
        metavar="PATH",
        action="append",
        default=[],
        help="every opam file of a repository (a folder, an archive or a git repository), named "
        "NAME/NAME.VERSION/opam and in the order of these names",
    )
    parser.add_argument("--rev", metavar="REV", help="the commit of a git repository")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--json",
        action="store_true",
        help='one JSON object a line for each file; a broken one is {"file":...,"error":...}',
    )
    what.add_argument(
        "--print",
        metavar="LAYOUT",
        dest="layout",
        choices=["plain", "opam", "opam-normalised"],
        help="print the files in a layout: plain, opam or opam-normalised",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress, errors only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Parse what was asked for."""
    from opamplan import InvalidRequest

    if bool(args.paths) == bool(args.repository):
        raise InvalidRequest("give either opam files or --repository")
    if args.repository and args.layout:
        raise InvalidRequest("--print is for single files")
    return _parse_repository(args) if args.repository else _parse_files(args)


def _parse_repository(args: argparse.Namespace) -> int:
    from opamplan import Repository
    from opamplan._core.repository import _repository_json
    from opamplan.cli.progress import progress_for

    repository = Repository.open(args.repository, rev=args.rev, progress=progress_for(args))
    if args.json:
        lines, broken = _repository_json(repository)
        write_bytes(sys.stdout, lines)
        return EXIT_BROKEN if broken else 0
    style = Style()
    errors = [d for d in repository.diagnostics if d.level == "error"]
    for diagnostic in errors:
        print(diagnostic)
    if not args.quiet:
        bad = style.bad(f"{len(errors)} broken") if errors else style.good("none broken")
        print(f"{style.strong(counted(len(repository), 'opam file'))} parsed, {bad}")
    return EXIT_BROKEN if errors else 0


def _files(path: str) -> Iterator[str]:
    """The files that `path` stands for; a folder without one stands for itself."""
    if path == "-" or not os.path.isdir(path):
        yield path
        return
    found = False
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if name == "opam" or name.endswith(".opam"):
                found = True
                yield os.path.join(folder, name)
    if not found:
        yield path


def _parse_files(args: argparse.Namespace) -> int:
    from opamplan import parse_recovering
    from opamplan._core.syntax import _error_json
    from opamplan.files import read

    style = Style()
    status = 0
    for path in (file for given in args.paths for file in _files(given)):
        if os.path.isdir(path):
            print(f"opamplan: {path}: no opam file in this folder", file=sys.stderr)
            status = EXIT_BROKEN
            continue
        source = sys.stdin.buffer.read() if path == "-" else read(path)
        label = "<stdin>" if path == "-" else path
        file, errors = parse_recovering(source, path=label)
        if errors:
            status = EXIT_BROKEN
        if args.json:
            told = _error_json(errors[0], label) if errors else file.to_json()
            write_bytes(sys.stdout, told.encode("utf-8", "surrogateescape") + b"\n")
        elif errors:
            for error in errors:
                place = f"{error.path}:{error.line}:{error.column}:"
                rest = str(error)[len(place) :] if str(error).startswith(place) else f" {error}"
                print(f"{style.name(place)} {style.bad('error:')}{rest}")
        elif args.layout:
            write_exact(sys.stdout, file.print(args.layout).rstrip("\n") + "\n")
        elif not args.quiet:
            sections = sum(1 for item in file if item.is_section)
            fields = counted(len(file) - sections, "field")
            print(f"{style.name(label)}: {fields}, {counted(sections, 'section')}")
    return status
