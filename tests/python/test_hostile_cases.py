"""The repositories of shared/cases/hostile, on a real BuildKit, as Dockerfile and as LLB.

Their siblings, more of each kind, are in test_hostile_builds.py.
"""

from __future__ import annotations

import html
import pathlib
import re
import shutil
from dataclasses import dataclass, field
from typing import Any

import buildkit
import pytest

from opamplan.runs import Buildctl, Runner, RunOptions, State
from opamplan.runs.report import html_report, report_data


@dataclass(frozen=True)
class Case:
    """What is right of a folder: statuses, by name; where two are, either."""

    statuses: dict[str, str]
    others: str = "success"
    left_out: set[str] = field(default_factory=set)


EITHER = "success failure"
"""As root it does what it wants to, and its log is not readable; another user may not."""
CASES = {
    "log-is-a-link": Case({"evil": EITHER, "after": "success dependency_failed"}),
    "log-is-a-fifo": Case({"evil": EITHER, "after": "success dependency_failed"}),
    "size-too-large": Case({"evil": EITHER, "after": "success dependency_failed"}),
    "forged-result": Case({"victim": "failure", "aevil": EITHER}),
    "shell-removed": Case({"wreck": "failure", "user": "dependency_failed"}),
    "flaky": Case({"flaky": "failure", "user": "dependency_failed"}),
    "graft-names": Case({}),
    "bad-words": Case({}, left_out={"dep.1", "dep2.1"}),
}


GRAFTED = (
    *("plain", "sp ace", "-dash", "dollar$x", "semi;x", "paren(x)", "brace{x}", "é", "apos'x"),
    *("star*", "hash#x", "D", "..dots"),
)
MARK = "f=/opamplan/opam/download-cache/osc-marker; if [ -e $f ]; then exit 0; fi; touch $f; exit 1"


def test_every_folder_has_its_case(shared: pathlib.Path) -> None:
    folders = {path.name for path in (shared / "cases/hostile").iterdir() if path.is_dir()}
    assert folders == set(CASES)


def adapted(folder: pathlib.Path, copy: pathlib.Path) -> pathlib.Path:
    """Where the folders name a place of an older version, today's.

    Results lie by package and layer; a step has no downloads of others, in which `flaky` left a
    mark: it knows its tries by the number in its command.
    """
    shutil.copytree(folder, copy)
    for file in copy.rglob("opam"):
        text = file.read_text("utf-8", "surrogateescape")
        text = re.sub(r"(/opamplan/results/([a-z]+)\.1)\b(?!/[0-9a-f]{16})", r"\1/KEY_OF_\2", text)
        text = text.replace(MARK, "grep -q -- -r /proc/1/cmdline")
        file.write_text(text, "utf-8", "surrogateescape")
    # A key goes by the opam file, so only the keys of others can be put into one.
    keys = {package[:-2]: key for key, package, _ in buildkit.plan_of(copy).layers()}
    for file in copy.rglob("opam"):
        own = file.parent.name[:-2]
        text = file.read_text("utf-8", "surrogateescape")
        for name, key in keys.items():
            place = "$(ls /opamplan/results/$package)" if name == own else key
            text = text.replace(f"KEY_OF_{name}", place)
        text = re.sub(r"KEY_OF_[a-z]+", "0" * 16, text)
        file.write_text(text, "utf-8", "surrogateescape")
    return copy


def check(case: Case, statuses: dict[str, str]) -> None:
    wrong = {
        package: status
        for package, status in statuses.items()
        if status not in case.statuses.get(package.rpartition(".")[0], case.others).split()
    }
    assert wrong == {}
    assert len(statuses) > 1


@pytest.mark.parametrize("user", ["root", "opam"])
@pytest.mark.parametrize("name", CASES)
def test_a_folder_gives_what_is_right(
    name: str,
    user: str,
    shared: pathlib.Path,
    daemon: Any,
    base: pathlib.Path,
    tmp_path: pathlib.Path,
) -> None:
    case = CASES[name]
    plan = buildkit.plan_of(adapted(shared / "cases/hostile" / name, tmp_path / "repository"))
    assert set(plan.left_out) == case.left_out
    out = tmp_path / "out"
    with State(out / "builds.sqlite") as state:
        how = RunOptions(out, buildkit.scripted(base, out, user), batch_time_limit=200)
        builder = Buildctl(daemon.address, daemon.buildctl)
        run = Runner(plan, state, [builder], how).run()
        assert run.status == "finished", state.batches(run)
        check(case, {row["target"]: row["status"] for row in state.targets(run)})
        page = html_report(report_data(state, run))
        logs = {row["package"]: row["log"] for row in state.layers(run, logs=True)}
        sizes = {row["package"]: row["size"] for row in state.layers(run)}
    everything = page + "".join(logs.values())
    host = pathlib.Path("/etc/passwd").read_text().splitlines()[1]
    assert host not in everything
    assert html.escape(host) not in everything
    assert "\x1b" not in page
    assert "<img src=x" not in page
    assert all(size is None or size < 2**53 for size in sizes.values())
    if name == "graft-names":
        for part in GRAFTED:
            assert f"/lib/aa/{part}\n" in logs["tt.1"]


@pytest.mark.parametrize("strategy", ["graft", "merge"])
@pytest.mark.parametrize("name", CASES)
def test_a_folder_gives_the_same_by_llb(
    name: str,
    strategy: str,
    shared: pathlib.Path,
    daemon: Any,
    base: pathlib.Path,
    tmp_path: pathlib.Path,
) -> None:
    folder = adapted(shared / "cases/hostile" / name, tmp_path / "repository")
    plan = buildkit.plan_of(folder, strategy)
    out = tmp_path / "out"
    emit = buildkit.scripted(base, out, "opam")
    check(CASES[name], buildkit.build_llb(daemon, plan, out, emit))
