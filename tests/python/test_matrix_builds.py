"""A matrix on the real BuildKit: what its plans share is carried out once. Installs are stand-ins.

Skipped, with the reason, without BuildKit (scripts/buildkit), root or runc.
"""

from __future__ import annotations

import pathlib
from typing import Any

import buildkit
import pytest

import opamplan
from opamplan.runs import MatrixPart, MatrixRunner, RunOptions, State, matrix_verdict

TARGETS = ["logbook", "store", "graphics", "zarith-lite"]


@pytest.fixture(scope="module")
def busybox(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    buildkit.require_daemon()
    file = tmp_path_factory.mktemp("base") / "base.tar"
    buildkit.daemon_module().busybox_base(file)
    return pathlib.Path(file)


def part(
    plan: opamplan.Plan, folder: pathlib.Path, busybox: pathlib.Path, broken: str
) -> MatrixPart:
    folder.mkdir(parents=True)
    (folder / "base.tar").hardlink_to(busybox)
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    emit.install = f'if [ "$1" = {broken} ]; then echo out of luck; exit 3; fi\n' + emit.install
    return MatrixPart(plan, RunOptions(folder, emit))


@pytest.mark.parametrize("strategy", ["graft", "merge"])
def test_a_step_that_several_combinations_share_is_carried_out_once(
    strategy: str,
    daemon: Any,
    busybox: pathlib.Path,
    embedded: pathlib.Path,
    tmp_path: pathlib.Path,
) -> None:
    repository = opamplan.Repository.open([str(embedded)])
    several = opamplan.combinations(
        environment="debian-12", with_test=[False, True], prefer_oldest=[False, True]
    )
    matrix = opamplan.plan_matrix(repository, several, TARGETS, strategy=strategy)
    broken = "csexp.1.5.2"  # of two layers
    parts = {n: part(plan, tmp_path / n, busybox, broken) for n, plan in matrix.items()}
    state = State(tmp_path / "builds.sqlite")
    runs = MatrixRunner(parts, state, [daemon.builder()]).run()
    assert [run.status for run in runs] == ["finished"] * 4
    known: set[str] = set()
    shared = 0
    for run in runs:
        steps = matrix[run.combination].build_keys()
        assert len(set(steps)) == len(steps)
        executed = state.executed(run)
        again = [number for number in executed if steps[number] in known]
        assert again == [], run.combination
        assert {number for number, step in enumerate(steps) if step not in known} == executed
        shared += len(known.intersection(steps))
        known.update(steps)
    assert shared > 20
    # The last took all that it shares from the cache, failures included.
    [failure] = matrix_verdict(state, runs).everywhere
    assert failure.package == broken
    assert not matrix_verdict(state, runs).somewhere
