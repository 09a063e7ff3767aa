"""
Orders, dependencies and who needs what.
"""

from __future__ import annotations
import collections.abc
import opamplan._core.solve
import typing

__all__: list[str] = [
    "ReverseDependencies",
    "dependency_paths",
    "deps_json",
    "dot",
    "install_order",
]

class ReverseDependencies:
    """
    Who needs a package, over many solutions.

    Made once from results of one universe; a question is then a lookup.
    """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __init__(
        self, results: collections.abc.Sequence[opamplan._core.solve.SolveResult]
    ) -> None: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def counts(self) -> dict[str, int]:
        """
        For each package in some closure, how many closures hold it, its own among them; `opamplan revdeps` counts the others.
        """
    def dependents(self, package: str) -> list[str]:
        """
        The packages that depend on NAME.VERSION, or on NAME, directly in some closure.
        """
    def targets_with(self, package: str) -> list[str]:
        """
        The targets whose closure holds NAME.VERSION, or NAME in any version; what is named is among them if it is a target, and not in `opamplan revdeps`.
        """

def dependency_paths(
    solution: opamplan._core.solve.SolveResult,
    to: str,
    limit: typing.SupportsInt | typing.SupportsIndex = 100,
) -> list[list[str]]:
    """
    The paths of dependencies from the target to a package of its closure, the first `limit`.
    """

def deps_json(solution: opamplan._core.solve.SolveResult) -> str:
    """
    The transitive reduction of the closure, as package-tool prints it.
    """

def dot(solution: opamplan._core.solve.SolveResult) -> str:
    """
    The closure for Graphviz.
    """

def install_order(
    solution: opamplan._core.solve.SolveResult,
    order: str = "levels",
    among: ReverseDependencies | None = None,
) -> list[str]:
    """
    The closure in install order.

    ``levels``: level by level, as package-tool; ``depth_first``: each package as late as possible;
    ``most_shared``: of what can be installed, what most closures of ``among`` hold.
    """
