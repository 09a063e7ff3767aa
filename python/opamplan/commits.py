"""The commits of a git repository, planned one after the other.

    def universe(repository):
        return opamplan.Universe(repository, environment, ocaml="5.3.0")

    for planned in opamplan.plan_commits("opam-repository", "HEAD~20..HEAD", universe):
        print(planned.commit, planned.effect.added_layers)

The first is compared with its parent, which costs what planning a repository costs; each further
one what its change touches.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Union

from opamplan._core.plan import Series, SeriesChange
from opamplan._core.repository import Repository
from opamplan._core.solve import Universe
from opamplan.change import PackageChange, compare_repositories
from opamplan.errors import InvalidRequest, LoadError
from opamplan.fetched import git, shown
from opamplan.looks import Shown
from opamplan.sources import require, resolve


@dataclass(frozen=True)
class PlannedCommit(Shown):
    """A commit, what it changes, and what that makes new."""

    commit: str
    """The full id."""
    subject: str
    """The first line of its message."""
    changes: tuple[PackageChange, ...]
    """The versions in which it differs from its first parent."""
    effect: SeriesChange
    """What is other than in the first parent: layers, and what can be built."""
    seconds: float
    """Of this process's processors, all of them: reading, solving and making layers."""


def plan_commits(
    source: Union[str, os.PathLike[str]],
    commits: str,
    universe: Callable[[Repository], Universe],
    *,
    image: str = "",
    cache: Union[bool, str, os.PathLike[str], None] = True,
    threads: int = 0,
    progress: Any = None,
) -> Iterator[PlannedCommit]:
    """Plan the newest versions at each commit of a range, the oldest first.

    `source`: a git repository, or a URL of one. `commits`: `BASE..HEAD`, as git takes it; of
    merges the first parent is followed. `universe` makes the universe of the first; the others are
    planned in the same environment with the same options. The other arguments are those of
    `Repository.open` and `Series`. Raises InvalidRequest where there is no such range, and
    LoadError.
    """
    path, listed = _commits(source, commits)
    series = Series(image=image)
    repository = Repository()
    current = None
    options: dict[str, Any] = {"cache": cache, "threads": threads, "progress": progress}
    if listed[0].parent:
        repository = Repository.open(path, listed[0].parent, **options)
        current = universe(repository)
        series.add(current, progress=progress)
    for each in listed:
        begin = time.process_time()
        before = repository
        repository = Repository.open(path, each.id, previous=before, **options)
        current = current.with_repository(repository, progress) if current else universe(repository)
        effect = series.add(current, progress=progress)
        seconds = time.process_time() - begin
        changes = tuple(compare_repositories(before, repository))
        yield PlannedCommit(each.id, each.subject, changes, effect, seconds)


@dataclass(frozen=True)
class _Commit:
    id: str
    parent: str
    subject: str


def _commits(source: Union[str, os.PathLike[str]], commits: str) -> tuple[str, list[_Commit]]:
    """Where the repository is, and the commits of the range, the oldest first."""
    base, dots, head = commits.partition("..")
    if not dots or not base or not head or commits.startswith("-"):
        raise InvalidRequest(
            f"{commits}: name a range of commits, BASE..HEAD, such as HEAD~20..HEAD"
        )
    ((path, _),) = places = resolve(source, head)
    require(places)
    form = "--format=%H%x00%P%x00%s"
    try:
        told = git("log", "--first-parent", "--reverse", form, commits, "--", folder=path)
    except LoadError as error:
        raise LoadError(f"{shown(os.fspath(source))}: {error}") from None
    found = []
    for line in told.splitlines():
        commit, parents, subject = line.split("\0")
        found.append(_Commit(commit, parents.partition(" ")[0], subject))
    if not found:
        raise InvalidRequest(f"{commits}: no commit is in this range; the older one comes first")
    return path, found
