"""Edits of opam files that may cure a regression, the likeliest first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Optional

from opamplan._core.package import compare_versions
from opamplan.errors import InvalidRequest
from opamplan.runs.blame import edits
from opamplan.runs.blame.parts import Part
from opamplan.runs.closures import ClosureChange


@dataclass(frozen=True)
class Repair:
    """An edit of one package's opam file, and whether it cures."""

    kind: str
    """`dependency`, `bound`, `revert` or `unavailable`."""
    package: str
    """NAME.VERSION whose file is edited."""
    reason: str
    """What it does, in a sentence."""
    path: str
    """Of the opam file in its source."""
    before: str
    """What it says."""
    after: str
    cured: Optional[bool] = None
    """Whether the target was solved again and built; None: not tried."""
    outcome: str = ""
    """What came of it, in a sentence."""

    @property
    def diff(self) -> str:
        """The edit as a unified diff."""
        lines = difflib.unified_diff(
            _lines(self.before),
            _lines(self.after),
            f"a/{self.path}",
            f"b/{self.path}",
        )
        end = "\n\\ No newline at end of file\n"
        return "".join(line if line.endswith("\n") else line + end for line in lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "kind": self.kind,
            "package": self.package,
            "reason": self.reason,
            "path": self.path,
            "diff": self.diff,
            "cured": self.cured,
            "outcome": self.outcome,
        }


@dataclass(frozen=True)
class Case:
    """What is known when repairs are looked for."""

    failing: Part
    """As it is after."""
    culprits: list[ClosureChange]
    before: Mapping[str, Part]
    after: Mapping[str, Part]
    lost: list[str]
    """Names that its closure has without the culprit's change, and no longer with it."""
    versions: Callable[[str], list[str]]
    """Of a name after, ascending."""


def repairs_of(case: Case, failed: Callable[[], Optional[str]]) -> Iterator[Repair]:
    """Repairs, one after the other; between two of them `failed` says how the last one went.

    It is the version of the culprit that the failing package failed with this time, if it did.
    """
    failing = case.failing
    lost = [name for name in case.lost if not edits.depends_on(failing.text, name)]
    if lost:
        text = failing.text
        for name in lost:
            text = edits.with_dependency(text, name)
        reason = f"{failing.name} uses {' '.join(lost)}, which it got from what it depends on"
        yield _edit("dependency", failing, reason, text)
    for change in case.culprits:
        if change.name != failing.name and change.kind in ("version", "added"):
            yield from _bounds(case, change, failed)
    for change in case.culprits:
        part = case.after[change.name]
        if change.kind == "fields":
            reason = f"take back the change of {part.package}"
            yield _edit("revert", part, reason, case.before[change.name].text)
        elif change.name == failing.name:
            yield _edit(
                "unavailable",
                part,
                f"{part.package} fails with what its dependencies were before, too",
                edits.unavailable(part.text),
            )


def _bounds(
    case: Case, change: ClosureChange, failed: Callable[[], Optional[str]]
) -> Iterator[Repair]:
    """Below the version that is known to be bad, and lower as long as the next one is bad too."""
    failing = case.failing
    bound = change.after
    while True:
        reason = f"{failing.package} fails with {change.name} from {bound} on"
        text = edits.with_upper_bound(failing.text, change.name, bound)
        yield _edit("bound", failing, reason, text)
        lower = failed()
        if lower is None or compare_versions(lower, bound) >= 0:
            return
        bound = lower


def _lines(text: str) -> list[str]:
    """With their ends, as git sees them: nothing but LF ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _edit(kind: str, part: Part, reason: str, text: str) -> Repair:
    return Repair(kind, part.package, reason, part.path, part.text, text)


def with_outcome(repair: Repair, cured: bool, outcome: str) -> Repair:
    """A repair that was tried."""
    return replace(repair, cured=cured, outcome=outcome)


def edited(part: Part, repair: Repair, before: Mapping[str, Part]) -> Part:
    """The package with a repair; what is taken back takes the files beside it back too."""
    if repair.package != part.package:
        raise InvalidRequest(f"{repair.package} is not {part.package}")
    files = before[part.name].files if repair.kind == "revert" else part.files
    return replace(part, text=repair.after, files=files)
