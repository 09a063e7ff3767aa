"""What a plan says of its layers, by the first 16 digits of their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opamplan._core.plan import Plan


def layer_of(plan: Plan, target: str, step: int) -> str:
    """That of a target, which ends in a step."""
    parts = plan[step]
    return parts.layers[parts.installs.index(target)][:16]


def target_layers(plan: Plan) -> dict[str, str]:
    """By target: its layer."""
    return {
        target: layer_of(plan, target, step)
        for target, step in zip(plan.targets, plan.target_steps)
    }


def layer_members(plan: Plan) -> dict[str, list[str]]:
    """By layer: its packages, several in a post group."""
    members: dict[str, dict[str, None]] = {}
    for step in plan:
        for package, key in zip(step.installs, step.layers):
            members.setdefault(key[:16], {})[package] = None
    return {layer: list(packages) for layer, packages in members.items()}


def layer_needs(plan: Plan) -> dict[str, list[str]]:
    """By layer: the layers that it needs directly; what a layer needs comes before it."""
    return {layer: needs for layer, _, needs in plan.layers()}
