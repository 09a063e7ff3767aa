"""A plan: its figures, and how much of it is shared."""

from __future__ import annotations

from opamplan._core.plan import Plan
from opamplan.errors import expected
from opamplan.notebook.bar_chart import bars
from opamplan.notebook.markup import Picture, element, heading, table
from opamplan.wording import counted

ROWS = 15


def images_of_steps(plan: Plan) -> list[int]:
    """For each step how many targets' images hold what it installs."""
    # A step's image as a set of steps, in the bits of an integer: the parent's, the grafts, itself.
    content: list[int] = []
    for step in plan.steps:
        bits = 1 << step.index
        if step.parent is not None:
            bits |= content[step.parent]
        for graft in step.grafts:
            bits |= 1 << graft
        content.append(bits)
    counts = [0] * len(content)
    for final in plan.target_steps:
        bits = content[final]
        while bits:
            low = bits & -bits
            counts[low.bit_length() - 1] += 1
            bits ^= low
    return counts


def sharing(plan: Plan, rows: int = ROWS) -> Picture:
    """What is installed with sharing and without, and the packages that most images hold."""
    if not isinstance(plan, Plan):
        raise expected("a Plan", "opamplan.make_plan(results)", plan)
    s = plan.summary
    work = [("each target alone", s["unshared_installs"]), ("this plan", s["installs"])]
    images: dict[str, int] = {}
    for step, count in zip(plan.steps, images_of_steps(plan)):
        for package in step.installs:
            images[package] = images.get(package, 0) + count
    most = sorted(images.items(), key=lambda item: (-item[1], item[0]))[:rows]
    first = bars(work, "Packages to install")
    second = bars(most, f"Most shared, in images of {counted(s['targets'], 'target')}")
    return Picture(str(first) + str(second))


def page(plan: Plan) -> str:
    """What a notebook shows."""
    s = plan.summary
    rows: list[tuple[str, object]] = [
        ("build steps", s["install_steps"]),
        ("package versions", s["package_versions"]),
        ("distinct layers", s["layers"]),
        ("deepest image, in steps", s["max_depth"]),
        ("grafts", s["grafts"]),
        ("batches", s["batches"]),
        ("system packages", s["depexts"]),
        ("base image", plan.base["image"]),
        ("limits", plan.limits.name),
    ]
    text = heading(f"Plan ({plan.strategy})", f": {counted(s['targets'], 'target')}")
    return text + element("div", {}, table([], rows)) + str(sharing(plan))
