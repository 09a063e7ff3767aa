"""Whose fault a regression is: the change that broke a target, and an edit that cures it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from opamplan._core.repository import Repository
from opamplan.errors import InvalidRequest
from opamplan.package_names import name_of
from opamplan.runs.blame.hybrids import Candidate, Hybrids, MakeUniverse, candidate_of
from opamplan.runs.blame.parts import Part, part_of, parts_of, repository_of
from opamplan.runs.blame.repairs import Case, Repair, edited, repairs_of, with_outcome
from opamplan.runs.blame.search import BAD, GOOD, UNCLEAR, Trial, narrow
from opamplan.runs.blame.trials import Trials, Tried
from opamplan.runs.closures import ClosureChange, changes_between
from opamplan.runs.log_errors import LogError

Overlay = Callable[[Part], Repository]
"""The repository after, with one package as it is given."""


class NothingToBlame(InvalidRequest):
    """A target without a regression: it is built after the change, or had no solution before."""


@dataclass
class Blame:
    """What was found out about a target that was built before and fails after."""

    target: str
    failing: str
    """The package that fails, NAME.VERSION: the target, or what it needs."""
    error: Optional[LogError]
    """Of its log, if that is known."""
    suspects: list[ClosureChange]
    """In which its closure differs, dependents first."""
    culprits: list[ClosureChange] = field(default_factory=list)
    """The change that breaks it; several if they cannot be told apart."""
    fields: list[str] = field(default_factory=list)
    """Of a culprit whose version is the same: what differs in its opam file."""
    trials: list[Trial] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    """Those that were tried; the last one cures it, if one does."""
    build_count: int = 0
    """Plans that were carried out."""
    layer_count: int = 0
    """Layers that were installed for that."""
    also_failing: list[str] = field(default_factory=list)
    """Other packages that keep the target from being built."""
    failing_before: list[str] = field(default_factory=list)
    """Packages that are known to have kept it from being built before, too."""
    reason: str = ""
    """Why there is no culprit."""

    @property
    def cure(self) -> Optional[Repair]:
        """The repair with which the target was solved again and built."""
        return next((repair for repair in self.repairs if repair.cured), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "target": self.target,
            "failing": self.failing,
            "error": self.error.text if self.error else None,
            "suspects": [_change(change) for change in self.suspects],
            "culprits": [_change(change) for change in self.culprits],
            "fields": self.fields,
            "trials": [
                {
                    "changed": sorted(trial.changed),
                    "verdict": trial.verdict,
                    "layer_count": trial.built,
                }
                for trial in self.trials
            ],
            "repairs": [repair.to_dict() for repair in self.repairs],
            "build_count": self.build_count,
            "layer_count": self.layer_count,
            "also_failing": self.also_failing,
            "failing_before": self.failing_before,
            "reason": self.reason or None,
        }


def _change(change: ClosureChange) -> dict[str, str]:
    names = {"name": change.name, "before": change.before, "after": change.after}
    return {**names, "kind": change.kind, "text": str(change)}


def blame(
    before: Repository,
    after: Repository,
    target: str,
    make_universe: MakeUniverse,
    trials: Trials,
    *,
    overlay: Optional[Overlay] = None,
    planning: Optional[Mapping[str, Any]] = None,
    repair: bool = True,
) -> Blame:
    """Find the change that breaks `target`, NAME or NAME.VERSION, and what cures it.

    `make_universe` evaluates a repository in the environment of both. `overlay` makes the
    repository after with one package edited; by default from all its opam files in memory.
    `planning`: of `make_plan`. `repair`: whether edits are looked for and tried.
    """
    return _Inquiry(before, after, target, make_universe, trials, overlay, planning).run(repair)


class _Inquiry:
    def __init__(
        self,
        before: Repository,
        after: Repository,
        target: str,
        make_universe: MakeUniverse,
        trials: Trials,
        overlay: Optional[Overlay],
        planning: Optional[Mapping[str, Any]],
    ) -> None:
        self._before, self._after = before, after
        self._target = target
        self._make_universe = make_universe
        self._trials = trials
        self._overlay = overlay or self._in_memory
        self._planning = dict(planning or {})

    def run(self, repair: bool) -> Blame:
        old, was = self._solved(self._before, "before")
        new, now = self._solved(self._after, "after")
        failures = self._trials.outcome(now)
        if not failures:
            raise NothingToBlame(f"{self._target} is built after the change: nothing is to blame")
        failed_before = self._trials.failures(was)
        # What a change broke first, and then what was as bad.
        [failing, *others] = sorted(failures, key=lambda package: package in failed_before)
        error = failures[failing].error
        name = name_of(failing)
        # Of what the target needs only the failing package counts, if it was there before.
        layers = [candidate.closures.of_name(name) for candidate in (was, now)]
        subject = name if layers[0] else name_of(self._target)
        sides = [
            candidate.closures.of(found[0] if subject == name else candidate.layer)
            for candidate, found in zip((was, now), layers)
        ]
        order = [
            name_of(package) for layer in now.layers for package in now.closures.members(layer)
        ]
        changes = {change.name: change for change in changes_between(*sides) if change.after}
        suspects = [each for each in order if each in changes]
        found = Blame(self._target, failing, error, [changes[s] for s in reversed(suspects)])
        found.also_failing = others
        found.failing_before = list(failed_before)
        hybrids = Hybrids(old, new, suspects, subject, self._make_universe, self._planning)
        found.reason = self._no_regression(hybrids, failing, error)
        if not found.reason:
            step = narrow(hybrids, self._trials, lambda failed: _judge(failed, name, error))
            found.trials = step.trials
            found.reason = self._flaky(step.trials, now, failing)
        if not found.reason:
            found.culprits = [changes[s] for s in reversed(suspects) if s in step.culprits]
            found.fields = [
                f"{change.name}: {each}"
                for change in found.culprits
                if change.kind == "fields"
                for each in _fields(old[change.name], new[change.name])
            ]
            if repair and name in new:
                lost = _lost(hybrids.of(step.good), hybrids.of(step.bad))
                case = Case(new[name], found.culprits, old, new, lost, self._after.versions)
                self._repair(found, case)
        found.build_count = self._trials.build_count
        found.layer_count = self._trials.layer_count
        return found

    def _solved(self, side: Repository, when: str) -> tuple[dict[str, Part], Candidate]:
        universe = self._make_universe(side)
        name = name_of(self._target)
        is_new = when == "before" and self._target not in side  # a version that came
        target = name if is_new else self._target
        if target not in side:
            raise InvalidRequest(f"there is no {target} {when} the change")
        candidate = candidate_of(universe, target, self._planning)
        if candidate is None:
            raise NothingToBlame(
                f"{self._target} has no solution {when} the change; `opamplan why` says why"
            )
        return parts_of(side, universe.solve(target)), candidate

    def _no_regression(self, hybrids: Hybrids, failing: str, error: Optional[LogError]) -> str:
        """Why no change of a package is to blame, if so."""
        if not hybrids.suspects:
            return (
                f"nothing differs in what {failing} is built from: it fails before, too, or it is "
                "flaky, or what is outside of packages has changed (the image, the builder, the "
                "network)"
            )
        nothing = hybrids.of(frozenset())
        if nothing is None:
            return f"{failing} has no solution with the packages as they were before"
        failures = self._trials.outcome(nothing)
        if failures:
            names = " ".join(failures)
            return f"it fails with the packages as they were before, too: {names}"
        return ""

    def _flaky(self, trials: Sequence[Trial], now: Candidate, failing: str) -> str:
        """That the failure does not come again, if so: where no trial failed as it did."""
        if any(trial.verdict == BAD for trial in trials):
            return ""
        if self._trials.fails_again(now, failing):
            return ""
        return f"{failing} was built when it was tried again with the same packages: it is flaky"

    def _repair(self, found: Blame, case: Case) -> None:
        """Try edits until one cures."""
        names = [change.name for change in found.culprits]
        failed_with: list[Optional[str]] = [None]
        for repair in repairs_of(case, lambda: failed_with[0]):
            cured, outcome, failed_with[0] = self._tried(repair, case, names)
            found.repairs.append(with_outcome(repair, cured, outcome))
            if cured:
                return

    def _tried(
        self, repair: Repair, case: Case, culprits: Sequence[str]
    ) -> tuple[bool, str, Optional[str]]:
        """Whether a repair cures, in words, and the culprit's version if it fails again."""
        name = name_of(repair.package)
        part = part_of(self._after.package(repair.package))
        universe = self._make_universe(self._overlay(edited(part, repair, case.before)))
        candidate = candidate_of(universe, self._target, self._planning)
        if candidate is None:
            return False, f"{self._target} then has no solution", None
        failures = self._trials.outcome(candidate)
        held = {each: v for each, (v, _) in candidate.closures.of(candidate.layer).items()}
        chosen = [f"{each}.{held[each]}" for each in (name, *culprits) if each in held]
        with_ = f" with {' '.join(dict.fromkeys(chosen))}" if chosen else ""
        if not failures:
            return True, f"{self._target} is solved again and built{with_}", None
        again = case.failing.package in failures
        version = held.get(culprits[0]) if again and culprits else None
        return False, f"{' '.join(failures)} still fails{with_}", version

    def _in_memory(self, part: Part) -> Repository:
        parts = (part_of(package) for package in self._after)
        return repository_of(part if each.package == part.package else each for each in parts)


def _judge(failures: dict[str, Tried], name: str, error: Optional[LogError]) -> str:
    if not failures:
        return GOOD
    mine = [tried for package, tried in failures.items() if name_of(package) == name]
    same = any(
        error is None or tried.error is None or tried.error.fingerprint == error.fingerprint
        for tried in mine
    )
    return BAD if same else UNCLEAR


def _lost(good: Optional[Candidate], bad: Optional[Candidate]) -> list[str]:
    """Names that a closure no longer has."""
    if good is None or bad is None:
        return []
    return sorted({*good.closures.of(good.layer)} - {*bad.closures.of(bad.layer)})


def _fields(before: Part, after: Part) -> list[str]:
    from opamplan.change import fields_that_differ

    beside = ["files/"] if before.files != after.files else []
    return [*fields_that_differ(before.text, after.text), *beside]
