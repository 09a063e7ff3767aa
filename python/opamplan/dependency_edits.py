"""Edits of the dependencies of an opam file: what is meant changes, every other byte stays.

`File.set_constraint`, `File.add_dependency` and `File.remove_dependency` call these functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Optional

from opamplan._core.syntax import File, Value, parse, parse_value
from opamplan.errors import InvalidRequest, ParseError, expected

Splice = tuple[int, int, str]
"""Byte offsets of a begin and an end, and what stands there instead."""


def set_constraint(self: File, name: str, constraint: str, field: str = "depends") -> File:
    """`File.set_constraint`."""
    _require(name, constraint, field)
    wanted = _constraint(constraint)
    atoms = list(atoms_of(self.get(field), name))
    if not atoms:
        raise InvalidRequest(
            f"{_place(self)}{field} does not name {name}: add_dependency adds a dependency"
        )
    return _edited(self, [s for atom in atoms for s in _constrained(self, atom, wanted)])


def add_dependency(self: File, name: str, constraint: str = "", field: str = "depends") -> File:
    """`File.add_dependency`."""
    _require(name, constraint, field)
    if next(atoms_of(self.get(field), name), None) is not None:
        raise InvalidRequest(
            f"{_place(self)}{field} names {name} already: set_constraint changes its versions"
        )
    text = quoted(name)
    if constraint.strip():
        text += f" {{{_condition(constraint)}}}"
    return self.append(field, parse_value(text))


def remove_dependency(self: File, name: str, field: str = "depends") -> File:
    """`File.remove_dependency`."""
    _require(name, "", field)
    value = self.get(field)
    if next(atoms_of(value, name), None) is None:
        raise InvalidRequest(f"{_place(self)}{field} does not name {name}")
    file = self
    while value is not None and next(atoms_of(value, name), None) is not None:
        removed = _removed(file, value, name)
        file = file.remove(field) if removed is None else _edited(file, removed)
        value = file.get(field)
    return file


def atoms_of(value: Optional[Value], name: str) -> Iterator[Value]:
    """The places of a formula that name a package, with what holds of its version."""
    if value is None:
        return
    subject = subject_of(value)
    if subject.kind == "string":
        if subject.scalar == name:
            yield value
        return
    for part in (*value, value.left, value.right):
        yield from atoms_of(part, name)


def subject_of(value: Value) -> Value:
    """What braces, if there are any, say something about."""
    return value if value.subject is None else value.subject


def sides(value: Value) -> tuple[Value, Value]:
    """Of an `&` or `|`."""
    assert value.left is not None, value.kind
    assert value.right is not None, value.kind
    return value.left, value.right


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


FIELDS = ("depends", "depopts", "conflicts")


def _require(name: str, constraint: str, field: str) -> None:
    for text, such_as in ((name, '"dune"'), (constraint, '">= 3.0"'), (field, '"depends"')):
        if not isinstance(text, str):
            raise expected("a str", such_as, text)
    if not re.fullmatch(r"[A-Za-z0-9_+-]*[A-Za-z][A-Za-z0-9_+-]*", name):
        raise InvalidRequest(f"{name!r} is no name of a package, such as dune")
    if field not in FIELDS:
        raise InvalidRequest(f"{field!r} names no packages: {', '.join(FIELDS)} do")


# A relation, and a version that stands without quotes.
_BARE = re.compile(r"""(<=|>=|!=|=|<|>)\s*(?=[^\s"'])([^\s"'&|(){}<>=!]+)""")


def _condition(text: str) -> str:
    """What stands in braces, its versions in quotes."""
    in_quotes = _BARE.sub(_in_quotes, text.strip())
    try:
        value = parse_value(f'"p" {{{in_quotes}}}')
    except ParseError as error:
        raise InvalidRequest(f'"{text}" is no constraint, such as ">= 3.0 & < 4"') from error
    if value.kind != "option" or len(value) != 1:
        raise InvalidRequest(f'"{text}" is no constraint, such as ">= 3.0 & < 4"')
    return in_quotes


def _in_quotes(found: re.Match[str]) -> str:
    version = found[2]  # `version` is a variable: that of the package itself
    return f"{found[1]} {version if version == 'version' else quoted(version)}"


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
        for side in sides(value):
            yield from _conjuncts(side)
    else:
        yield value


def _constrained(file: File, atom: Value, wanted: str) -> list[Splice]:
    """The replacements that give an atom another constraint."""
    subject = subject_of(atom)
    arguments = atom if atom.kind == "option" else ()
    parts = [each for argument in arguments for each in _conjuncts(argument)]
    about = [_is_about_versions(part) for part in parts]
    if None in about:
        line, column = atom.position
        raise InvalidRequest(
            f"{file.path or 'line'}{':' if file.path else ' '}{line}:{column}: versions and "
            f"conditions are mixed in {atom.source}: edit it by hand"
        )
    versions = [part for part, of_version in zip(parts, about) if of_version]
    others = [part for part, of_version in zip(parts, about) if not of_version]
    if atom.kind != "option":
        return [(atom.span[1], atom.span[1], f" {{{wanted}}}")] if wanted else []
    brace, end = _brace(file, subject), atom.span[1]
    if not wanted and not others:
        return [(_trimmed(file, brace), end, "")]
    beside = f"({wanted})" if others and _is_choice(wanted) else wanted
    if beside and len(versions) == 1:
        return [(*versions[0].span, beside)]
    if beside and versions and _has_comment(file, brace, end):
        return [(*versions[0].span, beside), *_without_conjuncts(file, parts, versions[1:])]
    if not parts:
        return [(brace, end, f"{{{beside}}}")]
    # Without parentheses a choice can only be all there is.
    if beside and not versions and not _is_a_choice(parts[0]):
        return [(parts[-1].span[1], parts[-1].span[1], f" & {beside}")]
    kept = [f"({each.source})" if beside and _is_a_choice(each) else each.source for each in others]
    return [(brace, end, f"{{{' & '.join([*kept, *([beside] if beside else [])])}}}")]


def _without_conjuncts(file: File, parts: list[Value], gone: list[Value]) -> list[Splice]:
    """Each with the `&` before it; comments between them stay."""
    splices: list[Splice] = []
    for before, part in zip(parts, parts[1:]):
        if any(part.span == each.span for each in gone):
            operator = _outside_comments(file, before.span[1], part.span[0]).index(b"&")
            at = before.span[1] + operator
            splices += [(at, at + 1, ""), (*part.span, "")]
    return splices


def _is_choice(condition: str) -> bool:
    return bool(condition) and _is_a_choice(parse_value(f'"p" {{{condition}}}')[0])


def _is_a_choice(value: Value) -> bool:
    return bool(value.kind == "logical" and value.op == "|")


def _data(file: File) -> bytes:
    return file.text.encode("utf-8", "surrogateescape")


_COMMENT = re.compile(rb"#[^\n]*|\(\*.*?\*\)", re.DOTALL)


def _outside_comments(file: File, begin: int, end: int) -> bytes:
    """What stands there between values, with comments blanked out."""
    return _COMMENT.sub(lambda found: b" " * len(found[0]), _data(file)[begin:end])


def _has_comment(file: File, begin: int, end: int) -> bool:
    """Whether there may be one; a `#` in a string counts too."""
    return _COMMENT.search(_data(file)[begin:end]) is not None


def _brace(file: File, subject: Value) -> int:
    """Where the braces behind a value begin."""
    end = subject.span[1]
    return end + _outside_comments(file, end, len(_data(file))).index(b"{")


def _trimmed(file: File, end: int) -> int:
    """`end` without the blanks before it."""
    return len(_data(file)[:end].rstrip(b" \t"))


def _removed(file: File, value: Value, name: str) -> Optional[list[Splice]]:
    """The replacements that remove one place of a name; None: nothing of the formula is left."""
    if _names(value, name):
        return None
    if value.kind == "logical":
        left, right = sides(value)
        for side, other in ((left, right), (right, left)):
            if next(atoms_of(side, name), None) is None:
                continue
            inner = _removed(file, side, name)
            return _without_side(file, value, side, other) if inner is None else inner
    elements = list(value)
    for place, element in enumerate(elements):
        if next(atoms_of(element, name), None) is None:
            continue
        inner = _removed(file, element, name)
        if inner is not None:
            return inner
        if len(elements) == 1:
            return None if value.kind == "group" else [(*element.span, "")]
        return [_without(file, elements, place)]
    return None


def _without_side(file: File, value: Value, side: Value, other: Value) -> list[Splice]:
    """Without one side of an `&` or `|`; with its line and comment, if it has one of its own."""
    gaps = [(value.span[0], other.span[0]), (other.span[1], value.span[1])]
    if not any(b"\n" in _data(file)[begin:end] for begin, end in gaps):
        return [(*value.span, other.source)]
    left, right = sides(value)
    begin, end = left.span[1], right.span[0]
    operator = begin + _outside_comments(file, begin, end).index(value.op.encode())
    first, last = min(side.span[0], operator), max(side.span[1], operator + 1)
    line = _own_line(file, first, last)
    if line is not None:
        return [line]
    own = _own_line(file, *side.span) or (*side.span, "")
    return [own, (operator, operator + 1, "")]


def _names(value: Value, name: str) -> bool:
    subject = subject_of(value)
    return subject.kind == "string" and subject.scalar == name


def _without(file: File, elements: list[Value], place: int) -> Splice:
    """The replacement without an element of a list: its line, or what stands up to a neighbour."""
    begin, end = elements[place].span
    line = _own_line(file, begin, end)
    if line is not None:
        return line
    if place + 1 < len(elements):
        return (begin, elements[place + 1].span[0], "")
    return (elements[place - 1].span[1], end, "")


def _own_line(file: File, begin: int, end: int) -> Optional[Splice]:
    """The lines from `begin` to `end`, if nothing else than a comment behind is on them."""
    data = _data(file)
    line = data.rfind(b"\n", 0, begin) + 1
    after = data.find(b"\n", end)
    rest = data[end : after if after >= 0 else len(data)].strip()
    if after < 0 or data[line:begin].strip() or (rest and not rest.startswith(b"#")):
        return None
    return (line, after + 1, "")
