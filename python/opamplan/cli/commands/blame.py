"""opamplan blame: which change broke a target, and what cures it."""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opamplan.cli import builders, building, image, options, plans
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import EXIT_BAD_NEWS, BadNews
from opamplan.cli.run_difference import is_run
from opamplan.cli.sides import add_sides, side_of
from opamplan.package_names import name_of
from opamplan.terminal.style import Style
from opamplan.wording import counted, listed

if TYPE_CHECKING:
    from opamplan.runs.blame import Blame, Repair, Tried
    from opamplan.runs.blame.parts import Part

DESCRIPTION = """\
Find the change of a repository that broke a target, by building as little as
possible. What differs in the dependencies of the package that fails (versions,
opam files, what came) is bisected: plans in which some of them are as after
the change and the others as before are built, until one change is left that
makes the difference.

Layers whose results are known are not built: those of runs given with --known
and of earlier calls with the same -o. Usually the run that was good and the
one that was bad are there, and a few builds of a few layers are left; without
them, the target is built on both sides first.

A side may be a run too, FILE (its newest), FILE#NUMBER or FILE#COMBINATION: its plan says
what the packages were. Repairs are looked for in --repository, if it is given.

Then an edit of an opam file is looked for that cures it: a dependency that is
used and not named, an upper bound, a change taken back, or a version that
nobody can install. The target is solved again with it, and built. The edit is
printed as a diff, which --patch saves for `git apply`, and --apply makes; every
other byte of the file stays.
"""
EPILOG = """\
Exit status: 0 if the change was found, and a cure (unless --no-repair); 1 if
not; 2 if the target is built after the change, or nothing could be built.

Examples:
  opamplan blame --repository opam-repository HEAD~20 HEAD lwt \\
    --known nightly.sqlite#41 --known nightly.sqlite#42
  opamplan blame before/ after/ lwt.5.9.0 --patch cure.patch
  opamplan blame nightly.sqlite#41 nightly.sqlite#42 lwt --repository .
"""


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "blame",
        help="find the change that broke a target, and what cures it",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sides(parser)
    parser.add_argument(
        "target", metavar="TARGET", help="NAME or NAME.VERSION, built before and broken after"
    )
    parser.add_argument(
        "--known",
        metavar="RUN",
        action="append",
        default=[],
        help="take results of layers from this run, FILE (its newest run, or all of the newest "
        "matrix) or FILE#NUMBER; may be repeated",
    )
    parser.add_argument(
        "--no-repair", action="store_true", help="find the change, and no cure for it"
    )
    parser.add_argument(
        "--patch", metavar="FILE", type=options.place, help="save the cure as a patch"
    )
    parser.add_argument(
        "--apply", action="store_true", help="edit the opam file in AFTER, which is a folder"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=options.place,
        default="blame",
        metavar="DIR",
        help="files and results of the builds (default: blame)",
    )
    options.add_solve_options(parser, targets=False, all_versions=False)
    plans.add_plan_options(parser, saved=False, align=False)
    builders.add_builder_options(parser)
    builders.add_cache_options(parser)
    building.add_limit_options(parser.add_argument_group("run"))
    image.add_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser, quiet="print the answer only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find it."""
    found = _blame(args)
    cure = found.cure
    if cure and args.patch:
        from opamplan.files import save

        save(args.patch, cure.diff.encode("utf-8", "surrogateescape"))
    if cure and args.apply:
        _apply(args, cure)
    if args.json:
        print_json(found.to_dict())
    else:
        _print(found)
    good = bool(found.culprits) and (cure is not None or args.no_repair)
    return 0 if good else EXIT_BAD_NEWS


def _blame(args: argparse.Namespace) -> Blame:
    from opamplan import InvalidRequest
    from opamplan.files import make_folder
    from opamplan.runs.blame import Building, NothingToBlame, Trials, blame, results_of
    from opamplan.runs.selection import find_runs
    from opamplan.runs.state import State

    if args.pin:
        raise InvalidRequest("--pin: blame compares versions of repositories; leave it out")
    if args.apply and (args.repository or not Path(args.after).is_dir()):
        raise InvalidRequest(
            f"--apply: {args.after} is no folder whose files can be edited; --patch FILE saves "
            "the edit for `git apply`"
        )
    known: dict[str, Tried] = {}
    sides = [args.before, args.after]
    for text in [*args.known, *filter(is_run, sides)]:
        for state, of in find_runs(text):
            known.update(results_of(state, of))
    for text in filter(is_run, reversed(sides)):
        _take_environment(args, text)
        break
    before, after = (_side(args, text) for text in sides)
    name = name_of(args.target)
    if name not in before.names:
        after[name]  # raises UnknownPackage before anything is written
    image.require_base(args)
    serving = builders.builders_from(args)
    folder = Path(args.output)
    make_folder(folder)
    with State(folder / "builds.sqlite") as state:
        build = Building(
            state,
            serving,
            lambda plan: _run_options(args, folder, plan),
            building.run_until_interrupted,
            None if args.json else _display(args.quiet),
        )
        try:
            return blame(
                before,
                after,
                args.target,
                lambda side: options.universe_from(args, side),
                Trials(build, {**known, **build.known()}, build.again),
                overlay=_overlay(args),
                planning=plans.planning(args),
                repair=not args.no_repair,
            )
        except NothingToBlame as news:
            raise BadNews(str(news)) from None


def _take_environment(args: argparse.Namespace, text: str) -> None:
    """What is not typed is as the run has it: distribution, architecture, compiler, tests."""
    from opamplan import environment_presets
    from opamplan.runs.selection import find_run
    from opamplan.wording import ANY_COMPILER

    state, of = find_run(text)
    facts = state.facts(of)
    if not facts:
        return
    values: dict[str, Any] = {"with_test": bool(facts["tests"]), "with_doc": bool(facts["docs"])}
    if facts["distribution"] in environment_presets():
        values.update(environment=facts["distribution"], arch=facts["arch"])
    for name, value in values.items():
        if name not in args.typed:
            setattr(args, name, value)
    if facts["ocaml"] and args.typed.isdisjoint(("ocaml", "no_ocaml")):
        args.no_ocaml = facts["ocaml"] == ANY_COMPILER
        args.ocaml = None if args.no_ocaml else facts["ocaml"].removeprefix("OCaml ")


def _side(args: argparse.Namespace, text: str) -> Any:
    """The repository of a side; of a run, what its plan of the target was made from."""
    from opamplan import InvalidRequest
    from opamplan.runs.blame.hybrids import candidate_of
    from opamplan.runs.blame.parts import parts_in, repository_of
    from opamplan.runs.layers import target_layers
    from opamplan.runs.selection import find_run

    if not is_run(text):
        return options.load(side_of(args, text))
    state, of = find_run(text)
    plan = state.plan_of(of)
    target = args.target if args.target in plan.targets else name_of(args.target)
    plan = plan.restricted_to([target])
    side = repository_of(parts_in(plan))
    [(target, layer)] = target_layers(plan).items()
    found = candidate_of(options.universe_from(args, side), target, plans.planning(args))
    if found is None or found.layer != layer:
        raise InvalidRequest(
            f"{text}: {target} is another layer there than with these options: give those of the "
            "run (--environment, --ocaml, --set, --image, --with-test)"
        )
    return side


def _overlay(args: argparse.Namespace) -> Any:
    """Makes the repository after with an edit; None if a run has all there is of it."""
    if is_run(args.after) and not args.repository:
        return None
    return lambda part: _overlaid(args, part)


def _run_options(args: argparse.Namespace, folder: Path, plan: Any) -> Any:
    from opamplan.runs.options import RunOptions

    return RunOptions(
        folder,
        building.emit_options(args, folder, plan),
        attempts=args.attempts,
        batch_time_limit=args.batch_time_limit,
    )


def _display(quiet: bool) -> Any:
    """Says on standard error what is built, since a failure may be what is looked for."""
    from opamplan.runs.display import Display

    if quiet:
        return None
    show = Display(sys.stderr, quiet=True)

    def on_event(kind: str, fields: dict[str, object], progress: Any) -> None:
        if kind == "run":
            print(f"trial {fields['run']}: {counted(progress.steps, 'step')}", file=sys.stderr)
        show(kind, fields, progress)

    return on_event


def _overlaid(args: argparse.Namespace, part: Part) -> Any:
    """The repository after, with one package edited."""
    from opamplan.runs.blame.parts import write_part

    with tempfile.TemporaryDirectory(prefix="opamplan-") as folder:
        write_part(Path(folder), part)
        side = args if is_run(args.after) else side_of(args, args.after)
        edited = copy.copy(side)
        edited.repository = [folder, *side.repository]
        edited.no_repository_cache = True
        return options.load(edited)


def _apply(args: argparse.Namespace, cure: Repair) -> None:
    from opamplan import InvalidRequest
    from opamplan.files import save

    file = Path(args.after) / cure.path
    content = cure.before.encode("utf-8", "surrogateescape")
    if not file.is_file() or file.read_bytes() != content:
        raise InvalidRequest(f"{file}: not the file that was read; the edit is not made")
    save(str(file), cure.after.encode("utf-8", "surrogateescape"))


def _print(found: Blame) -> None:
    style = Style()
    error = f": {found.error.text}" if found.error else ""
    print(style.strong(f"{found.target} is broken by {style.bad(found.failing)}{error}"))
    if found.also_failing:
        print(f"  these fail, too: {listed(found.also_failing)}")
    if found.failing_before:
        print(f"  it was not built before either: {listed(found.failing_before)}")
    suspects = [f"{change};" for change in found.suspects]
    names = f": {listed(suspects).rstrip(';')}" if suspects else ""
    print(f"  {counted(len(suspects), 'change')} of what it needs{names}")
    for trial in found.trials:
        built = counted(trial.built, "layer") + " built" if trial.built else "known"
        with_ = listed(sorted(trial.changed))
        paint = style.good if trial.verdict == "good" else style.bad
        print(f"  {paint(trial.verdict)} ({built}): the rest as before, as after {with_}")
    if not found.culprits:
        print(f"No change is to blame: {found.reason}")
    elif len(found.culprits) == 1:
        print(style.strong(f"The culprit: {found.culprits[0]}"))
    else:
        names = "; ".join(map(str, found.culprits))
        print(style.strong(f"The culprits, which cannot be tried one by one: {names}"))
    if found.fields:
        print(f"  what differs in opam files: {'; '.join(found.fields)}")
    for repair in found.repairs:
        paint = style.good if repair.cured else style.bad
        print(f"{paint('cured' if repair.cured else 'not cured')}: {repair.reason}")
        print(f"  {repair.outcome}")
        if repair.cured:
            print(repair.diff, end="")
    plans_ = counted(found.build_count, "plan")
    print(f"{plans_} carried out, {counted(found.layer_count, 'layer')} built")
