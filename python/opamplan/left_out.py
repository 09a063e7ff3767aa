"""What is in no plan, and why: targets without a solution, or with one that opam refuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opamplan._core.plan import Plan
from opamplan._core.solve import SolveResult
from opamplan.errors import plan_format_error
from opamplan.looks import Shown

STATUSES = ("no_solution", "gave_up", "cannot_be_built", "unavailable")


@dataclass(frozen=True, order=True)
class LeftOut(Shown):
    """A target that is in no plan."""

    target: str
    """NAME.VERSION, or NAME if no version is available."""
    status: str
    """`no_solution`, `unavailable`, `gave_up`, or `cannot_be_built`, as opam refuses it."""
    reason: str
    """In a line."""


def reason_of(result: SolveResult) -> str:
    """Why a result is no solution, in a line. Some 0.8 ms for one of all of opam-repository."""
    if result.status == "gave_up":
        return "given up at the limit of conflicts or time (--conflict-limit, --solve-time-limit)"
    explanation = result.explanation
    return "; ".join(explanation.sentences) if explanation else str(result.status)


def unsolved_of(results: Iterable[SolveResult], reasons: bool = True) -> list[LeftOut]:
    """Those without a solution, ascending.

    Without `reasons`, which take time where they are many, it is said how to ask for one.
    """
    found = ((r.target or r.package, r) for r in results if not r)
    return sorted(
        LeftOut(name, r.status, reason_of(r) if reasons else _reason_to_ask_for(name, r))
        for name, r in found
    )


def _reason_to_ask_for(name: str, result: SolveResult) -> str:
    said = {"no_solution": "no solution", "unavailable": "not available here"}.get(result.status)
    return f"{said}; `opamplan why {name}` tells why" if said else reason_of(result)


def left_out_of(plan: Plan, results: Iterable[SolveResult]) -> list[LeftOut]:
    """Of what a plan was made from, the targets that it does not build, ascending."""
    unsolved = unsolved_of(results)
    cyclic = [LeftOut(target, "cannot_be_built", why) for target, why in plan.left_out.items()]
    return sorted(unsolved + cyclic)


def left_out_from(rows: Any, path: str, member: str) -> list[LeftOut]:
    """What a `member` of a file of plans says, a list of three strings each.

    Raises PlanFormatError.
    """
    if not isinstance(rows, list):
        raise plan_format_error(path, member, "a list is expected")
    for number, row in enumerate(rows):
        texts = isinstance(row, list) and all(isinstance(text, str) for text in row)
        if not texts or len(row) != 3 or row[1] not in STATUSES:
            such_as = '["dune.3.20.2", "no_solution", "why"]'
            raise plan_format_error(path, f"{member}[{number}]", f"{such_as} is expected")
    return [LeftOut(*row) for row in rows]
