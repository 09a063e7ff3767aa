"""Runs, their state, comparisons and reports, with a builder that is a script.

The real BuildKit is in test_buildkit.py and test_real_builds.py.
"""

from __future__ import annotations

import base64
import json
import pathlib
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import opamplan
from opamplan.runs import Buildctl, Runner, RunOptions, State, compare_runs
from opamplan.runs.rawjson import Reader
from opamplan.runs.report import html_report, json_report, markdown_report, report_data
from opamplan.runs.selection import find_run

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def plan(embedded: pathlib.Path) -> opamplan.Plan:
    repository = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-12")
    universe = opamplan.Universe(repository, environment, ocaml="5.3.0")
    limits = opamplan.Limits("none", batch_targets=12)
    return opamplan.make_plan(universe.solve_all(), limits=limits)


def carry_out(
    plan: opamplan.Plan, folder: pathlib.Path, program: str, **options: Any
) -> tuple[State, Any, list[tuple[str, dict[str, object]]]]:
    state = State(folder / "builds.sqlite")
    events: list[tuple[str, dict[str, object]]] = []
    runner = Runner(
        plan,
        state,
        [Buildctl("unix:///nowhere", program)],
        RunOptions(folder, patience=0, **options),
        [("gone.1", "no_solution", "because")],
        lambda kind, fields, progress: events.append((kind, fields)),
    )
    return state, runner.run(), events


def middle(plan: opamplan.Plan) -> str:
    """A package that other targets need."""
    for step in plan:
        if step.grafts or step.parent is not None:
            name = step.installs[0]
            if any(step.index in other.grafts or other.parent == step.index for other in plan):
                return name
    raise AssertionError


def test_a_run_keeps_the_result_of_every_layer(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state, run, events = carry_out(plan, tmp_path, fake())
    assert run.status == "finished"
    assert len(plan.batches) > 1
    assert {row["status"] for row in state.layers(run)} == {"success"}
    assert len(state.layers(run)) == plan.summary["layers"]
    counts = {row["status"] for row in state.targets(run)}
    assert counts == {"success", "no_solution"}
    assert [b["status"] for b in state.batches(run)] == ["finished"] * len(plan.batches)
    assert state.plan_of(run) == plan
    kinds = [kind for kind, _ in events]
    assert kinds[0] == "run"
    assert kinds[-1] == "run_end"
    assert sum(kind == "batch_end" for kind in kinds) == len(plan.batches)
    assert next(f for k, f in events if k == "step" and f["what"] == "done")["seconds"] == 2.5


def test_failures_come_at_once_and_stop_only_dependents(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = middle(plan)
    state, run, events = carry_out(plan, tmp_path, fake((name,)))
    assert run.status == "finished"
    failures = [fields for kind, fields in events if kind == "failure"]
    assert failures[0]["installs"].split()[0] == name
    by_status: dict[str, set[str]] = {}
    for row in state.layers(run):
        by_status.setdefault(row["status"], set()).add(row["package"])
    assert by_status["failure"] == {name}
    assert by_status["dependency_failed"]
    assert by_status["success"]
    failed = next(row for row in state.layers(run) if row["status"] == "failure")
    assert state.log(run, failed["layer"]).startswith("the log of " + name)


def test_a_builder_that_ends_badly_is_tried_again_and_then_left(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    state, run, _ = carry_out(plan, tmp_path / "a", fake(end_badly=1), attempts=2)
    assert run.status == "finished"
    assert {b["attempt"] for b in state.batches(run)} == {2}
    state, run, _ = carry_out(plan, tmp_path / "b", fake(end_badly=9), attempts=2)
    assert run.status == "incomplete"
    assert "rpc error" in state.batches(run)[0]["error"]
    assert {row["status"] for row in state.targets(run)} == {"not_built", "no_solution"}
    # What was not built is built when the run is gone on with.
    state, again, _ = carry_out(plan, tmp_path / "b", fake())
    assert (again.id, again.status) == (run.id, "finished")


def test_a_batch_may_take_so_long_and_no_longer(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    program = fake(hang=3600)
    state, run, events = carry_out(plan, tmp_path, program, attempts=1, batch_time_limit=0.5)
    assert run.status == "incomplete"
    assert all(f["status"] == "error" for k, f in events if k == "batch_end")
    assert all("time limit" in b["error"] for b in state.batches(run))


def test_a_builder_that_ignores_being_asked_is_ended(
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("opamplan.runs.builders.GRACE_SECONDS", 0.2)
    program = fake(hang=3600, deaf=True)
    _, run, _ = carry_out(plan, tmp_path, program, attempts=1, batch_time_limit=0.5)
    assert run.status == "incomplete"


def test_what_failed_is_tried_again_when_asked(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = middle(plan)
    state, first, _ = carry_out(plan, tmp_path, fake((name,)))
    state, second, _ = carry_out(plan, tmp_path, fake(), retry_failed=True, resume=False)
    assert second.id != first.id
    text = "".join(p.read_text() for p in tmp_path.glob("batch*.Dockerfile"))
    retried = [line for line in text.splitlines() if " -r 1 " in line]
    assert retried
    assert all(f" {name}" in line for line in retried)
    assert {row["status"] for row in state.layers(second)} == {"success"}


def test_what_failed_beside_other_targets_is_tried_again_too(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    name = middle(plan)
    carry_out(plan, tmp_path, fake((name,)))
    others = (plan.restricted_to(target) for target in plan.targets)
    alone = next(other for other in others if any(name in step.installs for step in other))
    assert len(alone) < len(plan)
    state, again, _ = carry_out(alone, tmp_path, fake(), retry_failed=True)
    text = "".join(p.read_text() for p in tmp_path.glob("batch*.Dockerfile"))
    assert all(f" {name}" in line for line in text.splitlines() if " -r 1 " in line)
    assert " -r 1 " in text
    assert {row["status"] for row in state.layers(again)} == {"success"}
    # Now it is well, whatever an older run says.
    carry_out(plan, tmp_path, fake(), retry_failed=True)
    text = "".join(p.read_text() for p in tmp_path.glob("batch*.Dockerfile"))
    assert " -r 2 " not in text


def test_interrupted_runs_are_gone_on_with(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    file = tmp_path / "plan.json"
    plan.save(file)
    program = fake(hang=3600)
    command = [sys.executable, "-m", "opamplan", "build", "--plan", str(file), "--program", program]
    command += ["-o", str(tmp_path / "out"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "step":
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(60) == 130
    assert json.loads(rest.splitlines()[-1])["status"] == "interrupted"
    fake()
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    state = State(tmp_path / "out/builds.sqlite")
    assert [run.status for run in state.runs()] == ["finished"]


BEGIN = "2026-01-01T00:00:00Z"


def test_progress_is_read_line_by_line() -> None:
    reader = Reader({"s-a-1": 0, "s-b-1": 1})
    lines = [
        {"vertexes": [{"digest": "d0", "name": "[s-a-1 1/1] RUN x"}]},
        {
            "vertexes": [
                {"digest": "d0", "name": "[s-a-1 1/1] RUN x", "started": "2026-01-01T00:00:00Z"}
            ]
        },
        {"logs": [{"vertex": "d0", "data": base64.b64encode(b"half a ").decode()}]},
        {"logs": [{"vertex": "d0", "data": base64.b64encode(b"line\n").decode()}]},
        {
            "vertexes": [
                {
                    "digest": "d0",
                    "name": "[s-a-1 1/1] RUN x",
                    "started": BEGIN,
                    "completed": "2026-01-01T00:00:01.25+00:00",
                },
                {
                    "digest": "d1",
                    "name": "[linux/amd64 s-b-1 1/1] RUN y",
                    "started": BEGIN,
                    "completed": "2026-01-01T00:00:01Z",
                    "cached": True,
                },
                {"digest": "d2", "name": "[internal] load", "error": "no"},
            ]
        },
    ]
    events = [e for line in lines for e in reader.read(json.dumps(line))]
    assert [(e.kind, e.step) for e in events] == [
        ("started", 0),
        ("log", 0),
        ("done", 0),
        ("cached", 1),
        ("error", None),
    ]
    assert events[1].text == "half a line"
    assert events[2].seconds == 1.25
    assert [e.text for e in reader.read("error: plain text\n")] == ["error: plain text"]
    assert list(reader.read("\n")) == []


def test_a_state_file_that_is_none_is_named(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "state.sqlite"
    file.write_text("this is no database, only text that is long enough to be read as one")
    with pytest.raises(opamplan.Error, match=r"not a state file of opamplan; move it away"):
        State(file)
    with pytest.raises(opamplan.Error, match=r"not a state file of opamplan \(file"):
        find_run(str(file))
    with pytest.raises(opamplan.InvalidRequest, match="no such state file"):
        find_run(str(tmp_path / "absent"))
    state = State(tmp_path / "new.sqlite")
    with pytest.raises(opamplan.InvalidRequest, match="no runs"):
        state.run()


def test_runs_are_compared(
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    name = middle(plan)
    state, good, _ = carry_out(plan, tmp_path, fake())
    state, bad, _ = carry_out(plan, tmp_path, fake((name,)), resume=False)
    found = compare_runs((state, good), (state, bad))
    assert found
    assert name in [c.target for c in found.regressions] or found.regressions
    assert [root.package for root in found.root_failures] == [name] * len(found.root_failures)
    assert {c.after for c in found.regressions} <= {"failure", "dependency_failed"}
    back = compare_runs((state, bad), (state, good))
    assert not back
    assert len(back.fixes) == len(found.regressions)
    assert not compare_runs((state, good), (state, good))
    path = str(state.path)
    broke = opamplan_command("diff", f"{path}#{good.id}", f"{path}#{bad.id}")
    assert (broke.returncode, f"{name}" in broke.stdout) == (1, True)
    mixed = opamplan_command("diff", f"{path}#{good.id}", "-")
    assert mixed.returncode == 2
    assert f"{path}#{good.id}: a run; the other side is to be one too" in mixed.stderr
    planning = opamplan_command("diff", str(path), str(path), "--ocaml", "5.2.1")
    assert planning.returncode == 2
    assert "--ocaml has no effect with two runs: leave it out" in planning.stderr
    fixed = opamplan_command("diff", "--json", f"{path}#{bad.id}", f"{path}#{good.id}")
    assert (fixed.returncode, json.loads(fixed.stdout)["regressions"]) == (0, [])


def test_reports_say_what_happened_and_escape_it(
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    name = middle(plan)
    state, run, _ = carry_out(plan, tmp_path, fake((name,)))
    data = report_data(state, run)
    assert sum(data["counts"].values()) == len(plan.targets) + 1
    assert {f["package"] for f in data["failures"]} == {name}
    assert json.loads(json_report(data)) == json.loads(json.dumps(data))
    markdown = markdown_report(data)
    assert f"| `{name}` |" in markdown
    page = html_report(data)
    assert "<script>alert(1)" not in page
    assert page.count("</script>") == 2
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    out = tmp_path / "report.html"
    done = opamplan_command("report", str(state.path), "-o", str(out))
    assert (done.returncode, out.stat().st_size > 10_000) == (0, True)
    durations = json.loads(opamplan_command("report", str(state.path), "--durations").stdout)
    assert set(durations.values()) == {3.0}
    forecast = opamplan.forecast(plan, workers=1, durations=durations, default_seconds=0)
    built = sum(row["status"] == "success" for row in state.layers(run))
    assert forecast.work_seconds >= 3 * built


def test_sizes_that_were_measured_are_planned_with(
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
    embedded: pathlib.Path,
) -> None:
    name = middle(plan)
    state, run, _ = carry_out(plan, tmp_path, fake((name,)))
    data = report_data(state, run)
    by_status = {layer["status"]: layer["size"] for layer in data["layers"]}
    assert (by_status["success"], by_status["failure"]) == (1000, None)
    assert data["bytes"] == 1000 * sum(r["status"] == "success" for r in state.layers(run))
    sizes = json.loads(opamplan_command("report", str(state.path), "--sizes").stdout)
    assert sizes == state.sizes()
    assert sizes[plan[0].installs[0]] == 1000
    assert name not in sizes
    file = tmp_path / "sizes.json"
    file.write_text(json.dumps(sizes))
    planned = ["--repository", str(embedded), "--sizes", str(file), "--workers", "1"]
    forecast = json.loads(opamplan_command("forecast", *planned, "--json").stdout)
    assert forecast["bytes"] >= 1000 * len(sizes)
    assert "B are installed or grafted" in opamplan_command("forecast", *planned).stdout
    file.write_text('{"dune": -1}')
    refused = opamplan_command("forecast", *planned)
    assert (refused.returncode, "dune: -1 is no number of bytes" in refused.stderr) == (2, True)


def test_a_build_names_what_has_no_solution(
    tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    words = ["build", "csexp", "webmail", "--builder", "unix:///nowhere", "--program", fake()]
    done = opamplan_command(*words, "-o", str(tmp_path / "out"))
    assert done.returncode == 1
    assert done.stderr.startswith("opamplan: webmail is left out: webmail 1.0.0 needs legacy-cgi")


def test_a_report_has_the_form_that_its_name_ends_in(
    plan: opamplan.Plan,
    tmp_path: pathlib.Path,
    fake: Callable[..., str],
    opamplan_command: Run,
) -> None:
    state, _, _ = carry_out(plan, tmp_path, fake())
    for name, form, begins in (
        ("r.md", [], "#"),
        ("r.json", [], "{"),
        ("r.html", [], "<!"),
        ("r", [], "<!"),
        ("r.md", ["--format", "html"], "<!"),
    ):
        out = tmp_path / name
        done = opamplan_command("report", str(state.path), "-o", str(out), *form)
        assert done.returncode == 0, done.stderr
        assert out.read_text().startswith(begins), name


def test_two_builders_share_the_batches(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    program = fake()
    state = State(tmp_path / "builds.sqlite")
    builders = [Buildctl("unix:///one", program), Buildctl("unix:///two", program)]
    run = Runner(plan, state, builders, RunOptions(tmp_path)).run()
    assert run.status == "finished"
    assert len(state.batches(run)) == len(plan.batches)
    assert {b["builder"] for b in state.batches(run)} <= {"unix:///one", "unix:///two"}


def test_a_program_that_is_absent_is_named() -> None:
    with pytest.raises(opamplan.InvalidRequest, match="nowhere-to-be-found"):
        Buildctl("", "nowhere-to-be-found")


def test_the_log_of_a_package_is_told(
    plan: opamplan.Plan, tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    name = middle(plan)
    state, run, _ = carry_out(plan, tmp_path, fake((name,)))
    (row,) = [r for r in state.layers(run, logs=True) if r["package"] == name][:1]
    for word in (name, name.partition(".")[0], row["layer"]):
        told = opamplan_command("log", str(state.path), word)
        assert told.returncode == 0
        assert f"{name}  layer {row['layer']}  failure" in told.stdout
        assert row["log"] in told.stdout
    (found,) = json.loads(opamplan_command("log", str(state.path), row["layer"], "--json").stdout)
    assert (found["package"], found["log"]) == (name, row["log"])
    absent = opamplan_command("log", f"{state.path}#1", "zzz")
    assert (absent.returncode, "zzz is not a package of this run" in absent.stderr) == (1, True)


def test_targets_beside_a_saved_plan_are_all_that_is_built(
    tmp_path: pathlib.Path, fake: Callable[..., str], opamplan_command: Run
) -> None:
    assert opamplan_command("plan", "csexp", "dune", "-o", "p", cwd=tmp_path).returncode == 0
    words = ["build", "--plan", "p", "--builder", "unix:///nowhere", "--program", fake()]
    done = opamplan_command(*words, "dune", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with State(tmp_path / "out/builds.sqlite") as state:
        built = [row["target"].split(".")[0] for row in state.targets(state.run())]
    assert built == ["dune"]
