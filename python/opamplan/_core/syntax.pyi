"""
The opam file language: parsing, printing, editing.
"""

from __future__ import annotations
import collections.abc
import typing

__all__: list[str] = ["File", "Item", "Value", "parse", "parse_recovering", "parse_value"]

class Value:
    """
    One value of an opam file. Iterating gives the elements of a list or group and the arguments of an option.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __bool__(self) -> bool: ...
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __eq__(self, other: typing.Any) -> bool: ...
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> Value: ...
    def __iter__(self) -> collections.abc.Iterator[Value]: ...
    def __len__(self) -> int:
        """
        Number of elements of a list or group, of arguments of an option; else 0.
        """
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def __str__(self) -> str: ...
    def to_json(self) -> str:
        """
        One line.
        """
    def to_python(self) -> typing.Any:
        """
        Plain dicts and lists, in the form of `to_json`.
        """
    @property
    def kind(self) -> str:
        """
        `boolean`, `integer`, `string`, `identifier`, `list`, `group`, `option`, `relation`, `prefix_relation`, `logical`, `prefix` or `env_update`.
        """
    @property
    def left(self) -> Value | None:
        """
        The operand on the left, or None.
        """
    @property
    def op(self) -> str:
        """
        The operator, as in ``>=``; "" if there is none.
        """
    @property
    def position(self) -> tuple[int, int]:
        """
        Line and column, 1-based; the column counts bytes.
        """
    @property
    def right(self) -> Value | None:
        """
        The operand on the right, or None.
        """
    @property
    def scalar(self) -> bool | int | str | None:
        """
        The bool, int or str of a boolean, integer, string or identifier; else None.
        """
    @property
    def source(self) -> str:
        """
        As written.
        """
    @property
    def span(self) -> tuple[int, int]:
        """
        Byte offsets of its begin and end.
        """
    @property
    def subject(self) -> Value | None:
        """
        Of an option, what stands before the braces; else None.
        """

class Item:
    """
    A field or a section of an opam file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __eq__(self, other: typing.Any) -> bool: ...
    def __iter__(self) -> collections.abc.Iterator[Item]: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def to_python(self) -> dict[str, typing.Any]:
        """
        Plain dicts and lists, in the form of `to_json`.
        """
    @property
    def is_section(self) -> bool:
        """
        True for ``url { ... }``, False for ``name: value``.
        """
    @property
    def items(self) -> list[Item]:
        """
        Of a section; else empty.
        """
    @property
    def label(self) -> str | None:
        """
        Of a section that has one, as in ``extra-source "label" { ... }``; else None.
        """
    @property
    def name(self) -> str:
        """
        The field's name, or the section's kind.
        """
    @property
    def position(self) -> tuple[int, int]:
        """
        Line and column, 1-based; the column counts bytes.
        """
    @property
    def span(self) -> tuple[int, int]:
        """
        Byte offsets of its begin and end.
        """
    @property
    def value(self) -> Value | None:
        """
        Of a field; else None.
        """

class File:
    """
    A parsed opam file: its text, and a tree over it. Immutable.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __bool__(self) -> bool: ...
    def __contains__(self, name: str) -> bool: ...
    def __eq__(self, other: typing.Any) -> bool:
        """
        The same items in the same order; layout and comments do not count.
        """
    def __getitem__(self, name: str) -> Value:
        """
        The value of a top-level field.
        """
    def __getstate__(self) -> tuple[bytes, bytes]: ...
    def __iter__(self) -> collections.abc.Iterator[Item]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[bytes, bytes]) -> None: ...
    def add(self, path: str | tuple[str, str | None, str], value: typing.Any) -> File:
        """
        A new file with one more field, which must be absent.
        """
    def add_dependency(self, name: str, constraint: str = "", field: str = "depends") -> File:
        """
        A new file with one more dependency, behind the others.

        `constraint` as for `set_constraint`; conditions may be in it, as in `with-test & >= "2"`.
        Raises InvalidRequest if the field names the package already.
        """
    def append(self, path: str | tuple[str, str | None, str], element: typing.Any) -> File:
        """
        A new file with one more element at the end of a field's list.
        """
    def get(self, path: str | tuple[str, str | None, str]) -> Value | None:
        """
        The value of a field, or None. `path` is ``name``, ``section.name`` or the tuple ``(section, label, name)``.
        """
    def print(self, layout: str = "plain") -> str:
        """
        The text laid out anew: `plain`, `opam` (as opam writes files) or `opam-normalised`.
        """
    def remove(self, path: str | tuple[str, str | None, str]) -> File:
        """
        A new file without a field.
        """
    def remove_dependency(self, name: str, field: str = "depends") -> File:
        """
        A new file without a dependency, with its line if nothing else is on it.

        Of a choice the others stay. Raises InvalidRequest if the field does not name the package.
        """
    def set(self, path: str | tuple[str, str | None, str], value: typing.Any) -> File:
        """
        A new file in which a field has another value; all other bytes are kept. A str is a string, a list a list; for anything else use `parse_value`. Adds an absent field.
        """
    def set_constraint(self, name: str, constraint: str, field: str = "depends") -> File:
        """
        A new file in which a dependency has another version constraint.

        `constraint` is written as in opam files, `>= "3.0" & < "4"`, versions also without quotes,
        `= version` for the package's own; "" allows every version. Conditions beside it, as
        `with-test`, stay, and so does every other byte. `field`: `depends`, `depopts` or `conflicts`.
        Where the field names the package several times, all of them change. Raises
        InvalidRequest if it does not name it, or has versions and conditions mixed by `|`.
        """
    def to_json(self, label: str | None = None) -> str:
        """
        One line: ``{"file":LABEL,"items":[...]}``.

        An item is ``{"var":NAME,"value":V}`` or ``{"section":KIND,"name":LABEL,"items":[...]}``; a value one
        of ``{"bool":b}``, ``{"int":i}``, ``{"str":s}``, ``{"id":s}``, ``{"list":[V]}``, ``{"group":[V]}``,
        ``{"opt":V,"args":[V]}``, ``{"rel":op,"l":V,"r":V}``, ``{"prel":op,"r":V}``, ``{"log":op,"l":V,"r":V}``,
        ``{"pfx":op,"r":V}``, ``{"env":op,"l":V,"r":V}``.
        """
    def to_python(self, label: str | None = None) -> dict[str, typing.Any]:
        """
        Plain dicts and lists, in the form of `to_json`.
        """
    @property
    def items(self) -> list[Item]:
        """
        In the order written.
        """
    @property
    def path(self) -> str:
        """
        What the file was called when it was parsed.
        """
    @property
    def text(self) -> str:
        """
        The text, unchanged.
        """

def _error_json(error: typing.Any, label: str) -> str:
    """
    The line of JSON for a `ParseError`.
    """

def parse(
    source: typing.Any,
    *,
    path: str | None = None,
    max_depth: typing.SupportsInt | typing.SupportsIndex = 1000,
    max_bytes: typing.SupportsInt | typing.SupportsIndex = 67108864,
    any_bytes: bool = False,
) -> File:
    """
    Parse an opam file.

    `source` is a path (`os.PathLike`, or a str that can be no text: one line without ``:`` and ``{``) or
    text (any other str, bytes, or any str when `path` is given). `path` is what errors call the file.
    NUL bytes and text that is not UTF-8 are errors unless `any_bytes`. Raises `ParseError`, and
    `FileError` of a path.
    """

def parse_recovering(
    source: typing.Any,
    *,
    path: str | None = None,
    max_depth: typing.SupportsInt | typing.SupportsIndex = 1000,
    max_bytes: typing.SupportsInt | typing.SupportsIndex = 67108864,
    any_bytes: bool = False,
) -> tuple[File, list[typing.Any]]:
    """
    What could be read, and a `ParseError` for everything wrong (at most 100); takes what `parse` takes, and raises nothing for bad text.
    """

def parse_value(text: str) -> Value:
    """
    Parse one value, as in ``parse_value('["a" {>= "1"}]')``.
    """
