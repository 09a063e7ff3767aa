"""What a change of a repository does: to what can be installed, and to what must be built again.

The way of a change through opam-repository: which packages it adds, changes and removes; what could
be installed and no longer can, and why; and the smallest plan that builds what it touches.

    before = opamplan.Repository.open("opam-repository", rev="HEAD~1")
    after = opamplan.Repository.open("opam-repository", rev="HEAD")
    changes = opamplan.compare_repositories(before, after)
    universes = [opamplan.Universe(side, environment) for side in (before, after)]
    effect = opamplan.effect_of(changes, *universes)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Optional, Union

from opamplan._core.closure import ReverseDependencies
from opamplan._core.plan import Limits, Plan, compare_plans, make_plan
from opamplan._core.repository import (
    Diagnostic,
    Package,
    Repository,
    _changed_packages,
)
from opamplan._core.solve import SolveResult, Universe, _targets_touched
from opamplan._core.syntax import parse
from opamplan.errors import InvalidRequest, expected, list_of
from opamplan.looks import Shown
from opamplan.package_names import name_of

STAGES = ("all", "direct", "none")
_DECISIVE = {
    *("available", "conflict-class", "conflicts", "depends", "depexts", "depopts", "flags"),
    *("build", "build-env", "install", "patches", "run-test", "setenv", "substs"),
    *("extra-files", "extra-source", "url"),
}
"""Fields without which an answer, or a build, is that of another package."""


@dataclass(frozen=True)
class PackageChange(Shown):
    """One version that a change adds, changes or removes."""

    package: str
    """NAME.VERSION."""
    kind: str
    """``added``, ``removed``, ``changed``; ``metadata`` if no build can tell the difference;
    ``url`` if all that a build can tell is where the source of the same checksums comes from;
    ``broken`` if the file cannot be read any more."""
    fields: tuple[str, ...] = ()
    """Of a changed version: the fields that differ, ``files/`` for what lies beside them."""
    problem: str = ""
    """What is wrong in the file and was not before, as `file:line:column: error: ...`: of a broken
    one what keeps it from being read, of another what opam refuses, such as a repeated field."""


@dataclass(frozen=True)
class Loss(Shown):
    """A version that cannot be installed."""

    package: str
    reasons: tuple[str, ...]
    """Why, a sentence each."""


@dataclass(frozen=True)
class Effect(Shown):
    """What a change does in one environment."""

    lost: tuple[Loss, ...]
    """Versions in both repositories that could be installed before only, ascending. Not if what
    decides it cannot be read, such as `depends`."""
    gained: tuple[str, ...]
    """Versions in both that can be installed now only."""
    installable: tuple[str, ...]
    """Added and changed versions that can be installed."""
    refused: tuple[Loss, ...]
    """Added versions that are available here and cannot be installed."""
    refused_before: tuple[str, ...]
    """Changed versions that cannot be installed, and could not before."""
    unavailable: tuple[str, ...]
    """Added and changed versions that are not available here."""
    removed: tuple[str, ...]
    """Versions that could be installed and are not there, or not readable, any more."""
    dependents: tuple[str, ...]
    """Other targets that must be built again: those that depend on a change directly, then the
    rest; of both those first that most of the others need."""
    direct_count: int
    """How many of them do."""
    known_failures: tuple[str, ...]
    """Targets that would have to be built again too, but are, or stand on, a layer that failed
    before and that the change leaves as it is."""
    new_layer_count: int
    """Layers of the plan that the newest versions before the change do not have."""
    plan: Plan = field(repr=False)
    """Builds the installable versions and the dependents that were asked for; empty if there is
    nothing to build."""

    @property
    def direct(self) -> tuple[str, ...]:
        """The dependents that depend on a change directly: the first stage of a check."""
        return self.dependents[: self.direct_count]

    @property
    def indirect(self) -> tuple[str, ...]:
        """The other dependents: the second."""
        return self.dependents[self.direct_count :]

    @property
    def verdicts(self) -> dict[str, str]:
        """By version the name of the list that it is in, from `removed` to `lost`.

        The worse of two: what is not available any more is `lost`.
        """
        kinds = {
            "removed": self.removed,
            "unavailable": self.unavailable,
            "installable": self.installable,
            "gained": self.gained,
            "refused_before": self.refused_before,
            "refused": tuple(loss.package for loss in self.refused),
            "lost": tuple(loss.package for loss in self.lost),
        }
        return {package: kind for kind, packages in kinds.items() for package in packages}

    @property
    def is_bad(self) -> bool:
        """Something that is still there could be installed and no longer can."""
        return bool(self.lost)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; without the plan."""
        return {
            "lost": [{"package": each.package, "reasons": each.reasons} for each in self.lost],
            "gained": self.gained,
            "installable": self.installable,
            "refused": [
                {"package": each.package, "reasons": each.reasons} for each in self.refused
            ],
            "refused_before": self.refused_before,
            "unavailable": self.unavailable,
            "removed": self.removed,
            "dependents": self.dependents,
            "direct_count": self.direct_count,
            "known_failures": self.known_failures,
            "new_layer_count": self.new_layer_count,
            "step_count": len(self.plan),
        }


def compare_repositories(before: Repository, after: Repository) -> list[PackageChange]:
    """The versions in which two repositories differ, ascending by name and version.

    A few milliseconds for all of opam-repository.
    """
    for side in (before, after):
        if not isinstance(side, Repository):
            raise expected("a Repository", "Repository.open('packages')", side)
    problems = _problems(after)
    known = _problems(before) if problems else {}
    broken = {name: told for name, told in problems.items() if known.get(name) != told}
    changes = []
    for old, new in _changed_packages(before, after):
        was = None if old is None else before._package_at(old)
        now = None if new is None else after._package_at(new)
        if now is not None and new is not None:
            change = PackageChange(str(now), "added") if was is None else _changed(was, now)
            known_errors = [] if old is None else _errors_of(before, old)
            changes.append(
                replace(change, problem=_new_error(known_errors, _errors_of(after, new)))
            )
        elif str(was) not in broken:
            changes.append(PackageChange(str(was), "removed"))
    for name, problem in broken.items():
        changes.append(PackageChange(name, "broken", problem=problem))
    return sorted(changes, key=lambda c: name_of(c.package)) if broken else changes


def _errors_of(repository: Repository, position: int) -> list[Diagnostic]:
    return [d for d in repository._package_at(position).check() if d.level == "error"]


def _new_error(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> str:
    """The first error that was not there before, on whatever line."""
    known = {diagnostic.message for diagnostic in before}
    return next((str(d) for d in after if d.message not in known), "")


def _changed(before: Package, after: Package) -> PackageChange:
    fields = fields_that_differ(before.text, after.text)
    beside = before.files != after.files
    if before.effective_part != after.effective_part or beside:
        kind = "changed"
    else:
        kind = "url" if before.url != after.url else "metadata"
    return PackageChange(str(after), kind, (*fields, "files/") if beside else fields)


def _problems(repository: Repository) -> dict[str, str]:
    """What keeps files from being read, by NAME.VERSION."""
    found: dict[str, str] = {}
    for diagnostic in repository.diagnostics:
        path = diagnostic.path.removesuffix("/opam")
        if diagnostic.level == "error":
            found.setdefault(path.rpartition("/")[2], str(diagnostic))
    return {name: problem for name, problem in found.items() if name not in repository}


def fields_that_differ(before: str, after: str) -> tuple[str, ...]:
    """The fields of two opam files that are not the same, in the order of the second."""
    was, now = _items(before), _items(after)
    names = [*now, *(name for name in was if name not in now)]
    return tuple(name for name in names if was.get(name) != now.get(name))


def _items(text: str) -> dict[str, list[Any]]:
    """What stands in each field and section."""
    found: dict[str, list[Any]] = {}
    for item in parse(text).to_python()["items"]:
        found.setdefault(item.get("var") or item["section"], []).append(item)
    return found


def effect_of(
    changes: Sequence[PackageChange],
    before: Universe,
    after: Universe,
    *,
    failed_layers: Collection[str] = (),
    strategy: str = "graft",
    limits: Union[str, Limits] = "buildkit",
    image: str = "",
    sizes: Optional[Mapping[str, int]] = None,
    like: Sequence[Plan] = (),
    threads: int = 0,
    most_reasons: int = 100,
    dependents: str = "all",
    progress: Any = None,
) -> Effect:
    """What a change does in the environment of the universes, which must be the same.

    Solves all versions, of both repositories, that the change can touch, and plans the newest of
    each name, as a mass build does; `strategy`, `like` and so on are those of `make_plan`. What
    stands on one of `failed_layers`, those that failed before by the 16 digits that
    `State.failures` has, is not built again: what the change repairs is another layer, and is. The
    first `most_reasons` losses are explained. `dependents`: which of them the plan builds, ``all``,
    those that are ``direct``, or ``none``. Half a second of CPU for all of opam-repository.
    """
    planning: dict[str, Any] = {
        "strategy": strategy,
        "limits": limits,
        "image": image,
        "sizes": sizes or {},
        "like": list(like),
        "threads": threads,
        "progress": progress,
    }
    if isinstance(failed_layers, (str, bytes)):
        raise expected("a list", f"[{failed_layers!r}]", failed_layers)
    if dependents not in STAGES:
        raise InvalidRequest(f"dependents: {dependents!r} is none of {', '.join(STAGES)}")
    for layer in failed_layers:
        if not re.fullmatch("[0-9a-f]{16,64}", layer):
            raise InvalidRequest(
                f"failed_layers: {layer!r} is no key of a layer, 16 digits or more"
            )
    such_as = "compare_repositories(before, after)"
    changes = list_of(PackageChange, "changes", such_as, changes)
    touched = {c.package: c.kind for c in changes if c.kind not in ("metadata", "url")}
    # All other versions have the answers that they had: nothing that these may look at is changed.
    old, new = _targets_touched(before, after)
    now = _answers(after, new, threads)
    places = _changed_packages(before.repository, after.repository)
    misread = (
        _misread(before.repository, [place for place, _ in places]),
        _misread(after.repository, [place for _, place in places]),
    )
    can = _solutions(now, misread[1])
    could = _solutions(_answers(before, old, threads), misread[0])
    touchable = set(old)
    others = [p for p in before.latest() if p not in touchable]
    stayed = _solutions(_answers(before, others, threads), {})
    news = [p for p in touched if touched[p] in ("added", "changed")]
    lost = sorted(p for p in could if p in after.repository and p not in can)
    refused = [p for p in news if p in now and p not in can and p not in could]
    added = [p for p in refused if touched[p] == "added"]
    told = [p for p in (*lost, *added) if p in now][:most_reasons]
    losses = {p: Loss(p, _reasons(now.get(p), p in told)) for p in (*lost, *added)}
    losses.update({p: Loss(p, (misread[1][p],)) for p in losses if p in misread[1] and p in now})

    kept = {**could, **stayed}
    base = _plan([kept[p] for p in before.latest() if p in kept], planning)
    newest = _plan([can[p] for p in after.latest() if p in can], planning)
    again = _rebuilt(base, newest) - set(news)
    known = again & _standing_on(newest, {layer[:16] for layer in failed_layers})
    again -= known
    names = {name_of(p) for p in touched}
    direct = {p for p in again if _needs(can[p], p) & names}
    needed = ReverseDependencies([can[p] for p in again]).counts() if again else {}
    ordered = sorted(again, key=lambda p: (p not in direct, -needed.get(p, 0), p))
    stage = {"all": ordered, "direct": ordered[: len(direct)], "none": []}[dependents]
    wanted = [can[p] for p in (*news, *stage) if p in can]
    plan = make_plan(wanted, **planning) if wanted else _empty_plan(after, planning)
    return Effect(
        lost=tuple(losses[p] for p in lost),
        gained=tuple(p for p in can if p in before.repository and p not in could),
        installable=tuple(p for p in news if p in can),
        refused=tuple(losses[p] for p in added),
        refused_before=tuple(p for p in refused if touched[p] == "changed"),
        removed=tuple(p for p in could if p not in after.repository),
        unavailable=tuple(p for p in news if p not in now),
        dependents=tuple(ordered),
        direct_count=len(direct),
        known_failures=tuple(sorted(known)),
        new_layer_count=_new_layers(base, plan),
        plan=plan,
    )


def _answers(universe: Universe, wanted: Sequence[str], threads: int) -> dict[str, SolveResult]:
    """The results of available versions."""
    return dict(zip(wanted, universe.solve_all(list(wanted), threads=threads)))


def _solutions(
    answers: Mapping[str, SolveResult], misread: Mapping[str, str]
) -> dict[str, SolveResult]:
    """Of the versions that can be built."""
    return {
        p: answer
        for p, answer in answers.items()
        if answer and not answer.cycle and p not in misread
    }


def _misread(repository: Repository, places: Iterable[Optional[int]]) -> dict[str, str]:
    """Of the versions at these places those whose answers say nothing, with the reason.

    Of their files a field is left out that decides what they need or how they are built. Opam takes
    them without it, and so do solutions; a check of a change is asked whether they are as meant.
    """
    found: dict[str, str] = {}
    for position in places:
        if position is None:
            continue
        for diagnostic in _errors_of(repository, position):
            if diagnostic.left_out_field.partition(".")[0] in _DECISIVE:
                found.setdefault(str(repository._package_at(position)), str(diagnostic))
    return found


def _reasons(answer: Optional[SolveResult], told: bool) -> tuple[str, ...]:
    """Why a version cannot be installed; finding that out costs, so it is not `told` of all."""
    if answer is None:
        return ("it is not available here any more",)
    if not told:
        return ()
    if answer:
        return (answer.cycle_reason,)
    explanation = answer.explanation
    return tuple(explanation.sentences) if explanation else ("given up",)


def _empty_plan(universe: Universe, planning: dict[str, Any]) -> Plan:
    """A plan of nothing."""
    anything = universe.solve_all(universe.repository.names[:1])
    return make_plan(anything, **planning).restricted_to([])


def _plan(solutions: list[SolveResult], planning: dict[str, Any]) -> Optional[Plan]:
    return make_plan(solutions, **planning) if solutions else None


def _rebuilt(before: Optional[Plan], after: Optional[Plan]) -> set[str]:
    """The targets of `after` whose layers are not those of `before`."""
    if before is None or after is None:
        return set(after.targets) if after else set()
    difference = compare_plans(before, after)
    return {
        *(target.after for target in difference.rebuilt_targets),
        *difference.added_targets,
    }


def _standing_on(plan: Optional[Plan], layers: set[str]) -> set[str]:
    """The targets of a plan that are one of `layers`, or need one."""
    if plan is None or not layers:
        return set()
    blocked: set[str] = set()
    for layer, _, needs in plan.layers():  # what a layer needs comes before it
        if layer in layers or not blocked.isdisjoint(needs):
            blocked.add(layer)
    steps = ((target, plan[step]) for target, step in zip(plan.targets, plan.target_steps))
    ends = ((target, step.layers[step.installs.index(target)]) for target, step in steps)
    return {target for target, layer in ends if layer[:16] in blocked}


def _new_layers(before: Optional[Plan], after: Plan) -> int:
    """How many layers of `after` are not in `before`."""
    return len(compare_plans(before, after).added_layers if before else after.layers())


def _needs(solution: SolveResult, package: str) -> set[str]:
    """The names on which a package of the solution depends directly."""
    needs = [
        *solution.dependencies.get(package, ()),
        *solution.post_dependencies.get(package, ()),
    ]
    return {name_of(need) for need in needs}
