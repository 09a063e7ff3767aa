"""What the commands about plans share: options, making or loading one, and a summary to read."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from opamplan.cli import options
from opamplan.cli.outcome import named_of, print_left_out
from opamplan.cli.progress import progress_for
from opamplan.package_names import name_of
from opamplan.terminal.style import Style
from opamplan.wording import counted, listed, nearest

if TYPE_CHECKING:
    from opamplan import LeftOut, Limits, Plan, PlanMatrix
    from opamplan.made_for import MadeFor

LIMITS = (
    "depth",
    "batch-targets",
    "batch-steps",
    "file-bytes",
    "definition-bytes",
    "cache-record-bytes",
    "line-bytes",
    "batches",
)
SHARDING = ("shards", "workers", "durations")
"""Options that a plan which is there heeds too."""
REPLAN = ", or plan with it: opamplan plan ... -o FILE"


def add_limit_options(parser: Any) -> None:
    """What the builder can take."""
    parser.add_argument(
        "--limits",
        metavar="NAME",
        help="buildkit, docker, bake, github or none (default: buildkit)",
    )
    parser.add_argument(
        "--limit",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help=f"change one limit: {', '.join(LIMITS)}; 0: none; may be repeated",
    )
    parser.add_argument(
        "--base-layers",
        type=options.whole(0, 10_000),
        default=0,
        metavar="N",
        help="how many the base image has, if more than 9: each is a step less "
        "(docker image inspect -f '{{len .RootFS.Layers}}' IMAGE)",
    )


def add_plan_options(
    parser: argparse.ArgumentParser,
    saved: bool = True,
    align: bool = True,
) -> None:
    """How builds are shared, and what the builder can take; also --plan and --align if told so."""
    group = parser.add_argument_group("planning")
    if saved:
        group.add_argument(
            "--plan",
            metavar="FILE",
            help="a plan that `opamplan plan -o FILE` wrote, instead of planning; with targets, "
            "what these need of it",
        )
    group.add_argument(
        "--strategy",
        choices=("graft", "merge", "prefix", "chain"),
        default="graft",
        help="how builds are shared; graft: each distinct layer once; merge: the same with nothing "
        "copied, for BuildKit by its address (LLB); prefix: targets share prefixes of one order; "
        "chain: each target alone (default: graft)",
    )
    add_limit_options(group)
    group.add_argument(
        "--image",
        type=options.named,
        metavar="IMAGE",
        help="the base image (default: the environment's own)",
    )
    if align:
        group.add_argument(
            "--align",
            action="store_true",
            help="prefer versions that other targets use, so that fewer layers are built; some "
            "dependencies get older",
        )
    group.add_argument(
        "--like",
        metavar="PLAN",
        action="append",
        default=[],
        help="an earlier plan, of another state or for other targets, or the runs of a state file: "
        "layers that it has too are built as it builds them, so that a builder that carried it "
        "out finds them in its cache; may be repeated; for graft and merge",
    )
    group.add_argument(
        "--sizes",
        metavar="FILE",
        help="a JSON object with the installed bytes of packages by NAME.VERSION or NAME, so that "
        "grafts copy as little as they can (opamplan report RUN --sizes)",
    )


def add_shard_options(parser: argparse.ArgumentParser, durations: bool = True) -> None:
    """For how many builders a plan is cut; and the durations it is cut by, if told so."""
    group = parser.add_argument_group("several builders")
    group.add_argument(
        "--shards",
        type=options.whole(1, 10_000),
        default=0,
        metavar="N",
        help="cut the plan for N builders that share a cache: batches become shards, in waves; "
        "none builds what another does (graft, merge, prefix)",
    )
    if durations:
        add_duration_options(group)


def add_duration_options(group: Any) -> None:
    """How many steps run at once, and for how long."""
    group.add_argument(
        "--workers",
        type=options.whole(1, 1_000_000),
        default=4,
        metavar="N",
        help="steps that run at once, on each builder if there are several (default: 4)",
    )
    group.add_argument(
        "--durations",
        metavar="FILE",
        help="a JSON object with the seconds of installs by layer key, NAME.VERSION or NAME "
        "(opamplan report RUN --durations)",
    )


def numbers_from(path: str, what: str) -> dict[str, float]:
    """The JSON object in a file: numbers of `what` by name."""
    from opamplan import InvalidRequest
    from opamplan.files import read

    content = read(path)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidRequest(f'{path}: expected a JSON object of {what} by name: {{"dune": 12}}')
    numbers: dict[str, float] = {}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InvalidRequest(f"{path}: {name}: {json.dumps(value)} is no number of {what}")
        number = numbers[name] = _float(value)
        if not math.isfinite(number) or not 0 <= number < 2**63:
            raise InvalidRequest(f"{path}: {name}: {number:g} is no number of {what}")
    return numbers


def sizes_from(args: argparse.Namespace) -> dict[str, int]:
    """Those of --sizes, in whole bytes."""
    sizes = numbers_from(args.sizes, "bytes") if args.sizes else {}
    return {name: round(size) for name, size in sizes.items()}


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def limits_from(args: argparse.Namespace, default: str = "buildkit") -> Limits:
    """The limits that --limits and --limit describe."""
    from opamplan import InvalidRequest, Limits

    changes: dict[str, int] = {}
    for text in args.limit:
        name, _, number = text.partition("=")
        name = name.replace("_", "-")
        if name not in LIMITS or not re.fullmatch("[0-9]{1,15}", number):
            raise InvalidRequest(f"--limit {text}: expected NAME=NUMBER with {', '.join(LIMITS)}")
        changes[name.replace("-", "_")] = int(number)
    return Limits(args.limits or default, **changes, base_layers=args.base_layers)


def make_plan(args: argparse.Namespace, universe: Any) -> tuple[Plan, list[Any]]:
    """The plan that the options describe, and the results it was made from."""
    from opamplan import align
    from opamplan import make_plan as make

    results = options.solve(args, universe)
    if args.align:
        aligned = align(results, threads=args.threads, progress=progress_for(args))
        print(
            f"aligned: {counted(aligned.layers_before, 'layer')} -> {aligned.layers_after:,}; "
            f"{counted(aligned.older, 'dependency', 'dependencies')} older, "
            f"{aligned.newer:,} newer",
            file=sys.stderr,
        )
        results = aligned.results
    plan = make(results, **planning(args))
    tell_like(args, plan)
    return _cut(plan, args), results


class LikePlans:
    """The plans that --like names, read once for all environments."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    @cached_property
    def plans(self) -> list[Plan]:
        """In the order in which they are named."""
        return [plan for name in self._names for plan in plans_in(name)]

    @cached_property
    def build_keys(self) -> set[str]:
        """What a builder that carried them out knows."""
        return {key for plan in self.plans for key in plan.build_keys()}

    def forget(self) -> None:
        """Let go of them: they may be large, and a build may take hours."""
        for name in ("plans", "build_keys"):
            self.__dict__.pop(name, None)


def like_plans(args: argparse.Namespace) -> LikePlans:
    """Those of --like: the same for all copies of the arguments that are made afterwards."""
    if not hasattr(args, "like_plans"):
        args.like_plans = LikePlans(args.like)
    found: LikePlans = args.like_plans
    return found


def tell_like(args: argparse.Namespace, plan: Plan) -> None:
    """Say how much of a plan is built as by --like: if nothing is, another plan was meant."""
    if not args.like or not len(plan):
        return
    mine = set(plan.build_keys())
    kept = len(mine & like_plans(args).build_keys)
    if kept and getattr(args, "quiet", False):
        return
    where = f"{args.told_as}: " if getattr(args, "told_as", "") else ""
    steps = counted(len(mine), "step")
    nothing = f"none of {steps} is there, so it changes nothing"
    said = f"{kept:,} of {steps} are there too" if kept else nothing
    print(f"{where}--like {listed(args.like)}: {said}", file=sys.stderr)


def _cut(plan: Plan, args: argparse.Namespace) -> Plan:
    """Into the shards that are asked for; `diff`, which compares layers, cannot be asked."""
    builders = getattr(args, "shards", 0)
    return sharded(plan, args, builders) if builders else plan


def sharded(plan: Plan, args: argparse.Namespace, builders: int) -> Plan:
    """The plan cut for so many builders."""
    durations = numbers_from(args.durations, "seconds") if args.durations else {}
    return plan.sharded(builders, workers=args.workers, durations=durations)


def refuse_idle(args: argparse.Namespace, sharding: bool, remedy: str) -> None:
    """Where nothing is cut into shards, refuse what was typed for it: it would be ignored."""
    from opamplan import InvalidRequest

    for name in ("workers", "durations"):
        if not sharding and name in args.typed:
            raise InvalidRequest(f"--{name} has no effect without {remedy}")


def planning(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments of `make_plan` that the options describe."""
    return {
        "strategy": args.strategy,
        "limits": limits_from(args),
        "image": args.image or "",
        "sizes": sizes_from(args),
        "like": [*like_plans(args).plans, *getattr(args, "planned_before", ())],
        "threads": getattr(args, "threads", 0),
        "progress": progress_for(args),
    }


def plan_from(
    args: argparse.Namespace, *taken: str, repository: Any = None
) -> tuple[Plan, Optional[list[Any]]]:
    """The plan of --plan, for the targets if any are named, or a new one and its results.

    `taken`: the planning options that mean something beside --plan too. `repository`: if it is
    loaded already.
    """
    refuse_beside_plan(args, *taken)
    if args.plan:
        several = _only_one(args.plan)
        return heeding(args, several, next(iter(several))), None
    return make_plan(args, options.universe_from(args, repository))


def heeding(args: argparse.Namespace, several: PlanMatrix, name: str) -> Plan:
    """A plan that is there, for the targets if any are named, and for several builders if asked.

    What it leaves out of these becomes that of `args`.
    """
    plan = several[name]
    args.left_out = named_of(several.left_out[name], args.targets)
    if args.targets:
        there = plan.targets
        # What is left out of one may be in another.
        wanted = [t for t in args.targets if not _is_left_out(t, args.left_out, there)]
        plan = plan.restricted_to(wanted)
    return _cut(plan, args)


def _is_left_out(target: str, left_out: list[LeftOut], there: list[str]) -> bool:
    """Whether a plan leaves out what was named; it may have another version of it."""
    names = {target, *(name for name in there if name_of(name) == target)}
    return bool(named_of(left_out, [target])) and names.isdisjoint(there)


def load(text: str) -> Plan:
    """The plan in FILE; FILE#NAME is one of a file of several."""
    [plan] = _only_one(text).values()
    return plan


def _only_one(text: str) -> PlanMatrix:
    """What `load` loads, with what it was made for."""
    from opamplan import InvalidRequest
    from opamplan.matrix import is_matrix

    several = load_all(text)
    if Path(text).is_file() and is_matrix(text):
        raise InvalidRequest(
            f"{text}: holds several plans: name one, {text}#{next(iter(several), '')}; there are: "
            f"{listed(list(several))}"
        )
    return several


def load_all(text: str) -> PlanMatrix:
    """The plans in FILE, each with what it was made for; FILE#NAME is one of several."""
    from opamplan import InvalidRequest, Plan, PlanMatrix
    from opamplan.files import is_database
    from opamplan.left_out import left_out_of
    from opamplan.made_for import MadeFor
    from opamplan.matrix import is_matrix

    path, hash_, name = text.rpartition("#")
    if not hash_ or Path(text).exists():
        path, name = text, ""
    if Path(path).is_file() and is_database(Path(path)):
        raise InvalidRequest(f"{path}: a state file of runs, and not a plan, as `plan -o` saves")
    if not (Path(path).is_file() and is_matrix(path)):
        plan = Plan.load(text)
        made_for = MadeFor.of_file(text)
        name = made_for.combination
        rows = [*made_for.left_out, *left_out_of(plan, ())]
        return PlanMatrix({name: plan}, {name: made_for.asked}, left_out={name: rows})
    several = PlanMatrix.load(path)
    if not several:
        raise InvalidRequest(f"{path}: holds no plan")
    if not name:
        return several
    if name not in several:
        hint = nearest(name, several) or f"; there are: {listed(list(several))}"
        raise InvalidRequest(f"{path}: holds no plan {name}{hint}")
    return several.only(name)


def made_for(args: argparse.Namespace, results: Optional[list[Any]]) -> MadeFor:
    """What the plan of one environment is made for, and from which results, if it was made here.

    Why there is no solution is only said of what was named: of all packages it would take longer
    than to plan.
    """
    from opamplan.left_out import unsolved_of
    from opamplan.made_for import MadeFor

    rows: Optional[list[LeftOut]] = getattr(args, "left_out", None)
    if rows is None:
        rows = unsolved_of(results or (), reasons=bool(args.targets))
    unsolved = (row for row in rows if row.status != "cannot_be_built")
    return MadeFor(args.combination, args.asked, tuple(unsolved))


def plans_in(name: str) -> list[Plan]:
    """A plan's file, a run, or of a state file the newest run of each environment."""
    from opamplan import InvalidRequest, PlanMatrix
    from opamplan.cli.run_difference import is_run
    from opamplan.matrix import is_matrix
    from opamplan.runs.selection import find_runs
    from opamplan.runs.state import State

    if not is_run(name):
        if Path(name).is_file() and not Path(name).stat().st_size:
            raise InvalidRequest(f"{name} is empty: neither a plan nor a state file of runs")
        if Path(name).is_file() and is_matrix(name):
            return list(PlanMatrix.load(name).values())
        return [load(name)]
    if not Path(name).is_file():
        return [state.plan_of(run) for state, run in find_runs(name)]
    with State(name, read_only=True) as state:
        state.run()  # raises if it has none
        return [state.plan_of(runs[-1]) for runs in state.environments().values()]


def refuse_planning(
    args: argparse.Namespace, beside: str, taken: Sequence[str], remedy: str = ""
) -> None:
    """Refuse what was typed and would be ignored: `beside` plans nothing, but heeds `taken`."""
    from opamplan import InvalidRequest

    parser = argparse.ArgumentParser(add_help=False)
    options.add_solve_options(parser)
    add_plan_options(parser)
    add_shard_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser, several=True)
    for action in parser._actions:
        if action.dest in args.typed and action.dest not in taken:
            what = max(action.option_strings, key=len, default=" ".join(args.targets))
            raise InvalidRequest(f"{what} has no effect with {beside}: leave it out{remedy}")


def refuse_beside_plan(args: argparse.Namespace, *taken: str) -> None:
    """With --plan, refuse the planning options that were typed, but for `taken`."""
    if args.plan:
        refuse_planning(args, f"--plan {args.plan}", ("plan", "targets", *SHARDING, *taken), REPLAN)


def figures(plan: Plan, results: Optional[list[Any]], missed: dict[str, str]) -> dict[str, Any]:
    """The summary as `print_summary` says it: `targets` are built, all others are left out."""
    statuses = Counter(result.status for result in results or ())
    out = {
        **plan.summary,
        "no_solution": statuses["no_solution"],
        "unavailable": statuses["unavailable"],
        "gave_up": statuses["gave_up"],
        "cannot_be_built": len(plan.left_out),
    }
    out["left_out"] = sum(statuses.values()) - statuses["solution"] + len(plan.left_out)
    return {**out, "missing": missed}


def print_summary(
    plan: Plan,
    results: Optional[list[Any]] = None,
    combination: str = "",
    missed: Collection[str] = (),
    asked: str = "",
) -> None:
    """What a person wants to know of a plan; `missed`: what was named and is left out, and told.

    `asked`: see `opamplan.Combination.asked`.
    """
    from opamplan.runs.environments import facts_of

    style = Style()
    s = plan.summary
    alone = s["unshared_installs"]
    targets = counted(s["targets"], "target")
    print(style.strong(f"{targets}, {counted(s['install_steps'], 'build step')}"))
    facts = facts_of(plan, asked, combination)
    compiler = f", {facts['ocaml']}" if facts["ocaml"] else ""
    system = " ".join(filter(None, (facts["distribution"], facts["arch"])))
    print(f"  for {system}{compiler}")
    f = figures(plan, results, {})
    if f["no_solution"] or f["unavailable"] or f["gave_up"]:
        given_up = f", {f['gave_up']} given up" if f["gave_up"] else ""
        print(
            f"  left out: {f['no_solution']:,} without a solution, "
            f"{f['unavailable']:,} not available here{given_up}"
        )
    print_left_out({target: why for target, why in plan.left_out.items() if target not in missed})
    if alone > s["installs"]:
        print(
            f"  built one by one they would install {counted(alone, 'package')}: "
            f"{alone / max(1, s['installs']):.1f} times the work"
        )
    groups = f", {s['post_groups']} of them post groups" if s["post_groups"] else ""
    print(
        f"  {counted(s['package_versions'], 'package version')} in "
        f"{counted(s['layers'], 'distinct layer')}{groups}"
    )
    if s["variants"] > 1:
        print(f"  most variants: {s['most_variants']}, {counted(s['variants'], 'layer')}")
    print(f"  deepest image: {counted(s['max_depth'], 'step')}; {counted(s['grafts'], 'graft')}")
    if s["depexts"]:
        packages = counted(s["depexts"], "system package")
        only = len(plan) - s["install_steps"]
        more = f", {only} of them nothing else" if only else ""
        print(f"  {packages}, which {counted(s['system_steps'], 'step')} install{more}")
    if plan.builders:
        print_shards(plan)
        return
    for batch in plan.batches[:8]:
        print(
            f"  batch {batch.index}: {counted(len(batch.targets), 'target')}, "
            f"{counted(len(batch.steps), 'step')}"
            + (f", {batch.new_step_count} of them new" if batch.index else "")
        )
    if len(plan.batches) > 8:
        print(f"  ... {counted(len(plan.batches), 'batch', 'batches')} in all")


def print_shards(plan: Plan) -> None:
    """What is built at the same time."""
    waves: dict[int, list[int]] = {}
    for batch in plan.batches:
        waves.setdefault(batch.wave, []).append(batch.new_step_count)
    s = plan.summary
    shards = counted(s["shards"], "shard")
    repeated = counted(s["repeated_steps"], "step")
    print(
        f"  for {counted(plan.builders, 'builder')}: {shards} in {counted(s['waves'], 'wave')}"
        + (f"; {repeated} built again" if s["repeated_steps"] else "")
        + ("; more would not be faster" if len(plan.batches) == 1 < plan.builders else "")
    )
    for wave, sizes in waves.items():
        of_each = f", {min(sizes)} to {max(sizes)} each" if len(sizes) > 1 else ""
        print(
            f"  wave {wave}: {counted(len(sizes), 'shard')} of {counted(sum(sizes), 'step')}"
            + of_each
        )
