"""opamplan report: a run as a page to read."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from opamplan.cli import options, runs

FORMATS = {".json": "json", ".md": "markdown", ".markdown": "markdown"}
"""By the end of a file's name; all others are HTML."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "report",
        help="write the report of a run",
        description="Write what a run found: a self-contained HTML page to search and filter, "
        "with logs, the graph of each target and the time line of batches; or JSON, or Markdown.",
        epilog="Example: opamplan report out/builds.sqlite -o report.html",
    )
    parser.add_argument("results", metavar="RUN", help=runs.RUN_HELP)
    parser.add_argument(
        "-o",
        "--output",
        type=options.place,
        metavar="FILE",
        help="where to write (default: report.html, or the terminal for others); -: the terminal",
    )
    parser.add_argument(
        "--format",
        choices=("html", "json", "markdown"),
        help="what to write (default: as the name of FILE ends (.html, .json, .md), else html)",
    )
    parser.add_argument(
        "--log-bytes",
        type=options.whole(0, 100_000_000),
        default=20_000,
        metavar="N",
        help="of each failed layer's log, from its end (default: 20000; successes: a tenth)",
    )
    parser.add_argument(
        "--durations",
        action="store_true",
        help="instead: the seconds of installs as JSON, for opamplan forecast --durations",
    )
    parser.add_argument(
        "--sizes",
        action="store_true",
        help="instead: the bytes of installs as JSON, for opamplan plan --sizes",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan.files import save
    from opamplan.runs.report import html_report, json_report, markdown_report, report_data
    from opamplan.runs.state import find_run
    from opamplan.terminal.harmless import write_exact

    form = args.format or FORMATS.get(Path(args.output or "").suffix.lower(), "html")
    state, found = find_run(args.results)
    if args.durations:
        text = json.dumps(state.durations(found), indent=0, sort_keys=True) + "\n"
    elif args.sizes:
        text = json.dumps(state.sizes(found), indent=0, sort_keys=True) + "\n"
    else:
        data = report_data(state, found, args.log_bytes)
        write = {"html": html_report, "json": json_report, "markdown": markdown_report}
        text = write[form](data)
    output = args.output
    if output is None and form == "html" and not (args.durations or args.sizes):
        output = "report.html"
    if output is None or output == "-":
        write_exact(sys.stdout, text)
        return 0
    content = text.encode("utf-8", "backslashreplace")
    save(output, content)
    print(f"{output}: {len(content) / 1e6:.1f} MB", file=sys.stderr)
    return 0
