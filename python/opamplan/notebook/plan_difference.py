"""What a change costs: two plans compared."""

from __future__ import annotations

from opamplan._core.plan import PlanDifference
from opamplan.errors import expected
from opamplan.notebook.bar_chart import bars
from opamplan.notebook.markup import Picture, heading, table
from opamplan.wording import counted

ROWS = 15


def difference(d: PlanDifference, rows: int = ROWS) -> Picture:
    """Layers kept, added and dropped, and the causes that rebuild most targets."""
    if not isinstance(d, PlanDifference):
        raise expected("a PlanDifference", "opamplan.compare_plans(before, after)", d)
    layers = [
        ("kept", d.kept_layer_count - d.moved_layer_count),
        ("on other images", d.moved_layer_count),
        ("added", len(d.added_layers)),
        ("dropped", len(d.dropped_layers)),
    ]
    text = str(bars(layers, "Layers"))
    causes = [(cause.text, count) for cause, count in zip(d.causes, d.cause_counts)]
    if causes:
        text += str(bars(causes[:rows], "Targets built again, by cause"))
    return Picture(text)


def page(d: PlanDifference) -> str:
    """What a notebook shows."""
    if not d:
        return heading("No difference", f": {counted(d.kept_layer_count, 'layer')} in both")
    rows = [
        ("as before", len(d.unchanged_targets)),
        ("built again", len(d.rebuilt_targets)),
        ("new", len(d.added_targets)),
        ("gone", len(d.dropped_targets)),
    ]
    new = counted(d.new_step_count, "step")
    said = f": {new} must run, {d.kept_step_count:,} in the builder's cache"
    return heading("Two plans", said) + table(["targets", ""], rows) + str(difference(d))
