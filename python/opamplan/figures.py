"""Dicts of figures and facts, with the types of what is in them."""

from __future__ import annotations

from typing import TypedDict


class PlanSummary(TypedDict):
    """`Plan.summary`. A plural is how many there are."""

    strategy: str
    targets: int
    install_steps: int
    """Steps that install packages; for `chain` every target's own."""
    system_steps: int
    """Steps that run the system's package manager; of equal keys one."""
    installs: int
    """Packages installed over all steps."""
    unshared_installs: int
    """What building each target alone would install."""
    distinct_steps: int
    """Those of equal keys counted once."""
    layers: int
    post_groups: int
    """Layers of several packages."""
    left_out: int
    package_versions: int
    max_depth: int
    grafts: int
    batches: int
    largest_batch: int
    """Steps."""
    largest_cache_record: int
    """Bytes, of the batch with most."""
    builders: int
    """For how many the batches are shards; 0 for one, as the three that follow."""
    shards: int
    waves: int
    repeated_steps: int
    """What shards build again that others build too."""
    depexts: int
    """Distinct system packages."""
    most_variants: str
    """The package version with the most layers."""
    variants: int
    """How many it has."""


class PlanBase(TypedDict):
    """`Plan.base`: what every step stands on."""

    image: str
    opam_version: str
    environment: str
    """The text of `Plan.environment`."""
    with_test: bool
    with_doc: bool
