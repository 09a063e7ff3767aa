"""opamplan build: carry a plan out on BuildKit."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Optional

from opamplan.cli import builders, building, image, options, plans, runs
from opamplan.cli.environments import each_environment, planned
from opamplan.cli.outcome import missing, tell_missing
from opamplan.interrupts import EXIT_INTERRUPTED
from opamplan.terminal.style import Style

if TYPE_CHECKING:
    from opamplan import Plan
    from opamplan.runs.builders import Builder
    from opamplan.runs.state import Run, State


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "build",
        help="carry a plan out on BuildKit",
        description="Build all batches of a plan, in order, with buildctl or buildx. A package "
        "that fails does not stop the others. Results and logs go into one state file (SQLite); a "
        "run that was interrupted is gone on with. With several environments or compilers, a run "
        "for each, and one report of all. Exit status: 0 if all targets were built that "
        "were asked for, 1 if not (one without a solution is not), 130 if interrupted.",
        epilog="Example: opamplan build --plan plan.json --builder "
        "unix:///run/buildkit/buildkitd.sock -o out; then: opamplan report out/builds.sqlite",
    )
    options.add_solve_options(parser)
    plans.add_plan_options(parser)
    plans.add_shard_options(parser)
    builders.add_builder_options(parser)
    builders.add_cache_options(parser)
    _add_run_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser, several=True)
    parser.add_argument("--json", action="store_true", help="events as JSON lines, for programs")
    parser.add_argument("-q", "--quiet", action="store_true", help="failures and the end only")
    parser.set_defaults(run=run)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("run")
    group.add_argument(
        "-o",
        "--output",
        type=options.place,
        default="out",
        metavar="DIR",
        help="files and results (default: out); of several environments DIR/ENVIRONMENT",
    )
    group.add_argument(
        "--state",
        type=options.place,
        metavar="FILE",
        help="where results are kept (default: DIR/builds.sqlite)",
    )
    group.add_argument(
        "--no-resume", action="store_true", help="begin anew, even if a run was interrupted"
    )
    group.add_argument(
        "--retry-failed", action="store_true", help="try packages again that failed before"
    )
    building.add_limit_options(group)
    image.add_options(parser)


def run(args: argparse.Namespace) -> int:
    from opamplan.place import refuse_repository
    from opamplan.runs.runner import refuse_strangers
    from opamplan.runs.state import State

    plans.refuse_beside_plan(args)
    shared = bool(args.cache) and len(args.builder) > 1
    plans.refuse_idle(args, shared or args.shards > 0, "--shards, or several --builder and --cache")
    found = each_environment(args)
    top = Path(args.output)
    done: list[Run] = []
    status = 0
    # All are planned, and can be emitted, before the first is built: that may take hours.
    found, made = planned(args, found)
    image.require_base(args)
    serving = builders.builders_from(args)  # last: to install a program takes longest to mend
    for name, one in found.items():
        refuse_strangers(made[name][0], serving)
        refuse_repository(top / name if len(found) > 1 else top)
        if len(found) > 1:
            _check(one, made[name][0], top)
    if shared:
        made = {
            name: (plan if plan.builders else plans.sharded(plan, args, len(serving)), results)
            for name, (plan, results) in made.items()
        }
    with State(args.state or top / "builds.sqlite") as state:
        for name, one in found.items():
            several = len(found) > 1
            if several and args.json:
                print(json.dumps({"event": "environment", "name": name}), flush=True)
            elif several and not args.quiet:
                print(Style().strong(name))
            folder = top / name if several else top
            run, answer = _build(one, *made.pop(name), folder, state, serving)
            done.append(run)
            status = max(status, answer)  # that of an interrupt is the greatest
            if answer == EXIT_INTERRUPTED:
                break
        if not args.json:
            print(f"Report: opamplan report {_named(str(state.path), [run.id for run in done])}")
    return status


def _named(path: str, numbers: list[int]) -> str:
    """The runs, as `report` takes them."""
    file = shlex.quote(path)
    if len(numbers) == 1:
        return file
    first, last = numbers[0], numbers[-1]
    if numbers == list(range(first, last + 1)):
        return f"{file}#{first}..{last}"
    return " ".join(f"{file}#{number}" for number in numbers)  # some went on with older runs


def _check(args: argparse.Namespace, plan: Plan, top: Path) -> None:
    """Raises what emitting the plan would."""
    from opamplan import dockerfile, image_llb
    from opamplan._core.emit import has_dockerfile
    from opamplan.files import make_folder, telling

    make_folder(top)
    with telling(top, writing=True), TemporaryDirectory(prefix=".opamplan-", dir=top) as folder:
        emit = building.emit_options(args, Path(folder), plan)
        if plan.targets:
            write = dockerfile if has_dockerfile(plan) else image_llb
            write(plan, plan.targets[0], emit)


def _build(
    args: argparse.Namespace,
    plan: Plan,
    results: Optional[list[Any]],
    directory: Path,
    state: State,
    serving: list[Builder],
) -> tuple[Run, int]:
    """Builds for one environment; the run and the exit status."""
    from opamplan.files import lock_folder
    from opamplan.runs.display import Display, JsonLines
    from opamplan.runs.options import RunOptions
    from opamplan.runs.runner import Runner

    tell_missing(missing(args, plan, results))  # the status tells it too, from the run
    with lock_folder(directory) as lock:
        runner = Runner(
            plan,
            state,
            serving,
            RunOptions(
                directory,
                building.emit_options(args, directory, plan),
                attempts=args.attempts,
                batch_time_limit=args.batch_time_limit,
                retry_failed=args.retry_failed,
                resume=not args.no_resume,
                cache=_cache_of(args, directory),
                lock=lock,
                asked=args.asked,
                base=Path(args.base_archive or "").name,
            ),
            _left_out(results),
            JsonLines() if args.json else Display(quiet=args.quiet),
        )
        done = building.run_until_interrupted(runner)
    if not args.json:
        runs.print_run(state, done)
    return done, _exit_status(done, state.targets(done), bool(args.targets))


def _cache_of(args: argparse.Namespace, directory: Path) -> str:
    """The repository of caches; of several environments one each, as their batches differ."""
    several = directory != Path(args.output)
    return f"{args.cache}/{directory.name}" if args.cache and several else args.cache


def _exit_status(run: Run, targets: list[dict[str, Any]], named: bool) -> int:
    """0: everything that was asked for is there, or may fail.

    Who names no target asks for all packages that are available.
    """
    from opamplan.runs.statuses import WELL

    if run.status == "interrupted":
        return EXIT_INTERRUPTED
    asked = [row["status"] for row in targets if named or row["status"] != "unavailable"]
    good = run.status == "finished" and all(status in WELL for status in asked)
    return 0 if good else 1


def _left_out(results: Optional[list[Any]]) -> list[tuple[str, str, str]]:
    """What has no solution, with the reason in a line."""
    out = []
    for result in results or ():
        if not result:
            out.append((result.target or result.package, result.status, ""))
    return out
