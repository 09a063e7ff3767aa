"""Which of the suspects it is: bisection between a good and a bad set of changes.

There are always a set of changes with which it is good and a larger one with which it is bad. A set
between them that has a solution is tried, near half of what is between, where as few layers as can
be have to be built; it takes the place of one of the two. Sets are made from the top, dependents
first, so that what is below them is as it was, and from the bottom. (Delta debugging, Zeller 1999,
on sets that must have solutions.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opamplan.runs.blame.hybrids import Candidate, Hybrids
from opamplan.runs.blame.trials import Trials, Tried

GOOD, BAD, UNCLEAR = "good", "bad", "unclear"
Judge = Callable[["dict[str, Tried]"], str]
"""Says by the failures of a candidate whether it is GOOD, BAD, or fails otherwise."""


@dataclass(frozen=True)
class Trial:
    """A set of changes that was tried."""

    changed: frozenset[str]
    verdict: str
    built: int
    """Layers; 0 if it was known."""


@dataclass
class Found:
    """What is left."""

    good: frozenset[str]
    bad: frozenset[str]
    trials: list[Trial]

    @property
    def culprits(self) -> frozenset[str]:
        """With these it becomes bad; several if none of them can be tried without the others."""
        return self.bad - self.good


def narrow(hybrids: Hybrids, trials: Trials, judge: Judge) -> Found:
    """The smallest step from good to bad. No changes must be good, all of them bad."""
    found = Found(frozenset(), frozenset(hybrids.suspects), [])
    unclear: set[frozenset[str]] = set()
    while len(found.culprits) > 1:
        choice = _choose(found, hybrids, trials, unclear)
        if choice is None:
            break
        changed, candidate = choice
        before = trials.layer_count
        verdict = judge(trials.outcome(candidate))
        found.trials.append(Trial(changed, verdict, trials.layer_count - before))
        if verdict == GOOD:
            found.good = changed
        elif verdict == BAD:
            found.bad = changed
        else:
            unclear.add(changed)
    return found


def _choose(
    found: Found, hybrids: Hybrids, trials: Trials, unclear: set[frozenset[str]]
) -> tuple[frozenset[str], Candidate] | None:
    """The set that says most for what it costs."""
    between = len(found.culprits)
    for sets in (_halves, _singles):
        ranked = []
        for number, changed in enumerate(dict.fromkeys(sets(found, hybrids.suspects))):
            candidate = None if changed in unclear else hybrids.of(changed)
            if candidate is None:
                continue
            new = len(changed - found.good)
            smaller = min(new, between - new)
            # Near half is as good as half, if it is cheaper.
            off_half = 0 if 8 * smaller >= 3 * between else between - smaller
            cost = len(trials.unknown(candidate))
            ranked.append((cost > 0, off_half, cost, -smaller, number, changed, candidate))
        if ranked:
            return min(ranked, key=lambda rank: rank[:5])[5:]
    return None


def _halves(found: Found, suspects: list[str]) -> Iterator[frozenset[str]]:
    """The changes between taken from the top, and from the bottom."""
    rest = [name for name in suspects if name in found.culprits]
    for order in (rest[::-1], rest):
        for count in range(1, len(order)):
            yield found.good | frozenset(order[:count])


def _singles(found: Found, suspects: list[str]) -> Iterator[frozenset[str]]:
    """Each change alone, and all without it."""
    for name in suspects:
        if name in found.culprits:
            yield found.good | {name}
            yield found.bad - {name}
