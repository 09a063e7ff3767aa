"""What is shown as a table: repositories, packages, facts, explanations, and what blocks most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opamplan._core.repository import Package, Repository
from opamplan._core.solve import BlockerReport, Explanation, Fact
from opamplan.matrix import PlanMatrix
from opamplan.notebook.markup import element, heading, table
from opamplan.wording import counted

ROWS = 20


def repository(r: Repository) -> str:
    """Its sources, and what is wrong with them."""
    rows = [
        (source.label, source.revision[:12], versions)
        for source, versions in zip(r.sources, r._versions_by_source())
    ]
    said = f": {counted(len(r), 'version')} of {counted(len(r.names), 'package')}"
    text = heading("opam repository", said) + table(["source", "revision", "versions"], rows)
    if r.diagnostics:
        first = f"{counted(len(r.diagnostics), 'diagnostic')}; the first: {r.diagnostics[0]}"
        text += element("p", {}, text=first)
    return text


def package(p: Package) -> str:
    """What its opam file says of it."""
    rows = [
        ("synopsis", p.synopsis),
        ("depends", p.depends),
        ("available", p.available),
        ("license", ", ".join(p.licenses)),
        ("tags", ", ".join(p.tags)),
        ("homepage", ", ".join(p.homepages)),
    ]
    return heading(str(p), "") + table([], [row for row in rows if row[1]])


def matrix(m: PlanMatrix) -> str:
    """A row for each plan."""
    figures: list[tuple[str, Mapping[str, object]]] = [(n, p.summary) for n, p in m.items()]
    keys = ("targets", "layers", "install_steps", "max_depth", "batches")
    heads = ["plan", "targets", "layers", "build steps", "deepest image", "batches"]
    layers = counted(m.summary["layers"], "distinct layer")
    said = f": {layers}, {m.summary['shared_layers']:,} in several"
    return heading(counted(len(m), "plan"), said) + table(
        heads, ([name, *(s[key] for key in keys)] for name, s in figures)
    )


def fact(f: Fact) -> str:
    """A fact by itself."""
    return _facts([f])


def explanation(e: Explanation) -> str:
    """The sentences, then the facts."""
    sentences = (element("li", {}, text=sentence) for sentence in e.sentences)
    return (
        heading(e.target or e.package, f": {e.cause}")
        + element("ul", {}, *sentences)
        + _facts(e.facts)
    )


def blockers(report: BlockerReport) -> str:
    """The names that would unlock most, and the largest groups by cause."""
    names = [(b.name, b.unlocked, b.blocked) for b in report.blockers[:ROWS]]
    groups = [(len(g.targets), g.cause) for g in report.groups[:ROWS]]
    return (
        heading(f"{counted(len(report), 'target')} without a solution", "")
        + table(["package", "unlocks", "of blocked"], names)
        + table(["targets", "cause"], groups)
    )


def _facts(facts: Sequence[Fact]) -> str:
    if not facts:
        return ""
    return table(["fact", "field", "where"], [(f, f.field, _place(f)) for f in facts])


def _place(f: Fact) -> str:
    return f"{f.path}:{f.line}:{f.column}" if f.line else f.path
