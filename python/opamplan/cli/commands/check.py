"""opamplan check: what is wrong with the files of a repository."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from opamplan.cli import options
from opamplan.cli.json_output import print_json
from opamplan.cli.progress import progress_for
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "check",
        help="check the files of a repository",
        description="Reads every field of every file. An error: the file, folder or field is "
        "left out, or opam refuses it. A warning: it is taken. Exit status 1 if there are errors.",
        epilog="Example: opamplan check --repository opam-repository",
    )
    parser.add_argument("--errors-only", action="store_true", help="leave out warnings")
    parser.add_argument("--strict", action="store_true", help="exit status 1 for warnings too")
    options.add_threads_option(parser)
    options.add_repository_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check."""
    repository = options.load(args)
    found = repository.check(threads=args.threads, progress=progress_for(args))
    errors = sum(d.level == "error" for d in found)
    warnings = len(found) - errors
    shown = [d for d in found if d.level == "error"] if args.errors_only else found
    if args.json:
        rows = [
            {
                "level": d.level,
                "source": repository.sources[d.source].label,
                "path": d.path,
                "line": d.line,
                "column": d.column,
                "message": d.message,
            }
            for d in shown
        ]
        print_json(rows)
    else:
        style = Style()
        for d in shown:
            place = f"{d.path}:{d.line}:{d.column}" if d.line else d.path
            level = style.bad("error") if d.level == "error" else style.warn("warning")
            print(f"{style.name(place)}: {level}: {d.message}")
        print(
            f"{counted(len(repository), 'version')} of "
            f"{counted(len(repository.names), 'package')}: "
            f"{counted(errors, 'error')}, {counted(warnings, 'warning')}",
            file=sys.stderr,
        )
    return 1 if errors or (args.strict and warnings) else 0
