"""Version order, compared with opam itself: the opam that Debian packages, on one large package."""

from __future__ import annotations

import pathlib
import random
from collections.abc import Callable

import opamplan


def odd_versions(count: int) -> set[str]:
    """Versions of few characters in many mixtures: zeros, tildes, empty numbers, signs."""
    rng = random.Random(97014)
    pieces = ["0", "00", "1", "01", "9", "10", "~", "~~", ".", "-", "+", "_", "a", "A", "rc", "z"]
    made: set[str] = set()
    while len(made) < count:
        # A folder's name may not begin with a dot here, nor a version with what is no digit.
        made.add(rng.choice("019v") + "".join(rng.choices(pieces, k=rng.randrange(6))))
    return made


def order_by_opam(
    versions: set[str], folder: pathlib.Path, opam: Callable[[str], str]
) -> list[str]:
    """The versions as `opam list` sorts them; of equal ones it keeps one."""
    for version in versions:
        of_one = folder / "repository/packages/v" / f"v.{version}"
        of_one.mkdir(parents=True)
        (of_one / "opam").write_text('opam-version: "2.0"\n')
    (folder / "repository/repo").write_text('opam-version: "2.0"\n')
    opam(f"init --bare --no-setup --disable-sandboxing --kind=local default {folder}/repository")
    opam("switch create empty --empty")
    return opam("list --all --all-versions --short --columns=version v").split()


def test_versions_are_in_the_order_of_debians_opam(
    real_repository: opamplan.Repository,
    tmp_path: pathlib.Path,
    debian_opam: Callable[[str], str],
) -> None:
    versions = {str(package.version) for package in real_repository} | odd_versions(4000)
    theirs = order_by_opam(versions, tmp_path, debian_opam)
    rank = {version: index for index, version in enumerate(theirs)}
    # What opam left out is equal to what it kept.
    kept = {opamplan.Version(version): version for version in theirs}
    assert len(kept) == len(theirs)
    for version in versions - rank.keys():
        rank[version] = rank[kept[opamplan.Version(version)]]
    # Each pair by itself: nothing rests on our order being transitive.
    rng = random.Random(2018)
    ours = list(rank)
    pairs = [(a, b) for a, b in zip(theirs, theirs[1:])]
    pairs += [(rng.choice(ours), rng.choice(ours)) for _ in range(100_000)]
    for a, b in pairs:
        wanted = (rank[a] > rank[b]) - (rank[a] < rank[b])
        found = opamplan.compare_versions(a, b)
        assert (found > 0) - (found < 0) == wanted, (a, b)
    print(f"{len(versions)} versions, {len(pairs)} pairs")
