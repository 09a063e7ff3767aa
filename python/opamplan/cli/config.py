"""The configuration file: defaults of options, so that they need not be typed again.

    repository = "~/opam-repository"     # for every command that has the option
    ocaml = "5.2.1"
    set = ["opam-version=2.5.0"]         # lists for options that may be repeated

    [plan]                               # for one command
    strategy = "prefix"

Read from `opamplan.toml` in the working directory, then from `opamplan/config.toml` in
$XDG_CONFIG_HOME (~/.config): what is nearer wins, and the command line wins over both. --config or
$OPAMPLAN_CONFIG name one file instead, or none if empty. Python reads TOML itself from 3.11 on;
before, install `tomli`, or write the same as JSON (opamplan.json, config.json).

The file in the working directory may have come with it from anywhere: it cannot name programs to
run, builders, or places to write (`ASKED_ONLY`), unless --config or $OPAMPLAN_CONFIG names it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Optional

from opamplan.cli.options import SEVERAL, SEVERAL_COMMANDS
from opamplan.errors import InvalidRequest
from opamplan.wording import nearest

if TYPE_CHECKING:
    from pathlib import Path

Table = dict[str, Any]

ASKED_ONLY = (
    *("program", "with", "builder", "depexts-command", "prepare", "setup"),
    *("output", "state", "cache-to", "patch", "apply", "logs"),
)
"""Options that name programs, machines to work on, or places to write."""


def apply(
    args: argparse.Namespace,
    parser: argparse.ArgumentParser,
    arguments: Sequence[str],
    whole: Callable[[], argparse.ArgumentParser],
) -> None:
    """Fill in `args` what the files say and `arguments` do not; `whole` makes all commands.

    `args.typed` is what `arguments` say: the names of the attributes.
    """
    if args.command == "completion":
        return
    given = args.typed = _given(parser, arguments)
    command = parsers_of(parser)[args.command]
    mine = options_of(command)
    done = set(given)
    for group in command._mutually_exclusive_groups:
        rivals = {action.dest for action in group._group_actions}
        if rivals & given:
            done |= rivals  # --ocaml ends a file's `no-ocaml = true`
    for path, trusted in files(args.config):
        table = read(path)
        _check_names(table, path, args.command, mine, whole)
        section = table.get(args.command, {})
        # The command's own section first: what is set stays.
        for where, values in ((f"[{args.command}] ", section), ("", table)):
            for name, value in values.items():
                action = mine.get(name)
                if action is None or action.dest in done:
                    continue
                if not where and isinstance(value, dict):
                    continue  # the section [plan] is not the option --plan
                done.add(action.dest)
                what = f"{path}: {where}{name}"
                if name in ASKED_ONLY and not trusted:
                    raise InvalidRequest(
                        f"{what}: a file in the working folder may not say what is run or "
                        f"written; give --{name}, or ask for the file: --config {path}"
                    )
                setattr(args, action.dest, _converted(action, value, what))


def files(asked: Optional[str]) -> Iterator[tuple[Path, bool]]:
    """The files there are, the nearest first, and whether their owner is who runs the command."""
    named = os.environ.get("OPAMPLAN_CONFIG") if asked is None else asked
    if named is not None:
        if named:
            from pathlib import Path

            yield Path(named).expanduser(), True
        return
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    for folder, stem, trusted in (
        ("", "opamplan", False),
        (os.path.join(home, "opamplan"), "config", True),
    ):
        for suffix in (".toml", ".json"):
            path = os.path.join(folder, stem + suffix)
            if os.path.isfile(path):
                from pathlib import Path

                yield Path(path), trusted
                break


def read(path: Path) -> Table:
    """The file's table; raises InvalidRequest."""
    import json

    from opamplan.files import read as content_of

    content = content_of(path)
    try:
        text = content.decode()
        found = json.loads(text) if path.suffix == ".json" else _toml(text, path)
    except UnicodeDecodeError:
        raise InvalidRequest(f"{path}: not a text in UTF-8, as TOML and JSON are") from None
    except (ValueError, RecursionError) as error:  # of either language
        raise InvalidRequest(f"{path}: {error}") from None
    if not isinstance(found, dict):
        raise InvalidRequest(f"{path}: expected an object at the top")
    return found


def _toml(text: str, path: Path) -> Any:
    for name in ("tomllib", "tomli"):
        try:
            return __import__(name).loads(text)
        except ModuleNotFoundError:
            continue
    raise InvalidRequest(
        f"{path}: Python before 3.11 cannot read TOML by itself: install tomli, or write "
        f"{path.with_suffix('.json')}"
    )


def parsers_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands' parsers, by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """The long options with a meaning in a file, by name without dashes."""
    return {
        string[2:]: action
        for action in parser._actions
        for string in action.option_strings
        if string.startswith("--") and not isinstance(action, argparse._HelpAction)
    }


def _given(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> set[str]:
    """What the command line sets: it is parsed again with defaults that nobody can type."""
    untouched = object()
    for command in parsers_of(parser).values():
        for action in command._actions:
            if action.option_strings and action.default is not argparse.SUPPRESS:
                action.default = [] if isinstance(action, argparse._AppendAction) else untouched
    again = vars(parser.parse_args(arguments))
    return {name for name, value in again.items() if value is not untouched and value != []}


def _check_names(
    table: Table,
    path: Path,
    command: str,
    mine: dict[str, argparse.Action],
    whole: Callable[[], argparse.ArgumentParser],
) -> None:
    """Every name means something to some command."""
    strange = [n for n in table if n not in mine and n != command]
    strange += [n for n in table.get(command, {}) if n not in mine]
    if not strange:
        return
    commands = parsers_of(whole())
    options = {command: set(options_of(parser)) for command, parser in commands.items()}
    everywhere = set().union(*options.values())
    for name, value in table.items():
        if isinstance(value, dict):
            if name not in commands:
                _complain(path, f"[{name}]", "command", name, commands)
            for inner in value:
                if inner not in options[name]:
                    _complain(path, f"[{name}] {inner}", "option", inner, options[name])
        elif name not in everywhere:
            _complain(path, name, "option", name, everywhere)


def _complain(path: Path, where: str, kind: str, name: str, known: Any) -> None:
    raise InvalidRequest(f"{path}: {where}: there is no such {kind}{nearest(name, known)}")


def _converted(action: argparse.Action, value: Any, what: str) -> Any:
    """The value that the command line would have given."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise InvalidRequest(f"{what}: expected true or false")
        return value
    if isinstance(action, argparse._AppendAction):
        return [_one(action, v, what) for v in (value if isinstance(value, list) else [value])]
    return _one(action, value, what)


def _one(action: argparse.Action, value: Any, what: str) -> Any:
    if isinstance(value, list) and action.dest in SEVERAL:
        raise InvalidRequest(
            f"{what}: several are for {', '.join(SEVERAL_COMMANDS)}: say it in their sections"
        )
    if isinstance(value, (bool, list, dict)) or value is None:
        raise InvalidRequest(f"{what}: expected a string or a number")
    text = os.path.expanduser(str(value))
    try:
        converted = action.type(text) if callable(action.type) else text
    except (ValueError, argparse.ArgumentTypeError):
        raise InvalidRequest(f"{what}: {text!r} is not what --{action.dest} takes") from None
    if action.choices is not None and converted not in action.choices:
        choices = ", ".join(map(str, action.choices))
        raise InvalidRequest(f"{what}: {text!r} is none of {choices}")
    return converted
