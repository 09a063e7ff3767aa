"""Several environments in one call: options that are repeated or varied, or a file of axes."""

from __future__ import annotations

import argparse
import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, TypeVar

from opamplan.cli import options, plans
from opamplan.cli.matrix_file import ANY, axes_of, excluded, tables
from opamplan.wording import nearest

if TYPE_CHECKING:
    from opamplan import Combination, Plan, PlanMatrix

PLACES = ("{environment}", "{ocaml}", "{arch}", "{name}")
"""What stands in the name of a file for the values that there are several of."""
FLAGS = ("with-test", "with-doc", "prefer-oldest")
R = TypeVar("R")
"""The results of a plan, or none where it was loaded."""
MADE = dict[str, "tuple[Plan, Optional[list[Any]]]"]
"""By the name of an environment its plan, and the results if it was made here."""


def each_environment(args: argparse.Namespace) -> dict[str, argparse.Namespace]:
    """The arguments for each environment, by a name that can be a folder's.

    All combinations of what is given more than once, in the order in which it was given. With
    several distributions, options that are of one are refused.
    """
    from opamplan.matrix import named

    several = named(_combinations(args))
    _refuse_one_image(args, {each.environment for each in several.values()})
    plans.like_plans(args)
    args.told_unread = set()  # of all of them, as they have one repository
    found = {name: _arguments(args, name, each) for name, each in several.items()}
    for name, one in found.items():
        one.told_as = name if len(found) > 1 else ""
    return found


def planned(
    args: argparse.Namespace, found: dict[str, argparse.Namespace]
) -> tuple[dict[str, argparse.Namespace], MADE]:
    """The plans of --plan, or new ones for each environment; with the arguments of each."""
    if args.plan:  # what it was made for is not what the options say
        loaded = plans.load_all(args.plan)
        found = {}
        made: MADE = {}
        for name in loaded:
            found[name] = one = copy.copy(args)
            one.combination, one.asked = name, loaded.asked[name]
            made[name] = plans.heeding(one, loaded, name), None
        return found, made
    repository = options.load(args)
    return found, each_planned(found, lambda one: plans.plan_from(one, repository=repository))


def each_planned(
    found: dict[str, argparse.Namespace], planner: Callable[[argparse.Namespace], tuple[Plan, R]]
) -> dict[str, tuple[Plan, R]]:
    """A plan for each environment, like those before it, so that what they share is built once."""
    from opamplan.matrix import LIKE_STRATEGIES

    made: dict[str, tuple[Plan, R]] = {}
    for name, one in found.items():
        before = made.values() if one.strategy in LIKE_STRATEGIES else ()
        one.planned_before = [plan for plan, _ in before]
        made[name] = planner(one)
        one.planned_before = []
    for one in found.values():
        plans.like_plans(one).forget()
    return made


def save_plans(
    pattern: str,
    made: PlanMatrix,
    found: dict[str, argparse.Namespace],
    results: Mapping[str, list[Any]],
) -> list[str]:
    """Save plans, each to the file that `pattern` says, or all to one; the files.

    `results`: those that they were made from, by name.
    """
    from opamplan.files import save

    if len(found) > 1 and not any(place in pattern for place in PLACES):
        made.save(pattern)
        return [pattern]
    files = [place_of(pattern, one) for one in found.values()]
    for (name, one), file in zip(found.items(), files):
        save(file, plans.made_for(one, results.get(name)).text_of(made[name]).encode())
    return files


def place_of(pattern: str, args: argparse.Namespace) -> str:
    """The file of one environment: `plan-{environment}-{ocaml}.json`."""
    from opamplan.matrix import slug

    values = (args.environment, args.ocaml or ANY, args.arch or "any", args.combination)
    for place, value in zip(PLACES, values):
        pattern = pattern.replace(place, slug(value))
    return pattern


def several_places(found: dict[str, argparse.Namespace]) -> list[str]:
    """What must stand in the name of a file, so that there is one for each environment."""
    *few, name = PLACES
    needed = [place for place in few if len({place_of(place, one) for one in found.values()}) > 1]
    apart = {place_of("/".join(needed), one) for one in found.values()}
    return needed if len(apart) == len(found) else [name]


def check_pattern(pattern: str, found: dict[str, argparse.Namespace]) -> None:
    """Refuse a name of a file with a place of no value, or that would be written more than once."""
    from opamplan import InvalidRequest

    for place in re.findall(r"\{\w*\}", pattern):
        if place not in PLACES:
            hint = nearest(place, PLACES) or f"; there are: {', '.join(PLACES)}"
            raise InvalidRequest(f"-o {pattern}: nothing is called {place}{hint}")
    if len({place_of(pattern, one) for one in found.values()}) == len(found):
        return
    if pattern == "-":
        raise InvalidRequest("-o -: there are several plans; name a file")
    if not any(place in pattern for place in PLACES):
        return  # a file of all of them
    several = [place for place in several_places(found) if place not in pattern]
    file = Path(pattern)
    better = file.with_name("-".join([file.stem, *several]) + file.suffix)
    raise InvalidRequest(f"-o {pattern}: name a file for each: {better}")


def _arguments(args: argparse.Namespace, name: str, each: Combination) -> argparse.Namespace:
    """The arguments for one combination, as if it had been asked for alone."""
    one = copy.copy(args)
    one.combination = name
    one.environment, one.arch = each.environment, each.arch or None
    one.ocaml, one.no_ocaml = each.ocaml, not each.ocaml
    one.with_test, one.with_doc = each.with_test, each.with_doc
    one.prefer_oldest = each.prefer_oldest
    one.require = [*args.require, *each.require]
    one.constraint = [*args.constraint, *each.constraint]
    whole = replace(each, require=tuple(one.require), constraint=tuple(one.constraint))
    variables = (*args.set, *(f"no {name}" for name in args.unset))
    one.asked = ", ".join(filter(None, (whole.asked, *variables)))
    return one


def _combinations(args: argparse.Namespace) -> list[Combination]:
    """What the options and the file of --matrix ask for."""
    from opamplan import InvalidRequest, combinations

    axes = _axes(args)
    if not args.matrix:
        return combinations(**axes)
    found: list[Combination] = []
    for where, table in tables(args.matrix):
        skipped = table.pop("exclude", [])
        try:
            several = combinations(**{**axes, **axes_of(args, table)})
            leave = [
                each
                for table in (skipped if isinstance(skipped, list) else [skipped])
                for each in excluded(several, table)
            ]
        except (InvalidRequest, TypeError) as error:
            raise InvalidRequest(f"{where}: {error}") from None
        found += [each for each in several if each not in leave and each not in found]
    if not found:
        raise InvalidRequest(f"{args.matrix}: nothing is left of what it excludes from")
    return found


def _axes(args: argparse.Namespace) -> dict[str, Any]:
    """The axes that options give."""
    from opamplan import InvalidRequest

    axes: dict[str, Any] = {
        "environment": args.environment or options.DEFAULT_ENVIRONMENT,
        "arch": args.arch or "",
        "ocaml": "" if args.no_ocaml else args.ocaml or options.DEFAULT_OCAML,
    }
    for flag in FLAGS:
        axes[_dest(flag)] = getattr(args, _dest(flag))
    for text in args.vary:
        axis, equals, value = text.partition("=")
        if axis in FLAGS and not equals:
            if getattr(args, _dest(axis)):
                raise InvalidRequest(f"--vary {axis}: without it too; leave out --{axis}")
            axes[_dest(axis)] = [False, True]
        elif axis.strip() in ("require", "constraint") and value.strip():
            axes.setdefault(axis.strip(), [""]).append(value)
        else:
            known = f"{', '.join(FLAGS)}, require='NAME' or constraint='NAME OP VERSION'"
            raise InvalidRequest(f"--vary {text}: expected {known}")
    return axes


def _dest(option: str) -> str:
    return option.replace("-", "_")


def _refuse_one_image(args: argparse.Namespace, environments: set[str]) -> None:
    """With several distributions, refuse options that are of one."""
    from opamplan import InvalidRequest

    if len(environments) > 1 and (args.image or getattr(args, "base_archive", None)):
        what = "--image" if args.image else "--base-archive"
        raise InvalidRequest(
            f"{what} is the base of all steps, and there are several environments: leave it out, "
            "so that each has its own, or give one environment a call"
        )
