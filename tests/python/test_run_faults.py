"""What machines and people do to a run: builders, signals, state files, exit statuses, numbers.

Builders are scripts here; benchmarks/real/faults.py does the same to a real BuildKit.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Run, tar_of

import opamplan
from opamplan.files import Lock
from opamplan.runs import Buildctl, Runner, RunOptions, State, builders, report
from opamplan.runs.selection import find_run

ONE, TWO = "unix:///one", "unix:///two"


@pytest.fixture(scope="module")
def plan(embedded: pathlib.Path) -> opamplan.Plan:
    universe = opamplan.Universe(
        opamplan.Repository.open([str(embedded)]),
        opamplan.Environment.preset("debian-12"),
        ocaml="5.3.0",
    )
    limits = opamplan.Limits("none", batch_targets=12)
    return opamplan.make_plan(universe.solve_all(), limits=limits)


def carry_out(
    plan: opamplan.Plan, folder: pathlib.Path, program: str, *addresses: str, **options: Any
) -> tuple[State, Any, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    state = State(folder / "builds.sqlite")
    options.setdefault("patience", 0)
    runner = Runner(
        plan,
        state,
        [Buildctl(address, program) for address in addresses or (ONE,)],
        RunOptions(folder, **options),
        on_progress=lambda kind, fields, progress: events.append(
            {"event": kind, **fields, "done": progress.done, "failed": progress.failed}
        ),
    )
    return state, runner.run(), events


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


# Builders.


@pytest.mark.parametrize("how", ["absent", "silent"])
def test_one_that_is_not_there_costs_no_batch(
    how: str,
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A machine with much to do starts a script slowly.
    monkeypatch.setattr(builders, "ANSWER_SECONDS", 5)
    state, run, events = carry_out(plan, tmp_path, fake(**{how: [ONE]}), ONE, TWO, attempts=1)
    assert run.status == "finished"
    assert {b["builder"] for b in state.batches(run)} == {TWO}
    assert {b["attempt"] for b in state.batches(run)} == {1}
    away = of(events, "builder")[0]
    assert (away["builder"], away["status"]) == (ONE, "away")
    assert away["error"] == ("error: no such socket" if how == "absent" else "no answer in 5 s")


def test_without_any_the_run_ends_and_says_why(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state, run, events = carry_out(plan, tmp_path, fake(absent=[ONE, TWO]), ONE, TWO)
    assert run.status == "incomplete"
    assert state.batches(run) == []
    assert {event["builder"] for event in of(events, "builder")} == {ONE, TWO}


def test_one_that_stops_in_a_batch_loses_it_to_another(
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(builders, "ANSWER_SECONDS", 5)
    program = fake(stops=[ONE])
    state, run, events = carry_out(plan, tmp_path, program, ONE, TWO, attempts=1, patience=6)
    assert run.status == "finished"
    assert {b["builder"] for b in state.batches(run)} == {TWO}
    ends = [event for event in of(events, "batch_end") if event["status"] == "error"]
    assert len(ends) == 1
    assert "no longer answers: no answer in" in ends[0]["error"]


def test_one_that_comes_back_is_used_again(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    seen: list[object] = []

    def on_progress(kind: str, fields: dict[str, object], _: object) -> None:
        if kind == "builder":
            seen.append(fields["status"])
            fake()  # which makes it come back

    builder = Buildctl(ONE, fake(absent=[ONE]))
    state = State(tmp_path / "builds.sqlite")
    run = Runner(plan, state, [builder], RunOptions(tmp_path), on_progress=on_progress).run()
    assert (run.status, seen) == ("finished", ["away", "back"])


# Signals.


@contextlib.contextmanager
def building(
    plan: opamplan.Plan, tmp_path: pathlib.Path, program: str, *arguments: str
) -> Iterator[subprocess.Popen[str]]:
    """`opamplan build --json`, in its first batch."""
    plan.save(tmp_path / "plan.json")
    command = [sys.executable, "-m", "opamplan", "build", "--json", "--program", program]
    command += ["--plan", str(tmp_path / "plan.json"), "-o", str(tmp_path / "out"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "step":
                break
        try:
            yield process
        finally:
            process.kill()


def clients(tmp_path: pathlib.Path) -> list[int]:
    """The processes of the builder's client that still live."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_text().split("\0")
                if str(tmp_path / "fake/buildctl") in words[:2]:
                    found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts_a_run(
    number: signal.Signals, plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    with building(plan, tmp_path, fake(hang=3600)) as process:
        process.send_signal(number)
        assert process.wait(60) == 130
    with State(tmp_path / "out/builds.sqlite") as state:
        assert [run.status for run in state.runs()] == ["interrupted"]
    assert clients(tmp_path) == []


def test_a_second_one_ends_it_at_once(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    with building(plan, tmp_path, fake(hang=3600, deaf=True)) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert time.monotonic() - begin < builders.GRACE_SECONDS / 2
    with State(tmp_path / "out/builds.sqlite") as state:
        assert [run.status for run in state.runs()] == ["interrupted"]


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_killed_run_takes_its_client_along_and_the_next_goes_on_with_it(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    with building(plan, tmp_path, fake(hang=3600)) as process:
        assert clients(tmp_path)
        process.kill()
        process.wait(60)
        wait_until(lambda: clients(tmp_path) == [])
    out = tmp_path / "out"
    assert list((out / "results").glob(".opamplan-*"))
    with State(out / "builds.sqlite", read_only=True) as state:
        assert [run.status for run in state.runs()] == ["interrupted"]
    state, run, _ = carry_out(plan, out, fake())
    assert (run.id, run.status) == (1, "finished")
    assert len(state.runs()) == 1
    assert not list((out / "results").glob(".opamplan-*"))


def test_a_reader_that_leaves_interrupts_a_run(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    plan.save(tmp_path / "plan.json")
    command = (
        f"{sys.executable} -m opamplan build --json --program {fake()} "
        f"--plan {tmp_path}/plan.json -o {tmp_path}/out | head -n 1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], check=False, capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stderr) == (141, "")
    with State(tmp_path / "out/builds.sqlite") as state:
        assert [run.status for run in state.runs()] == ["interrupted"]


# Two at once.


def test_the_second_run_in_a_folder_is_refused_with_the_firsts_process(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    with building(plan, tmp_path, fake(hang=3600)) as process:
        plan_file = str(tmp_path / "plan.json")
        common = ["build", "--plan", plan_file, "--program", fake()]
        for more in (
            ["-o", str(tmp_path / "out")],
            ["-o", str(tmp_path / "other"), "--state", str(tmp_path / "out/builds.sqlite")],
        ):
            second = opamplan_command(*common, *more)
            assert second.returncode == 2
            assert f"another run, of process {process.pid}, is writing there" in second.stderr
        _, run = find_run(str(tmp_path / "out/builds.sqlite"))
        assert run.status == "running"


def test_nothing_is_emitted_where_a_run_is_going_on(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    out = tmp_path / "out"
    base = tmp_path / "base.tar"
    base.write_bytes(tar_of(etc=b""))
    with building(plan, tmp_path, fake(hang=3600)) as process:
        before = (out / "batch0.Dockerfile").read_bytes()
        for words in (["emit"], ["build", "--program", fake(), "--base-archive", str(base)]):
            done = opamplan_command(*words, "dune", "-o", str(out))
            assert done.returncode == 2
            assert f"another run, of process {process.pid}, is writing there" in done.stderr
        assert (out / "batch0.Dockerfile").read_bytes() == before
        assert not (out / "base-archive").exists()
    assert opamplan_command("emit", "dune", "-o", str(out)).returncode == 0
    assert not list(out.glob(".opamplan-lock"))


def test_a_lock_is_one_process_at_a_time(tmp_path: pathlib.Path) -> None:
    first = Lock(tmp_path / "lock", "here")
    with pytest.raises(
        opamplan.InvalidRequest, match=f"here: another run, of process {os.getpid()}"
    ):
        Lock(tmp_path / "lock", "here")
    first.release()
    Lock(tmp_path / "lock", "here").release()


def test_who_has_a_lock_is_told_if_it_says_so_a_moment_later(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock"
    first = Lock(lock, "here")
    lock.write_text("")
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            lock.write_text("4711\n")

    monkeypatch.setattr(opamplan.files.time, "sleep", nap)
    with pytest.raises(opamplan.InvalidRequest, match="another run, of process 4711, is writing"):
        Lock(lock, "here")
    lock.write_text("")  # as on a full disk
    with pytest.raises(opamplan.InvalidRequest, match="here: another run is writing there; wait"):
        Lock(lock, "here")
    first.release()


# What a state belongs to.


def test_stand_ins_count_for_nothing_in_a_real_run(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    stand_in = opamplan.EmitOptions.stand_in()
    program = fake(end_badly=1)
    state, first, _ = carry_out(plan, tmp_path, program, emit=stand_in, attempts=1)
    assert first.status == "incomplete"
    state, second, _ = carry_out(plan, tmp_path, fake())
    assert second.id != first.id
    assert len(state.batches(second)) == len(plan.batches)
    # The same again is gone on with; where caches are is no difference.
    cached = opamplan.EmitOptions.stand_in()
    cached.cache_from = ["type=local,src=x"]
    state, third, _ = carry_out(plan, tmp_path, fake(), emit=cached)
    assert (third.id, third.status) == (first.id, "finished")
    assert first.options == third.options != second.options


def test_another_base_archive_is_another_run(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    emit = opamplan.EmitOptions()
    emit.base_archive = "base.tar"
    (tmp_path / "base.tar").write_bytes(b"one")
    _, first, _ = carry_out(plan, tmp_path, fake(), emit=emit)
    (tmp_path / "base.tar").write_bytes(b"two, longer")
    _, second, _ = carry_out(plan, tmp_path, fake(), emit=emit)
    assert first.options != second.options
    assert second.base == "base.tar"


def test_a_report_says_what_the_steps_stood_on(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state, run, _ = carry_out(plan, tmp_path, fake())
    assert report.report_data(state, run)["run"]["image"] == plan.base["image"]
    emit = opamplan.EmitOptions(base_image="mine:1")
    state, run, _ = carry_out(plan, tmp_path, fake(), emit=emit)
    assert report.report_data(state, run)["run"]["image"] == "mine:1"
    found = [(state, run), (state, run)]
    assert report.matrix_data(found)["runs"][0]["image"] == "mine:1"


# Steps that end a build.


DEATHS = {
    "killed": ({"code": 137}, "its step was killed (exit code: 137)"),
    "unusable": (
        {"code": 1, "said": 'runc run failed: exec: "/bin/sh": no such file\n'},
        "its image is unusable: {parent} broke it (/bin/sh: no such file)",
    ),
    "missing": (
        {},
        "its step left nothing behind (no /opamplan/results/{name}/{layer}), "
        "in the image of {parent}",
    ),
}


@pytest.mark.parametrize("kind", DEATHS)
def test_a_step_that_ends_the_build_costs_itself_and_what_stands_on_it(
    kind: str, plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    how, words = DEATHS[kind]
    victim = next(
        step
        for step in plan
        if step.parent is not None
        and len(step.installs) == len(plan[step.parent].installs) == 1
        and any(other.parent == step.index for other in plan)
    )
    assert victim.parent is not None
    name, parent = victim.installs[-1], plan[victim.parent].installs[-1]
    layer = victim.layers[-1][:16]
    if kind == "missing":
        program = fake(missing=[layer])
    else:
        program = fake(dies={layer: (how.get("said", ""), how["code"])})
    state, run, events = carry_out(plan, tmp_path, program, attempts=2)
    assert run.status == "finished"
    lost = {
        step.index
        for step in plan
        if step.index == victim.index or (kind == "unusable" and step.parent == victim.parent)
    }
    assert {event["step"] for event in of(events, "lost")} == lost
    out = set(lost)
    for step in plan:
        if step.parent in out or not out.isdisjoint(step.grafts):
            out.add(step.index)
    rows = {row["layer"]: row for row in state.layers(run, logs=True)}
    assert len(rows) == len(plan.layers())
    for step in plan:
        if not step.layers:
            continue
        row = rows[step.layers[-1][:16]]
        expected = (
            "failure"
            if step.index in lost
            else "dependency_failed"
            if step.index in out
            else "success"
        )
        assert row["status"] == expected, step
    told = "opamplan: " + words.format(parent=parent, name=name, layer=layer) + "\n"
    assert rows[layer]["log"] == told
    assert name in {event["installs"] for event in of(events, "failure")}
    assert of(events, "run_end")[0]["done"] == len(plan)
    # It is no attempt of the batch.
    assert {b["attempt"] for b in state.batches(run)} == {1}
    assert not list(tmp_path.glob(".opamplan-batch*"))


def test_a_system_step_whose_image_is_unusable_costs_what_stands_on_it_and_is_named(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    system = next(step for step in plan if not step.installs)
    on_it = [step for step in plan if step.parent == system.index]
    how, _ = DEATHS["unusable"]
    program = fake(dies={on_it[0].layers[-1][:16]: (how["said"], how["code"])})
    state, run, events = carry_out(plan, tmp_path, program, attempts=2)
    assert run.status == "finished"
    assert {event["step"] for event in of(events, "lost")} == {step.index for step in on_it}
    log = state.log(run, on_it[0].layers[-1])
    assert f"system packages {' '.join(system.depexts)} broke it" in log


def test_a_step_that_is_killed_once_is_built_at_the_second_attempt(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = plan.targets[-1]
    program = fake(dies={plan[plan.target_steps[-1]].layers[-1][:16]: ("", 137)})
    calls: list[str] = []

    class Mended(Buildctl):
        def run(self, *arguments: Any, **options: Any) -> Any:
            outcome = super().run(*arguments, **options)
            calls.append(outcome.error)
            if outcome.error:
                fake()
            return outcome

    state = State(tmp_path / "builds.sqlite")
    run = Runner(plan, state, [Mended(ONE, program)], RunOptions(tmp_path)).run()
    assert sum(bool(error) for error in calls) == 1
    assert status_of(state, run, name) == "success"


def test_what_a_builder_has_lost_is_built_again_under_another_number(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    layer = next(step for step in plan if step.installs).layers[0][:16]
    program = fake(broken={layer: 0})
    state, run, events = carry_out(plan, tmp_path, program, attempts=1)
    assert run.status == "finished"
    assert {b["attempt"] for b in state.batches(run)} == {1}
    package = {key: name for key, name, _ in plan.layers()}[layer]
    # All batches that have it are given the same number, and none meets it twice.
    assert [event["installs"] for event in of(events, "mended")] == [[package]]
    assert state.retries() == {layer: 1}
    assert not of(events, "lost")
    assert not list(tmp_path.glob(".opamplan-batch*"))


def test_a_builder_that_loses_it_again_ends_the_batch_badly(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    layer = next(step for step in plan if step.installs).layers[0][:16]
    state, run, events = carry_out(plan, tmp_path, fake(broken={layer: 1}), attempts=2)
    assert run.status == "incomplete"
    assert len(of(events, "mended")) == 1
    badly = [b for b in state.batches(run) if b["status"] == "error"]
    assert badly and {b["attempt"] for b in badly} == {2}


def test_what_a_builder_said_before_it_went_away_is_no_ones_failure(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    program = fake(dies={step.layers[0][:16]: ("", 137) for step in plan if step.layers})
    state = State(tmp_path / "builds.sqlite")

    class Dying(Buildctl):
        """Ends, with its steps, while it has a batch."""

        def ask(self, seconds: float = 0.0) -> str:
            return "gone" if self.had else ""

        had = False

        def run(self, *arguments: Any, **options: Any) -> Any:
            self.had = True
            return super().run(*arguments, **options)

    run = Runner(
        plan, state, [Dying(ONE, program)], RunOptions(tmp_path, attempts=1, patience=0.1)
    ).run()
    assert run.status == "incomplete"
    assert {row["status"] for row in state.targets(run)} == {"not_built"}


def test_a_batch_of_which_nothing_is_left_is_done(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    first = [step.layers[0][:16] for step in plan if step.parent is None]
    program = fake(dies=dict.fromkeys(first, ("", 137)))
    state, run, events = carry_out(plan, tmp_path, program, attempts=1)
    assert run.status == "finished"
    assert {row["status"] for row in state.targets(run)} == {"failure", "dependency_failed"}
    assert of(events, "run_end")[0]["done"] == len(plan)


# Retries.


def target(plan: opamplan.Plan) -> str:
    """One that needs others, so that it is no one's base."""
    return plan.targets[-1]


def status_of(state: State, run: Any, name: str) -> str:
    return next(str(row["status"]) for row in state.targets(run) if row["target"] == name)


def test_a_good_retry_is_remembered_by_every_later_run(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name, always = plan.targets[-1], plan.targets[0]
    # As BuildKit's cache has it: with its first number it failed once and for all.
    program = fake((always,), fails_at={name: [0]})
    seen = []
    for retry in (False, True, False, True, True, False):
        state, run, _ = carry_out(plan, tmp_path, program, retry_failed=retry)
        seen.append(status_of(state, run, name))
    assert seen == ["failure"] + ["success"] * 5
    # One that fails each time gets a new number each time.
    layers = {row["package"]: row["layer"] for row in state.layers(run)}
    assert state.retries() == {layers[name]: 1, layers[always]: 3}


def test_a_download_that_failed_is_tried_again_by_itself(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = plan.targets[-1]
    state, run, events = carry_out(plan, tmp_path, fake(unfetched=[name]))
    assert status_of(state, run, name) == "download_failed"
    assert [event["installs"] for event in of(events, "failure")] == [name]
    state, again, _ = carry_out(plan, tmp_path, fake())
    assert status_of(state, again, name) == "success"
    assert set(state.retries().values()) == {1}
    text = "".join(p.read_text() for p in tmp_path.glob("batch*.Dockerfile"))
    assert " -r 1 " in text


def test_a_resumed_run_builds_what_could_not_be_fetched_again(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = plan.targets[-1]
    state, run, _ = carry_out(plan, tmp_path, fake(unfetched=[name]))
    state.end_run(run, "interrupted")
    state, again, events = carry_out(plan, tmp_path, fake())
    assert again.id == run.id
    assert status_of(state, again, name) == "success"
    assert 0 < len(of(events, "batch")) < len(plan.batches)


def test_counts_of_a_resumed_and_of_a_retried_run_are_right(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = plan.targets[-1]
    state, run, _ = carry_out(plan, tmp_path, fake((name,), end_badly=1), attempts=1)
    assert run.status == "incomplete"
    # The steps before the builder ended were carried out in this run; now its cache has them.
    before = state.executed(run)
    assert before
    state, run, events = carry_out(plan, tmp_path, fake((name,), cached=True), attempts=1)
    assert run.status == "finished"
    assert of(events, "run_end")[0]["done"] == len(plan)
    executed = sum(batch["executed"] for batch in state.batches(run))
    assert executed >= len(before)
    assert state.executed(run) == before
    built = {row["layer"] for row in state.layers(run) if not row["cached"]}
    assert built == {key[:16] for step in before for key in plan[step].layers}
    state, run, events = carry_out(plan, tmp_path, fake(), retry_failed=True)
    assert of(events, "run_end")[0]["done"] == len(plan)
    assert of(events, "run_end")[0]["failed"] == 0


# The exit status.


@pytest.mark.parametrize(
    ("targets", "how", "status"),
    [
        (["dune"], {}, 0),
        (["webmail"], {}, 1),  # has no solution
        (["ocaml-system"], {}, 1),  # is not available
        (["dune", "webmail"], {}, 1),
        (["dune"], {"fail": "dune"}, 1),
        (["dune"], {"unfetched": "dune"}, 1),
        (["dune"], {"absent": [""]}, 1),
    ],
)
def test_0_says_that_every_target_asked_for_is_built(
    targets: list[str],
    how: dict[str, Any],
    status: int,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    version = opamplan_command("order", "dune").stdout.split('"')[-2]
    how = {k: [version] if v == "dune" else v for k, v in how.items()}
    if "absent" in how:
        how["absent"] = ["unix:///gone"]
        targets = [*targets, "--builder", "unix:///gone"]
    else:
        targets = [*targets, "--builder", ONE]
    done = opamplan_command(
        "build", *targets, "--program", fake(**how), "-o", str(tmp_path / "out")
    )
    assert done.returncode == status, done.stderr + done.stdout


def test_an_accepted_failure_is_a_status_of_its_own_and_no_bad_news(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    name = plan.targets[-1]
    tree = json.loads(plan.to_json())
    for package in tree["packages"]:
        if f"{package['name']}.{package['version']}" == name:
            package["accepts_failure"] = True
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(tree))
    out = tmp_path / "out"
    done = opamplan_command(
        "build", "--plan", str(file), "--program", fake((name,)), "-o", str(out)
    )
    assert done.returncode == 0, done.stderr
    state, run = find_run(str(out / "builds.sqlite"))
    assert status_of(state, run, name) == "accepted_failure"


@pytest.mark.parametrize(
    ("accepts", "failed", "status"),
    [
        ("second", "second", "accepted_failure"),
        ("second", "first", "failure"),
        ("second", "first second", "failure"),
        ("first", "second", "failure"),
        ("first second", "first second", "accepted_failure"),
        # Who it was is not said: then all must.
        ("first", "", "failure"),
        ("all", "", "accepted_failure"),
    ],
)
def test_of_a_post_group_the_package_counts_that_failed(
    accepts: str,
    failed: str,
    status: str,
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
) -> None:
    group = next(step.installs for step in plan if len(step.installs) > 2)
    names = dict(zip(("first", "second"), group))
    accepting = set(group) if accepts == "all" else {names[word] for word in accepts.split()}
    tree = json.loads(plan.to_json())
    for package in tree["packages"]:
        package["accepts_failure"] = f"{package['name']}.{package['version']}" in accepting
    changed = opamplan.Plan.from_json(json.dumps(tree))
    log = "".join(f"#=== ERROR while compiling {names[word]} ==#\n" for word in failed.split())
    package = next(package for _, package, _ in plan.layers() if package in group)
    state, run, _ = carry_out(changed, tmp_path, fake((package,), logs={package: log}))
    rows = {row["package"]: row["status"] for row in state.layers(run)}
    assert rows[package] == status


# The state file.


def test_a_locked_file_is_said_to_be_locked(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "builds.sqlite"
    State(file).close()
    monkeypatch.setattr("opamplan.runs.database.LOCK_SECONDS", 0.2)
    other = sqlite3.connect(file)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(opamplan.StateError, match="another process has it locked"):
        State(file)
    other.rollback()
    State(file).close()
    other.close()


def test_a_damaged_file_is_said_to_be_damaged(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state, run, _ = carry_out(plan, tmp_path, fake())
    state.close()
    content = bytearray(state.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    state.path.write_bytes(content)
    with pytest.raises(opamplan.StateError, match="damaged; `sqlite3 FILE"):
        found, run = find_run(str(state.path))
        found.layers(run)


def test_a_database_of_another_program_is_none_and_stays_as_it_is(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    db.close()
    before = file.read_bytes()
    for read_only in (False, True):
        with pytest.raises(opamplan.StateError, match="but not a state file of opamplan"):
            State(file, read_only=read_only)
    assert file.read_bytes() == before
    file.write_bytes(b"")
    with pytest.raises(opamplan.StateError, match="an empty database"):
        State(file, read_only=True)


def test_a_full_disk_is_said_to_be_full(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state = State(tmp_path / "builds.sqlite")
    pages = state._rows("PRAGMA page_count")[0][0]
    state._rows(f"PRAGMA max_page_count = {pages + 2}")
    runner = Runner(plan, state, [Buildctl(ONE, fake())], RunOptions(tmp_path))
    with pytest.raises(opamplan.StateError, match="no space is left there"):
        runner.run()


def test_many_may_open_a_new_file_at_once(tmp_path: pathlib.Path) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(48)

    def open_it() -> None:
        start.wait()
        try:
            State(tmp_path / "builds.sqlite").close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_report_is_made_of_a_file_that_nobody_may_write(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    state, _, _ = carry_out(plan, tmp_path / "out", fake())
    state.close()
    # A medium without a place for SQLite's notes, as root may write everywhere.
    for more in ("-wal", "-shm"):
        (tmp_path / f"out/builds.sqlite{more}").unlink(missing_ok=True)
    before = state.path.read_bytes()
    done = opamplan_command("report", str(state.path), "-o", str(tmp_path / "report.html"))
    assert done.returncode == 0, done.stderr
    assert state.path.read_bytes() == before
    with (
        find_run(str(state.path))[0] as found,
        pytest.raises(opamplan.StateError, match="read-only"),
    ):
        found.begin_run(plan)


def test_a_name_with_a_number_sign_is_a_name(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state, _, _ = carry_out(plan, tmp_path / "run#1", fake())
    state.close()
    state.path.rename(state.path.with_name("builds#7"))
    assert find_run(str(tmp_path / "run#1/builds#7"))[1].id == 1
    assert find_run(str(tmp_path / "run#1/builds#7") + "#1")[1].id == 1


def test_a_report_opens_whatever_an_older_version_took_from_packages(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    state, _, _ = carry_out(plan, tmp_path, fake())
    state.close()
    with sqlite3.connect(state.path) as db:
        db.execute("UPDATE layers SET seconds = 9e999")
    db.close()
    done = opamplan_command("report", str(state.path), "--format", "json")
    assert json.loads(done.stdout, parse_constant=pytest.fail)["seconds"] == 0


# Numbers.


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ["build", option, value]
            for option in ("--attempts", "--time-limit", "--batch-time-limit", "--threads")
            for value in ("nan", "-1", "1e99", "9" * 30, "inf", "", "1_0", "x\x1b[2J")
        ),
        ["build", "--attempts", "0"],
        ["emit", "--batch-size", "-5"],
        ["forecast", "--workers", "0"],
        ["forecast", "--default-seconds", "nan"],
        ["blockers", "--most", "-1"],
        ["check", "--threads", "-3"],
        ["report", "x", "--log-bytes", "-1"],
        ["plan", "--limit", "depth=-1"],
        ["plan", "--limit", "depth=" + "9" * 40],
    ],
    ids=lambda arguments: " ".join(arguments)[:40].encode("unicode_escape").decode(),
)
def test_numbers_that_make_no_sense_are_refused_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from opamplan.cli import main as cli

    status = cli.main(arguments)
    said = capsys.readouterr().err
    assert status == 2
    assert said.startswith("opamplan: error: --")
    assert said.count("\n") == 1
    assert "\x1b" not in said


def test_a_socket_that_says_nothing_is_no_builder(
    plan: opamplan.Plan, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real client."""
    import buildkit

    monkeypatch.setattr(builders, "ANSWER_SECONDS", 1.0)
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)
        listener.bind("silent")
        listener.listen()
        program = str(buildkit.programs() / "buildctl")
        address = f"unix://{tmp_path}/silent"
        _, run, events = carry_out(plan, tmp_path / "out", program, address)
    assert run.status == "incomplete"
    assert of(events, "builder")[0]["error"] == "no answer in 1 s"
