"""The reference of the command, made from its parser."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator

from markdown_text import escaped


def command_page() -> str:
    """Every command with its options, in the order of `opamplan --help`."""
    from opamplan.cli.parser import command_names, make_parser

    parser = make_parser(command_names())
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    said = {action.dest: action.help or "" for action in commands._choices_actions}
    out = [
        "# Command reference\n",
        "What `opamplan help COMMAND` says of each. Options can stand in a "
        "[file](../how-to.md#keep-options-in-a-file).\n",
        "| command | to |\n|---|---|",
        *(f"| [`{name}`](#{name}) | {cell(said[name])} |" for name in commands.choices),
        "",
    ]
    for name, command in commands.choices.items():
        out += [f"## `{name}` {{#{name}}}\n", *described(command)]
    out.append("## For all commands\n")
    out.append(epilog(parser.epilog or ""))
    return "\n".join(out)


def described(command: argparse.ArgumentParser) -> Iterator[str]:
    """One command: what it does, what it takes, examples."""
    yield escaped(command.description or "") + "\n"
    usage = inspect.cleandoc(command.format_usage().removeprefix("usage: "))
    yield f"```text\n{usage}\n```\n"
    for group in command._action_groups:
        actions = [a for a in group._group_actions if a.help != argparse.SUPPRESS]
        if not actions:
            continue
        yield f"**{(group.title or '').capitalize()}**\n"
        if group.description:
            yield escaped(group.description) + "\n"
        yield "| argument | |\n|---|---|"
        for action in actions:
            yield f"| {invocation(action)} | {cell(helped(action, command))} |"
        yield ""
    yield epilog(command.epilog or "")


def invocation(action: argparse.Action) -> str:
    """How an argument is written."""
    value = "" if action.nargs == 0 else str(action.metavar or metavar_of(action))
    if not action.option_strings:
        return f"`{value}`"
    words = f" {value}" if value else ""
    return ", ".join(f"`{option}{words}`" for option in action.option_strings).replace("|", "\\|")


def metavar_of(action: argparse.Action) -> str:
    """What argparse shows of a value without a name."""
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper()


def helped(action: argparse.Action, command: argparse.ArgumentParser) -> str:
    """The help of an argument, with its values filled in."""
    values = {**vars(action), "prog": command.prog}
    return (action.help or "") % values


def cell(text: str) -> str:
    """For a cell of a table."""
    return escaped(" ".join(text.split())).replace("|", "\\|")


def epilog(text: str) -> str:
    """Examples, as they are typed."""
    return f"```text\n{text.strip()}\n```\n" if text.strip() else ""
