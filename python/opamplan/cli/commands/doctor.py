"""opamplan doctor: prove that a plan, or emitted files, keep the limits."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opamplan.cli import options, plans
from opamplan.cli.environments import planned
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import left_out, missing, print_left_out, tell_missing
from opamplan.terminal.style import Style
from opamplan.wording import counted

if TYPE_CHECKING:
    from opamplan import LeftOut, Plan, PlanFinding

MEASURING = ("limit", "limits", "base_layers")
"""Options that mean something beside a plan, too."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="prove that a plan or its files keep the limits",
        description="Carry a plan out on sets of packages, measure it against limits, and name "
        "each step, target or batch that breaks one, with the remedy. Given folders or files, "
        "measure the Dockerfiles and bake files in them, whoever wrote them. Of a file of several "
        "plans each is measured, and what it leaves out is told. Exit status 1 if anything is "
        "wrong.",
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
    from opamplan.matrix import is_matrix

    plans.refuse_idle(args, args.shards > 0, "--shards")
    if args.plan and not args.files and Path(args.plan).is_file() and is_matrix(args.plan):
        return _matrix(args)
    if args.files:
        return _files(args)
    plan, results = plans.plan_from(args, *MEASURING)
    status = tell_missing(missing(args, plan, results))
    findings = _diagnosed(args, plan)
    if args.json:
        print_json(_as_dicts(findings))
    else:
        _print(findings, _what(plan))
        if not args.targets:
            _print_left_out(left_out(args, plan, None))
    return 1 if findings else status


def _files(args: argparse.Namespace) -> int:
    from opamplan.inspection import inspect_files

    plans.refuse_planning(args, "--files", MEASURING)
    measured, findings = inspect_files(map(Path, args.files), plans.limits_from(args))
    if args.json:
        print_json(_as_dicts(findings))
    else:
        _print(findings, counted(len(measured), "file"))
    return 1 if findings else 0


def _matrix(args: argparse.Namespace) -> int:
    """Each plan of a file, by name, with what it leaves out."""
    plans.refuse_beside_plan(args, *MEASURING)
    found, made = planned(args, {})
    told = {}
    status = 0
    for name, (plan, _) in made.items():
        findings = _diagnosed(args, plan)
        rows = left_out(found[name], plan, None)
        told[name] = {"findings": _as_dicts(findings), "left_out": [asdict(row) for row in rows]}
        if findings or (args.targets and rows):
            status = 1
        if not args.json:
            print(Style().strong(name))
            _print(findings, _what(plan))
            _print_left_out(rows)
    if args.json:
        print_json({"environments": told})
    return status


def _print_left_out(rows: list[LeftOut]) -> None:
    print_left_out({row.target: row.reason for row in rows if row.status != "unavailable"})


def _diagnosed(args: argparse.Namespace, plan: Plan) -> list[PlanFinding]:
    from opamplan import diagnose

    measures = args.limits or args.limit or args.base_layers
    return diagnose(plan, plans.limits_from(args) if measures else None)


def _what(plan: Plan) -> str:
    return (
        f"{counted(len(plan.targets), 'target')} in {counted(len(plan), 'step')} and "
        f"{counted(len(plan.batches), 'batch', 'batches')}"
    )


def _as_dicts(findings: list[PlanFinding]) -> list[dict[str, Any]]:
    keys = ("limit", "where", "value", "allowed", "text", "remedy")
    return [{key: getattr(f, key) for key in keys} for f in findings]


def _print(findings: list[PlanFinding], what: str) -> None:
    style = Style()
    for finding in findings:
        print(f"{style.bad(finding.limit)}: {finding.text}")
        print(f"  {finding.remedy}")
    if not findings:
        print(f"{style.good('Sound')}: {what} keep every limit.")
    else:
        print(f"{counted(len(findings), 'finding')} in {what}.")
