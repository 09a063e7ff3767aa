"""The parser of the command line, put together from the commands that there are.

Each module of `opamplan.cli.commands` is a command, by its name. Only the modules of the commands
asked for are imported.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from opamplan.cli.usage import explained

# In the order of --help, which is the order of use; a command that is not named here comes last.
ORDER = (
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
    "commits",
    "emit",
    "doctor",
    "build",
    "log",
    "prune",
    "report",
    "history",
    "blame",
    "completion",
)
HOME = "opamplan.cli.commands"

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


class Parser(argparse.ArgumentParser):
    """Says of a word that makes no sense in one line: the whole usage is no help there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        formatter = kwargs.get("formatter_class", argparse.HelpFormatter)
        # By itself it would import what asks for the width, for each option that is added.
        kwargs["formatter_class"] = functools.partial(formatter, width=_columns() - 2)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Complain, and end."""
        if message.startswith("argument "):
            complain(explained(message))
            self.exit(EXIT_INVALID)
        command = self.prog.removeprefix("opamplan").strip()
        lacking = message.removeprefix("the following arguments are required: ")
        if command and lacking != message:
            verb = "are" if ", " in lacking else "is"
            complain(f"{command}: {lacking} {verb} missing; `opamplan help {command}` tells more")
            self.exit(EXIT_INVALID)
        super().error(message)


def _columns() -> int:
    """How wide the terminal is, as `shutil` finds it."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    return 80


def command_names() -> list[str]:
    """The commands that there are, in the order of --help."""
    import pkgutil

    places = importlib.import_module(HOME).__path__
    found = {module.name for module in pkgutil.iter_modules(places)}
    known = [name for name in ORDER if name in found]
    return known + sorted(found.difference(known))


def make_parser(names: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows the commands of these names only."""
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
    for name in names:
        importlib.import_module(f"{HOME}.{name}").add_parser(subparsers)
    return parser


def caution(message: str) -> None:
    """One warning on standard error."""
    from opamplan.terminal.style import Style

    style = Style(sys.stderr)
    print(f"opamplan: {style.warn('warning:')} {message}", file=sys.stderr)


def complain(message: str) -> None:
    """One error on standard error."""
    from opamplan.terminal.style import Style

    style = Style(sys.stderr)
    print(f"opamplan: {style.bad('error:')} {message}", file=sys.stderr)
