"""
The compiled part of opamplan; use the package opamplan.
"""

from __future__ import annotations
import typing

__all__: list[str] = list()

def _count_slowly(
    total: typing.SupportsInt | typing.SupportsIndex,
    seconds: typing.SupportsFloat | typing.SupportsIndex,
    progress: typing.Any = None,
) -> int:
    """
    Count to `total` in `seconds`; for the tests of progress and cancelling.
    """

__version__: str = "0.1.0"
