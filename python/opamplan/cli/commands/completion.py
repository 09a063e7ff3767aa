"""opamplan completion: what makes a shell complete the command."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import Any, Optional

from opamplan.cli.json_output import print_json
from opamplan.cli.parser import command_names, make_parser

EPILOG = """\
To try it:      source <(opamplan completion bash)
To keep it:
  bash          opamplan completion bash >~/.local/share/bash-completion/completions/opamplan
  zsh           opamplan completion zsh >DIR/_opamplan, with DIR in $fpath
  fish          opamplan completion fish >~/.config/fish/completions/opamplan.fish
"""

# Metavars that stand for something on disk.
PATHS = re.compile(r"(PATH|FILE|DIR|BEFORE|AFTER)\b")


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "completion",
        help="print what makes bash, zsh or fish complete opamplan",
        description="Print a script that completes commands, options and their values.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="which to complete in")
    parser.add_argument("--json", action="store_true", help="print what is known, for other shells")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Option:
    """An option, or a positional argument if it has no names."""

    names: tuple[str, ...]
    help: str
    takes_value: bool
    values: tuple[str, ...]
    is_path: bool


@dataclass(frozen=True)
class Command:
    """A command with all it takes."""

    name: str
    help: str
    options: tuple[Option, ...]
    argument: Optional[Option]


def commands() -> list[Command]:
    """Read off the parsers that the commands make."""
    parser = make_parser(command_names())
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            return [_command(n, helps.get(n, ""), p) for n, p in action.choices.items()]
    return []


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options: list[Option] = []
    arguments: list[Option] = []
    for action in parser._actions:
        (options if action.option_strings else arguments).append(_option(action))
    return Command(name, text, tuple(options), arguments[0] if arguments else None)


def _option(action: argparse.Action) -> Option:
    values = tuple(map(str, action.choices or ()))
    if "--environment" in action.option_strings:
        from opamplan import environment_presets

        values = (*environment_presets(), "host")
    if "--limits" in action.option_strings:
        from opamplan import limit_profiles

        values = tuple(limit_profiles())
    metavar = action.metavar or action.dest
    is_path = bool(PATHS.search(metavar if isinstance(metavar, str) else " ".join(metavar)))
    text = " ".join(str(action.help or "").split())
    return Option(
        tuple(action.option_strings), _first_clause(text), action.nargs != 0, values, is_path
    )


def _first_clause(text: str) -> str:
    """Of a long text that says enough: up to a semicolon, examples, or the default."""
    depth = 0
    for place, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if (depth == 0 and c == ";") or text.startswith((" (default", " such as "), place):
            text = text[:place]
            break
    return text.strip().replace("%%", "%")


def run(args: argparse.Namespace) -> int:
    """Print."""
    known = commands()
    if args.json:
        import dataclasses

        print_json([dataclasses.asdict(command) for command in known])
        return 0
    print({"bash": bash, "zsh": zsh, "fish": fish}[args.shell](known), end="")
    return 0


def bash(known: list[Command]) -> str:
    """For bash 3.2 and later, without bash-completion's functions."""
    cases = []
    for command in known:
        words = " ".join(name for option in command.options for name in option.names)
        values = []
        for option in command.options:
            if not option.takes_value:
                continue
            pattern = "|".join(option.names)
            values.append(f"        {pattern}) {_bash_values(option)}; return ;;\n")
        argument = _bash_values(command.argument) if command.argument else ":"
        cases.append(
            f"    {command.name})\n"
            f'      case "$before" in\n{"".join(values)}      esac\n'
            f'      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "{words}" -- "$word"))\n'
            f"      else {argument}; fi ;;\n"
        )
    names = " ".join(command.name for command in known)
    return (
        "# bash completion of opamplan, written by `opamplan completion bash`\n"
        "_opamplan() {\n"
        '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command="" i\n'
        "  COMPREPLY=()\n"
        "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "    if [[ ${COMP_WORDS[i]} == --config ]]; then ((i++))\n"
        "    elif [[ ${COMP_WORDS[i]} != -* ]]; then command=${COMP_WORDS[i]}; break; fi\n"
        "  done\n"
        '  case "$command" in\n'
        f'    "") COMPREPLY=($(compgen -W "{names} --help --version --config" -- "$word")) ;;\n'
        f"{''.join(cases)}"
        "  esac\n"
        "}\n"
        "complete -o default -F _opamplan opamplan\n"
    )


def _bash_values(option: Option) -> str:
    if option.values:
        return f'COMPREPLY=($(compgen -W "{" ".join(option.values)}" -- "$word"))'
    # With nothing found, `-o default` completes the names of files.
    return ":" if option.is_path or not option.names else "compopt +o default 2>/dev/null"


def zsh(known: list[Command]) -> str:
    """For zsh's completion system."""
    cases = []
    for command in known:
        specs = []
        for option in command.options:
            for name in option.names:
                spec = f"*{name}[{_zsh_text(option.help)}]"
                if option.takes_value:
                    spec += _zsh_values(option)
                specs.append(spec)
        if command.argument:
            specs.append("*" + _zsh_values(command.argument))
        lines = " \\\n".join("        " + _quoted(spec) for spec in specs)
        cases.append(f"    {command.name})\n      _arguments -s -S \\\n{lines} ;;\n")
    described = "\n".join("    " + _quoted(f"{c.name}:{c.help}") for c in known)
    return (
        "#compdef opamplan\n"
        "# written by `opamplan completion zsh`\n"
        "_opamplan() {\n"
        "  local -a commands\n"
        f"  commands=(\n{described}\n  )\n"
        "  if (( CURRENT == 2 )); then\n"
        "    _describe command commands\n"
        "    return\n"
        "  fi\n"
        "  local command=$words[2]\n"
        "  shift words\n"
        "  (( CURRENT-- ))\n"
        '  case "$command" in\n'
        f"{''.join(cases)}"
        "  esac\n"
        "}\n"
        "# Run by compinit as a file of $fpath, or sourced.\n"
        'if [[ $funcstack[1] == _opamplan ]]; then _opamplan "$@"\n'
        "else compdef _opamplan opamplan; fi\n"
    )


def _zsh_text(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _zsh_values(option: Option) -> str:
    if option.values:
        return f":value:({' '.join(option.values)})"
    return ":file:_files" if option.is_path else ":value:"


def fish(known: list[Command]) -> str:
    """For fish 3 and later."""
    lines = ["# written by `opamplan completion fish`", "complete -c opamplan -f"]
    for command in known:
        seen = f"__fish_seen_subcommand_from {command.name}"
        lines.append(
            f"complete -c opamplan -n __fish_use_subcommand -a {command.name}"
            f" -d {_quoted(command.help)}"
        )
        if command.argument:
            lines += _fish_line(seen, command.argument)
        for option in command.options:
            lines += _fish_line(seen, option)
    return "\n".join(lines) + "\n"


def _fish_line(seen: str, option: Option) -> list[str]:
    line = f"complete -c opamplan -n {_quoted(seen)}"
    for name in option.names:
        line += f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
    if option.names and option.takes_value:
        line += " -r"
    if option.values:
        line += f" -a {_quoted(' '.join(option.values))}"
    elif option.is_path:
        line += " -F"
    elif not option.names:
        return []
    return [line + (f" -d {_quoted(option.help)}" if option.help else "")]


def _quoted(text: str) -> str:
    """One word of any of the shells."""
    return "'" + text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") + "'"
