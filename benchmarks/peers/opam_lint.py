"""`opamplan check` beside Debian's `opam lint`: what each says about a whole repository.

    PYTHONPATH=python python benchmarks/peers/opam_lint.py REPOSITORY [--every 20]

One row a kind of finding: its number, how many files each of the two names, how many only one of
them does, and an example. Numbers about style, upstreams and who maintains a package
are in the last line; `check` does not say them.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import re
import subprocess
import sys

import opamplan

# opam's number -> what it is about, and the beginning of what `check` says of it.
KINDS = {
    2: ("format version", r"opam-version: (absent|format [2-9]\.[1-9]|format [3-9])"),
    3: (
        "malformed, repeated, unknown field",
        r".*(left out|repeated; the first|unknown (field|section))",
    ),
    4: ("field name or version unlike the folder", r"(name|version): the field says"),
    21: ("format of opam 1", r"opam-version: format [01]\."),
    28: ("unknown flag", r"(flags|tags): unknown flag"),
    32: ("field or variable ocaml-version", r"ocaml-version: of opam 1"),
    33: ("field os", r"os: of opam 1"),
    34: ("variable of a package in available", r"available: the variable"),
    43: ("& in conflicts", r"conflicts: `&`"),
    44: ("plugin without opam- in its name", r"flags: a plugin of opam"),
    46: ("conf with sources or commands", r"flags: a package flagged \"conf\""),
    48: ("build-test, build-doc", r"build-(test|doc): of opam 1"),
    50: ("post beside build, or optional", r"(depends|depopts): \"post\" makes no sense"),
    51: ("!build, !post", r"(depends|depopts): what !"),
    52: ("light-uninstall without remove", r"flags: \"light-uninstall\""),
    53: ("extra-files and files/", r"extra-files: .*folder files"),
    54: ("name of a system package", r"depexts: .*not the name of a system package"),
    55: ("os or arch under another name", r".*opam says "),
    58: ("variable under another name", r".*is never set;"),
    59: ("no checksum", r".*no checksum"),
    66: ("text where a boolean is expected", r".*neither true nor false"),
}
BATCH = 400


def lint(files: list[pathlib.Path]) -> dict[str, set[int]]:
    """The numbers that `opam lint` prints below each file."""
    out: dict[str, set[int]] = collections.defaultdict(set)
    for i in range(0, len(files), BATCH):
        command = ["opam", "lint", *map(str, files[i : i + BATCH])]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        name = ""
        for line in done.stdout.splitlines():
            if heading := re.match(r"(/.*): (Errors|Warnings|Passed)\.$", line):
                name = heading[1]
            elif finding := re.match(r" +(?:error|warning) +(\d+):", line):
                out[name].add(int(finding[1]))
        print(f"\r{min(i + BATCH, len(files)):,} of {len(files):,} files", end="", file=sys.stderr)
    print(file=sys.stderr)
    return out


def check(root: pathlib.Path) -> dict[str, set[int]]:
    """The same numbers, of what `opamplan check` says."""
    out: dict[str, set[int]] = collections.defaultdict(set)
    for diagnostic in opamplan.Repository.open(root, cache=False).check():
        for number, (_, pattern) in KINDS.items():
            if re.match(pattern, diagnostic.message):
                out[str(root / diagnostic.path)].add(number)
                break
        else:
            out[str(root / diagnostic.path)].add(0)
    return out


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1, help="only every Nth file")
    args = parser.parse_args()
    root = args.repository.resolve()
    files = sorted(root.glob("packages/*/*/opam"))[:: args.every]
    theirs = lint(files)
    named = set(map(str, files))
    ours = {file: numbers for file, numbers in check(root).items() if file in named}
    version = subprocess.run(["opam", "--version"], capture_output=True, text=True, check=True)
    print(f"{len(files):,} files; opam {version.stdout.strip()}\n")
    print(
        "| number | about | opam lint | opamplan check | only opam | only opamplan | an example |"
    )
    print("|---:|---|---:|---:|---:|---:|---|")
    for number, (about, _) in sorted({**KINDS, 0: ("other", "")}.items()):
        a = {f for f, numbers in theirs.items() if number in numbers}
        b = {f for f, numbers in ours.items() if number in numbers}
        if not a and not b:
            continue
        differing = sorted(a ^ b)
        example = pathlib.Path(differing[0]).parent.name if differing else ""
        row = (number, about, len(a), len(b), len(a - b), len(b - a), example)
        print("| " + " | ".join(str(x) for x in row) + " |")
    rest = collections.Counter(n for numbers in theirs.values() for n in numbers if n not in KINDS)
    style = ", ".join(f"{n} ({count:,})" for n, count in sorted(rest.items()))
    print(f"\nSaid by opam only, by design: {style}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
