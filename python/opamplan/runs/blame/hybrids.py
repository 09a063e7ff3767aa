"""Plans between two solutions: some changed packages as they are after, the rest as before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from opamplan._core.plan import Plan, make_plan
from opamplan._core.repository import Repository
from opamplan._core.solve import Universe
from opamplan.runs.blame.parts import Part, repository_of
from opamplan.runs.closures import Closures
from opamplan.runs.layers import target_layers

MakeUniverse = Callable[[Repository], Universe]


@dataclass(frozen=True)
class Candidate:
    """A plan for a target alone."""

    plan: Plan
    layer: str
    """Of the target."""
    closures: Closures

    @property
    def layers(self) -> list[str]:
        """All that the target needs, and its own; what a layer needs comes before it."""
        below = self.closures.below(self.layer)
        return [layer for layer in self.closures.layers if layer in below]


def candidate_of(
    universe: Universe, target: str, planning: Mapping[str, Any]
) -> Optional[Candidate]:
    """The plan of a target; None if it has no solution, or cannot be planned."""
    result = universe.solve(target)
    if not result or result.cycle:
        return None
    plan = make_plan([result], **planning)
    layers = target_layers(plan)
    if not layers:
        return None
    [layer] = layers.values()
    return Candidate(plan, layer, Closures(plan))


class Hybrids:
    """The plans of a target with some suspects as they are after, by the names of these."""

    def __init__(
        self,
        before: Mapping[str, Part],
        after: Mapping[str, Part],
        suspects: Sequence[str],
        target: str,
        make_universe: MakeUniverse,
        planning: Mapping[str, Any],
    ) -> None:
        self.suspects = list(suspects)
        """What a suspect needs comes before it."""
        self._before = before
        self._after = after
        self._target = target
        self._make_universe = make_universe
        self._planning = planning
        self._made: dict[frozenset[str], Optional[Candidate]] = {}

    def of(self, changed: frozenset[str]) -> Optional[Candidate]:
        """The plan in which these suspects are as they are after; None if it has no solution."""
        if changed not in self._made:
            universe = self._make_universe(repository_of(self._chosen(changed)))
            known = self._target in universe.repository
            self._made[changed] = (
                candidate_of(universe, self._target, self._planning) if known else None
            )
        return self._made[changed]

    def _chosen(self, changed: frozenset[str]) -> list[Part]:
        """One version of each name; of what came, none if its change is not among these."""
        suspects = set(self.suspects)
        chosen = []
        for name in sorted({*self._before, *self._after}):
            new = name in changed or name not in suspects
            first, second = (self._after, self._before) if new else (self._before, self._after)
            if name in first:
                chosen.append(first[name])
            elif new:
                chosen.append(second[name])
        return chosen
