"""opamplan report: a run as a page to read, or several side by side."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from opamplan.cli import options, runs
from opamplan.wording import size

FORMATS = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
}
"""By the end of a file's name; a name without one is of HTML."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "report",
        help="write the report of a run, or of several side by side",
        description="Write what a run found: a self-contained HTML page to search and filter, "
        "with logs, the graph of each target and the time line of batches; or JSON, or Markdown. "
        "Of several runs, for example of the same packages on several compilers, a table of "
        "packages and environments, with what is not the same everywhere.",
        epilog="Examples: opamplan report out/builds.sqlite -o report.html; "
        "opamplan report out/builds.sqlite#1 out/builds.sqlite#7 -o both.html",
    )
    parser.add_argument(
        "results",
        metavar="RUN",
        nargs="+",
        help=f"{runs.RUNS_HELP}; several are put side by side",
    )
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
        help="what to write (default: as the name of FILE ends (.html, .json, .md), html without)",
    )
    parser.add_argument(
        "--log-bytes",
        type=options.whole(0, 100_000_000),
        metavar="N",
        help="of each failed layer's log, from its end (default: 20000, and a tenth of successes; "
        "of several runs 4000, and none of successes)",
    )
    parser.add_argument(
        "--logs",
        metavar="DIR",
        type=options.place,
        help="write whole logs there, as files that the page opens (of several runs those of "
        "failures)",
    )
    figures = parser.add_mutually_exclusive_group()
    figures.add_argument(
        "--durations",
        action="store_true",
        help="instead: the seconds of installs as JSON, for opamplan forecast --durations",
    )
    figures.add_argument(
        "--sizes",
        action="store_true",
        help="instead: the bytes of installs as JSON, for opamplan plan --sizes",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan.files import save
    from opamplan.terminal.harmless import write_exact

    form = _format(args)
    text = _figures(args) if args.durations or args.sizes else _page(args, form)
    output = args.output
    if output is None and form == "html" and not (args.durations or args.sizes):
        output = "report.html"
    if output is None or output == "-":
        write_exact(sys.stdout, text)
        return 0
    content = text.encode("utf-8", "backslashreplace")
    save(output, content)
    print(f"{output}: {size(len(content))}", file=sys.stderr)
    return 0


def _format(args: argparse.Namespace) -> str:
    """What --format says, or the end of the file's name."""
    from opamplan import InvalidRequest

    end = Path(args.output or "").suffix.lower()
    if args.format or not end or args.durations or args.sizes:
        return args.format or "html"
    if end not in FORMATS:
        known = ", ".join(FORMATS)
        raise InvalidRequest(
            f"-o {args.output}: no report is written as {end}; there are {known}, and --format"
        )
    return FORMATS[end]


def _figures(args: argparse.Namespace) -> str:
    from opamplan import InvalidRequest
    from opamplan.runs.selection import find_runs

    found = [each for text in args.results for each in find_runs(text)]
    state = found[0][0]
    if any(other.path != state.path for other, _ in found):
        raise InvalidRequest("--durations and --sizes are of the runs of one file")
    of = [run for _, run in found]
    figures: dict[str, Any] = state.durations(of) if args.durations else state.sizes(of)
    return json.dumps(figures, indent=1, sort_keys=True) + "\n"


def _page(args: argparse.Namespace, form: str) -> str:
    from opamplan.runs import report
    from opamplan.runs.selection import find_runs

    found = [each for text in args.results for each in find_runs(text)]
    limit = {} if args.log_bytes is None else {"log_bytes": args.log_bytes}
    if len(found) > 1:
        data = report.matrix_data(found, **limit)
        write = {
            "html": report.matrix_html,
            "json": report.json_report,
            "markdown": report.matrix_markdown,
        }
    else:
        data = report.report_data(*found[0], **limit)
        write = {
            "html": report.html_report,
            "json": report.json_report,
            "markdown": report.markdown_report,
        }
    if args.logs:
        page = Path(args.output or "report.html")
        report.add_log_files(data, found, report.LogFiles(Path(args.logs), page))
    return write[form](data)
