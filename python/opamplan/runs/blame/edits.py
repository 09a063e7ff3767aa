"""Edits of opam files that repair a regression. Every byte that is not meant stays."""

from __future__ import annotations

from collections.abc import Iterator

from opamplan._core.package import compare_versions as compare
from opamplan._core.syntax import Value, parse, parse_value
from opamplan.dependency_edits import Splice, atoms_of, quoted, sides, spliced, subject_of

DEPENDENCIES = ("depends", "depopts")


def with_upper_bound(text: str, name: str, version: str) -> str:
    """The file with `NAME {< VERSION}`: where it depends on NAME, else among its conflicts."""
    file = parse(text)
    splices: list[Splice] = []
    for field in DEPENDENCIES:
        for atom in atoms_of(file.get(field), name):
            splices += _bounded(atom, version)
    if splices:
        return spliced(text, splices)
    conflict = parse_value(f"{quoted(name)} {{>= {quoted(version)}}}")
    return file.append("conflicts", conflict).text


def with_dependency(text: str, name: str) -> str:
    """The file with one more dependency."""
    return parse(text).append("depends", name).text


def unavailable(text: str) -> str:
    """The file of a version that nobody can install."""
    return parse(text).set("available", parse_value("false")).text


def depends_on(text: str, name: str) -> bool:
    """Whether a file names a dependency."""
    file = parse(text)
    return any(next(atoms_of(file.get(field), name), None) for field in DEPENDENCIES)


def _bounded(atom: Value, version: str) -> list[Splice]:
    """The replacements, by byte offsets, that bound a dependency."""
    bound = f"< {quoted(version)}"
    if atom.kind == "string":
        return [(atom.span[1], atom.span[1], f" {{{bound}}}")]
    arguments = list(atom)
    if not arguments:  # "NAME" {}
        return [(atom.span[0], atom.span[1], f"{subject_of(atom).source} {{{bound}}}")]
    held = next((b for each in arguments for b in _upper_bounds(each)), None)
    if held is not None:
        relation, written = held
        if compare(written, version) <= 0 and relation.op == "<":
            return []
        return [(*relation.span, bound)]
    begin, end = arguments[0].span[0], arguments[-1].span[1]
    if any(each.kind == "logical" and each.op == "|" for each in arguments):
        return [(begin, begin, "("), (end, end, f") & {bound}")]
    return [(end, end, f" & {bound}")]


def _upper_bounds(value: Value) -> Iterator[tuple[Value, str]]:
    """What must hold in any case and is an upper bound, with the version that is written there."""
    if value.kind == "logical" and value.op == "&":
        for side in sides(value):
            yield from _upper_bounds(side)
    elif value.kind == "prefix_relation" and value.op in ("<", "<="):
        bound = value.right
        if bound is not None and bound.kind == "string":
            yield value, str(bound.scalar)
