"""opamplan log: what a package said when it was built."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from opamplan.cli import runs
from opamplan.cli.json_output import print_json
from opamplan.package_names import name_of
from opamplan.terminal.style import Style
from opamplan.wording import counted, listed


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "log",
        help="print the log of a package in a run",
        description="Print what the installs of a package said in a run, also while it goes on. "
        "A package that was built on several sets of dependencies has several logs. Of a matrix "
        "those of all its runs, each once. Of a run that leaves it out, why. Exit status 1 if "
        "there is no log of it.",
        epilog="Example: opamplan log out/builds.sqlite dune",
    )
    parser.add_argument("results", metavar="RUN", help=runs.RUNS_HELP)
    parser.add_argument(
        "package", metavar="PACKAGE", help="NAME, NAME.VERSION or the digits of a layer"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print."""
    from opamplan.runs.selection import find_runs

    found = find_runs(args.results)
    word = args.package
    rows = [
        {
            **row,
            "run": of.id,
            "matrix": of.matrix,
            "combination": of.combination,
            "log": state.log(of, row["layer"]),
        }
        for state, of in found
        for row in state.layers(of)
        if word in (row["package"], name_of(row["package"]), row["layer"])
    ]
    left_out = [
        {**row, "run": of.id, "matrix": of.matrix, "combination": of.combination}
        for state, of in found
        for row in state.left_out(of)
        if row["target"] in (word, name_of(word)) or name_of(row["target"]) == word
    ]
    if args.json:
        print_json([*rows, *map(_as_row, left_out)])
    elif rows or left_out:
        _print(rows, len(found))
        _print_left_out(left_out, len(found))
    else:
        known = {row["package"] for state, of in found for row in state.layers(of)}
        waiting = any(
            word in (name, name_of(name))
            for state, of in found
            for name in state.plan_of(of).packages
        )
        whole = "this run" if len(found) == 1 else f"any of these {counted(len(found), 'run')}"
        what = "has not been built yet" if waiting else f"is not a package of {whole}"
        print(f"{word or repr(word)} {what}: {_known(len(found), len(known))}", file=sys.stderr)
    return 0 if rows else 1


def _known(run_count: int, package_count: int) -> str:
    there = "the run has results of" if run_count == 1 else "the runs have results of"
    return f"{there} {counted(package_count, 'package')}"


def _print(rows: list[dict[str, Any]], run_count: int) -> None:
    """Each log once, with the runs that have it if there are several."""
    style = Style(sys.stdout)
    same: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        same.setdefault((row["layer"], row["status"], row["log"]), []).append(row)
    for (layer, status, log), several in same.items():
        head = f"{several[0]['package']}  layer {layer}  {status}, {several[0]['seconds']:.0f} s"
        print(style.strong(head + _where(several, run_count)))
        print(log, end="" if log.endswith("\n") or not log else "\n")


def _print_left_out(rows: list[dict[str, Any]], run_count: int) -> None:
    """Each reason once, with the runs that have it if there are several."""
    style = Style(sys.stdout)
    same: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        same.setdefault((row["target"], row["status"], row["reason"]), []).append(row)
    for (target, status, reason), several in same.items():
        where = _where(several, run_count)
        print(style.strong(f"{target}  left out, {status}{where}"))
        print(reason)


def _where(rows: list[dict[str, Any]], run_count: int) -> str:
    names = [row["combination"] if row["matrix"] else f"run {row['run']}" for row in rows]
    return f"  {listed(names)}" if run_count > 1 else ""


def _as_row(left_out: dict[str, Any]) -> dict[str, Any]:
    """With the keys of a layer's row, and the reason."""
    none = {"layer": "", "seconds": 0.0, "cached": 0, "size": None, "log": ""}
    return {"package": left_out.pop("target"), **none, **left_out}
