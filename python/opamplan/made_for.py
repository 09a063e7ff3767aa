"""What a plan was made for and does not say of itself, in the head of its file."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Union

from opamplan._core.plan import Plan
from opamplan.errors import plan_format_error
from opamplan.files import telling
from opamplan.plan_names import wrong_with

_SCHEMA = re.compile(r'\s*\{\s*"schema"\s*:\s*"[^"\\]*"\s*,')
_MEMBER = re.compile(r'\s*"made_for"\s*:\s*')
_MOST = 1 << 20
"""Bytes of a file in which it is, at its head, so that a large plan is not read twice."""


@dataclass(frozen=True)
class MadeFor:
    """What was asked for when a plan was made; empty where that is not known."""

    combination: str = ""
    """Its name, see `opamplan.Combination.name`."""
    asked: str = ""
    """See `opamplan.Combination.asked`."""

    def text_of(self, plan: Plan) -> str:
        """The file of a plan that was made for it. `Plan.load` reads it, as any other."""
        text = plan.to_json()
        head = _SCHEMA.match(text)
        if not head or self == MadeFor():
            return text
        return f'{head.group()}\n"made_for": {json.dumps(asdict(self))},{text[head.end() :]}'

    @staticmethod
    def of_file(path: Union[str, os.PathLike[str]]) -> MadeFor:
        """What the file of a plan says; of older versions, nothing.

        Raises FileError or PlanFormatError.
        """
        with telling(path), Path(path).open("rb") as file:
            text = file.read(_MOST).decode("utf-8", "replace")
        head = _SCHEMA.match(text)
        member = _MEMBER.match(text, head.end()) if head else None
        if not member:
            return MadeFor()
        found: Any = None
        with suppress(ValueError, RecursionError):
            found, _ = json.JSONDecoder().raw_decode(text, member.end())
        place = os.fsdecode(path)
        values: list[Any] = [
            found.get(f.name) if isinstance(found, dict) else None for f in fields(MadeFor)
        ]
        if not all(isinstance(value, str) for value in values):
            said = '{"combination": "debian-13", "asked": "any compiler"}'
            raise plan_format_error(place, "made_for", f"an object such as {said} is expected")
        made_for = MadeFor(*values)
        if made_for.combination and (wrong := wrong_with(made_for.combination)):
            said = f"{json.dumps(made_for.combination)}: {wrong}"
            raise plan_format_error(place, "made_for.combination", said)
        return made_for
