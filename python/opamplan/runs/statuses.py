"""The statuses of layers and targets, in the order in which a person wants to know of them."""

from __future__ import annotations

from collections.abc import Iterable

SUCCESS = "success"
FAILURE = "failure"
NO_RESULT = "no_result"
"""The step of the layer left no complete result."""
DOWNLOAD_FAILED = "download_failed"
"""Something could not be fetched. Never kept: the next run tries it again by itself."""
ACCEPTED_FAILURE = "accepted_failure"
"""A failure of a package whose opam file says, by x-ci-accept-failures, that it may."""
DEPENDENCY_FAILED = "dependency_failed"
NOT_BUILT = "not_built"
"""The batch of the layer has not been carried out."""

FAILED = (FAILURE, NO_RESULT, DOWNLOAD_FAILED, ACCEPTED_FAILURE)
"""Of layers that were tried; what stands on them is `dependency_failed`."""
BAD = (FAILURE, NO_RESULT, DOWNLOAD_FAILED)
WELL = (SUCCESS, ACCEPTED_FAILURE)
"""Of targets that keep no run from being a good one."""

INFRASTRUCTURE = "infrastructure"
"""Of targets when runs are compared: the network, a full disk or the builder kept them from being
built, which says nothing of them."""
NO_SOLUTION = "no_solution"
GAVE_UP = "gave_up"
UNAVAILABLE = "unavailable"
CANNOT_BE_BUILT = "cannot_be_built"
"""Of a target with a solution that opam refuses, as its dependencies are cyclic."""
LEFT_OUT = (NO_SOLUTION, GAVE_UP, CANNOT_BE_BUILT, UNAVAILABLE)
"""Of targets that are in no plan."""
ORDER = (SUCCESS, *FAILED, DEPENDENCY_FAILED, NOT_BUILT, *LEFT_OUT)


def in_order(statuses: Iterable[str]) -> list[str]:
    """Those of `ORDER` in its order, then what it does not know."""
    return sorted(statuses, key=lambda s: ORDER.index(s) if s in ORDER else len(ORDER))
