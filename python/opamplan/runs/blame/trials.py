"""What is known of layers, and finding out the rest by building it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from opamplan._core.plan import Plan
from opamplan.errors import InvalidRequest
from opamplan.runs.blame.hybrids import Candidate
from opamplan.runs.log_errors import LogError
from opamplan.runs.statuses import ACCEPTED_FAILURE, FAILURE, NO_RESULT, SUCCESS

FAILURES = (FAILURE, ACCEPTED_FAILURE, NO_RESULT)


@dataclass(frozen=True)
class Tried:
    """The result of a layer."""

    status: str
    error: Optional[LogError] = None
    """Of a failure, if its log is known."""

    @property
    def is_known(self) -> bool:
        """Whether it says something of the package."""
        infrastructure = self.error is not None and self.error.is_infrastructure
        return self.status == SUCCESS or (self.status in FAILURES and not infrastructure)


Build = Callable[[Plan], Mapping[str, Tried]]
"""Carries a plan out; the results by layer, the first 16 digits of its key."""


Again = Callable[[Plan, Sequence[str]], Mapping[str, Tried]]
"""Carries a plan out with these layers tried anew, whatever a builder remembers of them."""


class Trials:
    """Results of layers, which are built once; a failure once more, where that decides."""

    def __init__(
        self,
        build: Build,
        known: Optional[Mapping[str, Tried]] = None,
        again: Optional[Again] = None,
    ) -> None:
        self._build = build
        self._again = again
        self._known = {k: tried for k, tried in (known or {}).items() if tried.is_known}
        self.build_count = 0
        """Plans that were carried out."""
        self.layer_count = 0
        """Layers that were installed for that."""

    def unknown(self, candidate: Candidate) -> list[str]:
        """The layers that would have to be built: none if it is known how it ends."""
        if self.failures(candidate):
            return []
        return [layer for layer in candidate.layers if layer not in self._known]

    def failures(self, candidate: Candidate) -> dict[str, Tried]:
        """The layers that are known to fail, by their packages."""
        found = {}
        for layer in candidate.layers:
            tried = self._known.get(layer)
            if tried and tried.status in FAILURES:
                for package in candidate.closures.members(layer):
                    found[package] = tried
        return found

    def outcome(self, candidate: Candidate) -> dict[str, Tried]:
        """The failures of a candidate, by packages; it is built if that is not known.

        Empty if it is good. Raises InvalidRequest if nothing can be said, as the builder is away.
        """
        missing = self.unknown(candidate)
        if missing:
            self.build_count += 1
            results = self._build(candidate.plan)
            for layer in missing:
                tried = results.get(layer)
                if tried and tried.is_known:
                    self._known[layer] = tried
                    self.layer_count += 1
            left = self.unknown(candidate)
            if left:
                raise InvalidRequest(_unsaid(candidate, results, left[0]))
        return self.failures(candidate)

    def fails_again(self, candidate: Candidate, package: str) -> bool:
        """Whether a package that failed does so when it is tried once more; yes if none can say."""
        failed = [
            layer
            for layer in candidate.layers
            if package in candidate.closures.members(layer)
            and layer in self._known
            and self._known[layer].status in FAILURES
        ]
        if self._again is None or not failed:
            return True
        self.build_count += 1
        results = self._again(candidate.plan, failed)
        tried = [results[layer] for layer in failed if layer in results]
        self.layer_count += sum(each.is_known for each in tried)
        return all(each.status != SUCCESS for each in tried)


def _unsaid(candidate: Candidate, results: Mapping[str, Tried], layer: str) -> str:
    [package, *_] = candidate.closures.members(layer)
    tried = results.get(layer)
    said = "was not built" if tried is None else f"is {tried.status}"
    error = f": {tried.error.text}" if tried and tried.error else ""
    return f"{package} {said}{error}; that says nothing of the package: try again"
