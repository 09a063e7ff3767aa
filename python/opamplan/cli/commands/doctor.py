"""opamplan doctor: prove that a plan, or emitted files, keep the limits."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from opamplan.cli import options, plans
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import missing, tell_missing
from opamplan.terminal.style import Style
from opamplan.wording import counted


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="prove that a plan or its files keep the limits",
        description="Carry a plan out on sets of packages, measure it against limits, and name "
        "each step, target or batch that breaks one, with the remedy. Given folders or files, "
        "measure the Dockerfiles and bake files in them, whoever wrote them. Exit status 1 if "
        "anything is wrong.",
        epilog="Examples: opamplan doctor --plan plan.json --limits docker; "
        "opamplan doctor --files out/",
    )
    options.add_solve_options(parser)
    parser.add_argument(
        "--files",
        metavar="PATH",
        action="append",
        default=[],
        help="a Dockerfile, a docker-bake.json, or a folder of them; may be repeated",
    )
    plans.add_plan_options(parser)
    plans.add_shard_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import diagnose
    from opamplan.inspection import inspect_files

    status = 0
    plans.refuse_idle(args, args.shards > 0, "--shards")
    if args.files:
        plans.refuse_planning(args, "--files", ("limit", "limits", "base_layers"))
        measured, findings = inspect_files(map(Path, args.files), plans.limits_from(args))
        what = counted(len(measured), "file")
    else:
        plan, results = plans.plan_from(args, "limit", "limits", "base_layers")
        status = tell_missing(missing(args, plan, results))
        limits = plans.limits_from(args) if args.limits or args.limit or args.base_layers else None
        findings = diagnose(plan, limits)
        what = (
            f"{counted(len(plan.targets), 'target')} in {counted(len(plan), 'step')} and "
            f"{counted(len(plan.batches), 'batch', 'batches')}"
        )
    if args.json:
        keys = ("limit", "where", "value", "allowed", "text", "remedy")
        print_json([{key: getattr(f, key) for key in keys} for f in findings])
    else:
        style = Style()
        for finding in findings:
            print(f"{style.bad(finding.limit)}: {finding.text}")
            print(f"  {finding.remedy}")
        if not findings:
            print(f"{style.good('Sound')}: {what} keep every limit.")
        else:
            print(f"{counted(len(findings), 'finding')} in {what}.")
    return 1 if findings else status
