"""The reference of the Python package, made from its docstrings."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
from collections.abc import Collection, Iterator
from typing import Any

from markdown_text import escaped

WIDTH = 88


def short_types(signature: str) -> str:
    """A signature as a person would write it."""
    text = re.sub(r"opamplan\._core\.\w+\.", "", signature).replace("collections.abc.", "")
    text = text.replace("typing.SupportsInt | typing.SupportsIndex", "int")
    text = text.replace("typing.SupportsFloat | typing.SupportsIndex", "float")
    text = re.sub(r"\(self(: \w+)?(, )?", "(", text)
    text = re.sub(r"<(?:\w+\.)*(\w+) object at 0x\w+>", r"\1()", text)
    return text.replace("typing.", "")


def linked(code: str, classes: Collection[str]) -> str:
    """A type as code, with links to the classes that are on the page."""
    parts = re.split(rf"\b({'|'.join(sorted(classes))})\b", code) if classes else [code]
    return "".join(
        f"[`{part}`](#{part.lower()})" if part in classes else f"`{part}`" for part in parts if part
    )


def documented(name: str, value: Any) -> tuple[list[str], str]:
    """Signatures and text of a function, compiled or not."""
    doc = inspect.getdoc(value) or ""
    lines = doc.splitlines()
    if not lines or not lines[0].startswith(f"{name}("):  # of the compiled ones it has the types
        if not inspect.isfunction(value):
            return [f"{name}()"], doc
        # Annotations are texts, in quotes that are not written.
        signature = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(value)))
        return [wrapped(short_types(name + signature))], doc
    if "Overloaded function." in doc:
        found = re.findall(rf"^\d+\. ({re.escape(name)}\(.*)$", doc, re.MULTILINE)
        rest = [line for line in lines[1:] if not re.match(r"\d+\. |Overloaded function", line)]
        return [wrapped(short_types(s)) for s in found], "\n".join(rest).strip()
    return [wrapped(short_types(lines[0]))], "\n".join(lines[1:]).strip()


def wrapped(signature: str) -> str:
    """A long signature with an argument a line."""
    opened, arguments, rest = re.fullmatch(r"(\w+\()(.*)(\).*)", signature, re.DOTALL).groups()  # type: ignore[union-attr]
    if len(signature) <= WIDTH:
        return signature
    lines, depth, line = [], 0, ""
    for letter in arguments:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            lines.append(line.strip())
            line = ""
        else:
            line += letter
    return opened + "\n" + "".join(f"    {each},\n" for each in [*lines, line.strip()]) + rest


def attribute_docs(kind: type) -> dict[str, str]:
    """What stands below the attributes of a class in its source."""
    (definition,) = ast.parse(inspect.cleandoc(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    docs = {}
    for item, below in zip(definition.body, [*definition.body[1:], None]):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            said = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            docs[item.target.id] = str(below.value.value) if said else ""  # type: ignore[union-attr]
    return docs


def see(signatures: Collection[str], classes: Collection[str], own: str = "") -> Iterator[str]:
    """Links to the classes that signatures name."""
    words = {word for each in signatures for word in re.findall(r"\w+", each)} - {own}
    found = sorted(words.intersection(classes))
    if found:
        yield "See " + ", ".join(linked(name, classes) for name in found) + ".\n"


def entry(name: str, value: Any, level: str, classes: Collection[str]) -> Iterator[str]:
    """A function."""
    signatures, text = documented(name, value)
    yield f"{level} `{name}` {{#{name.lower()}}}\n"
    yield "```python\n" + "\n".join(signatures) + "\n```\n"
    yield from see(signatures, classes)
    if text:
        yield escaped(text) + "\n"


def members(kind: type, classes: Collection[str]) -> Iterator[str]:
    """What a class defines itself."""
    properties, methods = [], []
    if dataclasses.is_dataclass(kind):
        docs = attribute_docs(kind)
        for field in dataclasses.fields(kind):
            doc = " ".join(docs.get(field.name, "").split())
            properties.append((field.name, short_types(str(field.type)), doc))
    for name, value in vars(kind).items():
        if name.startswith("_") and name not in ("__init__", "__getitem__", "__contains__"):
            continue
        if isinstance(value, property) and inspect.isfunction(value.fget):
            returned = value.fget.__annotations__.get("return", "")
            doc = " ".join((inspect.getdoc(value) or "").split())
            properties.append((name, short_types(str(returned)), doc))
        elif isinstance(value, property):
            signature, _, text = (value.fget.__doc__ or "").partition("->")
            returned, _, rest = text.partition("\n") if signature.startswith("(") else ("", "", "")
            doc = (inspect.getdoc(value) or rest).strip()
            properties.append((name, short_types(returned.strip()), " ".join(doc.split())))
        elif callable(value) or isinstance(value, staticmethod):
            methods.append((name, getattr(kind, name)))
    if properties:
        yield "| attribute | | |\n|---|---|---|"
        for name, returned, doc in properties:
            code = linked(returned, classes) if returned else ""
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
        yield f"```python\n{code}\n```\n"
        yield from see(signatures, classes, kind.__name__)
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
        out += entry(name, value, "###", classes)
    out.append("## Classes\n")
    for name, kind in classes.items():
        out += [f"### `{name}` {{#{name.lower()}}}\n", escaped(inspect.getdoc(kind) or "") + "\n"]
        out += members(kind, classes)
    out.append("## Errors\n")
    for name, kind in errors.items():
        base = kind.__bases__[0].__name__
        fields = ", ".join(f"`{n}`" for n in vars(kind).get("__annotations__", {}))
        text = escaped(inspect.getdoc(kind) or "")
        out.append(f"### `{name}`\n\nDerived from `{base}`. {text}")
        out.append(f"\nAttributes: {fields}.\n" if fields else "")
    for module in ("opamplan.runs", "opamplan.notebook"):
        out += module_section(module, classes)
    out.append(
        "## `opamplan.terminal.progress`\n\n`ProgressBar`, what `progress=True` stands for.\n"
    )
    return "\n".join(out)


def module_section(module: str, classes: Collection[str]) -> Iterator[str]:
    """All that a module names in `__all__`."""
    home = importlib.import_module(module)
    yield f"## `{module}`\n\n{escaped(inspect.getdoc(home) or '')}\n"
    values = {name: getattr(home, name) for name in home.__all__}
    known = {*classes, *(name for name, value in values.items() if isinstance(value, type))}
    for name, value in values.items():
        if isinstance(value, type):
            yield f"### `{name}` {{#{name.lower()}}}\n"
            yield escaped(inspect.getdoc(value) or "") + "\n"
            yield from members(value, known)
        else:
            yield from entry(name, value, "###", known)
