"""What is in no plan, and why: targets without a solution, or with one that opam refuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from opamplan._core.plan import Plan
from opamplan._core.solve import SolveResult
from opamplan.looks import Shown


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


def left_out_of(plan: Plan, results: Iterable[SolveResult]) -> list[LeftOut]:
    """Of what a plan was made from, the targets that it does not build, ascending."""
    unsolved = [LeftOut(r.target or r.package, r.status, reason_of(r)) for r in results if not r]
    cyclic = [LeftOut(target, "cannot_be_built", why) for target, why in plan.left_out.items()]
    return sorted(unsolved + cyclic)
