"""What all pages made from sources need: text as Markdown writes it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def escaped(text: str) -> str:
    """For Markdown: `<` and `_` mean themselves outside of code."""
    parts = re.split(r"(`+[^`]*`+)", text.replace("``", "`"))
    return "".join(
        p if p.startswith("`") else re.sub(r"([*_])", r"\\\1", p).replace("<", "&lt;")
        for p in parts
    )
