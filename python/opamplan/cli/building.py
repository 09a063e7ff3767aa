"""What the commands that build share: limits, options of emitting, and being interrupted."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from types import FrameType
from typing import Any, Optional, Protocol, TypeVar

from opamplan.cli import image, options

Ran = TypeVar("Ran", covariant=True)


class Interruptible(Protocol[Ran]):
    """What carries out a plan, or several."""

    def interrupt(self) -> None:
        """Stop soon; called by a signal handler."""

    def run(self) -> Ran:
        """Do it."""


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


def emit_options(args: argparse.Namespace, directory: Path, plan: Any) -> Any:
    """What the options say of emitting; files that they name are copied into `directory`."""
    from opamplan.runs.builders import absolute_cache

    emit = image.emit_options(args, directory, plan)
    if args.time_limit:
        emit.time_limit = args.time_limit
    if args.tool == "buildx":
        emit.cache_from = [absolute_cache(cache) for cache in args.cache_from]
        emit.cache_to = [absolute_cache(cache) for cache in args.cache_to]
    return emit


def run_until_interrupted(runner: Interruptible[Ran]) -> Ran:
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
