"""Edits of the dependencies of an opam file: what is meant changes, every other byte stays.

`File.set_constraint`, `File.add_dependency` and `File.remove_dependency` are these functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Optional

from opamplan._core import File, Value, parse, parse_value
from opamplan.errors import InvalidRequest, ParseError

Splice = tuple[int, int, str]
"""Byte offsets of a begin and an end, and what stands there instead."""


def set_constraint(self: File, name: str, constraint: str, field: str = "depends") -> File:
    """A new file in which a dependency has another version constraint.

    `constraint` is written as in opam files, `>= "3.0" & < "4"`, versions also without quotes;
    "" allows every version. Conditions beside it, as `with-test`, stay, and so does every other
    byte. Where the field names the package several times, all of them change. Raises
    InvalidRequest if it does not name it, or has versions and conditions mixed by `|`.
    """
    wanted = _constraint(constraint)
    atoms = list(atoms_of(self.get(field), name))
    if not atoms:
        raise InvalidRequest(
            f"{_place(self)}{field} does not name {name}: add_dependency adds a dependency"
        )
    return _edited(self, [_constrained(self, atom, wanted) for atom in atoms])


def add_dependency(self: File, name: str, constraint: str = "", field: str = "depends") -> File:
    """A new file with one more dependency, behind the others.

    `constraint` as for `set_constraint`; conditions may be in it, as in `with-test & >= "2"`.
    Raises InvalidRequest if the field names the package already.
    """
    if next(atoms_of(self.get(field), name), None) is not None:
        raise InvalidRequest(
            f"{_place(self)}{field} names {name} already: set_constraint changes its versions"
        )
    text = quoted(name)
    if constraint.strip():
        text += f" {{{_condition(constraint)}}}"
    return self.append(field, parse_value(text))


def remove_dependency(self: File, name: str, field: str = "depends") -> File:
    """A new file without a dependency, with its line if nothing else is on it.

    Of a choice the others stay. Raises InvalidRequest if the field does not name the package.
    """
    value = self.get(field)
    if next(atoms_of(value, name), None) is None:
        raise InvalidRequest(f"{_place(self)}{field} does not name {name}")
    file = self
    while value is not None and next(atoms_of(value, name), None) is not None:
        removed = _removed(file, value, name)
        file = file.remove(field) if removed is None else _edited(file, [removed])
        value = file.get(field)
    return file


def atoms_of(value: Optional[Value], name: str) -> Iterator[Value]:
    """The places of a formula that name a package, with what holds of its version."""
    if value is None:
        return
    subject = value.subject if value.kind == "option" else value
    if subject is not None and subject.kind == "string":
        if subject.scalar == name:
            yield value
        return
    for part in (*value, value.left, value.right):
        yield from atoms_of(part, name)


def quoted(text: str) -> str:
    """A string as opam files write it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spliced(text: str, splices: list[Splice]) -> str:
    """The text with its replacements, which do not overlap."""
    data = text.encode("utf-8", "surrogateescape")
    for begin, end, new in sorted(splices, reverse=True):
        data = data[:begin] + new.encode() + data[end:]
    return data.decode("utf-8", "surrogateescape")


def _edited(file: File, splices: list[Splice]) -> File:
    return parse(spliced(file.text, splices), path=file.path, any_bytes=True)


def _place(file: File) -> str:
    return f"{file.path}: " if file.path else ""


# A relation, and a version that stands without quotes.
_BARE = re.compile(r"""(<=|>=|!=|=|<|>)\s*(?=[^\s"'])([^\s"'&|(){}<>=!]+)""")


def _condition(text: str) -> str:
    """What stands in braces, its versions in quotes."""
    in_quotes = _BARE.sub(lambda found: f"{found[1]} {quoted(found[2])}", text.strip())
    try:
        value = parse_value(f'"p" {{{in_quotes}}}')
    except ParseError as error:
        raise InvalidRequest(f'"{text}" is no constraint, such as ">= 3.0 & < 4"') from error
    if value.kind != "option" or len(value) != 1:
        raise InvalidRequest(f'"{text}" is no constraint, such as ">= 3.0 & < 4"')
    return in_quotes


def _constraint(text: str) -> str:
    """The same of versions alone; "" for any."""
    if not text.strip():
        return ""
    condition = _condition(text)
    if _is_about_versions(parse_value(f'"p" {{{condition}}}')[0]) is not True:
        raise InvalidRequest(f'"{text}" is not about versions alone, as ">= 3.0 & < 4" is')
    return condition


def _is_about_versions(value: Value) -> Optional[bool]:
    """Whether a condition is one on the version, or on variables; None: on both."""
    if value.kind == "prefix_relation":
        return True
    if value.kind not in ("logical", "group", "prefix"):
        return False
    parts = {
        _is_about_versions(part) for part in (*value, value.left, value.right) if part is not None
    }
    return parts.pop() if len(parts) == 1 else None


def _conjuncts(value: Value) -> Iterator[Value]:
    if value.kind == "logical" and value.op == "&":
        yield from _conjuncts(value.left)
        yield from _conjuncts(value.right)
    else:
        yield value


def _constrained(file: File, atom: Value, wanted: str) -> Splice:
    """The replacement that gives an atom another constraint."""
    subject = atom.subject if atom.kind == "option" else atom
    parts = [
        each
        for argument in (atom if atom.kind == "option" else ())
        for each in _conjuncts(argument)
    ]
    about = [_is_about_versions(part) for part in parts]
    if None in about:
        line, column = atom.position
        raise InvalidRequest(
            f"{file.path or 'line'}{':' if file.path else ' '}{line}:{column}: versions and "
            f"conditions are mixed in {atom.source}: edit it by hand"
        )
    versions = [part for part, of_version in zip(parts, about) if of_version]
    others = [part.source for part, of_version in zip(parts, about) if not of_version]
    begin, end = subject.span[1], atom.span[1]
    if not others:
        return (begin, end, f" {{{wanted}}}" if wanted else "")
    beside = f"({wanted})" if wanted and _is_choice(wanted) else wanted
    if beside and len(versions) == 1:
        return (*versions[0].span, beside)
    if beside and not versions:
        return (parts[-1].span[1], parts[-1].span[1], f" & {beside}")
    return (begin, end, f" {{{' & '.join([*others, *([beside] if beside else [])])}}}")


def _is_choice(condition: str) -> bool:
    value = parse_value(f'"p" {{{condition}}}')[0]
    return bool(value.kind == "logical" and value.op == "|")


def _removed(file: File, value: Value, name: str) -> Optional[Splice]:
    """The replacement that removes one place of a name; None: nothing of the formula is left."""
    if _names(value, name):
        return None
    if value.kind == "logical":
        for side, other in ((value.left, value.right), (value.right, value.left)):
            if next(atoms_of(side, name), None) is None:
                continue
            inner = _removed(file, side, name)
            return (*value.span, other.source) if inner is None else inner
    elements = list(value)
    for place, element in enumerate(elements):
        if next(atoms_of(element, name), None) is None:
            continue
        inner = _removed(file, element, name)
        if inner is not None:
            return inner
        if len(elements) == 1:
            return None if value.kind == "group" else (*element.span, "")
        return _without(file, elements, place)
    return None


def _names(value: Value, name: str) -> bool:
    subject = value.subject if value.kind == "option" else value
    return subject is not None and subject.kind == "string" and subject.scalar == name


def _without(file: File, elements: list[Value], place: int) -> Splice:
    """The replacement without an element of a list: its line, or what stands up to a neighbour."""
    data = file.text.encode("utf-8", "surrogateescape")
    begin, end = elements[place].span
    line = data.rfind(b"\n", 0, begin) + 1
    after = data.find(b"\n", end)
    rest = data[end : after if after >= 0 else len(data)].strip()
    if after >= 0 and not data[line:begin].strip() and (not rest or rest.startswith(b"#")):
        return (line, after + 1, "")
    if place + 1 < len(elements):
        return (begin, elements[place + 1].span[0], "")
    return (elements[place - 1].span[1], end, "")
