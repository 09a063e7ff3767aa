"""Model opam packages, solve closures, and plan chunked builds for BuildKit."""

from __future__ import annotations

# Names of the compiled core, one block a room, in the order data flows.
from opamplan._core import __version__
from opamplan.errors import Cancelled, Error, InvalidRequest, ParseError

__all__ = [
    "Cancelled",
    "Error",
    "InvalidRequest",
    "ParseError",
    "__version__",
]
