"""What a plan was made for and does not say of itself, in the head of its file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Optional, Union

from opamplan._core.plan import Plan
from opamplan.errors import plan_format_error
from opamplan.files import telling
from opamplan.left_out import LeftOut, left_out_from
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
    left_out: tuple[LeftOut, ...] = ()
    """What had no solution, and so is in no plan. What opam refuses the plan says itself."""

    def text_of(self, plan: Plan) -> str:
        """The file of a plan that was made for it. `Plan.load` reads it, as any other."""
        text = plan.to_json()
        head = _SCHEMA.match(text)
        if not head or self == MadeFor():
            return text
        told: dict[str, Any] = {"combination": self.combination, "asked": self.asked}
        if self.left_out:
            told["left_out"] = [astuple(row) for row in self.left_out]
        return f'{head.group()}\n"made_for": {json.dumps(told)},{text[head.end() :]}'

    @staticmethod
    def of_file(path: Union[str, os.PathLike[str]]) -> MadeFor:
        """What the file of a plan says; of older versions, nothing.

        Raises FileError or PlanFormatError.
        """
        with telling(path), Path(path).open("rb") as file:
            text = _text(file.read(_MOST))
            member = _found(text)
            if member is not None and _value(text, member) is None:  # it is longer, or broken
                text += _text(file.read())
        if member is None:
            return MadeFor()
        return _read(_value(text, member), os.fsdecode(path))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _found(text: str) -> Optional[int]:
    """Where the member is in a file of which `text` is the head."""
    head = _SCHEMA.match(text)
    member = _MEMBER.match(text, head.end()) if head else None
    return member.end() if member else None


def _value(text: str, place: int) -> Any:
    with suppress(ValueError, RecursionError):
        return json.JSONDecoder().raw_decode(text, place)[0]
    return None


def _read(found: Any, path: str) -> MadeFor:
    told: Mapping[str, Any] = found if isinstance(found, dict) else {}
    combination, asked = told.get("combination"), told.get("asked")
    if not isinstance(combination, str) or not isinstance(asked, str):
        said = '{"combination": "debian-13", "asked": "any compiler"}'
        raise plan_format_error(path, "made_for", f"an object such as {said} is expected")
    if combination and (wrong := wrong_with(combination)):
        said = f"{json.dumps(combination)}: {wrong}"
        raise plan_format_error(path, "made_for.combination", said)
    rows = left_out_from(told.get("left_out", []), path, "made_for.left_out")
    return MadeFor(combination, asked, tuple(rows))
