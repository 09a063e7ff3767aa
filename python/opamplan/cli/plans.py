"""What the commands about plans share: options, making one, and a summary to read."""

from __future__ import annotations

import argparse
import sys
from typing import Any, TextIO

from opamplan.cli import options
from opamplan.cli.progress import progress_for
from opamplan.cli.style import Style


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """How builds are shared, and what the executor can take."""
    group = parser.add_argument_group("planning")
    group.add_argument(
        "--strategy",
        choices=("graft", "prefix", "chain"),
        default="graft",
        help="graft: each distinct layer once; prefix: targets share prefixes of one order; "
        "chain: each target alone (default: graft)",
    )
    group.add_argument(
        "--limits",
        default="buildkit",
        metavar="NAME",
        help="buildkit, docker, bake, github or none (default: buildkit)",
    )
    group.add_argument(
        "--image", metavar="IMAGE", help="the base image (default: the environment's own)"
    )


def make_plan(args: argparse.Namespace, universe: Any) -> tuple[Any, list[Any]]:
    """The plan that the options describe, and the results it was made from."""
    from opamplan import base_image_of
    from opamplan import make_plan as make

    results = options.solve(args, universe)
    image = args.image or base_image_of(args.environment) or "debian:12"
    version = universe.environment.get("opam-version") or "2.3.0"
    plan = make(
        results,
        strategy=args.strategy,
        limits=args.limits,
        image=image,
        opam_version=version,
        progress=progress_for(args),
    )
    return plan, results


def print_summary(plan: Any, results: list[Any], out: TextIO = sys.stdout) -> None:
    """What a person wants to know of a plan."""
    style = Style(out)
    s = plan.summary
    unsolvable = sum(1 for r in results if r.status == "no_solution")
    unavailable = sum(1 for r in results if r.status == "unavailable")
    alone = s["unshared_installs"]
    print(style.strong(f"{s['targets']} targets, {s['install_steps']} build steps"), file=out)
    if unsolvable or unavailable:
        print(
            f"  left out: {unsolvable} without a solution, {unavailable} not available here",
            file=out,
        )
    if alone > s["installs"]:
        print(
            f"  built one by one they would install {alone} packages: "
            f"{alone / max(1, s['installs']):.1f} times the work",
            file=out,
        )
    print(f"  {s['package_versions']} package versions in {s['layers']} distinct layers", file=out)
    if s["variants"] > 1:
        print(f"  most variants: {s['most_variants']}, {s['variants']} layers", file=out)
    print(f"  deepest image: {s['max_depth']} steps; {s['grafts']} grafts", file=out)
    for index, batch in enumerate(plan.batches[:8]):
        print(
            f"  batch {index}: {batch['targets']} targets, {batch['steps']} steps"
            + (f", {batch['new_steps']} of them new" if index else ""),
            file=out,
        )
    if len(plan.batches) > 8:
        print(f"  ... {len(plan.batches)} batches in all", file=out)
