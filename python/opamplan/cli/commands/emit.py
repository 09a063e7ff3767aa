"""opamplan emit: write Dockerfiles and bake files."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from opamplan.cli import builders, image, options, plans
from opamplan.cli.environments import each_environment, planned
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import missing, tell_missing
from opamplan.cli.progress import progress_for
from opamplan.terminal.style import Style
from opamplan.wording import counted, size

if TYPE_CHECKING:
    from opamplan import Plan
    from opamplan.output import Written

FORMATS = ("dockerfile", "bake", "llb", "dot", "json", "make", "github", "kubernetes")
PLAN = "plan.json"
"""The file of the formats that have the plan itself."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "emit",
        help="write Dockerfiles and docker-bake files",
        description="Solve, plan, and write everything a BuildKit builder needs into a folder: one "
        "Dockerfile a batch, docker-bake files, and the build context they share. With several "
        "environments or compilers, a folder for each.",
        epilog="Example: opamplan emit --repository opam-repository dune -o out; then: cd out && "
        "docker buildx bake (its paths are relative to the working folder)",
    )
    options.add_solve_options(parser)
    plans.add_plan_options(parser)
    plans.add_shard_options(parser)
    group = parser.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        type=options.place,
        default="out",
        metavar="DIR",
        help="where to write (default: out); of several environments DIR/ENVIRONMENT",
    )
    group.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        help="with all that it needs; may be repeated (default: bake)",
    )
    group.add_argument(
        "--compat",
        choices=("package-tool",),
        help="instead: a Dockerfile, JSON files and a graph a target, under package-tool's names",
    )
    group.add_argument(
        "--batch-size",
        type=options.whole(1, 1_000_000),
        default=100,
        metavar="N",
        help="targets in a group of the bake file, with --compat (default: 100)",
    )
    group.add_argument(
        "--registry",
        default="",
        metavar="PREFIX",
        help="tag images PREFIX/NAME; of several environments PREFIX/ENVIRONMENT/NAME",
    )
    group.add_argument(
        "--platform", action="append", default=[], metavar="OS/ARCH", help="of the bake targets"
    )
    builders.add_plain_cache_options(group)
    image.add_options(parser)
    options.add_repository_options(parser)
    options.add_environment_options(parser, several=True)
    options.add_output_options(parser, quiet="errors only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import InvalidRequest
    from opamplan.place import refuse_repository

    plans.refuse_beside_plan(args)
    plans.refuse_idle(args, args.shards > 0, "--shards")
    # All are planned before anything is written.
    found, made = planned(args, each_environment(args))
    image.require_base(args)
    top = Path(args.output)
    for name in found:
        refuse_repository(top / name if len(found) > 1 else top)
    answers: dict[str, dict[str, Any]] = {}
    status = 0
    if len(found) > 1 and "github" in (args.format or ()):
        raise InvalidRequest(
            "--format github: a repository has one workflow for one plan: give each environment a "
            "call and a folder of its own"
        )
    for plan, _ in made.values():
        _refuse_unread(args, plan)
    with ExitStack() as stack:
        if len(found) > 1:
            stack.enter_context(_below(args, top, list(found)))
        for name, one in found.items():
            if len(found) > 1:
                one.output = str(top / name)
                if args.registry:
                    one.registry = f"{args.registry}/{name}"  # their images have the same names
                if not args.json and not args.quiet:
                    print(Style().strong(name))
            answers[name], answer = _emit(one, *made.pop(name), name if len(found) > 1 else "")
            status = max(status, answer)
    if args.json:
        print_json({"environments": answers} if len(found) > 1 else answers.popitem()[1])
    return status


@contextmanager
def _below(args: argparse.Namespace, top: Path, names: list[str]) -> Iterator[None]:
    """Around emitting into the folders `names`: what else an earlier emission left there goes."""
    from opamplan.files import lock_folder
    from opamplan.several_folders import folders_of_plans

    with lock_folder(top):  # a run may be going on there
        with folders_of_plans(top, names, progress_for(args)) as stale:
            yield
        _tell_changed(top, stale.changed)
        if stale.removed and not args.json and not args.quiet:
            _print_removed(stale.removed)


def _refuse_unread(args: argparse.Namespace, plan: Plan) -> None:
    """Raises for options of which nothing that is written would have a trace."""
    from opamplan import InvalidRequest
    from opamplan._core.emit import default_format

    if args.compat and args.format:
        raise InvalidRequest("--compat writes files of its own: leave out --format")
    if args.compat or "bake" in (args.format or [default_format(plan)]):
        return
    for name in ("registry", "platform", "cache_from", "cache_to"):
        if getattr(args, name):
            option = "--" + name.replace("_", "-")
            raise InvalidRequest(
                f"{option} is read by bake files alone: leave it out, or add --format bake"
            )


def _emit(
    args: argparse.Namespace, plan: Plan, results: Optional[list[Any]], several: str
) -> tuple[dict[str, Any], int]:
    """Writes the files for one environment, and tells it; what --json says, and the status.

    `several`: its name, if there are others.
    """
    from opamplan._core.emit import default_format
    from opamplan.files import lock_folder, sweep
    from opamplan.output import files_of, write_files

    missed = missing(args, plan, results)
    status = tell_missing(missed, several)
    figures = plans.figures(plan, results, missed)
    if missed and not plan.targets:
        return {"files": {}, **figures}, status
    directory = Path(args.output)
    formats = args.format or [default_format(plan)]
    with lock_folder(directory):  # a run may be going on there
        sweep(directory)
        emit = image.emit_options(args, directory, plan)
        emit.registry = args.registry
        emit.platforms = args.platform
        emit.cache_from = args.cache_from
        emit.cache_to = args.cache_to
        if args.compat:
            written = _write_compatible(args, plan, results, directory, emit)
        else:
            files = [_made_for(args, plan, results, file) for file in files_of(plan, formats, emit)]
            written = write_files(directory, files, plan, progress_for(args))
    _tell_changed(directory, written.changed)
    answer = {"directory": str(directory), "files": written.files, **figures}
    if args.json:
        return answer, status
    if args.compat and not args.quiet:
        targets = counted(len(plan.targets), "target")
        print(f"Wrote {counted(len(written.files), 'file')} for {targets} to {directory}/")
    elif not args.quiet:
        plans.print_summary(plan, results, several, missed, args.asked)
        _print_written(directory, written)
        if plan.batches:
            _print_next(formats, len(plan.batches), shlex.quote(str(directory)), emit)
    return answer, status


def _made_for(
    args: argparse.Namespace,
    plan: Plan,
    results: Optional[list[Any]],
    file: tuple[str, bytes, bool],
) -> tuple[str, bytes, bool]:
    """A file that is emitted; the plan's own keeps what was asked for."""
    path, content, executable = file
    if path == PLAN:
        content = plans.made_for(args, results).text_of(plan).encode()
    return path, content, executable


def _print_written(directory: Path, written: Written) -> None:
    written_size = size(sum(written.files.values()))
    print(f"Wrote {counted(len(written.files), 'file')}, {written_size}, to {directory}/")
    for path, count in written.files.items():
        if "/" not in path:
            print(f"  {path:28} {count:>12,} bytes")
    if written.removed:
        _print_removed(written.removed)


def _print_removed(paths: list[str]) -> None:
    print(f"Removed {counted(len(paths), 'file')} of an earlier plan")


def _tell_changed(folder: Path, paths: list[str]) -> None:
    for path in paths:
        print(
            f"opamplan: {folder / path} is of an earlier plan and was changed since: left there",
            file=sys.stderr,
        )


def _print_next(formats: list[str], batches: int, folder: str, emit: Any) -> None:
    """The command that builds what was written; of graphs and plans there is none."""
    from opamplan._core.emit import allow_words, bake_file_names, buildx_words

    if "bake" in formats:
        command = f"docker buildx bake {allow_words(emit)}".rstrip()
        target = "images"  # of the bake file, for those that PACKAGES names
        image = f"PACKAGES=NAME.VERSION {command} --file {bake_file_names()[1]} {target}"
        print(f"Build: cd {folder} && {command} (an image: {image})")
    elif "make" in formats:
        print(f"Build: make -C {folder}")
    elif "llb" in formats:
        local = f"{allow_words(emit)}--local context={folder}"
        print(f"Build: buildctl build {local} <{folder}/batch0.llb{_others(batches)}")
    elif "github" in formats:
        print(f"Build: push {folder} as a repository to GitHub, and run its workflow `opamplan`")
    elif "kubernetes" in formats:
        print(f"Build: as the first lines of {folder}/kubernetes/wave0.yaml tell")
    elif "dockerfile" in formats:
        print(
            f"Build: cd {folder} && docker buildx build {buildx_words(emit)}"
            "--file batch0.Dockerfile --target results --output type=local,dest=results/batch0 ."
            f"{_others(batches)}"
        )


def _others(batches: int) -> str:
    return f" (in order, up to batch{batches - 1})" if batches > 1 else ""


def _write_compatible(
    args: argparse.Namespace, plan: Any, results: Any, directory: Path, emit: Any
) -> Written:
    from opamplan import InvalidRequest
    from opamplan.compat import write_package_tool

    if results is None:
        raise InvalidRequest("--compat needs the solutions: leave out --plan")
    return write_package_tool(results, plan, directory, args.batch_size, emit, progress_for(args))
