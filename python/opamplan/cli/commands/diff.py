"""opamplan diff: what two plans, or two runs, differ in."""

from __future__ import annotations

import argparse
import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opamplan.cli import combination_difference, options, plans
from opamplan.cli.json_output import print_json
from opamplan.cli.run_difference import is_run, tell
from opamplan.terminal.style import Style
from opamplan.wording import counted, listed

if TYPE_CHECKING:
    from opamplan import Plan, PlanDifference

# Options of which the two sides may differ, for OPTION=VALUE.
_SIDE_OPTIONS = ("repository", "rev", "ocaml", "environment", "arch", "image", "strategy", "set")


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "diff",
        help="compare two plans, or two runs: what is built again, what broke",
        description="Compare two plans: layers kept, added and dropped, and for each target that "
        "must be built again the chain of dependencies down to the change that caused it. A side "
        "is a plan file (of two with several plans those of the same name are compared), or "
        "OPTION=VALUE[,OPTION=VALUE...] to plan with that option "
        f"({', '.join(_SIDE_OPTIONS)}), or `-` for the options as they stand. Or compare two runs: "
        "regressions, fixes, and the failures where regressions begin. A side is then a state "
        "file, as build writes: FILE (its newest run, or the newest matrix, whose combinations are "
        "compared one by one), FILE#NUMBER or FILE#COMBINATION; exit status 1 if anything broke.",
        epilog="Examples: opamplan diff monday.json tuesday.json; opamplan diff --repository "
        "opam-repository rev=HEAD~10 rev=HEAD; opamplan diff ocaml=5.2.1 ocaml=5.3.0; opamplan "
        "diff builds.sqlite#1 builds.sqlite#2",
    )
    parser.add_argument(
        "before", metavar="BEFORE", help="a plan file, OPTION=VALUE[,...], `-`, or a run"
    )
    parser.add_argument("after", metavar="AFTER", help="the same; of a run, another one")
    parser.add_argument(
        "--targets",
        dest="list_targets",
        action="store_true",
        help="list every target that is rebuilt",
    )
    options.add_solve_options(parser, targets=False)
    plans.add_plan_options(parser, saved=False)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run, targets=[])


def _side(args: argparse.Namespace, text: str) -> Plan:
    from opamplan import InvalidRequest, MissingFile

    if text != "-" and "=" not in text:
        if options.is_repository(text):
            raise InvalidRequest(
                f"{text}: a repository; `opamplan change BEFORE AFTER` compares two, "
                "for people, as JSON or as Markdown"
            )
        try:
            return plans.load(text)
        except MissingFile as error:
            if Path(text.partition("#")[0]).suffix:
                raise
            said = f"{error}; `opamplan change` compares commits of a repository"
            raise InvalidRequest(said) from None
    if "=" in text and Path(text).is_file():
        return plans.load(text)
    changed = copy.copy(args)
    for part in text.split(",") if text != "-" else []:
        name, equals, value = part.partition("=")
        if not equals or name not in _SIDE_OPTIONS:
            raise InvalidRequest(
                f"{text}: expected a plan file or OPTION=VALUE with {', '.join(_SIDE_OPTIONS)}"
            )
        if name == "repository":
            changed.repository = [value]
        elif name == "set":
            changed.set = [*changed.set, value]
        else:
            setattr(changed, name, value)
            changed.no_ocaml &= name != "ocaml"
    plan, _ = plans.make_plan(changed, options.universe_from(changed))
    return plan


def run(args: argparse.Namespace) -> int:
    from opamplan import InvalidRequest, PlanMatrix, compare_plans
    from opamplan.matrix import is_matrix

    sides = (args.before, args.after)
    runs = [side for side in sides if is_run(side)]
    if len(runs) == 2:
        plans.refuse_planning(args, "two runs", ())
        return tell(*sides, as_json=args.json)
    if runs:
        raise InvalidRequest(f"{runs[0]}: a run; the other side is to be one too, not a plan")
    matrices = [PlanMatrix.load(side) for side in sides if Path(side).is_file() and is_matrix(side)]
    if len(matrices) == 2:
        before, after = matrices
        plans.refuse_planning(args, "two files of several plans", ())
        show = partial(_print, all_targets=args.list_targets)
        combination_difference.tell(before, after, compare_plans, show, _as_dict, args.json)
        return 0
    difference = compare_plans(_side(args, args.before), _side(args, args.after))
    if args.json:
        print_json(_as_dict(difference))
    else:
        _print(difference, args.list_targets)
    return 0


def _as_dict(d: PlanDifference) -> dict[str, Any]:
    rebuilt: list[list[str]] = [[] for _ in d.causes]
    for target in d.rebuilt_targets:
        rebuilt[target.cause].append(target.after)
    return {
        "kept_layer_count": d.kept_layer_count,
        "moved_layer_count": d.moved_layer_count,
        "added_layers": d.added_layers,
        "dropped_layers": d.dropped_layers,
        "kept_step_count": d.kept_step_count,
        "new_step_count": d.new_step_count,
        "unchanged_targets": d.unchanged_targets,
        "added_targets": d.added_targets,
        "dropped_targets": d.dropped_targets,
        "rebuilt_targets": [
            {
                "before": t.before,
                "after": t.after,
                "chain": t.chain,
                "cause": d.causes[t.cause].text,
            }
            for t in d.rebuilt_targets
        ],
        "causes": [
            {
                "kind": cause.kind,
                "package": cause.package,
                "text": cause.text,
                "targets": targets,
            }
            for cause, targets in zip(d.causes, rebuilt)
        ],
    }


def _print(d: PlanDifference, all_targets: bool) -> None:
    style = Style()
    if not d:
        print(style.good("The plans build the same layers."))
        return
    same = not (d.added_layers or d.dropped_layers or d.added_targets or d.dropped_targets)
    if same:
        print("The plans build the same layers in other steps.")
    else:
        print(
            style.strong(
                f"{counted(d.kept_layer_count, 'layer')} kept, {len(d.added_layers):,} added, "
                f"{len(d.dropped_layers):,} dropped"
            )
        )
    print(f"  {counted(d.new_step_count, 'step')} must run, {d.kept_step_count:,} in the cache")
    if d.moved_layer_count:
        moved = counted(d.moved_layer_count, "layer")
        print(f"  {moved} that both have on other images, to be built again; see plan --like")
    if same:
        return
    print(
        f"  targets: {len(d.unchanged_targets)} as before, {len(d.rebuilt_targets)} rebuilt, "
        f"{len(d.added_targets)} new, {len(d.dropped_targets)} gone"
    )
    if d.causes:
        print("Why targets are rebuilt:")
    for cause, count in list(zip(d.causes, d.cause_counts))[:20]:
        print(f"  {count:6}  {cause.text}")
    if len(d.causes) > 20:
        print(f"  ... {counted(len(d.causes), 'cause')} in all (--json lists them)")
    for title, names in (("New", d.added_targets), ("Gone", d.dropped_targets)):
        if names:
            print(f"{title}: {listed(names)}")
    if all_targets:
        for target in d.rebuilt_targets:
            print(f"{target.after}: {' < '.join(reversed(target.chain))}: {d.causes[target.cause]}")
