"""opamplan forecast: how long a plan will take."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from opamplan.cli import options, plans
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import missing, tell_missing
from opamplan.package_names import name_of
from opamplan.terminal.style import Style
from opamplan.wording import counted, depexts_name, duration, size

if TYPE_CHECKING:
    from opamplan import Forecast, Plan, PlanStep


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "forecast",
        help="say how long a plan will take",
        description="Schedule the steps of a plan on so many workers and say how long it takes, "
        "which chain of packages bounds it, and how much an earlier plan has built already.",
        epilog="Example: opamplan forecast --plan plan.json --workers 64 --earlier last.json",
    )
    options.add_solve_options(parser)
    plans.add_plan_options(parser)
    plans.add_shard_options(parser, durations=False)
    group = parser.add_argument_group("forecast")
    plans.add_duration_options(group)
    group.add_argument(
        "--default-seconds",
        type=options.seconds,
        default=20.0,
        metavar="S",
        help="of an install whose duration is not known (default: 20)",
    )
    group.add_argument(
        "--system-seconds",
        type=options.seconds,
        default=10.0,
        metavar="S",
        help="of a run of the system's package manager (default: 10)",
    )
    group.add_argument("--earlier", metavar="PLAN", help="a plan that has been built already")
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import disk_bytes, forecast

    plan, results = plans.plan_from(args, "sizes")
    status = tell_missing(missing(args, plan, results))
    durations = plans.numbers_from(args.durations, "seconds") if args.durations else {}
    earlier = plans.load(args.earlier) if args.earlier else None
    result = forecast(
        plan,
        workers=args.workers,
        durations=durations,
        default_seconds=args.default_seconds,
        system_seconds=args.system_seconds,
        earlier=earlier,
    )
    built = set(earlier.build_keys()) if earlier else set[str]()
    steps = {key: step for key, step in zip(plan.build_keys(), plan) if key not in built}
    to_build = {layer[:16] for step in steps.values() for layer in step.layers}
    installs = [(key, package) for key, package, _ in plan.layers() if key in to_build]
    assumed = sum(not _is_known(durations, *install) for install in installs)
    sizes = plans.sizes_from(args)
    disk = disk_bytes(plan, earlier, sizes)
    system = _system_packages(steps.values(), durations, sizes, args.system_seconds)
    if args.json:
        names = (
            "steps built bytes work_seconds makespan_seconds critical_seconds critical_path "
            "idle_seconds idle_share batch_begins batch_ends"
        )
        answer = {name: getattr(result, name) for name in names.split()}
        answer["bytes"] = result.bytes if plan.has_sizes else None
        answer["disk_bytes"] = disk
        answer["assumed_count"] = assumed
        answer["system_packages"] = system
        answer["waves"] = _waves(plan, result)
        print_json(answer)
        return status
    style = Style()
    where = f"on {counted(args.workers, 'worker')}"
    if plan.builders:
        where += f" of each of {counted(plan.builders, 'builder')}"
    print(style.strong(f"{duration(result.makespan_seconds)} {where}"))
    print(f"  {counted(result.steps, 'step')} to run, {result.built:,} built already")
    print(f"  {duration(result.work_seconds)} of work")
    if assumed:
        every = counted(len(installs), "install")
        of = "each install" if assumed == len(installs) else f"{assumed:,} of {every}"
        hint = (
            f"{args.durations} has no more" if args.durations else "--durations has what they took"
        )
        print(f"  {args.default_seconds:g} s assumed of {of}: {hint}")
    if plan.builders:
        least = result.work_seconds / (plan.builders * args.workers)
        print(f"  {duration(least)} at least, however it is cut: all workers busy all the time")
    _print_system_packages(system, args.system_seconds)
    print(
        f"  {duration(result.critical_seconds)} at least, however many workers: "
        f"{counted(len(result.critical_path), 'install')} that wait for each other"
    )
    if result.critical_path:
        print("    " + " < ".join(_shortened(result.critical_path)))
    if plan.has_sizes:
        print(f"  {size(result.bytes)} are installed or grafted")
    print(f"  {size(disk)} of disk, roughly" + _assumed_of_disk(plan, disk, result.steps, sizes))
    if plan.builders:
        _print_waves(plan, result)
        return status
    for index, end in enumerate(result.batch_ends):
        print(f"  batch {index} ends after {duration(end)}")
    return status


def _is_known(durations: Mapping[str, float], key: str, package: str) -> bool:
    """Whether it is told how long a layer takes, by the start of its key or by name."""
    names = (key, package, name_of(package))
    return any(name in durations for name in names)


def _system_packages(
    steps: Iterable[PlanStep],
    durations: dict[str, float],
    sizes: dict[str, int],
    default: float,
) -> dict[str, Any]:
    """What the package manager has to do: steps, seconds, bytes; of how many these are measured."""
    names = [depexts_name(step.depexts) for step in steps if step.depexts]
    known = [sizes[name] for name in names if name in sizes]
    return {
        "steps": len(names),
        "seconds": sum(durations.get(name, default) for name in names),
        "measured_seconds_count": sum(name in durations for name in names),
        "bytes": sum(known),
        "measured_bytes_count": len(known),
    }


def _print_system_packages(system: dict[str, Any], default: float) -> None:
    steps = system["steps"]
    if not steps:
        return
    text = f"  {counted(steps, 'step')} to run install system packages: "
    text += duration(system["seconds"])
    assumed = steps - system["measured_seconds_count"]
    if assumed:
        text += f", {default:g} s assumed of " + ("each" if assumed == steps else f"{assumed:,}")
    if system["measured_bytes_count"]:
        text += f"; {size(system['bytes'])} by {system['measured_bytes_count']:,} of them"
    print(text)


def _assumed_of_disk(plan: Plan, disk: int, steps: int, sizes: dict[str, int]) -> str:
    if sizes and plan.has_sizes:
        known = sum(_is_known(sizes, package, package) for package in plan.packages)
        return f": sizes are known of {known:,} of {counted(len(plan.packages), 'package')}"
    if plan.has_sizes or not steps:
        return ""
    remedy = "--sizes has what packages take"
    if sizes:
        remedy = "the plan was made without --sizes of packages"
    return f": {size(disk // steps)} assumed of each step, {remedy}"


def _waves(plan: Plan, result: Forecast) -> list[dict[str, Any]]:
    """Of a plan for several builders when each wave begins and ends; else nothing."""
    found: dict[int, list[tuple[float, float]]] = {}
    if plan.builders:
        for batch, *times in zip(plan.batches, result.batch_begins, result.batch_ends):
            found.setdefault(batch.wave, []).append((times[0], times[1]))
    return [
        {
            "wave": wave,
            "shards": len(times),
            "begin_seconds": min(begin for begin, _ in times),
            "end_seconds": max(end for _, end in times),
        }
        for wave, times in found.items()
    ]


def _print_waves(plan: Plan, result: Forecast) -> None:
    """How long each takes, and how long builders wait for it."""
    for wave in _waves(plan, result):
        shards = wave["shards"]
        begin, end = wave["begin_seconds"], wave["end_seconds"]
        idle = plan.builders - shards
        waiting = f"; {counted(idle, 'builder')} without a shard of it" if idle > 0 else ""
        print(
            f"  wave {wave['wave']}: {duration(end - begin)} for {counted(shards, 'shard')}, "
            f"ends after {duration(end)}{waiting}"
        )
    print(f"  builders have nothing to do for {result.idle_share:.0%} of their time")


def _shortened(names: list[str], limit: int = 8) -> list[str]:
    return names if len(names) <= limit else [*names[:3], "...", *names[-(limit - 3) :]]
