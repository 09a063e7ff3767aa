"""The reference pages of the site, made from docstrings and headers; a hook of mkdocs.

`python scripts/reference.py FOLDER` writes them to a folder instead.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("", "base", "syntax", "package", "repository", "solve", "closure", "plan", "emit")


def escaped(text: str) -> str:
    """For Markdown: `<` and `_` mean themselves outside of code."""
    parts = re.split(r"(`+[^`]*`+)", text.replace("``", "`"))
    return "".join(
        p if p.startswith("`") else re.sub(r"([*_])", r"\\\1", p).replace("<", "&lt;")
        for p in parts
    )


# Python


def short_types(signature: str) -> str:
    """A signature as a person would write it."""
    text = signature.replace("opamplan._core.", "").replace("collections.abc.", "")
    text = text.replace("typing.SupportsInt | typing.SupportsIndex", "int")
    text = text.replace("typing.SupportsFloat | typing.SupportsIndex", "float")
    text = re.sub(r"self: \w+(, )?", "", text)
    text = re.sub(r"<(?:\w+\.)*(\w+) object at 0x\w+>", r"\1()", text)
    return text.replace("typing.", "")


def documented(name: str, value: Any) -> tuple[list[str], str]:
    """Signatures and text of a function, compiled or not."""
    doc = inspect.getdoc(value) or ""
    if inspect.isfunction(value):
        return [short_types(name + str(inspect.signature(value)).replace("'", ""))], doc
    lines = doc.splitlines()
    if not lines or not lines[0].startswith(f"{name}("):
        return [f"{name}()"], doc
    if "Overloaded function." in doc:
        found = re.findall(rf"^\d+\. ({re.escape(name)}\(.*)$", doc, re.MULTILINE)
        rest = [line for line in lines[1:] if not re.match(r"\d+\. |Overloaded function", line)]
        return [short_types(s) for s in found], "\n".join(rest).strip()
    return [short_types(lines[0])], "\n".join(lines[1:]).strip()


def entry(name: str, value: Any, level: str) -> Iterator[str]:
    """A function or method."""
    signatures, text = documented(name, value)
    yield f"{level} `{name}`\n"
    yield "```text\n" + "\n".join(signatures) + "\n```\n"
    if text:
        yield escaped(text) + "\n"


def members(kind: type) -> Iterator[str]:
    """What a class defines itself."""
    properties, methods = [], []
    for name, value in vars(kind).items():
        if name.startswith("_") and name not in ("__init__", "__getitem__", "__contains__"):
            continue
        if isinstance(value, property):
            signature, _, text = (value.fget.__doc__ or "").partition("->")
            returned, _, rest = text.partition("\n") if signature.startswith("(") else ("", "", "")
            doc = (inspect.getdoc(value) or rest).strip()
            properties.append((name, short_types(returned.strip()), " ".join(doc.split())))
        elif callable(value) or isinstance(value, staticmethod):
            methods.append((name, getattr(kind, name)))
    if properties:
        yield "| attribute | | |\n|---|---|---|"
        for name, returned, doc in properties:
            code = f"`{returned}`" if returned else ""
            yield f"| `{name}` | {code.replace('|', chr(92) + '|')} | {escaped(doc)} |"
        yield ""
    for name, value in methods:
        if name == "__init__" and not (value.__doc__ or "").startswith("__init__("):
            continue
        shown = kind.__name__ if name == "__init__" else name
        signatures, text = documented(name, value)
        code = "\n".join(s.replace("__init__", kind.__name__, 1) for s in signatures)
        code = code.replace(" -> None", "") if name == "__init__" else code
        yield f"#### `{kind.__name__}.{shown}`\n" if shown != kind.__name__ else "#### Making one\n"
        yield f"```text\n{code}\n```\n"
        if text:
            yield escaped(text) + "\n"


def python_page() -> str:
    """All of `opamplan.__all__`."""
    import opamplan

    names = {name: getattr(opamplan, name) for name in opamplan.__all__ if name != "__version__"}
    errors = {n: v for n, v in names.items() if isinstance(v, type) and issubclass(v, Exception)}
    classes = {n: v for n, v in names.items() if isinstance(v, type) and n not in errors}
    functions = {n: v for n, v in names.items() if callable(v) and not isinstance(v, type)}
    out = [
        "# Python reference\n",
        "`import opamplan` brings all of this. Made from the docstrings.\n",
    ]
    out.append("## Functions\n")
    for name, value in functions.items():
        out += entry(name, value, "###")
    out.append("## Classes\n")
    for name, kind in classes.items():
        out += [f"### `{name}`\n", escaped(inspect.getdoc(kind) or "") + "\n", *members(kind)]
    out.append("## Errors\n")
    for name, kind in errors.items():
        base = kind.__bases__[0].__name__
        fields = ", ".join(f"`{n}`" for n in vars(kind).get("__annotations__", {}))
        text = escaped(inspect.getdoc(kind) or "")
        out.append(f"### `{name}`\n\nDerived from `{base}`. {text}")
        out.append(f"\nAttributes: {fields}.\n" if fields else "")
    for name, text in (
        (
            "notebook",
            "Pictures: `bars`, `closure`, `sharing`, `difference`; see [How to](../how-to.md).",
        ),
        ("terminal.progress", "`ProgressBar`, what `progress=True` stands for."),
    ):
        out.append(f"## `opamplan.{name}`\n\n{text}\n")
    return "\n".join(out)


# C++


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


PAGES = {"reference/python.md": python_page, "reference/cpp.md": cpp_page}


def present(nav: list[Any], docs: Path) -> list[Any]:
    """The entries of a navigation whose pages are written, here or by this hook."""
    kept: list[Any] = []
    for item in nav:
        title, target = next(iter(item.items())) if isinstance(item, dict) else ("", item)
        if isinstance(target, list):
            kept.append({title: present(target, docs)})
        elif target in PAGES or (docs / target).is_file():
            kept.append(item)
    return kept


def on_config(config: Any) -> Any:
    """Called by mkdocs: a page of the design that is not written yet is no dead link."""
    config.nav = present(config.nav, Path(config.docs_dir))
    return config


def on_files(files: Any, config: Any) -> Any:
    """Called by mkdocs."""
    from mkdocs.structure.files import File

    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    return files


if __name__ == "__main__":
    for path, page in PAGES.items():
        target = Path(sys.argv[1]) / Path(path).name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page())
