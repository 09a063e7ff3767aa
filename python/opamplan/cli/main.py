"""The entry point of the `opamplan` command.

`opamplan.cli.parser` makes the parser of what is in `opamplan.cli.commands`, and
`opamplan.cli.config` fills in what the configuration file says.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import functools
import gc
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, Optional

from opamplan.cli.parser import EXIT_INVALID, ORDER, caution, command_names, complain, make_parser
from opamplan.cli.usage import parser_of, unknown_arguments
from opamplan.errors import sentence
from opamplan.interrupts import EXIT_INTERRUPTED, hand_over
from opamplan.terminal.harmless import Guarded, Lost

EXIT_NO_READER = 141
"""As of a program that SIGPIPE ended: what it found was not told."""


def _wanted(argv: Sequence[str]) -> list[str]:
    """The one command that `argv` asks for, or all of them; none to tell the version."""
    if argv[0] == "--version":
        return []
    if argv[0] in ORDER:  # all are known without a look into the folder
        return [argv[0]]
    known = command_names()
    return [argv[0]] if argv[0] in known else known


def _as_help(argv: Sequence[str]) -> Sequence[str]:
    """`help`, `help COMMAND` and nothing at all, as the options that they mean."""
    if not argv or list(argv) == ["help"]:
        return ["--help"]
    if argv[0] == "help" and len(argv) == 2 and argv[1] in command_names():
        return [argv[1], "--help"]
    return argv[1:] if argv[0] == "help" else argv


def _run(arguments: Sequence[str]) -> int:
    """Parse, run, and turn exceptions into messages and exit statuses."""
    from opamplan import Cancelled, CyclicDependencies, Error
    from opamplan.cli.outcome import EXIT_BAD_NEWS, BadNews

    for text in arguments:
        if not text.isprintable() and any("\ud800" <= c <= "\udfff" for c in text):
            complain(f"the argument {text!a} is not UTF-8")
            return EXIT_INVALID
    arguments = _as_help(arguments)
    parser = make_parser(_wanted(arguments))
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        complain(unknown_arguments(unknown, args.command, parser_of(parser, args.command)))
        return EXIT_INVALID
    try:
        from opamplan.cli import config

        config.apply(args, parser, arguments, lambda: make_parser(command_names()))
        return int(args.run(args))
    except Cancelled:
        complain("cancelled")
        return EXIT_INTERRUPTED
    except (BrokenPipeError, Lost):
        raise
    except BadNews as news:
        complain(str(news))
        return EXIT_BAD_NEWS
    except CyclicDependencies as news:
        complain(str(news))
        return EXIT_BAD_NEWS
    except (Error, OSError) as error:
        if os.environ.get("OPAMPLAN_TRACEBACK"):
            import traceback

            traceback.print_exc()
        complain(sentence(error) + _hint(error, args))
        return EXIT_INVALID


def _hint(error: Exception, args: argparse.Namespace) -> str:
    """Where else a package may be: the embedded repository is easily taken for the real one."""
    from opamplan import UnknownPackage
    from opamplan.cli.options import is_repository

    if not isinstance(error, UnknownPackage) or getattr(args, "repository", None) != []:
        return ""
    if getattr(args, "plan", None) or hasattr(args, "before") or is_repository():
        return ""
    return " (the small one inside opamplan; --repository names another)"


def _show_warning(shown: Any, message: object, category: type[Warning], *where: Any) -> None:
    """What a person is told, without the place in the program; the rest as `shown` does."""
    if issubclass(category, UserWarning):
        caution(str(message))
    else:
        shown(message, category, *where)


def _open_closed_streams() -> None:
    """A closed one (`>&-`) is as /dev/null: else the next file that is opened would be it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)  # the lowest that is free
            os.set_inheritable(number, number <= 2)
            setattr(sys, name, os.fdopen(number, mode))


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; returns the exit status."""
    _open_closed_streams()
    before = sys.stdout, sys.stderr
    # What packages and files say is shown, and does nothing to the terminal.
    out, err = Guarded(before[0], "standard output"), Guarded(before[1], "standard error")
    sys.stdout, sys.stderr = out, err
    try:
        hand_over()
        with warnings.catch_warnings():
            warnings.showwarning = functools.partial(_show_warning, warnings.showwarning)
            status = _status(sys.argv[1:] if argv is None else argv)
        return _status_of_lost(out, err) or status
    finally:
        sys.stdout, sys.stderr = before
        if argv is None:  # the program ends: else Python looks for cycles among all that there is
            gc.freeze()


def _status(argv: Sequence[str]) -> int:
    """What the command ends with, if all that it told was written."""
    try:
        return _run(argv)
    except SystemExit as end:  # of the parser
        return int(end.code or 0)
    except KeyboardInterrupt:
        with contextlib.suppress(Lost):
            print(file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_NO_READER
    except Lost:  # told at the end
        return EXIT_INVALID


def _status_of_lost(out: Guarded, err: Guarded) -> int:
    """The status if something could not be written, which is told; else 0.

    Where the reader has gone (| head) nobody is left to complain to.
    """
    status = 0
    for stream in (out, err):
        with contextlib.suppress(Lost):
            stream.flush()
        if stream.lost is None:
            continue
        status = status or EXIT_INVALID
        if stream.lost.errno in (errno.EPIPE, errno.ESHUTDOWN):
            status = EXIT_NO_READER
        elif stream is out:
            with contextlib.suppress(Lost):
                complain(sentence(stream.lost))
        with contextlib.suppress(OSError, ValueError):  # Python would flush again
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return status


if __name__ == "__main__":
    sys.exit(main())
