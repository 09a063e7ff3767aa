"""What a plan was made for and does not say of itself, in the head of its file."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Union

from opamplan._core.plan import Plan
from opamplan.errors import PlanFormatError
from opamplan.files import telling

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
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            found, _ = json.JSONDecoder().raw_decode(text, member.end())
            return MadeFor(str(found["combination"]), str(found["asked"]))
        place = os.fsdecode(path)
        said = '{"combination": "debian-13", "asked": "any compiler"}'
        error = PlanFormatError(f"{place}: plan: made_for: an object such as {said} is expected")
        error.path, error.member = place, "made_for"
        raise error
