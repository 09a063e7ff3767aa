"""The reference of the Python package, made from its docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator
from typing import Any

from markdown_text import escaped


def short_types(signature: str) -> str:
    """A signature as a person would write it."""
    text = signature.replace("opamplan._core.", "").replace("collections.abc.", "")
    text = text.replace("typing.SupportsInt | typing.SupportsIndex", "int")
    text = text.replace("typing.SupportsFloat | typing.SupportsIndex", "float")
    text = re.sub(r"self: \w+(, )?", "", text)
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
    for name, text in (
        (
            "notebook",
            "Pictures: `bars`, `closure`, `closure_sizes`, `difference`, `sharing`, `statuses`, "
            "`timeline`; see [How to](../how-to.md#use-it-in-a-notebook).",
        ),
        ("terminal.progress", "`ProgressBar`, what `progress=True` stands for."),
    ):
        out.append(f"## `opamplan.{name}`\n\n{text}\n")
    return "\n".join(out)
