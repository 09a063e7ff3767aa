"""Several environments in one call: --environment and --ocaml, each given more than once."""

from __future__ import annotations

import argparse
import copy
import itertools
from pathlib import Path

from opamplan.cli import options

PLACES = ("{environment}", "{ocaml}")
"""What stands in the name of a file for the values that there are several of."""


def each_environment(args: argparse.Namespace) -> dict[str, argparse.Namespace]:
    """The arguments for each environment, by a name that can be a folder's.

    All distributions with all compilers, in the order in which they were given. With several
    distributions, options that are of one are refused.
    """
    _refuse_one_image(args)
    environments = args.environment or [options.DEFAULT_ENVIRONMENT]
    versions = [""] if args.no_ocaml else args.ocaml or [options.DEFAULT_OCAML]
    found = {}
    for environment, version in itertools.product(environments, versions):
        one = copy.copy(args)
        one.environment, one.ocaml = environment, version
        found[f"{environment}-ocaml-{version}" if version else environment] = one
    return found


def place_of(pattern: str, args: argparse.Namespace) -> str:
    """The file of one environment: `plan-{environment}-{ocaml}.json`."""
    for place, value in zip(PLACES, (args.environment, args.ocaml or "any")):
        pattern = pattern.replace(place, value)
    return pattern


def several_places(found: dict[str, argparse.Namespace]) -> list[str]:
    """What must stand in the name of a file, so that there is one for each environment."""
    return [place for place in PLACES if len({place_of(place, one) for one in found.values()}) > 1]


def check_pattern(pattern: str, found: dict[str, argparse.Namespace]) -> None:
    """Refuse a name of a file that would be written more than once."""
    from opamplan import InvalidRequest

    if len({place_of(pattern, one) for one in found.values()}) == len(found):
        return
    if pattern == "-":
        raise InvalidRequest("-o -: there are several plans; name a file for each")
    several = [place for place in several_places(found) if place not in pattern]
    file = Path(pattern)
    better = file.with_name("-".join([file.stem, *several]) + file.suffix)
    raise InvalidRequest(f"-o {pattern}: name a file for each: {better}")


def _refuse_one_image(args: argparse.Namespace) -> None:
    """With several distributions, refuse options that are of one."""
    from opamplan import InvalidRequest

    if len(set(args.environment)) > 1 and (args.image or getattr(args, "base_archive", None)):
        what = "--image" if args.image else "--base-archive"
        raise InvalidRequest(
            f"{what} is the base of all steps, and there are several environments: leave it out, "
            "so that each has its own, or give one environment a call"
        )
