"""opamplan prune: what a builder keeps that no plan needs any more."""

from __future__ import annotations

import argparse
from typing import Any

from opamplan.cli import builders, options, plans
from opamplan.cli.json_output import print_json
from opamplan.terminal.style import Style
from opamplan.wording import counted, size

SHOWN = 10


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "prune",
        help="say what a builder keeps of steps that no plan needs, and remove it",
        description="After a commit the layers that it changed are built anew, and the builder "
        "keeps the old ones too. Say which of its records are of steps that none of these plans "
        "has, and how large they are; with --remove, have the builder forget them. Base images, "
        "caches of downloads and what others build there are left alone.",
        epilog="Examples: opamplan prune out/builds.sqlite --builder "
        "unix:///run/buildkit/buildkitd.sock; opamplan prune monday.json tuesday.json --remove",
    )
    parser.add_argument(
        "kept",
        nargs="+",
        metavar="PLAN",
        help="whose layers are kept: a plan's file, or a run's (a state file, as build writes: the "
        "newest run of each environment; FILE#NUMBER, FILE#COMBINATION)",
    )
    parser.add_argument("--remove", action="store_true", help="remove them; else only say it")
    builders.add_builder_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan.runs.records import records_of, remove, unneeded

    kept = [plan for name in args.kept for plan in plans.plans_in(name)]
    answers = []
    serving = {builder.name: builder for builder in builders.builders_from(args)}
    # All are asked before anything is removed: one that is absent stops it.
    held = [(builder, records_of(builder)) for builder in serving.values()]
    for builder, records in held:
        found = sorted(unneeded(records, kept), key=lambda r: (-r.size, r.id))
        if args.remove:
            remove(builder, found)
            rest = {record.id for record in records_of(builder)}
            found = [record for record in found if record.id not in rest]
        answers.append(
            {
                "builder": builder.name,
                "record_count": len(records),
                "bytes": sum(record.size for record in records),
                "removed": bool(args.remove),
                "unneeded": [
                    {"id": r.id, "bytes": r.size, "label": r.label, "layers": r.layers}
                    for r in found
                ],
            }
        )
        if not args.json:
            _print(answers[-1], quiet=args.quiet)
    if args.json:
        print_json(answers)
    return 0


def _print(answer: dict[str, Any], quiet: bool) -> None:
    if not answer["record_count"]:
        print(f"{answer['builder']}: it keeps nothing")
        return
    style = Style()
    found = answer["unneeded"]
    unneeded = sum(record["bytes"] for record in found)
    what = "removed" if answer["removed"] else "of steps that none of these plans has"
    print(
        style.strong(
            f"{answer['builder']}: {counted(len(found), 'record')} of {answer['record_count']}, "
            f"{size(unneeded)} of {size(answer['bytes'])}: {what}"
        )
    )
    if not quiet:
        _print_largest(found)
    if found and not answer["removed"]:
        print("--remove removes them")


def _print_largest(found: list[dict[str, Any]]) -> None:
    """By what the steps install: a package has several layers, and a step several records."""
    sizes: dict[str, list[int]] = {}
    for record in found:
        sizes.setdefault(record["label"], []).append(record["bytes"])
    largest = sorted(sizes, key=lambda label: (-sum(sizes[label]), label))
    for label in largest[:SHOWN]:
        short = label if len(label) <= 50 else label[:47] + "..."
        count = counted(len(sizes[label]), "record")
        print(f"  {size(sum(sizes[label])):>11}  {short} ({count})")
    if len(largest) > SHOWN:
        print(f"  ... and {counted(len(largest) - SHOWN, 'other')}")
