"""Caches in a registry that builders share: a ref for each batch, which only that batch writes."""

from __future__ import annotations

import re
from typing import NamedTuple

from opamplan._core import Plan
from opamplan.errors import InvalidRequest

_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")


class BatchCache(NamedTuple):
    """What a batch reads and writes, in BuildKit's words."""

    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()


def require_prefix(prefix: str) -> str:
    """The prefix of refs, if it can be one."""
    if not _PREFIX.fullmatch(prefix):
        raise InvalidRequest(
            f"--cache {prefix}: expected a repository in a registry, in small letters and without "
            "a tag, as registry.example:5000/opamplan/cache"
        )
    return prefix


def cache_ref(prefix: str, batch: int) -> str:
    """The ref of a batch's cache."""
    return f"{prefix}:batch{batch}"


def batch_caches(plan: Plan, prefix: str) -> list[BatchCache]:
    """What each batch reads (its own of an earlier run, those that it stands on) and writes.

    An export replaces what a ref held, so no two batches write one.
    """

    def source(batch: int) -> str:
        return f"type=registry,ref={cache_ref(prefix, batch)}"

    return [
        BatchCache(
            tuple(source(other) for other in (batch, *imports)), (source(batch) + ",mode=max",)
        )
        for batch, imports in enumerate(plan.cache_imports)
    ]
