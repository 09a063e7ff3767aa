"""What tells the environments of plans apart, for people: a distribution, a compiler, an option."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opamplan.runs.layers import layer_members
from opamplan.wording import ANY_COMPILER, without_compiler

if TYPE_CHECKING:
    from opamplan._core.plan import Plan

STANDING = ("distribution", "ocaml", "arch", "tests", "docs", "asked")
"""The facts that make runs of one environment, whatever its image and its opam are meanwhile."""

_ALONE = ("distribution", "ocaml", "tests", "docs", "asked")
_COMPILER = re.compile(r"-ocaml-([0-9][^-]*)")


def compiler_of(combination: str) -> str:
    """The compiler that the name of a combination says, see `opamplan.Combination.name`."""
    found = _COMPILER.search(combination)
    return f"OCaml {found.group(1)}" if found else ""


def with_asked(facts: dict[str, str], asked: str, combination: str) -> dict[str, str]:
    """The facts of a plan, with what it was made for and does not say, see `Run`.

    Who asks for any compiler gets whichever suits the targets, which says nothing of the
    environment. `combination` tells the compiler where no layer does: a plan of nothing is of a
    combination too.
    """
    ocaml = facts["ocaml"] or compiler_of(combination)
    rest = without_compiler(asked)
    return {**facts, "ocaml": ocaml if rest == asked else ANY_COMPILER, "asked": rest}


def facts_of(plan: Plan, asked: str = "", combination: str = "") -> dict[str, str]:
    """What environments and plans differ in, in the order in which people say it.

    `asked` and `combination`: see `with_asked`.
    """
    value = plan.environment
    # A package `ocaml` may be there in several versions, of which all others stand on one.
    users = Counter(need for _, _, needs in plan.layers() for need in needs)
    versions = {
        name.split(".", 1)[1]: users[layer]
        for layer, names in layer_members(plan).items()
        for name in names
        if name.startswith("ocaml.")
    }
    ocaml = max(sorted(versions), key=lambda version: versions[version], default="")
    facts = {
        "distribution": "-".join(
            filter(None, (str(value.get(name, "")) for name in ("os-distribution", "os-version")))
        ),
        "ocaml": f"OCaml {ocaml}" if ocaml else "",
        "arch": str(value.get("arch", "")),
        "opam": f"opam {value.get('opam-version', '')}",
        "tests": "with tests" if plan.base["with_test"] else "",
        "docs": "with documentation" if plan.base["with_doc"] else "",
        "asked": "",
        "image": plan.base["image"],
        "strategy": plan.strategy,
    }
    return with_asked(facts, asked, combination)


def names_of(facts: Sequence[dict[str, str]]) -> list[str]:
    """The facts in which environments differ, in few words.

    For example "debian-13 OCaml 5.3.0", or "OCaml 5.3.0" if all are on one distribution. One alone
    has what was asked for in its name too. Where nothing differs, when their runs `started`, if
    that is among the facts, or their place.
    """
    keys: list[str] = []
    for key in facts[0] if facts else ():
        if key == "started" and not keys:
            keys = ["distribution", "ocaml"]  # a time alone says little
        more = [*keys, key]
        if len(set(_joined(facts, more))) > len(set(_joined(facts, keys))):
            keys = more
    keys = keys or [key for key in _ALONE if facts and facts[0].get(key)]
    for key in ("ocaml", "distribution"):
        if not all(_joined(facts, keys)) and key not in keys:
            keys = [key, *keys]  # nothing at all is no name
    names = _joined(facts, keys)
    twice = {name for name, count in Counter(names).items() if count > 1}
    return [f"{name} ({place})" if name in twice else name for place, name in enumerate(names, 1)]


def _joined(facts: Sequence[dict[str, str]], keys: list[str]) -> list[str]:
    return [" ".join(filter(None, (fact[key] for key in keys))) for fact in facts]
