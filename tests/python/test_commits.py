"""Commits planned one after the other are what planning each from nothing gives."""

from __future__ import annotations

import json
import os
import pathlib
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable

import pytest

import opamplan

Run = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Clone:
    """A git repository that begins as a copy of another folder, one commit an edit."""

    def __init__(self, folder: pathlib.Path, begin: pathlib.Path) -> None:
        self.folder = folder
        shutil.copytree(begin, folder)
        self.git("init", "-q", "-b", "main")
        self.commit("begin")

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        command = ["git", *identity, *words]
        done = subprocess.run(command, check=True, cwd=self.folder, capture_output=True, text=True)
        return done.stdout

    def commit(self, subject: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)

    def file(self, package: str) -> pathlib.Path:
        return self.folder / "packages" / package.partition(".")[0] / package / "opam"

    def add(self, package: str, text: str) -> None:
        self.file(package).parent.mkdir(parents=True, exist_ok=True)
        self.file(package).write_text(f'opam-version: "2.0"\n{text}\n')

    def edit(self, package: str, old: str, new: str) -> None:
        text = self.file(package).read_text()
        assert old in text
        self.file(package).write_text(text.replace(old, new))

    def remove(self, package: str) -> None:
        shutil.rmtree(self.file(package).parent)


@pytest.fixture
def clone(tmp_path: pathlib.Path, embedded: pathlib.Path) -> Clone:
    return Clone(tmp_path / "clone", embedded)


def universe(repository: opamplan.Repository) -> opamplan.Universe:
    return opamplan.Universe(
        repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0", with_test=True
    )


def layers_of(repository: opamplan.Repository) -> tuple[Counter[str], set[str]]:
    """Names of the keys of all layers, and the targets, planned from nothing."""
    results = [r for r in universe(repository).solve_all() if r]
    plan = opamplan.make_plan(results)
    keys = {key: name for key, name, _ in plan.layers()}
    return Counter(f"{name} {key}" for key, name in keys.items()), set(plan.targets)


def planned(clone: Clone, commits: str = "main~1..main") -> list[opamplan.PlannedCommit]:
    return list(opamplan.plan_commits(clone.folder, commits, universe, cache=False))


def test_random_edits_give_what_planning_each_commit_from_nothing_gives(clone: Clone) -> None:
    chance = random.Random(20)
    packages = sorted(path.parent.name for path in clone.folder.glob("packages/*/*/opam"))
    edits = 24
    for number in range(edits):
        package = chance.choice([p for p in packages if clone.file(p).exists()])
        text = clone.file(package).read_text()
        kind = number % 4
        if kind == 0:
            other = chance.choice(packages).partition(".")[0]
            clone.file(package).write_text(text + f'depends: ["{other}"]\n')
        elif kind == 1:
            clone.remove(package)
        elif kind == 2:
            shutil.copytree(clone.file(package).parent, clone.file(f"{package}.{number}").parent)
        else:
            clone.file(package).write_text(text + f'build: ["make" "{number}"]\n')
        clone.commit(f"edit {number} of {package}")
    found = planned(clone, f"main~{edits}..main")
    assert [each.subject.split()[1] for each in found] == [str(n) for n in range(edits)]
    before, targets_before = layers_of(opamplan.Repository.open(clone.folder, f"main~{edits}"))
    for each in found:
        after, targets = layers_of(opamplan.Repository.open(clone.folder, each.commit, cache=False))
        effect = each.effect
        assert effect.layer_count == len(after)
        added, dropped = after - before, before - after
        assert Counter(effect.added_layers) == Counter(name.split()[0] for name in added)
        assert Counter(effect.dropped_layers) == Counter(name.split()[0] for name in dropped)
        names, names_before = (
            {target.partition(".")[0] for target in some} for some in (targets, targets_before)
        )
        assert {t.partition(".")[0] for t in effect.lost} == names_before - names
        assert {t.partition(".")[0] for t in effect.gained} == names - names_before
        before, targets_before = after, targets
    assert any(each.effect.added_layers for each in found)
    assert sum(each.effect.solved_count for each in found) < sum(
        each.effect.target_count for each in found
    )


def test_a_commit_says_what_it_touches_and_only_that_is_solved(clone: Clone) -> None:
    clone.add("leaf.1", 'depends: ["dune"]')
    clone.commit("Add leaf")
    (leaf,) = planned(clone)
    assert [(c.package, c.kind) for c in leaf.changes] == [("leaf.1", "added")]
    assert (leaf.subject, leaf.effect.solved_count) == ("Add leaf", 1)
    assert leaf.effect.added_layers == leaf.effect.gained == leaf.effect.rebuilt_targets
    assert leaf.effect.gained == ["leaf.1"]
    assert leaf.seconds > 0


def test_results_of_a_series_are_planned_as_any_others(clone: Clone) -> None:
    series = opamplan.Series()
    assert series.universe is None
    assert series.results == []
    first = opamplan.Repository.open(clone.folder, "main")
    series.add(universe(first))
    clone.edit("dune.3.19.0", "opam-version", "x-y: 1\nopam-version")
    clone.add("dune.4", "")
    clone.commit("Edit dune")
    second = opamplan.Repository.open(clone.folder, "main", previous=first)
    series.add(universe(second))
    whole = universe(second)
    assert [str(r) for r in series.results] == [str(r) for r in whole.solve_all(whole.latest())]
    assert opamplan.make_plan(series.results) == opamplan.make_plan(whole.solve_all())


def test_a_series_is_of_one_environment_and_of_one_set_of_options(
    clone: Clone, tmp_path: pathlib.Path
) -> None:
    repository = opamplan.Repository.open(clone.folder, "main")
    series = opamplan.Series()
    series.add(universe(repository))
    debian = opamplan.Environment.preset("debian-13")
    for other in (
        opamplan.Universe(repository, debian, ocaml="5.3.0"),
        opamplan.Universe(repository, debian, ocaml="5.3.0", with_test=True, require=["dune"]),
    ):
        with pytest.raises(opamplan.InvalidRequest, match="options"):
            series.add(other)
    (tmp_path / "pinned.opam").write_text('opam-version: "2.0"\n')
    pinned = opamplan.Repository.open(clone.folder, pins=[tmp_path])
    with pytest.raises(opamplan.InvalidRequest, match="without pins"):
        series.add(universe(pinned))


def test_a_first_commit_is_compared_with_nothing_and_merges_with_their_first_parent(
    clone: Clone,
) -> None:
    clone.git("checkout", "-q", "-b", "side")
    clone.add("leaf.1", "")
    clone.commit("On the side")
    clone.git("checkout", "-q", "main")
    clone.commit("Nothing")
    clone.git("merge", "-q", "--no-ff", "-m", "Merge the side", "side")
    found = planned(clone, "main~1..main")
    assert [each.subject for each in found] == ["Merge the side"]
    assert [change.package for change in found[0].changes] == ["leaf.1"]
    clone.git("checkout", "-q", "--orphan", "fresh")
    clone.commit("Begin anew")
    (first,) = planned(clone, "main..fresh")
    assert len(first.effect.gained) == len(first.effect.rebuilt_targets) > 50


def test_the_command_tells_each_commit_and_ends_by_what_is_lost(
    clone: Clone, opamplan_command: Run
) -> None:
    clone.edit("topkg.1.0.8", "opam-version", "available: false\nopam-version")
    clone.commit("Take topkg away")
    clone.edit("topkg.1.0.8", "available: false", "")
    clone.commit("Bring it back")

    def tell(commits: str, *words: str) -> subprocess.CompletedProcess[str]:
        return opamplan_command("commits", "--repository", str(clone.folder), commits, "-q", *words)

    done = tell("main~2..main")
    assert done.returncode == 0
    assert "Take topkg away\n  changed: topkg.1.0.8\n  can no longer be built: " in done.stdout
    assert "  can be built now: " in done.stdout
    done = tell("main~2..main~1", "--json")
    assert done.returncode == 1
    (row,) = json.loads(done.stdout)
    assert row["changes"] == [{"package": "topkg.1.0.8", "kind": "changed"}]
    assert "topkg.1.0.8" in row["lost"]
    assert row["seconds"] > 0
    assert len(row["dropped_layers"]) > len(row["added_layers"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["main"], "name a range of commits, BASE..HEAD"),
        (["main..main"], "no commit is in this range; the older one comes first"),
        (["nowhere..main"], "bad revision 'nowhere..main'"),
        (["main~1..main", "--rev", "main"], "without --pin and --rev"),
    ],
)
def test_what_is_no_range_of_commits_is_said(
    clone: Clone, opamplan_command: Run, words: list[str], said: str
) -> None:
    done = opamplan_command("commits", "--repository", str(clone.folder), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert os.linesep * 2 not in done.stderr
