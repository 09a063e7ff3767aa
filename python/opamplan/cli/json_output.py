"""JSON on standard output, in the one layout that all commands have."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(value: Any) -> None:
    """One value. What comes one by one (`solve`, `parse`, the events of `build`) is a line each.

    Letters stay as they are where the stream has them.
    """
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    print(json.dumps(value, indent=1, ensure_ascii=encoding not in ("utf-8", "utf8")))
