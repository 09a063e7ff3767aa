"""Caches in a registry that builders share: a ref for each batch, which only that batch writes."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from opamplan._core.plan import Plan
from opamplan.errors import InvalidRequest

_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")


class BatchCache(NamedTuple):
    """What a batch reads and writes, in BuildKit's words."""

    own: str = ""
    """What it wrote in an earlier run: all that it builds, and all that it stands on."""
    others: tuple[str, ...] = ()
    """What those wrote on which it stands: read if there is nothing of its own. BuildKit 0.32 finds
    less in several caches that hold the same steps than in one of them."""
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
    """Of each batch. An export replaces what a ref held, so no two batches write one."""

    def source(batch: int) -> str:
        return f"type=registry,ref={cache_ref(prefix, batch)}"

    return [
        BatchCache(source(batch), tuple(map(source, imports)), (source(batch) + ",mode=max",))
        for batch, imports in enumerate(plan.cache_imports)
    ]


def smallest_definition() -> bytes:
    """LLB that makes a folder: a question to a cache that costs nothing.

    Field numbers are those of BuildKit's solver/pb/ops.proto.
    """

    def field(number: int, value: bytes) -> bytes:
        return bytes([number << 3 | 2, len(value)]) + value

    def number(place: int, value: int) -> bytes:
        if value >= 0:
            return bytes([place << 3, value])
        return bytes([place << 3]) + b"\xff" * 9 + b"\x01"  # -1, as protobuf writes it

    folder = field(1, b"/opamplan") + number(2, 0o55) + number(5, -1)
    action = number(1, -1) + number(2, -1) + number(3, 0) + field(6, folder)
    made = field(4, field(2, action))
    digest = b"sha256:" + hashlib.sha256(made).hexdigest().encode()
    return field(1, made) + field(1, field(1, field(1, digest)))
