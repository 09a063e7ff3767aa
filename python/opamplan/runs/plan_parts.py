"""A plan's steps, batches and layers as a run asks for them, each looked up once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opamplan._core.emit import has_dockerfile, stage_names
from opamplan.runs.identity import accepted_failures
from opamplan.runs.layers import layer_members

if TYPE_CHECKING:
    from opamplan._core.plan import Plan


class PlanParts:
    """Layers are named by the first 16 digits of their keys, steps and batches by their indices."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.is_llb = not has_dockerfile(plan)
        self.stages = {name: index for index, name in enumerate(stage_names(plan))}
        self.installs = [step.label for step in plan]
        """By step: what people call it."""
        self.depexts = [step.depexts for step in plan]
        """By step: the system packages that its parent lacks."""
        self.layers = [[key[:16] for key in step.layers] for step in plan]
        """By step."""
        self.package = {layer: package for layer, package, _ in plan.layers()}
        """By layer: one of its packages."""
        self.members = layer_members(plan)
        self.accepted = accepted_failures(plan)
        """Packages that say of themselves that they may fail."""
        self.brings = [
            set(plan.own_steps(b.index)) if plan.builders else set(b.steps) for b in plan.batches
        ]
        """By batch: the steps whose results it brings; of a shard those that it builds itself."""

    def layers_of(self, batch: int) -> set[str]:
        """Those of which a batch brings the results."""
        return {layer for step in self.brings[batch] for layer in self.layers[step]}
