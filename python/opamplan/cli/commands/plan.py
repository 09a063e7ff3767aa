"""opamplan plan: how everything would be built."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from opamplan.cli import options, plans
from opamplan.cli.environments import check_pattern, each_environment, each_planned, save_plans
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import missing, tell_missing
from opamplan.terminal.style import Style
from opamplan.wording import counted

if TYPE_CHECKING:
    from opamplan import Plan


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "plan",
        help="plan builds and say what they cost",
        description="Turn all solutions into one plan in which shared work is done once, cut into "
        "batches that the builder can take, and print its figures. With several environments or "
        "compilers, a plan for each, and what they share.",
        epilog="Example: opamplan plan --repository opam-repository -o plan.json; then "
        "opamplan forecast, doctor, diff and emit take --plan plan.json.",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=options.place,
        metavar="FILE",
        help="save the plan, as JSON; -: print it instead of the figures; {environment}, "
        "{ocaml}, {arch} and {name} stand for the values of which there are several; without them "
        "one file has all plans",
    )
    options.add_solve_options(parser)
    plans.add_plan_options(parser, saved=False)
    plans.add_shard_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser, several=True)
    # --summary-json is what the option was called first; scripts that read figures have it.
    parser.add_argument(
        "--json", "--summary-json", action="store_true", help="print the figures as JSON"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="errors only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import PlanMatrix

    plans.refuse_idle(args, args.shards > 0, "--shards")
    found = each_environment(args)
    if args.output:
        check_pattern(args.output, found)
    repository = options.load(args)
    figures: dict[str, dict[str, Any]] = {}
    status = 0
    # All are planned before anything is written or told.
    made = each_planned(
        found, lambda one: plans.make_plan(one, options.universe_from(one, repository))
    )
    results = {name: of_plan for name, (_, of_plan) in made.items()}
    matrix = PlanMatrix(
        {name: plan for name, (plan, _) in made.items()},
        {name: one.asked for name, one in found.items()},
        results,
    )
    saves = args.output and args.output != "-"
    files = save_plans(args.output, matrix, found, results) if saves else []
    own = dict(zip(found, files)) if len(files) == len(found) else {}
    for name, one in found.items():
        several = name if len(found) > 1 else ""
        figures[name], answer = _tell(one, *made[name], several, own.get(name, ""))
        status = max(status, answer)
    if args.json and args.output != "-":
        whole = {"environments": figures, **matrix.summary} if len(found) > 1 else figures[name]
        print_json(whole)
    elif len(found) > 1 and not args.quiet:
        figure = matrix.summary
        layers = counted(figure["layers"], "distinct layer")
        print(
            Style().strong(counted(len(found), "environment"))
            + f": {layers}, {figure['shared_layers']:,} of them in more than one; "
            f"{counted(figure['steps'], 'step')} for one builder"
        )
        if not own and files:
            print(f"  saved: {files[0]}")
    return status


def _tell(
    args: argparse.Namespace, plan: Plan, results: list[Any], several: str, file: str
) -> tuple[dict[str, Any], int]:
    """Tells the plan of one environment, in `file`; its figures and the exit status."""
    from opamplan.terminal.harmless import write_exact

    missed = missing(args, plan, results)
    figures = plans.figures(plan, results, missed)
    if args.output == "-":
        write_exact(sys.stdout, plans.made_for(args, results).text_of(plan))
        return figures, tell_missing(missed, several)
    if not args.json and not args.quiet:
        if several:
            print(Style().strong(several))
        plans.print_summary(plan, results, several, missed, args.asked)
        if file:
            print(f"  saved: {file}")
    return figures, tell_missing(missed, several)
