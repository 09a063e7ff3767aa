"""
The compiled part of opamplan; use the package opamplan.
"""

from __future__ import annotations
import collections.abc
import types
import typing
from . import syntax
from . import package
from . import repository
from . import solve
from . import closure
from . import plan
from . import emit
from . import inspect

__all__: list[str] = [
    "closure",
    "emit",
    "inspect",
    "package",
    "plan",
    "repository",
    "solve",
    "syntax",
]

def _close_names(names: collections.abc.Sequence[str], text: str) -> list[str]:
    """
    Those that may have been meant, the likeliest first.
    """

def _give(errors: dict[str, typing.Any], progress_bar: typing.Any, refusal: typing.Any) -> None:
    """
    What the package gives: the classes of errors by name, what makes a bar, and what words that a call is refused.
    """

def _sign(core: types.ModuleType, plain: typing.Any) -> None:
    """
    Gives all functions of the rooms signatures that `inspect` reads.
    """

__version__: str = "0.1.0"
