"""
Versions, formulas, environments, opam files as packages.
"""

from __future__ import annotations
import collections.abc
import typing

__all__: list[str] = [
    "Environment",
    "PackageFormula",
    "Version",
    "base_image_of",
    "compare_versions",
    "environment_presets",
    "evaluate_file",
    "parse_variable_value",
]

class Version:
    """
    A package version, ordered as opam orders them.

    Debian's order with opam's reading: ``~`` sorts before everything, even the end, and numbers
    compare as numbers, so ``Version("1.0") == Version("1.00")``. Hashable; ``str()`` is the text.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __ge__(self, arg0: Version) -> bool: ...
    def __getstate__(self) -> tuple[str]: ...
    def __gt__(self, arg0: Version) -> bool: ...
    def __hash__(self) -> int: ...
    def __init__(self, text: str) -> None: ...
    def __le__(self, arg0: Version) -> bool: ...
    def __lt__(self, arg0: Version) -> bool: ...
    def __ne__(self, arg0: object) -> bool: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[str]) -> None: ...
    def __str__(self) -> str: ...

class Environment:
    """
    The values of opam's variables on one kind of machine.

    A mapping from names (``arch``, ``os-distribution``, ``ocaml:version``) to ``bool`` or ``str``.
    A variable that is not set is undefined, which is neither false nor empty. Values are opam's:
    another spelling of an architecture or a system (``aarch64``) is refused with opam's (``arm64``).
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def host() -> Environment:
        """
        The machine this runs on.
        """
    @staticmethod
    def preset(name: str, arch: str = "x86_64") -> Environment:
        """
        The variables of a system, for example ``debian-13``; see `environment_presets`.
        """
    def __contains__(self, arg0: str) -> bool: ...
    def __delitem__(self, arg0: str) -> None: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getitem__(self, arg0: str) -> bool | str: ...
    def __getstate__(self) -> tuple[dict[str, typing.Any]]: ...
    def __init__(self, values: collections.abc.Mapping[str, bool | str] = {}) -> None: ...
    def __iter__(self) -> collections.abc.Iterator[str]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setitem__(self, arg0: str, arg1: bool | str) -> None: ...
    def __setstate__(self, arg0: tuple[dict[str, typing.Any]]) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def copy(self) -> Environment: ...
    def get(self, name: str, default: bool | str | None = None) -> bool | str | None:
        """
        The value, or `default` if undefined.
        """
    def items(self) -> list[tuple[str, bool | str]]: ...
    def keys(self) -> list[str]: ...
    def values(self) -> list[bool | str]: ...
    def with_ocaml(self, version: str) -> Environment:
        """
        A copy in which ``ocaml:version`` is set.
        """
    @property
    def digest(self) -> int:
        """
        A 64-bit digest, the same on every machine.
        """

class PackageFormula:
    """
    What a package needs or excludes, after evaluation.
    """
    def __bool__(self) -> bool: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[typing.Any, ...]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[typing.Any, ...]) -> None: ...
    def __str__(self) -> str: ...
    def tree(self) -> list[typing.Any]:
        """
        As nested lists: ``['And', a, b]``, ``['Atom', name, constraint]``...
        """
    @property
    def names(self) -> list[str]:
        """
        Of the packages in it, in their order; one that is in it twice twice.
        """

def base_image_of(preset: str) -> str:
    """
    A base image that fits a preset, or an empty string.
    """

def compare_versions(a: str, b: str) -> int:
    """
    Negative, zero or positive, in opam's order.
    """

def environment_presets() -> list[str]:
    """
    The names of the environments that `Environment.preset` knows.
    """

def evaluate_file(
    text: str,
    name: str,
    version: str,
    environment: Environment,
    build: bool = True,
    post: bool = True,
    with_test: bool = False,
    with_doc: bool = False,
    with_dev_setup: bool = False,
) -> dict[str, typing.Any]:
    """
    What the text of an opam file means for one package version in an environment: a dict of `available` (None if undefined), `depends`, `depopts` (names), `conflicts`, `conflict_class`, `flags` and `depexts`. Raises ParseError.
    """

def parse_variable_value(text: str) -> bool | str:
    """
    ``true`` and ``false`` as bool, everything else as str.
    """
