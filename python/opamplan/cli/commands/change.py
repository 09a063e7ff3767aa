"""opamplan change: what a change of a repository does, and what it takes to check it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from opamplan.change import STAGES
from opamplan.cli import options, plans
from opamplan.cli.change_markdown import change_markdown, said_of, work_of
from opamplan.cli.change_workflow import change_workflow
from opamplan.cli.environments import (
    check_pattern,
    each_environment,
    save_plans,
)
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import EXIT_BAD_NEWS
from opamplan.cli.sides import add_sides, side_of
from opamplan.terminal.style import Style
from opamplan.wording import ANY_COMPILER, MOST_LISTED, counted, listed, without_compiler

if TYPE_CHECKING:
    from opamplan import Effect, PackageChange

FORMATS = ("text", "markdown", "json", "github")


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "change",
        help="say what a change of a repository breaks, and plan its check",
        description="Compare a repository before and after a change: versions added, changed and "
        "removed; what could be installed and no longer can, and why; and which targets must be "
        "built again. Every option of the environment holds for both. Exit status 1 if "
        "something that is still there can no longer be installed, no compiler that is named can "
        "install what is added, or a file, or a field of it that decides this, cannot be read any "
        "more.",
        epilog="Examples: opamplan change --repository opam-repository HEAD~1 HEAD; opamplan "
        "change before/ after/ --ocaml 4.14.2 --ocaml 5.3.0 -o check.json; opamplan build --plan "
        "check.json",
    )
    add_sides(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="how to write it (default: text); `github`: nothing is compared, this is the workflow "
        "that does so for each pull request of a repository",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=options.place,
        help="save the plan that checks the change; {environment}, {ocaml}, {arch} and {name} "
        "stand for the values of which there are several; without them one file has all plans",
    )
    parser.add_argument(
        "--known",
        metavar="RUN",
        action="append",
        default=[],
        help="what failed in this run, FILE (its newest run, or all of the newest matrix) or "
        "FILE#NUMBER, is not built again, nor what stands on it, unless the change makes another "
        "layer of it; may be repeated",
    )
    parser.add_argument(
        "--dependents",
        choices=STAGES,
        default="all",
        help="what of the other targets that must be built again the plan builds: all, those that "
        "are directly on what is changed, or none; a builder has the layers of a stage in the next "
        "(default: all)",
    )
    options.add_solve_options(parser, targets=False, all_versions=False)
    plans.add_plan_options(parser, saved=False, align=False)
    options.add_repository_options(parser)
    options.add_environment_options(parser, several=True)
    options.add_output_options(parser)
    parser.set_defaults(run=run, targets=[])


def run(args: argparse.Namespace) -> int:
    """Compare."""
    from opamplan import PlanMatrix, compare_repositories, effect_of

    found = each_environment(args)
    if args.format == "github":
        _refuse_beside_workflow(args)
        print(change_workflow(args), end="")
        return 0
    if args.output:
        check_pattern(args.output, found)
    before = options.load(side_of(args, args.before))
    after = options.load(side_of(args, args.after), previous=before)
    changes = compare_repositories(before, after)
    failed = _failed_layers(args.known)
    effects: dict[str, Effect] = {}
    how = plans.planning(args)
    for name, one in found.items():
        effects[name] = effect_of(
            changes,
            options.universe_from(one, before),
            options.universe_from(one, after),
            failed_layers=failed,
            dependents=args.dependents,
            **how,
        )
        plans.tell_like(one, effects[name].plan)
    if args.output:
        checks = {name: effect.plan for name, effect in effects.items()}
        asked = {name: one.asked for name, one in found.items()}
        save_plans(args.output, PlanMatrix(checks, asked), found, {})
    kind = "json" if args.json else args.format
    if kind == "json":
        _print_json(changes, effects, found)
    else:
        told = {_heading(one, found): effects[name] for name, one in found.items()}
        if kind == "markdown":
            print(change_markdown(changes, told), end="")
        else:
            _print(changes, told)
    return EXIT_BAD_NEWS if _is_bad(changes, effects) else 0


def _refuse_beside_workflow(args: argparse.Namespace) -> None:
    """Refuse what is of a comparison, where nothing is compared."""
    from opamplan import InvalidRequest

    taken = (("output", "-o"), ("known", "--known"), ("dependents", "--dependents"))
    for name, option in (*taken, ("json", "--json")):
        if name in args.typed:
            raise InvalidRequest(
                f"{option} has no effect with --format github, which prints a workflow: leave it "
                "out; `> FILE` keeps the workflow"
            )


def _failed_layers(known: list[str]) -> set[str]:
    """The layers that failed by their own fault in runs, and were built in none of them.

    A layer is of one environment, so that no run speaks for another's. Infrastructure says nothing.
    """
    from opamplan.runs.failure_groups import Errors
    from opamplan.runs.selection import find_runs
    from opamplan.runs.statuses import ACCEPTED_FAILURE, FAILURE, SUCCESS

    fault = (FAILURE, ACCEPTED_FAILURE)
    failed: set[str] = set()
    built: set[str] = set()
    for text in known:
        for state, run in find_runs(text):
            errors = Errors(state).of(run)
            for row in state.layers(run):
                layer = row["layer"]
                if row["status"] == SUCCESS:
                    built.add(layer)
                elif row["status"] in fault and not errors[layer].is_infrastructure:
                    failed.add(layer)
    return failed - built


def _is_bad(changes: list[PackageChange], effects: dict[str, Effect]) -> bool:
    if any(change.kind == "broken" for change in changes):
        return True
    if any(effect.is_bad for effect in effects.values()):
        return True
    refused = {loss.package for effect in effects.values() for loss in effect.refused}
    return bool(refused - {p for effect in effects.values() for p in effect.installable})


def _heading(one: argparse.Namespace, found: dict[str, argparse.Namespace]) -> str:
    """What is particular to an environment, for people."""
    distributions = {(each.environment, each.arch) for each in found.values()}
    words = [f"OCaml {one.ocaml}" if one.ocaml else ANY_COMPILER]
    if len(distributions) > 1:
        words.append(f"on {one.environment}{f' {one.arch}' if one.arch else ''}")
    flags = (("with tests", one.with_test), ("with documentation", one.with_doc))
    words += [word for word, holds in flags if holds]
    asked = {each.asked: without_compiler(each.asked) for each in found.values()}
    apart = len(set(asked.values())) > 1
    return " ".join(words) + (f", {asked[one.asked]}" if apart and asked[one.asked] else "")


def _print_json(
    changes: list[PackageChange],
    effects: dict[str, Effect],
    found: dict[str, argparse.Namespace],
) -> None:
    rows = [
        {"package": c.package, "kind": c.kind, "fields": c.fields, "problem": c.problem or None}
        for c in changes
    ]
    answer = {
        "changes": rows,
        "effects": [
            {
                "combination": name,
                "environment": found[name].environment,
                "ocaml": found[name].ocaml or None,
                **effect.to_dict(),
            }
            for name, effect in effects.items()
        ],
    }
    print_json(answer)


def _print(changes: list[PackageChange], effects: dict[str, Effect]) -> None:
    style = Style()
    if not changes:
        print(style.good("Nothing is changed."))
        return
    print(style.strong(f"{counted(len(changes), 'version')} changed"))
    for change in changes[:50]:
        print(f"  {change.kind:8}  {style.name(change.package)}{said_of(change, ': ')}")
    if len(changes) > 50:
        print(f"  ... {len(changes):,} in all (--json lists them)")
    broken = {change.package for change in changes if change.kind == "broken"}
    for heading, effect in effects.items():
        print(style.strong(f"With {heading}"))
        for title, losses, paint in (
            ("can no longer be installed", effect.lost, style.bad),
            ("cannot be installed", effect.refused, style.warn),
        ):
            for loss in losses[:MOST_LISTED]:
                print(f"  {paint(loss.package)} {title}:")
                for reason in loss.reasons:
                    print(f"    {reason}")
            if len(losses) > MOST_LISTED:
                print(f"  ... {len(losses):,} that {title} in all (--json lists them)")
        for title, names in (
            ("can be installed", effect.installable),
            ("can be installed now", effect.gained),
            ("cannot be installed, as before", effect.refused_before),
            ("could be installed, removed", [p for p in effect.removed if p not in broken]),
            ("could be installed, cannot be read", [p for p in effect.removed if p in broken]),
            ("not available here", effect.unavailable),
            ("failed before, not built again", effect.known_failures),
        ):
            if names:
                print(f"  {title}: {listed(names)}")
        print(f"  to build: {work_of(effect)}")
