"""The reference of the C++ library, made from its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_text import ROOT, escaped

ROOMS = ("", *(ROOT / "cmake/rooms.txt").read_text().split())


def blank(text: str) -> str:
    """The text with strings and comments blanked out, for counting brackets."""
    pattern = r'"(?:\\.|[^"\\])*"|//[^\n]*'
    return re.sub(pattern, lambda m: " " * len(m.group()), text)


def declarations(body: str) -> Iterator[tuple[str, str]]:
    """Comment and code of each declaration of a namespace."""
    lines = body.splitlines()
    i = 0
    while i < len(lines):
        comment = []
        while i < len(lines) and lines[i].startswith("///"):
            comment.append(lines[i][3:].removeprefix(" "))
            i += 1
        code: list[str] = []
        depth = 0
        while i < len(lines) and (lines[i].strip() or depth > 0):
            line = lines[i]
            if line.startswith("///") and depth == 0:
                break
            code.append(line)
            plain = blank(line)
            depth += sum(plain.count(c) for c in "({[") - sum(plain.count(c) for c in ")}]")
            i += 1
            if depth == 0 and plain.rstrip().endswith((";", "}")):
                break
        if code:
            yield "\n".join(comment), "\n".join(code)
        elif not comment:
            i += 1


def header(path: Path) -> Iterator[str]:
    """One header as Markdown."""
    text = path.read_text()
    said = re.match(r"/// \\file\n((?:///.*\n)+)", text)
    yield f"### `{path.relative_to(ROOT / 'include')}`\n"
    if said:
        yield escaped(re.sub(r"^/// ?", "", said.group(1), flags=re.MULTILINE)) + "\n"
    for space, body in re.findall(
        r"^namespace ([\w:]+) \{\n(.*?)^\}  // namespace", text, re.MULTILINE | re.DOTALL
    ):
        if "detail" in space:
            continue
        loose: list[str] = []
        for comment, code in declarations(body):
            if re.match(r"(class|struct) \w+;$|namespace|#|template.*;$", code):
                continue
            code = re.sub(r"\[\[nodiscard\]\] |OPAMPLAN_INLINE ", "", code)
            code = re.sub(r"\n private:\n.*?(?=^\};)", "\n", code, flags=re.DOTALL | re.MULTILINE)
            if not comment:
                loose.append(code)
                continue
            if loose:
                yield "```c++\n" + "\n".join(loose) + "\n```\n"
                loose = []
            yield f"```c++\n{code}\n```\n"
            yield escaped(comment) + "\n"
        if loose:
            yield "```c++\n" + "\n".join(loose) + "\n```\n"


def cpp_page() -> str:
    """All public headers, room by room."""
    out = ["# C++ reference\n"]
    out.append("`#include <opamplan/opamplan.hpp>` brings all of this. Made from the headers.\n")
    include = ROOT / "include/opamplan"
    for room in ROOMS:
        out.append(f"## {room or 'Everywhere'}\n")
        for path in sorted((include / room).glob("*.hpp")):
            if path.name not in ("opamplan.hpp", "config.hpp"):
                out += header(path)
    return "\n".join(out)
