"""What a run is a run of: its plan, and what the emitters were told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from opamplan._core.emit import EmitOptions

if TYPE_CHECKING:
    from opamplan._core.plan import Plan
    from opamplan.runs.options import RunOptions

# Where results and caches go changes none of them; retries are the state's own business.
_NO_MATTER = ("retry", "cache_from", "cache_to", "outputs", "registry")


@dataclass(frozen=True)
class NewRun:
    """What a run is begun with."""

    plan: Plan
    left_out: Sequence[tuple[str, str, str]] = ()
    """Target, status and reason of what is in no plan."""
    options: str = ""
    """See `digest_of`."""
    asked: str = ""
    base: str = ""
    combination: str = ""
    """All three: see `Run`."""

    @property
    def text(self) -> bytes:
        """The plan as JSON."""
        return self.plan.to_json().encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of that."""
        return hashlib.sha256(self.text).hexdigest()


def new_run(plan: Plan, left_out: Sequence[tuple[str, str, str]], options: RunOptions) -> NewRun:
    """What `options` make of a plan."""
    base = options.base or options.emit.base_archive or options.emit.base_image
    told = digest_of(options)
    return NewRun(plan, left_out, told, options.asked, base, options.combination)


def digest_of(options: RunOptions) -> str:
    """SHA-256 of all emit options that can change a result, the base archive included."""
    emit = options.emit
    told: dict[str, Any] = {
        name: getattr(emit, name)
        for name, member in sorted(vars(EmitOptions).items())
        if isinstance(member, property) and name not in _NO_MATTER
    }
    if emit.base_archive:
        # Not its bytes, which may be many: another file has another time.
        try:
            found = (options.directory / emit.base_archive).stat()
            told["base_archive"] = [found.st_size, found.st_mtime_ns]
        except OSError:
            pass
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=sorted).encode()).hexdigest()


# How opam begins what it tells of a package that failed: "#=== ERROR while compiling a.1 ====#".
_ERROR_WHILE = re.compile(r"^#=+ ERROR while [a-z ]+ (\S+) =*#", re.M)


def failed_packages(log: str) -> set[str]:
    """Those, as NAME.VERSION, that opam says have failed."""
    return set(_ERROR_WHILE.findall(log))


def accepted_failures(plan: Plan) -> set[str]:
    """The packages, as NAME.VERSION, whose opam files say that they may fail here."""
    return {
        f"{package['name']}.{package['version']}"
        for package in json.loads(plan.to_json())["packages"]
        if package.get("accepts_failure", False)
    }
