"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
import functools
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Optional

from opamplan.cli.outcome import BadNews
from opamplan.data import repository_path
from opamplan.wording import counted

DEFAULT_ENVIRONMENT = "debian-13"
ARCHITECTURES = ("x86_64", "arm64", "ppc64", "s390x", "riscv64", "x86_32", "arm32")
"""As opam names those for which there are images."""
MOST_SECONDS = 366 * 24 * 3600


@functools.cache
def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of an option: a whole number in these bounds."""

    def convert(text: str) -> int:
        if re.fullmatch("[0-9]{1,18}", text) and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least:,} to {most:,}")

    return convert


def seconds(text: str) -> float:
    """The type of an option: a time, at most a year."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,9})?", text) and float(text) <= MOST_SECONDS:
        return float(text)
    raise argparse.ArgumentTypeError(
        f"{text!r} is no number of seconds from 0 to {MOST_SECONDS:,}, a year"
    )


def named(text: str) -> str:
    """The type of an option whose default is had by leaving it out: an unset variable is a slip."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty; leave it out for the default")
    return text


def place(text: str) -> str:
    """The type of an option: a file or a folder to write."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty: name a place, such as `out`")
    return text


def add_threads_option(parser: Any) -> None:
    """--threads."""
    parser.add_argument(
        "--threads",
        type=whole(0, 4096),
        default=0,
        metavar="N",
        help="threads for all of it (default: one a core)",
    )


def add_output_options(parser: argparse.ArgumentParser, quiet: str = "no progress bar") -> None:
    """--json and --quiet."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("-q", "--quiet", action="store_true", help=quiet)


def add_repository_options(parser: argparse.ArgumentParser) -> None:
    """Where the packages come from."""
    group = parser.add_argument_group("repository")
    group.add_argument(
        "--repository",
        metavar="PATH",
        action="append",
        default=[],
        help="a folder, an archive or a git repository in opam-repository's layout, or a URL of "
        "an archive or of a git repository; may be repeated, the first that has a package version "
        "wins; PATH#REV is a git repository at a revision, PATH#REV:FOLDER a repository inside it "
        "(default: the working folder if it has packages/, else the small embedded one)",
    )
    group.add_argument(
        "--rev", default="", metavar="REV", help="of a git repository: a commit, branch or tag"
    )
    group.add_argument(
        "--pin",
        metavar="[NAME[.VERSION]=]PATH",
        action="append",
        default=[],
        help="a folder with opam files, such a file, or a git repository with #REV; hides all "
        "other versions; its version is the one given, else the file's, else the newest in the "
        "repository, else dev; may be repeated",
    )
    group.add_argument(
        "--no-repository-cache",
        action="store_true",
        help="neither use nor write the cache that makes the next load fast",
    )


def pins(args: argparse.Namespace) -> list[tuple[str, str, str]]:
    """Path, name and version of each --pin; empty strings where none was given."""
    out = []
    for text in args.pin:
        given, equals, path = text.partition("=")
        if not equals or "/" in given:
            out.append((text, "", ""))
        else:
            name, _, version = given.partition(".")
            out.append((path, name, version))
    return out


def is_repository(folder: str = ".") -> bool:
    """Whether a folder is laid out as opam-repository is."""
    from pathlib import Path

    return any(Path(folder, "packages").glob("*/*/opam"))


def repository_paths(args: argparse.Namespace) -> list[str]:
    """The sources that the options name, in order of precedence.

    Without one: the working folder if it is a repository, else the embedded one. Both are said.
    """
    paths: list[str] = list(args.repository)
    if paths:
        return paths
    embedded = not is_repository()
    if not args.quiet and (not embedded or sys.stderr.isatty()):  # scripts that take it know it
        _say_which(
            "the small one inside opamplan, of examples; --repository names a real one"
            if embedded
            else "the repository in this folder"
        )
    return [repository_path() if embedded else "."]


@functools.cache  # once, however many universes there are
def _say_which(repository: str) -> None:
    print(f"opamplan: using {repository}", file=sys.stderr)


SEVERAL = ("environment", "arch", "ocaml")
"""Options that some commands take more than once..."""
SEVERAL_COMMANDS = ("plan", "emit", "build", "change")
"""...namely these."""


class Once(argparse.Action):
    """An option that other commands take several times; here the last would win in silence."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: Optional[str] = None,
    ) -> None:
        """Keep the value; refuse a second."""
        seen: frozenset[str] = getattr(namespace, "given_once", frozenset())
        if self.dest in seen:
            several = ", ".join(SEVERAL_COMMANDS)
            raise argparse.ArgumentError(self, f"given twice; only {several} take several")
        namespace.given_once = seen | {self.dest}
        setattr(namespace, self.dest, values)


def add_environment_options(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """For which system packages are evaluated; for `several`, see environments.py."""
    group = parser.add_argument_group("environment")
    repeated: dict[str, Any] = {"action": "append", "default": []} if several else {"action": Once}
    what = "a preset such as debian-13, ubuntu-24.04, alpine-3.22 or macos-homebrew, or `host` for "
    what += f"this machine (default: {DEFAULT_ENVIRONMENT})"
    if several:
        what += "; may be repeated"
    else:
        repeated["default"] = DEFAULT_ENVIRONMENT
    group.add_argument("--environment", metavar="NAME", help=what, **repeated)
    what = f"architecture, as opam names it: {', '.join(ARCHITECTURES)}"
    what += "; may be repeated" if several else ""
    group.add_argument(
        "--arch", metavar="VALUE", help=what, **{**repeated, "default": [] if several else None}
    )
    for option, what in (
        ("os", "operating system: linux, macos, freebsd, win32"),
        ("os-distribution", "for example debian"),
        ("os-family", "for example debian, of ubuntu too"),
        ("os-version", "for example 12"),
    ):
        group.add_argument(f"--{option}", metavar="VALUE", help=what)
    ocaml = group.add_mutually_exclusive_group()
    what = "the OCaml version (default: 5.3.0)"
    if several:
        what += "; may be repeated: all of them in all environments"
    ocaml.add_argument(
        "--ocaml",
        type=named,
        metavar="VERSION",
        help=what,
        **{**repeated, "default": [] if several else None},
    )
    ocaml.add_argument(
        "--no-ocaml", action="store_true", help="do not ask for a version of OCaml at all"
    )
    group.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a variable, for example opam-version=2.5.0 or ocaml:native=false; may be "
        "repeated",
    )
    group.add_argument(
        "--unset",
        metavar="NAME",
        action="append",
        default=[],
        help="leave a variable undefined; may be repeated",
    )
    if several:
        _add_matrix_options(group)


def _add_matrix_options(group: Any) -> None:
    """Axes that have no option to repeat."""
    group.add_argument(
        "--vary",
        metavar="OPTION",
        action="append",
        default=[],
        help="all of it without and with: with-test, with-doc, prefer-oldest, require=PACKAGE, "
        "constraint='NAME OP VERSION' (several that hold together: joined by &); may be repeated",
    )
    group.add_argument(
        "--matrix",
        metavar="FILE",
        help="a TOML or JSON file with lists of values for environment, arch, ocaml, with-test, "
        "with-doc, prefer-oldest, require and constraint: every combination, but for those of "
        "[[exclude]], then those of each [[also]]",
    )


DEFAULT_OCAML = "5.3.0"


def ocaml_version(args: argparse.Namespace) -> str:
    """The OCaml version that is asked for, or an empty string."""
    from opamplan import InvalidRequest

    if args.ocaml in ("any", "none") and not args.no_ocaml:
        raise InvalidRequest(
            f"--ocaml {args.ocaml}: that is no version: --no-ocaml asks for none; several with it "
            'are a file of --matrix, ocaml = ["5.3.0", "any"]'
        )
    return "" if args.no_ocaml else str(args.ocaml or DEFAULT_OCAML)


@functools.cache  # once, however many environments there are
def _warn_of_architecture(arch: str) -> None:
    """Of a word that packages may know, but builders do not."""
    from opamplan.wording import nearest

    if arch not in ARCHITECTURES:
        hint = nearest(arch, ARCHITECTURES) or f"; there are: {', '.join(ARCHITECTURES)}"
        print(
            f"opamplan: --arch {arch}: no images are known for it, so that nothing can be emitted "
            f"or built{hint}",
            file=sys.stderr,
        )


def environment_from(args: argparse.Namespace) -> Any:
    """The `opamplan.Environment` that the options describe."""
    from opamplan import Environment, InvalidRequest, environment_presets, parse_variable_value
    from opamplan.wording import nearest

    if args.environment == "host":
        env = Environment.host()
    else:
        known = environment_presets()
        if args.environment not in known:
            hint = nearest(args.environment, known) or f"; there are: {', '.join(known)}"
            raise InvalidRequest(f"--environment: there is no {args.environment!r}{hint}")
        env = Environment.preset(args.environment, args.arch or "x86_64")
    for option in ("arch", "os", "os-distribution", "os-family", "os-version"):
        value = getattr(args, option.replace("-", "_"))
        if value is not None:
            env[option] = value
    if args.arch is not None and not args.quiet:
        _warn_of_architecture(args.arch)
    version = ocaml_version(args)
    if version:
        env["ocaml:version"] = version
    for text in args.set:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidRequest(f"--set {text}: expected NAME=VALUE")
        env[name] = parse_variable_value(value)
    for name in args.unset:
        if name in env:
            del env[name]
    return env


def add_solve_options(
    parser: argparse.ArgumentParser,
    targets: bool = True,
    all_versions: bool = True,
    threads: bool = True,
) -> None:
    """What is asked for: targets that are named, all of a repository, or one, without threads."""
    if targets:
        parser.add_argument(
            "targets",
            nargs="*",
            metavar="TARGET",
            help="NAME (any version, the newest possible) or NAME.VERSION",
        )
    group = parser.add_argument_group("solving")
    if all_versions:
        group.add_argument(
            "--all-versions", action="store_true", help="every available version is a target"
        )
    group.add_argument("--with-test", action="store_true", help="targets with their tests")
    group.add_argument("--with-doc", action="store_true", help="targets with their documentation")
    group.add_argument(
        "--prefer-oldest",
        action="store_true",
        help="the oldest versions of what targets need: lower bounds",
    )
    group.add_argument(
        "--constraint",
        metavar="'NAME OP VERSION'",
        action="append",
        default=[],
        help="restrict a package where it is selected, for example 'dune < 3.20'; may be repeated",
    )
    group.add_argument(
        "--require",
        metavar="'PACKAGE[ OP VERSION]'",
        action="append",
        default=[],
        help="a package that every solution holds, for example 'ocaml-variants = 5.3.0+options'; "
        "may be repeated",
    )
    group.add_argument(
        "--avoid-version",
        choices=("opam", "batch"),
        help="of a name of which every version has the flag avoid-version, `opam` takes one when "
        "there is nothing else, `batch` takes none, as the batch tool on opam-0install does "
        "(default: opam for targets that are named and with --require, batch for the whole "
        "repository)",
    )
    group.add_argument(
        "--conflict-limit",
        type=whole(0, 10**12),
        default=200_000,
        metavar="N",
        help="give a request up after N conflicts (default: 200000)",
    )
    group.add_argument(
        "--solve-time-limit",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="give a request up after that time; what that ends depends on the machine "
        "(default: none)",
    )
    if threads:
        add_threads_option(group)


def load(args: argparse.Namespace, previous: Any = None) -> Any:
    """The `opamplan.Repository` that the options name; `previous`: what may be much like it.

    What pins leave out is said at once; of other files, how many could not be read.
    """
    from opamplan import Repository
    from opamplan.cli.progress import progress_for

    repository = Repository.open(
        repository_paths(args),
        rev=args.rev,
        pins=pins(args),
        cache=not args.no_repository_cache,
        previous=previous,
        threads=getattr(args, "threads", 0),
        progress=progress_for(args),
    )
    if args.pin:
        for diagnostic in repository.diagnostics:
            if repository.sources[diagnostic.source].pins:
                print(f"opamplan: {diagnostic}", file=sys.stderr)
    broken = sum(
        diagnostic.level == "error" and not repository.sources[diagnostic.source].pins
        for diagnostic in repository.diagnostics
    )
    if broken and args.command != "check":
        files = f"{counted(broken, 'file')} {'was' if broken == 1 else 'were'}"
        print(f"opamplan: {files} left out: `opamplan check` says why", file=sys.stderr)
    return repository


def avoid_rule(args: argparse.Namespace) -> str:
    """Which rule holds for names of which every version is to be avoided."""
    if args.avoid_version:
        return str(args.avoid_version)
    named = getattr(args, "targets", None) or getattr(args, "target", None) or args.require
    return "opam" if named else "batch"


def universe_from(args: argparse.Namespace, repository: Any = None) -> Any:
    """The `opamplan.Universe` that the options describe; of another repository, if one is given."""
    from opamplan import Universe
    from opamplan.cli.progress import progress_for

    return Universe(
        load(args) if repository is None else repository,
        environment_from(args),
        ocaml=ocaml_version(args),
        require=args.require,
        constraints=args.constraint,
        with_test=args.with_test,
        with_doc=args.with_doc,
        prefer_oldest=args.prefer_oldest,
        avoid_version=avoid_rule(args),
        conflict_limit=args.conflict_limit,
        time_limit=args.solve_time_limit,
        threads=getattr(args, "threads", 0),
        progress=progress_for(args),
    )


def universe_of_targets(args: argparse.Namespace, repository: Any, targets: Sequence[str]) -> Any:
    """The same of what these targets can need: more is not evaluated to solve them."""
    ocaml = ["ocaml"] if "ocaml" in repository else []
    asked = [*ocaml, *targets, *args.require, *args.constraint]
    names = [re.split(r"[^\w+-]", text.strip(), maxsplit=1)[0] for text in asked]
    if all(name in repository for name in names):
        repository = repository.reachable(names)
    return universe_from(args, repository)


def nothing_to_solve(args: argparse.Namespace, universe: Any) -> NoReturn:
    """A repository without a package that could be a target."""
    where = " ".join(args.repository) or "the embedded repository"
    what = "available in this environment" if universe.repository.names else "there"
    raise BadNews(f"{where}: no package is {what}, so there is nothing to solve")


def unread(repository: Any, result: Any) -> list[Any]:
    """What of the packages in a solution could not be read; they are taken without, as by opam.

    Of all of a repository `check` tells it: it is read whole.
    """
    found = [d for package in result.packages for d in repository.package(package).check()]
    return [d for d in found if d.left_out_field and d.level == "error"]


def tell_unread(args: argparse.Namespace, repository: Any, results: list[Any]) -> None:
    """Say once of each package in solutions which fields could not be read."""
    told: set[str] = vars(args).setdefault("told_unread", set())
    for result in filter(None, results):
        for line in [f"opamplan: {d}, as by opam" for d in unread(repository, result)]:
            if line not in told:
                print(line, file=sys.stderr)
            told.add(line)


def unread_rows(repository: Any, result: Any) -> list[dict[str, Any]]:
    """The same for JSON."""
    return [
        {
            "path": d.path,
            "line": d.line,
            "column": d.column,
            "field": d.left_out_field,
            "message": d.message,
        }
        for d in unread(repository, result)
    ]


def solve(args: argparse.Namespace, universe: Any) -> list[Any]:
    """The results of the targets that the options name, ascending by target."""
    from opamplan.cli.progress import progress_for

    progress = progress_for(args)
    if args.targets:
        results = list(universe.solve_all(args.targets, threads=args.threads, progress=progress))
        tell_unread(args, universe.repository, results)
        return results
    if args.all_versions:
        found: list[Any] = universe.solve_all(
            universe.available(), threads=args.threads, progress=progress
        )
    else:
        found = universe.solve_all(threads=args.threads, progress=progress)
    if not found:
        nothing_to_solve(args, universe)
    return found
