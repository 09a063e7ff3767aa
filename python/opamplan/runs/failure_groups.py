"""The failures of runs, those with the same error together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opamplan.runs.log_errors import INFRASTRUCTURE, LogError, error_of
from opamplan.runs.state import Run, State


@dataclass(frozen=True)
class FailureGroup:
    """Failures whose logs have the same error."""

    fingerprint: str
    kind: str
    """Whose the error is, one of `log_errors.KINDS`."""
    error: str
    """As one of them has it."""
    packages: tuple[str, ...]
    """NAME.VERSION, ascending; each once."""

    @property
    def is_infrastructure(self) -> bool:
        """Whether it says nothing of the packages."""
        return self.kind in INFRASTRUCTURE

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "fingerprint": self.fingerprint,
            "kind": self.kind,
            "is_infrastructure": self.is_infrastructure,
            "error": self.error,
            "packages": list(self.packages),
        }


class Errors:
    """The errors of a state's failures; a log that several runs have is read once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read: dict[tuple[int, str, str], LogError] = {}

    def of(self, run: Run) -> dict[str, LogError]:
        """By layer: the error of each that failed in a run."""
        rows = {row["layer"]: row for row in self._state.failures(run)}
        keys = {layer: (r["log"], r["status"], r["package"]) for layer, r in rows.items()}
        self._learn(keys.values())
        return {layer: self._read[key] for layer, key in keys.items()}

    def of_logs(self, keys: Iterable[tuple[int, str, str]]) -> list[LogError]:
        """Of logs by number, status and package."""
        wanted = list(keys)
        self._learn(wanted)
        return [self._read[key] for key in wanted]

    def _learn(self, keys: Iterable[tuple[int, str, str]]) -> None:
        unread = {key for key in keys if key not in self._read}
        logs = self._state.logs({key[0] for key in unread})
        for key in unread:
            number, status, package = key
            self._read[key] = error_of(logs[number], status, package)


def groups_of(failures: Iterable[tuple[str, LogError]]) -> list[FailureGroup]:
    """Packages with their errors, grouped: packages' own first, then the largest group first."""
    found: dict[str, list[tuple[str, LogError]]] = {}
    for package, error in failures:
        found.setdefault(error.fingerprint, []).append((package, error))
    groups = []
    for fingerprint, members in found.items():
        first = min(members, key=lambda member: (member[0], member[1].text))[1]
        packages = tuple(sorted({package for package, _ in members}))
        groups.append(FailureGroup(fingerprint, first.kind, first.text, packages))
    return sorted(
        groups, key=lambda g: (g.is_infrastructure, -len(g.packages), g.packages, g.fingerprint)
    )


def failure_groups(state: State, run: Run) -> list[FailureGroup]:
    """The failures of a run; those that infrastructure is to blame for come last."""
    errors = Errors(state).of(run)
    rows = {row["layer"]: row["package"] for row in state.failures(run)}
    return groups_of((rows[layer], error) for layer, error in errors.items())
