"""What is wrong with a call that no function of the compiled core takes.

pybind11 answers such a call with all its signatures and all that was given, however long. `worded`,
which the core is given (`attached`), reads those signatures and says which argument is what.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple, Optional

from opamplan import _core
from opamplan.wording import briefly, counted, nearest

SIGNATURE = re.compile(r"^ +\d+\. (?:opamplan\._core\.\w+\.)?(\w*)(\(.*\))( -> .*)?$", re.MULTILINE)
# What pybind11 writes of arguments without a name.
NAMELESS = re.compile(r"arg\d+|self")


class Refusal(NamedTuple):
    """Why a signature does not take a call: from which argument on, and what is meant there."""

    place: int
    where: str
    wanted: str
    found: str

    def __str__(self) -> str:
        if not self.found:
            return self.wanted
        where = f"{self.where}: " if self.where else ""
        return f"{where}expected {self.wanted}, not {self.found}"


def worded(refused: str, given: Sequence[Any], named: Mapping[str, Any]) -> str:
    """What to tell instead of pybind11's message, whose part with signatures is `refused`."""
    title = refused.partition("(")[0]
    found: list[Refusal] = []
    for kind, arguments, result in SIGNATURE.findall(refused):
        made = kind and not result
        signature = ast.parse(f"def f{arguments}: ...").body[0]
        assert isinstance(signature, ast.FunctionDef)
        found.append(_refusal(signature.args, given[1:] if made else given, named))
        title = kind if made else title
    best = _furthest(found)
    wanted = " or ".join(dict.fromkeys(refusal.wanted for refusal in best))
    if title in ("", "__getitem__") and given:  # an attribute, or brackets
        title = type(given[0]).__name__ + ("[...]" if title else "")
        return f"{title}: {best[0]._replace(where='', wanted=wanted)}"
    return f"{title}(): {best[0]._replace(wanted=wanted)}"


def _furthest(found: list[Refusal]) -> list[Refusal]:
    """The refusals of the signatures that a call comes nearest to."""
    place = max(refusal.place for refusal in found)
    best = [refusal for refusal in found if refusal.place == place]
    return [refusal for refusal in best if refusal.found] or best[:1]


def _refusal(signature: ast.arguments, given: Sequence[Any], named: Mapping[str, Any]) -> Refusal:
    """The first argument that is missing, too many, unknown or of another type."""
    by_place = [*signature.posonlyargs, *signature.args]
    needed = len(by_place) - len(signature.defaults)
    every = [*by_place, *signature.kwonlyargs]
    known = {argument.arg: argument for argument in every}
    shown = [name for name in known if not NAMELESS.fullmatch(name)]
    for place, (argument, value) in enumerate(zip(by_place, given)):
        if argument.arg in named:
            return Refusal(place, "", f"{argument.arg} is given twice", "")
        if complaint := _complaint(argument, value):
            return Refusal(place, *complaint)
    for name in named:
        if name not in known:
            hint = nearest(name, shown) or (f"; it takes {', '.join(shown)}" if shown else "")
            return Refusal(len(given), "", f"no argument is called {name}{hint}", "")
    for argument in by_place[len(given) : needed]:
        if argument.arg not in named:
            name = "an argument" if NAMELESS.fullmatch(argument.arg) else argument.arg
            return Refusal(len(given), "", f"{name} is missing: {_wanted(argument.annotation)}", "")
    for place, argument in enumerate(every):
        if argument.arg in named and (complaint := _complaint(argument, named[argument.arg])):
            return Refusal(len(given) + place, *complaint)
    if len(given) > len(by_place):
        own = len(by_place) and by_place[0].arg == "self"
        most = counted(len(by_place) - own, "argument")
        by_name = [argument.arg for argument in signature.kwonlyargs]
        more = f"; by name it takes {', '.join(by_name)}" if by_name else ""
        return Refusal(0, "", f"takes {most} by place, not {len(given) - own}{more}", "")
    return Refusal(len(given), "", "an argument is of another type than it takes", "")


def _complaint(argument: ast.arg, value: Any) -> Optional[tuple[str, str, str]]:
    """Where in an argument something else is wanted, what, and what is there."""
    name = "" if NAMELESS.fullmatch(argument.arg) else argument.arg
    for place, wanted, part in _misfits(argument.annotation, value, name):
        return place, wanted, briefly(part)
    return None


def _misfits(annotation: Any, value: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """The parts of a value that are not what an annotation says, with what it says."""
    if isinstance(annotation, ast.BinOp):
        sides = (annotation.left, annotation.right)
        first = [next(_misfits(side, value, place), None) for side in sides]
        if None not in first:  # what is wrong inside says more than that the whole is not meant
            plain = [(place, _wanted(side), value) for side in sides]
            inside = [misfit for misfit in first if misfit and misfit not in plain]
            yield inside[0] if inside else (place, _wanted(annotation), value)
        return
    kind, parts = _kind(annotation)
    if not _is(kind, value):
        yield place, _wanted(annotation), value
    elif kind in ("Sequence", "list", "Set") and parts and hasattr(value, "__len__"):
        for number, part in enumerate(value):
            yield from _misfits(parts[0], part, f"{place}[{number}]" if place else "")
    elif kind in ("Mapping", "dict") and len(parts) == 2:
        for name, part in value.items():
            yield from _misfits(parts[0], name, f"a name in {place}" if place else "")
            yield from _misfits(parts[1], part, f"{place}[{briefly(name)}]" if place else "")
    elif kind.startswith("Supports") and isinstance(value, int) and not 0 <= value < 2**31:
        yield place, f"{_wanted(annotation)} in its range", value
    elif kind == "str" and isinstance(value, str) and not _encodes(value):
        yield place, "a str that UTF-8 has", value


def _kind(annotation: Any) -> tuple[str, list[Any]]:
    """The last name of a type, and its parameters."""
    if isinstance(annotation, ast.Subscript):
        inner = annotation.slice
        parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
        return _kind(annotation.value)[0], parts
    if isinstance(annotation, ast.Attribute):
        return annotation.attr, []
    return (annotation.id if isinstance(annotation, ast.Name) else "None"), []


def _is(kind: str, value: Any) -> bool:
    """Whether a value is of a type, by its name; True of what is not known here."""
    if kind == "None":
        return value is None
    if kind in ("SupportsInt", "SupportsIndex", "int"):
        return hasattr(value, "__index__")
    if kind in ("SupportsFloat", "float"):
        return hasattr(value, "__float__") or hasattr(value, "__index__")
    if kind in ("Sequence", "list", "Set", "Iterable"):
        return hasattr(value, "__iter__") and not isinstance(value, (str, bytes))
    if kind in ("Mapping", "dict"):
        return hasattr(value, "items")
    if kind == "Callable":
        return callable(value)
    plain = {"str": (str, bytes), "bool": bool, "bytes": bytes, "tuple": tuple, "slice": slice}
    known = plain.get(kind) or next(_classes(kind), object)
    return isinstance(value, known)  # type: ignore[arg-type]


def _classes(name: str) -> Iterator[type]:
    """The class of a room of that name."""
    for room in vars(_core).values():
        if isinstance(room, ModuleType) and hasattr(room, name):
            yield getattr(room, name)


def _wanted(annotation: Any) -> str:
    """A type in words: "a str or a Limits"."""
    if isinstance(annotation, ast.BinOp):
        sides = _wanted(annotation.left), _wanted(annotation.right)
        return "a number" if "a number" in sides else " or ".join(dict.fromkeys(sides))
    kind, parts = _kind(annotation)
    if kind in ("Sequence", "list", "Set", "Iterable"):
        return "a list" + (f" of {_kind(parts[0])[0]}" if parts else "")
    words = {"Mapping": "dict", "Callable": "function", "SupportsFloat": "number"}
    if kind in ("None", "Any", "object"):
        return {"None": "None"}.get(kind, "a value")
    name = "int" if kind in ("SupportsInt", "SupportsIndex") else words.get(kind, kind)
    return f"{'an' if name[0] in 'aeiouAEIOU' and not name.startswith('Un') else 'a'} {name}"


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
