"""Plans for several builders that share nothing but a registry."""

from __future__ import annotations

import json
import pathlib
import pickle
import re
import shutil
import signal
import subprocess
import threading
from typing import Any

import buildkit
import pytest
from conftest import Run

import opamplan
from opamplan.cli.plans import print_shards
from opamplan.runs import Runner, RunOptions, State
from opamplan.runs.caches import batch_caches, cache_ref, require_prefix
from opamplan.runs.rawjson import Reader


@pytest.fixture(scope="module")
def plan(embedded: pathlib.Path) -> opamplan.Plan:
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-13")
    results = opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()
    return opamplan.make_plan(results).sharded(2, wave_seconds=1)


def test_a_plan_for_several_builders_is_a_value_and_sound(plan: opamplan.Plan) -> None:
    assert plan.builders == 2
    assert repr(plan).endswith(f" steps, {len(plan.batches)} shards for 2 builders>")
    assert opamplan.Plan.from_json(plan.to_json()) == plan
    assert opamplan.diagnose(plan) == []
    own = [step for batch in plan.batches for step in plan.own_steps(batch.index)]
    assert set(own) == set(range(len(plan)))
    assert len(own) == len(plan) + plan.repeated_step_count
    assert plan.repeated_step_count <= 0.05 * len(plan)
    assert plan.sharded(2, wave_seconds=1, most_repeated=0).repeated_step_count == 0
    one = plan.restricted_to([plan.targets[0]])
    assert (one.builders, opamplan.diagnose(one)) == (0, [])
    with pytest.raises(opamplan.InvalidRequest, match="at least one builder"):
        plan.sharded(0)


def test_it_is_said_of_a_plan_that_one_builder_has_done_as_soon_as_several(
    plan: opamplan.Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    print_shards(plan.sharded(3, wave_seconds=10_000))
    said = capsys.readouterr().out
    assert "for 3 builders: 1 shard in 1 wave; more would not be faster" in said


def test_a_forecast_of_shards_is_between_the_bounds(plan: opamplan.Plan) -> None:
    found = opamplan.forecast(plan, workers=2)
    least = max(found.critical_seconds, found.work_seconds / 4)
    assert least <= found.makespan_seconds < found.work_seconds
    assert found.makespan_seconds == max(found.batch_ends)


def test_a_forecast_of_shards_says_for_how_long_builders_have_nothing_to_do(
    plan: opamplan.Plan,
) -> None:
    found = opamplan.forecast(plan, workers=2)
    busy = sum(found.batch_ends) - sum(found.batch_begins)
    assert found.idle_seconds == pytest.approx(2 * found.makespan_seconds - busy)
    assert found.idle_share == pytest.approx(found.idle_seconds / (2 * found.makespan_seconds))
    assert found.idle_seconds >= found.batch_ends[0] > 0  # one builds the first wave
    assert pickle.loads(pickle.dumps(found)) == found
    several = opamplan.forecast(plan.restricted_to([plan.targets[0]]))
    assert (several.idle_seconds, several.idle_share) == (0, 0)


def test_the_command_tells_waves_and_idle_builders(
    plan: opamplan.Plan, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file = str(tmp_path / "plan.json")
    plan.save(file)
    told = opamplan_command("forecast", "--plan", file).stdout
    assert re.search(r"wave 0: .* for 1 shard, ends after .*; 1 builder without a shard", told)
    assert re.search(r"builders have nothing to do for \d+% of their time\n$", told)
    found = json.loads(opamplan_command("forecast", "--plan", file, "--json").stdout)
    first, second = found["waves"]
    assert (first["wave"], first["shards"], first["begin_seconds"]) == (0, 1, 0)
    assert first["end_seconds"] == second["begin_seconds"] == found["batch_ends"][0]
    assert second["end_seconds"] == found["makespan_seconds"]
    assert found["idle_share"] == opamplan.forecast(plan).idle_share


def test_a_summary_has_the_figures_of_shards(plan: opamplan.Plan) -> None:
    names = ("builders", "shards", "waves", "repeated_steps")
    figures = [plan.summary[name] for name in names]
    assert figures == [2, len(plan.batches), 2, plan.repeated_step_count]
    alone = plan.restricted_to([plan.targets[0]])
    assert [alone.summary[name] for name in names] == [0, 0, 0, 0]


def test_every_batch_writes_a_tag_of_its_own_and_reads_what_it_stands_on(
    plan: opamplan.Plan,
) -> None:
    caches = batch_caches(plan, "host:5000/opam/cache")
    written = [write for cache in caches for write in cache.cache_to]
    assert len(set(written)) == len(written) == len(plan.batches)
    for batch, cache in enumerate(caches):
        assert cache.own == f"type=registry,ref={cache_ref('host:5000/opam/cache', batch)}"
        assert len(cache.others) == len(plan.cache_imports[batch])
        assert cache.own not in cache.others


@pytest.mark.parametrize("prefix", ["cache", "host/Cache", "host/cache:tag", "https://host/a", ""])
def test_what_is_no_repository_of_a_registry_is_refused(prefix: str) -> None:
    with pytest.raises(opamplan.InvalidRequest, match="expected a repository in a registry"):
        require_prefix(prefix)


def stand_in() -> opamplan.EmitOptions:
    """On the base of a site."""
    emit = opamplan.EmitOptions.stand_in()
    emit.base_archive = "base.tar"
    emit.environment = [("PATH", "/bin")]
    return emit


class Site:
    """Two builders with empty stores and a registry."""

    def __init__(self, folder: pathlib.Path, plan: opamplan.Plan, registry: Any) -> None:
        self.folder = folder
        self.plan = plan
        self.registry = registry
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.base = folder / "base.tar"  # one, as another's files have other times
        buildkit.daemon_module().busybox_base(self.base)

    def run(self, name: str, fault: Any = None) -> tuple[State, Any]:
        """Carry the plan out; `fault` is given the daemons when half of the steps are done."""
        out = self.folder / name
        out.mkdir()
        daemon = buildkit.daemon_module()
        (out / "base.tar").hardlink_to(self.base)
        emit = stand_in()
        self.events = []
        places = [self.folder / f"{name}{n}" for n in range(2)]
        address = self.registry.address
        with (
            daemon.Daemon(buildkit.programs(), places[0], registry=address) as first,
            daemon.Daemon(buildkit.programs(), places[1], registry=address) as second,
        ):
            waiting = [fault] if fault else []

            def on_progress(kind: str, fields: dict[str, Any], progress: Any) -> None:
                self.events.append((kind, fields))
                if waiting and progress.done * 2 >= len(self.plan):
                    threading.Thread(target=waiting.pop(), args=(first, second)).start()

            state = State(out / "builds.sqlite")
            cache = f"{address}/opamplan/cache"
            options = RunOptions(out, emit, attempts=4, patience=4, cache=cache)
            builders = [first.builder(), second.builder()]
            run = Runner(self.plan, state, builders, options, on_progress=on_progress).run()
            second.send(signal.SIGCONT)
        return state, run

    def twice(self) -> int:
        """How many steps the last run carried out again."""
        return next(int(f["executed_twice"]) for kind, f in self.events if kind == "run_end")


@pytest.fixture
def site(plan: opamplan.Plan, tmp_path: pathlib.Path, registry: Any) -> Site:
    return Site(tmp_path, plan, registry)


def statuses(state: State, run: Any) -> list[str]:
    return sorted(row["status"] for row in state.layers(run))


def test_builders_do_what_is_planned_and_fresh_ones_find_all_in_the_registry(site: Site) -> None:
    state, run = site.run("first")
    assert run.status == "finished"
    assert statuses(state, run) == ["success"] * len(site.plan.layers())
    repeated = site.plan.repeated_step_count
    assert site.twice() == repeated
    batches = state.batches(run)
    assert sum(batch["executed"] for batch in batches) == len(site.plan) + repeated
    assert len({batch["builder"] for batch in batches}) == 2
    for batch in site.plan.batches:
        record = site.registry.cache_record(cache_ref("opamplan/cache", batch.index))
        assert 0 < record < site.plan.summary["largest_cache_record"]
    state, run = site.run("second")
    assert sum(batch["executed"] for batch in state.batches(run)) == 0
    assert statuses(state, run) == ["success"] * len(site.plan.layers())


def test_a_builder_that_stops_loses_its_work_to_the_other(site: Site) -> None:
    state, run = site.run("run", lambda first, second: second.send(signal.SIGSTOP))
    assert run.status == "finished"
    assert statuses(state, run) == ["success"] * len(site.plan.layers())
    assert site.twice() <= max(batch.new_step_count for batch in site.plan.batches)


def test_a_registry_that_is_restarted_costs_nothing(site: Site) -> None:
    def restart(first: Any, second: Any) -> None:
        site.registry.stop()
        assert site.registry.start()

    state, run = site.run("run", restart)
    assert run.status == "finished"
    assert statuses(state, run) == ["success"] * len(site.plan.layers())
    state, run = site.run("again")
    assert sum(batch["executed"] for batch in state.batches(run)) == 0


def test_make_on_a_fresh_machine_finds_all_that_another_wrote(site: Site) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    out = site.folder / "make"
    out.mkdir()
    (out / "base.tar").hardlink_to(site.base)
    opamplan.write_plan(site.plan, out, ["dockerfile", "make"], stand_in())
    stages = {name: step for step, name in enumerate(opamplan.stage_names(site.plan))}

    def make(machine: str, *words: str) -> set[str]:
        """By a builder with an empty store; what became of steps that it has to build."""
        place, address = site.folder / machine, site.registry.address
        with buildkit.daemon_module().Daemon(
            buildkit.programs(), place, registry=address
        ) as daemon:
            words += (f"BUILDCTL={daemon.buildctl} --addr {daemon.address}",)
            words += (f"CACHE={address}/opamplan/made", "BUILD_FLAGS=--progress=rawjson")
            done = subprocess.run(
                ["make", "-B", *words], check=True, cwd=out, capture_output=True, text=True
            )
        reader = Reader(stages)
        events = [event for line in done.stderr.splitlines() for event in reader.read(line)]
        return {event.kind for event in events if event.step is not None} - {"log", "result"}

    assert make("one") == {"started", "done", "cached"}
    assert make("two", "CACHED=yes") == {"cached"}
