"""The entry point of the `opamplan` command.

Each command is a module of this package with `add_parser(subparsers)` and `run(args) -> int`;
`add_parser` ends in `parser.set_defaults(run=run)`. Only the module of the command asked for is
imported. `opamplan.cli.config` fills in what the configuration file says.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Optional

from opamplan.cli.usage import explained, parser_of, unknown_arguments
from opamplan.errors import sentence
from opamplan.harmless import Guarded
from opamplan.interrupts import EXIT_INTERRUPTED, hand_over

# In the order of --help, which is the order of use. A name without a module is left out.
COMMANDS = (
    "parse",
    "list",
    "show",
    "check",
    "solve",
    "why",
    "revdeps",
    "blockers",
    "deps",
    "order",
    "dot",
    "plan",
    "forecast",
    "diff",
    "change",
    "emit",
    "doctor",
    "build",
    "log",
    "report",
    "compare",
    "completion",
)

EPILOG = """\
Each command explains itself: opamplan help COMMAND.

Repeated choices go into opamplan.toml, in the working directory or in
$XDG_CONFIG_HOME/opamplan/config.toml: ocaml = "5.2.1", or for one command
below [plan]; the names are those of the options. The command line wins.

Exit status: 0 done; 1 done, and the answer is bad news (a named target without
a solution, a limit not kept, a file that does not parse, nothing found); 2 bad
usage or input; 130 interrupted; 141 nobody read the answer to its end.
Colours are for terminals; NO_COLOR switches them off, FORCE_COLOR on.
"""

EXIT_INVALID = 2
EXIT_NO_READER = 141
"""As of a program that SIGPIPE ended: what it found was not told."""


class Parser(argparse.ArgumentParser):
    """Says of a word that makes no sense in one line: the whole usage is no help there."""

    def error(self, message: str) -> NoReturn:
        """Complain, and end."""
        if message.startswith("argument "):
            complain(explained(message))
            self.exit(EXIT_INVALID)
        super().error(message)


def available_commands() -> list[str]:
    """The commands whose modules exist, in the order of --help."""
    return [c for c in COMMANDS if importlib.util.find_spec(f"opamplan.cli.{c}") is not None]


def make_parser(commands: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows `commands` only."""
    from opamplan import __version__

    parser = Parser(
        prog="opamplan",
        description="Read an opam repository, solve its packages, plan their builds once,\n"
        "and write the plan for BuildKit.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"opamplan {__version__}")
    parser.add_argument(
        "--config", metavar="FILE", help="read this configuration file alone; empty: none"
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        importlib.import_module(f"opamplan.cli.{command}").add_parser(subparsers)
    return parser


def _wanted(argv: Sequence[str]) -> list[str]:
    """The one command that `argv` asks for, or all of them."""
    commands = available_commands()
    return [argv[0]] if argv and argv[0] in commands else commands


def _as_help(argv: Sequence[str]) -> Sequence[str]:
    """`help`, `help COMMAND` and nothing at all, as the options that they mean."""
    if not argv or list(argv) == ["help"]:
        return ["--help"]
    if argv[0] == "help" and len(argv) == 2 and argv[1] in available_commands():
        return [argv[1], "--help"]
    return argv[1:] if argv[0] == "help" else argv


def complain(message: str) -> None:
    """One error on standard error."""
    from opamplan.style import Style

    style = Style(sys.stderr)
    print(f"opamplan: {style.bad('error:')} {message}", file=sys.stderr)


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

        config.apply(args, parser, arguments, lambda: make_parser(available_commands()))
        return int(args.run(args))
    except Cancelled:
        complain("cancelled")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        raise
    except BadNews as news:
        complain(str(news))
        return EXIT_BAD_NEWS
    except CyclicDependencies as news:
        complain(str(news))
        return EXIT_BAD_NEWS
    except (Error, OSError) as error:
        if os.environ.get("OPAMPLAN_TRACEBACK"):
            traceback.print_exc()
        complain(sentence(error) + _hint(error, args))
        return EXIT_INVALID


def _hint(error: Exception, args: argparse.Namespace) -> str:
    """Where else a package may be: the embedded repository is easily taken for the real one."""
    from opamplan import UnknownPackage
    from opamplan.cli.options import is_repository

    if not isinstance(error, UnknownPackage) or getattr(args, "repository", None) != []:
        return ""
    if getattr(args, "plan", None) or is_repository(Path()):
        return ""
    return " (the small one inside opamplan; --repository names another)"


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
    out, err = sys.stdout, sys.stderr
    # What packages and files say is shown, and does nothing to the terminal.
    sys.stdout, sys.stderr = Guarded(out), Guarded(err)
    try:
        hand_over()
        try:
            return _run(sys.argv[1:] if argv is None else argv)
        finally:
            sys.stdout.flush()  # here, where a reader that has gone can be seen
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (| head): nobody is left to complain to. Python would flush again.
        for stream in (out, err):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return EXIT_NO_READER
    finally:
        sys.stdout, sys.stderr = out, err


if __name__ == "__main__":
    sys.exit(main())
