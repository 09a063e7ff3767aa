"""What the commands that build share: limits, the base of steps, and being interrupted."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Optional

from opamplan.cli import image, options

if TYPE_CHECKING:
    from opamplan.runs.runner import Runner
    from opamplan.runs.state import Run

BASE_ARCHIVE = "base-archive"
"""Its name in the build context, whatever the file is called that a person has."""


def add_limit_options(group: Any) -> None:
    """How long, and how often, something is tried."""
    group.add_argument(
        "--attempts",
        type=options.whole(1, 1000),
        default=2,
        metavar="N",
        help="how often a batch is tried whose builder ends badly (default: 2)",
    )
    group.add_argument(
        "--time-limit",
        type=options.whole(0, options.MOST_SECONDS),
        default=0,
        metavar="S",
        help="seconds for one package",
    )
    group.add_argument(
        "--batch-time-limit",
        type=options.seconds,
        default=0,
        metavar="S",
        help="seconds for one batch",
    )


def add_base_options(parser: argparse.ArgumentParser) -> None:
    """What steps stand on."""
    group = image.add_options(parser)
    group.add_argument(
        "--base-archive",
        metavar="FILE",
        help="a root file system (tar) to stand on, instead of an image",
    )
    group.add_argument(
        "--depexts-command", metavar="SHELL", help='installs the system packages "$@"'
    )
    group.add_argument(
        "--stand-in", action="store_true", help="install nothing, to see what BuildKit costs"
    )


def require_base(args: argparse.Namespace) -> None:
    """Raises if the base archive that was named is not there."""
    from opamplan import InvalidRequest

    if args.base_archive and not Path(args.base_archive).is_file():
        raise InvalidRequest(f"--base-archive {args.base_archive}: no such file")


def emit_options(args: argparse.Namespace, directory: Path, plan: Any) -> Any:
    """What the options say of emitting; files that they name are copied into `directory`."""
    from opamplan import EmitOptions
    from opamplan.files import copy_below
    from opamplan.runs.builders import absolute_cache

    emit = EmitOptions.stand_in() if args.stand_in else EmitOptions()
    if args.time_limit:
        emit.time_limit = args.time_limit
    image.apply(args, emit, directory, plan)
    if args.depexts_command:
        emit.depexts = args.depexts_command
    if args.base_archive:
        require_base(args)
        copy_below(directory, BASE_ARCHIVE, Path(args.base_archive))
        emit.base_archive = BASE_ARCHIVE
    if args.tool == "buildx":
        emit.cache_from = [absolute_cache(cache) for cache in args.cache_from]
        emit.cache_to = [absolute_cache(cache) for cache in args.cache_to]
    return emit


def run_until_interrupted(runner: Runner) -> Run:
    """Carry a plan out; signals stop it, and are as they were afterwards."""

    def stop(signum: int, frame: Optional[FrameType]) -> None:
        runner.interrupt()

    before = {number: signal.signal(number, stop) for number in _interrupts()}
    try:
        return runner.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupts() -> list[signal.Signals]:
    """The signals that stop a run. A hang-up that nohup had ignored stays so."""
    found = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        found.append(signal.SIGHUP)
    return found
