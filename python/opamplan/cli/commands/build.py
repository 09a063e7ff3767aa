"""opamplan build: carry a plan out on BuildKit."""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Optional

from opamplan.cli import builders, building, image, options, plans, runs
from opamplan.cli.environments import MADE, each_environment, planned
from opamplan.cli.outcome import left_out, missing, tell_missing
from opamplan.interrupts import EXIT_INTERRUPTED
from opamplan.terminal.style import Style

if TYPE_CHECKING:
    from opamplan import Plan
    from opamplan.files import Lock
    from opamplan.runs.account import OnProgress
    from opamplan.runs.builders import Builder
    from opamplan.runs.options import RunOptions
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
        if len(found) == 1:
            [one] = found.values()
            return _build(one, *made.popitem()[1], top, state, serving)
        return _build_matrix(args, found, made, state, serving)


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
) -> int:
    """Builds for one environment; the exit status."""
    from opamplan.files import lock_folder
    from opamplan.runs.runner import Runner

    tell_missing(missing(args, plan, results))  # the status tells it too, from the run
    with lock_folder(directory) as lock:
        runner = Runner(
            plan,
            state,
            serving,
            _run_options(args, plan, directory, lock),
            map(astuple, left_out(args, plan, results)),
            _display(args),
        )
        done = building.run_until_interrupted(runner)
    if not args.json:
        runs.print_run(state, done)
        print(f"Report: opamplan report {shlex.quote(str(state.path))}")
    return _exit_status(state, [done], bool(args.targets))


def _build_matrix(
    args: argparse.Namespace,
    found: dict[str, argparse.Namespace],
    made: MADE,
    state: State,
    serving: list[Builder],
) -> int:
    """Builds for several environments, as one; the exit status."""
    from opamplan.files import lock_folder
    from opamplan.runs.matrix_runner import MatrixPart, MatrixRunner

    progress = _MatrixProgress(args, state)
    with contextlib.ExitStack() as stack:
        parts = {}
        for name, one in found.items():
            plan, results = made.pop(name)
            missed = missing(one, plan, results)
            tell_missing(missed, name)
            folder = Path(args.output) / name
            lock = stack.enter_context(lock_folder(folder))
            how = _run_options(one, plan, folder, lock)
            parts[name] = MatrixPart(
                plan, how, [astuple(row) for row in left_out(one, plan, results)]
            )
        runner = MatrixRunner(parts, state, serving, progress.begin, progress.end)
        del parts, plan  # the runner lets go of each when it is built
        done = building.run_until_interrupted(runner)
    progress.tell_verdict(done)
    return _exit_status(state, done, bool(args.targets))


class _MatrixProgress:
    """Says what becomes of each environment, and of all."""

    def __init__(self, args: argparse.Namespace, state: State) -> None:
        self._args = args
        self._state = state

    def begin(self, run: Run) -> OnProgress:
        """The turn of a run has come."""
        if self._args.json:
            event = {"event": "environment", "name": run.combination}
            told = {**event, "run": run.id, "matrix": run.matrix, "status": run.status}
            print(json.dumps(told), flush=True)
        else:  # quiet too: of which environment the failures and the end are
            print(Style().strong(run.combination), flush=True)
        return _display(self._args)

    def end(self, run: Run) -> None:
        """A run has ended, or had before."""
        if not self._args.json:
            runs.print_run(self._state, run)

    def tell_verdict(self, done: list[Run]) -> None:
        """The last lines."""
        from opamplan.runs.matrix_verdict import matrix_verdict

        verdict = matrix_verdict(self._state, done)
        if self._args.json:
            print(json.dumps({"event": "matrix_end", "matrix": done[0].id, **verdict.to_dict()}))
            return
        runs.print_verdict(verdict)
        file = shlex.quote(str(self._state.path))
        newest = self._state.last() == done
        print(f"Report: opamplan report {file}" + f"#{done[0].id}..{done[-1].id}" * (not newest))


def _display(args: argparse.Namespace) -> OnProgress:
    from opamplan.runs.display import Display, JsonLines

    return JsonLines() if args.json else Display(quiet=args.quiet)


def _run_options(args: argparse.Namespace, plan: Plan, directory: Path, lock: Lock) -> RunOptions:
    from opamplan.runs.options import RunOptions

    return RunOptions(
        directory,
        building.emit_options(args, directory, plan),
        attempts=args.attempts,
        batch_time_limit=args.batch_time_limit,
        retry_failed=args.retry_failed,
        resume=not args.no_resume,
        cache=_cache_of(args, directory),
        lock=lock,
        asked=args.asked,
        combination=args.combination,
        base=Path(args.base_archive or "").name,
    )


def _cache_of(args: argparse.Namespace, directory: Path) -> str:
    """The repository of caches; of several environments one each, as their batches differ."""
    several = directory != Path(args.output)
    return f"{args.cache}/{directory.name}" if args.cache and several else args.cache


def _exit_status(state: State, done: list[Run], named: bool) -> int:
    """0: everything that was asked for is there, or may fail.

    Who names no target asks for all packages that are available.
    """
    from opamplan.runs.statuses import UNAVAILABLE, WELL

    if any(run.status in ("interrupted", "waiting") for run in done):
        return EXIT_INTERRUPTED
    rows = [row for run in done for row in state.targets(run)]
    asked = [row["status"] for row in rows if named or row["status"] != UNAVAILABLE]
    good = all(run.status == "finished" for run in done) and all(s in WELL for s in asked)
    return 0 if good else 1
