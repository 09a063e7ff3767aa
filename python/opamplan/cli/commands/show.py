"""opamplan show: what a person wants to know about a package."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from typing import Any

from opamplan.cli import options
from opamplan.cli.json_output import print_json
from opamplan.terminal.harmless import write_exact
from opamplan.terminal.style import Style


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "show",
        help="show a package",
        description="What the opam file says, which versions there are, and what holds in the "
        "environment. NAME is its latest available version, or else its newest.",
        epilog="Example: opamplan show --repository opam-repository dune",
    )
    parser.add_argument("package", metavar="PACKAGE", help="NAME or NAME.VERSION")
    parser.add_argument("--raw", action="store_true", help="print the opam file as it is")
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run)


def _find(repository: Any, text: str, env: Any) -> Any:
    """The package of NAME or NAME.VERSION."""
    from opamplan import InvalidRequest

    name, dot, version = text.partition(".")
    versions = repository[name]
    if dot:
        if version not in versions:
            known = ", ".join(repository.versions(name))
            raise InvalidRequest(f"{name} has no version {version!r}; it has {known}")
        return versions[version]
    for i in range(len(versions)):
        if versions[-1 - i].is_available(env):
            return versions[-1 - i]
    return versions.newest


def _facts(repository: Any, package: Any, env: Any) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": str(package.version),
        "synopsis": package.synopsis,
        "available": package.is_available(env),
        "versions": repository.versions(package.name),
        "depends": package.depends,
        "depopts": package.depopts,
        "conflicts": package.conflicts,
        "conflict_classes": package.conflict_classes,
        "available_when": package.available,
        "depexts": package.depexts(env),
        "flags": package.flags,
        "tags": package.tags,
        "licenses": package.licenses,
        "maintainers": package.maintainers,
        "authors": package.authors,
        "homepages": package.homepages,
        "bug_reports": package.bug_reports,
        "dev_repo": package.dev_repo,
        "url": package.url,
        "checksums": package.checksums,
        "files": [
            {"path": f.path, "bytes": len(f.content), "executable": f.executable}
            for f in package.files
        ],
        "source": package.source,
        "path": package.path,
        "pinned": package.is_pinned,
        "source_folder": package.source_folder,
        "description": package.description,
    }


def _elements(repository: Any, package: Any, field: str) -> list[str]:
    """The elements of a formula field, one each, as written."""
    text = str(package.field(field)).strip()
    if not text.startswith("["):
        return [text] if text else []
    out, depth, quoted, start = [], 0, False, 1
    inner = text[:-1]
    for i, c in enumerate(inner):
        if c == '"' and (i == 0 or inner[i - 1] != "\\"):
            quoted = not quoted
        if quoted:
            continue
        depth += (c in "({[") - (c in ")}]")
        # Between elements of the outer list: a blank that no operator or option touches.
        if c == " " and depth == 1 and inner[i + 1 : i + 2] not in ("{", "|", "&", " "):
            if inner[start:i].rstrip().endswith(("|", "&")):
                continue
            out.append(inner[start:i].strip())
            start = i
    out.append(inner[start:].strip())
    return [e for e in out if e]


def _print(repository: Any, package: Any, facts: dict[str, Any]) -> None:
    style = Style()
    width = max(60, min(100, shutil.get_terminal_size().columns))
    print(f"{style.strong(str(package))}  {' '.join(facts['synopsis'].split())}".rstrip())
    if not facts["available"]:
        print(style.warn("not available in this environment"))
    if facts["pinned"]:
        folder, commit = facts["source_folder"] or ("", "")
        place = folder + (f" at {commit}" if commit else "")
        print(f"{style.warn('pinned')}{' to ' + place if place else ''}")
    rows = [
        ("license", ", ".join(facts["licenses"])),
        ("tags", ", ".join(facts["tags"])),
        ("flags", ", ".join(facts["flags"])),
        ("depends", _elements(repository, package, "depends")),
        ("depopts", _elements(repository, package, "depopts")),
        ("conflicts", _elements(repository, package, "conflicts")),
        ("conflict-class", ", ".join(facts["conflict_classes"])),
        ("available", facts["available_when"]),
        ("depexts", " ".join(facts["depexts"])),
        ("homepage", " ".join(facts["homepages"])),
        ("bug-reports", " ".join(facts["bug_reports"])),
        ("dev-repo", facts["dev_repo"]),
        ("maintainer", ", ".join(facts["maintainers"])),
        ("author", ", ".join(facts["authors"])),
        ("archive", facts["url"]),
        ("files", [f"{f['path']} ({f['bytes']:,} bytes)" for f in facts["files"]]),
        ("versions", " ".join(reversed(facts["versions"]))),
        ("file", f"{facts['source']}: {facts['path']}"),
    ]
    indent = " " * 16
    for head, value in rows:
        lines = value if isinstance(value, list) else [value] if value else []
        for i, line in enumerate(lines):
            label = style.faint(f"{head if i == 0 else '':14}")
            wrapped = textwrap.wrap(
                line, width - 16, break_long_words=False, break_on_hyphens=False
            ) or [""]
            print(f"{label}  {wrapped[0]}")
            for more in wrapped[1:]:
                print(indent + more)
    if facts["description"]:
        print()
        print(facts["description"].strip())


def run(args: argparse.Namespace) -> int:
    """Show."""
    repository = options.load(args)
    env = options.environment_from(args)
    package = _find(repository, args.package, env)
    if args.raw:
        write_exact(sys.stdout, package.text)
        return 0
    facts = _facts(repository, package, env)
    if args.json:
        print_json(facts)
    else:
        _print(repository, package, facts)
    return 0
