"""What `opamplan diff` says of two matrices, of plans or of runs: each combination by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from opamplan.cli.json_output import print_json
from opamplan.terminal.style import Style

Side = TypeVar("Side")
Difference = TypeVar("Difference")


def tell(
    before: Mapping[str, Side],
    after: Mapping[str, Side],
    compare: Callable[[Side, Side], Difference],
    show: Callable[[Difference], None],
    plain: Callable[[Difference], dict[str, Any]],
    as_json: bool,
) -> list[Difference]:
    """Compare those of the same name, and tell them with `show`, or as JSON by `plain`."""
    found = {name: compare(before[name], after[name]) for name in after if name in before}
    dropped = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    if as_json:
        told = {name: plain(difference) for name, difference in found.items()}
        print_json({"combinations": told, "dropped": dropped, "added": added})
        return list(found.values())
    style = Style()
    for name, difference in found.items():
        print(style.strong(name))
        show(difference)
    for name in dropped:
        print(f"{style.warn(name)}: only before")
    for name in added:
        print(f"{style.warn(name)}: only after")
    return list(found.values())
