"""What a class needs so that notebooks show it: `Shown`, and the drawing that is found for it.

Drawings stand above the values that they show. So `opamplan.notebook` gives `draw`, which imports
a drawing when something is shown, and classes that are not imported yet need not be named there.
"""

from __future__ import annotations

from collections.abc import Callable

draw: Callable[[object], str] = repr
"""A value as HTML; given when the package is imported."""


class Shown:
    """A value with a page of its own in notebooks."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return draw(self)
