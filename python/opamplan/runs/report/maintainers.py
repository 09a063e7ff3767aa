"""Who maintains packages, as their opam files in plans say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from opamplan._core.plan import Plan
from opamplan._core.syntax import parse


def maintainers_of(plans: Iterable[Plan], packages: Collection[str]) -> dict[str, list[str]]:
    """By NAME.VERSION its maintainers, as the first plan says that has it; of no plan: left out."""
    found: dict[str, list[str]] = {}
    for plan in plans:
        left = set(packages) - found.keys()
        if not left.isdisjoint(plan.packages):
            for package in json.loads(plan.to_json())["packages"]:
                name = f"{package['name']}.{package['version']}"
                if name in left:
                    found[name] = _maintainers(package["opam"])
    return found


def _maintainers(text: str) -> list[str]:
    """A string or a list of them; anything else is nobody's name."""
    field = parse(text).get("maintainer")
    value = field.to_python() if field else {}
    return [part["str"] for part in value.get("list", [value]) if "str" in part]
