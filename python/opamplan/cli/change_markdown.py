"""What `opamplan change` found, as Markdown for a comment: one table of all environments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from opamplan.wording import MOST_LISTED, counted, listed

if TYPE_CHECKING:
    from opamplan import Effect, Loss, PackageChange

MOST_ROWS = 100
_WORDS = {
    "lost": "**no longer installable**",
    "refused": "**not installable**",
    "refused_before": "not installable, as before",
    "gained": "installable now",
    "installable": "installable",
    "unavailable": "not available",
    "removed": "was installable",
}
"""Of verdicts; what has none is as before."""


def change_markdown(changes: Sequence[PackageChange], effects: Mapping[str, Effect]) -> str:
    """`effects` by headings, such as "OCaml 5.3.0"."""
    told = {change.package: change for change in changes}
    verdicts = {heading: effect.verdicts for heading, effect in effects.items()}
    others = {p for found in verdicts.values() for p in found} - told.keys()
    names = [*told, *sorted(others)]
    if not names:
        return "Nothing is changed.\n"
    lines = _row("version", "change", *effects) + _row(*["---"] * (2 + len(effects)))
    for name in names[:MOST_ROWS]:
        cells = (_WORDS.get(found.get(name, ""), "") for found in verdicts.values())
        lines += _row(f"`{name}`", _said(told[name]) if name in told else "", *cells)
    if len(names) > MOST_ROWS:
        lines += [f"\n... {len(names)} in all"]
    for kind, title in (("lost", "No longer installable"), ("refused", "Not installable")):
        lines += _reasons(title, {h: getattr(effect, kind) for h, effect in effects.items()})
    lines += ["", "To build:", ""]
    lines += [f"- {heading}: {work_of(effect)}" for heading, effect in effects.items()]
    for heading, effect in effects.items():
        if effect.dependents:
            lines += ["", f"<details><summary>Targets to build again: {heading}</summary>"]
            lines += [*_targets(effect), "", "</details>"]
    return "\n".join(lines) + "\n"


def work_of(effect: Effect) -> str:
    """What there is to build."""
    if not len(effect.plan) and not effect.dependents:
        return "nothing"
    again = "no other target again"
    if effect.dependents:
        again = f"{counted(len(effect.dependents), 'other target')} again"
        again += f", {effect.direct_count} directly on what is changed"
    steps = counted(len(effect.plan), "step")
    return f"{again}; {steps} in all, {effect.new_layer_count:,} of which the base does not have"


def said_of(change: PackageChange, before: str) -> str:
    """What is different in a version."""
    details = "; ".join(filter(None, [", ".join(change.fields), change.problem]))
    return before + details if details else ""


def _row(*cells: str) -> list[str]:
    return ["| " + " | ".join(cells) + " |"]


def _said(change: PackageChange) -> str:
    return (change.kind + said_of(change, ", ")).replace("|", "\\|").replace("\n", " ")


def _reasons(title: str, losses: Mapping[str, Sequence[Loss]]) -> Iterator[str]:
    """Each package with its reasons once, and in which environments they hold, if not in all."""
    where: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for heading, found in losses.items():
        for loss in found:
            where.setdefault((loss.package, loss.reasons), []).append(heading)
    if not where:
        return
    yield from ("", f"**{title}**, because", "")
    for (package, reasons), headings in list(where.items())[:MOST_LISTED]:
        of = f" ({', '.join(headings)})" if len(headings) < len(losses) else ""
        yield f"- `{package}`{of}: {'; '.join(reasons)}"
    if len(where) > MOST_LISTED:
        yield f"- ... {len(where)} in all"


def _targets(effect: Effect) -> Iterator[str]:
    """In the order in which they are worth building."""
    stages = ("Directly on what is changed", effect.direct), ("Others", effect.indirect)
    for title, names in stages:
        if names:
            yield from ("", f"{title}, those first that most others need:", "")
            yield " ".join(f"`{name}`" for name in names)
    if effect.known_failures:
        yield from (
            "",
            f"Failed before, not built again: {listed([f'`{p}`' for p in effect.known_failures])}",
        )
