#!/usr/bin/env python3
"""Prints an LLB definition (protocol buffers) field by field, without its schema.

Each line is a field number and a value; a value that is itself a message is indented below. What is
text is printed as text. Usage: decode-llb FILE.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Union

Value = Union[int, bytes]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A base-128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """The fields of a message; ValueError if it is none."""
    at = 0
    try:
        while at < len(data):
            key, at = varint(data, at)
            number, kind = key >> 3, key & 7
            if number == 0:
                raise ValueError
            if kind == 0:
                value, at = varint(data, at)
                yield number, value
            elif kind == 2:
                size, at = varint(data, at)
                if at + size > len(data):
                    raise ValueError
                yield number, data[at : at + size]
                at += size
            else:
                raise ValueError
    except IndexError as error:
        raise ValueError from error


def text_of(data: bytes) -> str | None:
    """The text that the bytes are, if they are."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if all(c.isprintable() or c in "\n\t" for c in text) else None


def is_message(data: bytes) -> bool:
    """Whether the bytes are fields to their end."""
    try:
        return bool(list(fields(data)))
    except ValueError:
        return False


def show(data: bytes, indent: str = "") -> Iterator[str]:
    """The lines of a message."""
    for number, value in fields(data):
        if isinstance(value, int):
            yield f"{indent}{number}: {value}"
            continue
        text = text_of(value)
        # A message of one short text may be text too: it begins with a newline.
        if text is not None and not (value[:1] < b" " and is_message(value)):
            first, *more = text.split("\n")
            yield f"{indent}{number}: {first}"
            yield from (f"{indent}   {line}".rstrip() for line in more)
            continue
        yield f"{indent}{number}:"
        yield from show(value, indent + "  ")


def main() -> int:
    """Do what the usage says."""
    for line in show(Path(sys.argv[1]).read_bytes()):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
