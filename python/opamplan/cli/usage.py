"""What is said of a command line that makes no sense: one line, and what may have been meant."""

from __future__ import annotations

import argparse
import re

from opamplan.wording import nearest


def explained(message: str) -> str:
    """The complaint that argparse has of a choice, without the list where a near one is found."""
    match = re.fullmatch(
        r"(?:argument )?(\S+): invalid choice: '(.*)' \(choose from (.*)\)", message
    )
    if match is None:
        return message.removeprefix("argument ")
    what, word, listed = match.groups()
    known = re.findall(r"'?([^', ]+)'?", listed)
    name = "there is no command" if what == "COMMAND" else f"{what}: there is no"
    parts = [part.strip() for part in word.split(",")]
    if len(parts) > 1 and set(parts) <= set(known):
        return f"{what}: one at a time: {' '.join(f'{what} {part}' for part in parts)}"
    hint = nearest(word, known)
    if not hint and what != "COMMAND":
        hint = f"; there are: {', '.join(known)}"
    more = "; `opamplan help` lists them" if what == "COMMAND" else ""
    return f"{name} {word!r}{hint}{more if not hint else ''}"


def unknown_arguments(words: list[str], command: str, parser: argparse.ArgumentParser) -> str:
    """Of options that the command does not have, and words that have no place."""
    known = [option for action in parser._actions for option in action.option_strings]
    options = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    where = f"`opamplan help {command}` tells more"
    if not options:
        if "--repository" in known:
            where = f"--repository PATH names a repository; {where}"
        return f"{command}: nothing is expected after its arguments: {' '.join(words)}; {where}"
    word = options[0]
    if word in known:
        return f"{word} stands behind the command: opamplan {command} {word}"
    if word == "--config":
        return f"{word} stands before the command: opamplan {word} FILE {command}"
    return f"{command}: there is no option {word}{nearest(word, known) or '; ' + where}"


def parser_of(parser: argparse.ArgumentParser, command: str) -> argparse.ArgumentParser:
    """The parser of one command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = action.choices[command]
            assert isinstance(found, argparse.ArgumentParser)
            return found
    raise AssertionError("no commands")
