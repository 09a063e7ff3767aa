"""What a builder keeps that no plan needs."""

from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any

import buildkit
import pytest
from conftest import Run as Command
from conftest import script

import opamplan
from opamplan.runs import Builder, Buildx, Runner, RunOptions, State
from opamplan.runs.records import Record, records_of, remove, unneeded

KEY = "81ea22ada4d00890"


def record(description: str, in_use: bool = False) -> Record:
    return Record("id", 1, in_use, description)


def step(words: str) -> Record:
    return record(f"mount / from exec /bin/sh -c /opamplan/in/step {words}")


def test_a_record_says_what_its_step_installs() -> None:
    one = step(
        f"-r 2 -d libpcre3-dev 'g++' -g conf-x.5 -t -w b.1 -i {KEY} a.1 conf-x.5 -i 0{KEY} c.2"
    )
    assert one.layers == [KEY, f"0{KEY}"]
    assert one.packages == ["a.1", "c.2"]
    assert one.system_packages == {"libpcre3-dev", "g++"}
    assert one.label == "a.1 c.2"
    assert step("-d m4 zlib").label == "system packages m4 zlib"
    for other in ("mount / from exec /bin/sh -c make", "pulled from docker.io/library/debian:13"):
        assert not record(other).is_step


def write(folder: pathlib.Path, packages: dict[str, str]) -> opamplan.Plan:
    """A plan of packages: NAME.VERSION and the fields of their opam files."""
    for package, fields in packages.items():
        file = folder / "packages" / package.split(".")[0] / package / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\n{fields}\n')
    return buildkit.plan_of(folder)


DEPEXTS = 'depexts: [["m4"] {os-family = "debian"}]\nx-sh: "true"'


def test_what_plans_have_is_needed_and_what_no_step_left_is_not_touched(
    tmp_path: pathlib.Path,
) -> None:
    plan = write(tmp_path, {"a.1": DEPEXTS, "b.1": 'depends: ["a"]'})
    keys = [key[:16] for key, _, _ in plan.layers()]
    needed = [
        *(step(f"-i {key} a.1") for key in keys),
        record(f"mount /opamplan/results from exec /bin/sh -c /opamplan/in/step -i {keys[0]} a.1"),
        record("cached mount /opamplan/in/cache from exec /bin/sh -c /opamplan/in/step -d m4"),
        record(f"[{opamplan.stage_names(plan)[0]} merge]"),
        record("pulled from docker.io/library/debian:13"),
        record("mount / from exec /bin/sh -c /opamplan/in/collect"),
        record(f"mount / from exec /bin/sh -c /opamplan/in/step -i {KEY} x.1", in_use=True),
    ]
    stale = [step(f"-i {KEY} x.1"), record("[s-x-1-0123456789 merge]"), step("-d libz-dev")]
    assert unneeded([*needed, *stale], [plan]) == stale
    assert set(unneeded(needed, [])) >= set(needed[: len(keys)])


def test_system_packages_are_needed_as_the_sets_that_system_steps_have(
    tmp_path: pathlib.Path,
) -> None:
    files = {
        "conf-a.1": 'depexts: [["liba"] {os-family = "debian"}]',
        "conf-b.1": 'depexts: [["libb"] {os-family = "debian"}]',
        **{f"one{n}.1": 'depends: ["conf-a"]' for n in range(3)},
        **{f"both{n}.1": 'depends: ["conf-a" "conf-b"]' for n in range(3)},
    }
    write(tmp_path, files)
    plan = buildkit.plan_of(tmp_path, "merge")
    sets = [" ".join(s.depexts) for s in plan if not s.layers]
    assert sorted(sets) == ["liba", "libb", "libb"]  # the last beside the first
    needed = [step("-d liba"), step("-d libb"), step("-d liba libb")]
    assert unneeded([*needed, step("-d liba libc")], [plan]) == [step("-d liba libc")]


@pytest.mark.parametrize(
    ("strategy", "client"), [("graft", "buildctl"), ("merge", "buildctl"), ("prefix", "buildx")]
)
def test_a_builder_forgets_what_no_plan_needs_and_keeps_the_rest(
    strategy: str,
    client: str,
    daemon: Any,
    base: pathlib.Path,
    tmp_path: pathlib.Path,
    opamplan_command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build(folder: pathlib.Path, packages: dict[str, str]) -> tuple[opamplan.Plan, set[str]]:
        """The plan, and the packages that were installed and not found in the cache."""
        write(folder, packages)
        plan = buildkit.plan_of(folder, strategy)
        options = RunOptions(folder / "out", buildkit.scripted(base, folder / "out", "opam"))
        state = State(folder / "builds.sqlite")
        run = Runner(plan, state, [daemon.builder()], options).run()
        assert {row["status"] for row in state.layers(run)} == {"success"}
        return plan, {row["package"] for row in state.layers(run) if not row["cached"]}

    kept = {"a.1": f'x-sh: "echo {strategy}"', "b.1": 'depends: ["a"]\nx-sh: "echo b"'}
    old = {**kept, "c.1": 'depends: ["b"]\nx-sh: "echo c"'}
    assert build(tmp_path / "old", old)[1] == {"a.1", "b.1", "c.1"}
    plan, built = build(tmp_path / "kept", kept)
    assert built == set()
    (tmp_path / "plan.json").write_text(plan.to_json())
    builder: Builder = daemon.builder()
    name, program = daemon.address, daemon.buildctl
    if client == "buildx":
        name, program = "here", str(buildkit.programs() / "buildx")
        monkeypatch.setenv("BUILDX_CONFIG", str(tmp_path / "config"))
        create = [program, "create", "--name=here", "--driver=remote", daemon.address]
        subprocess.run(create, check=True, capture_output=True)
        builder = Buildx(name, program)
    found = {r.label for r in unneeded(records_of(builder), [plan]) if r.layers}
    assert found >= {"c.1"}
    words = ["prune", str(tmp_path / "plan.json"), f"--builder={name}"]
    words += [f"--with={client}", f"--program={program}", "--json"]
    said = json.loads(opamplan_command(*words).stdout)[0]
    assert "c.1" in {r["label"] for r in said["unneeded"]}
    assert not said["removed"]
    removed = json.loads(opamplan_command(*words, "--remove").stdout)[0]
    assert {r["id"] for r in removed["unneeded"]} == {r["id"] for r in said["unneeded"]}
    assert unneeded(records_of(builder), [plan]) == []
    assert build(tmp_path / "again", kept)[1] == set()
    # What was collected of it is still there; what stands on it needs it again.
    more = {**old, "d.1": 'depends: ["c"]\nx-sh: "echo d"'}
    assert build(tmp_path / "more", more)[1] == {"c.1", "d.1"}
    remove(builder, [])  # nothing, and not everything


def test_a_builder_that_is_not_there_is_an_error(
    tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    write(tmp_path / "r", {"a.1": ""}).save(tmp_path / "plan.json")
    program = script(tmp_path / "buildctl", "echo 'error: nobody answers' >&2\nexit 1")
    done = opamplan_command("prune", str(tmp_path / "plan.json"), f"--program={program}")
    assert done.returncode != 0
    assert "nobody answers" in done.stderr


@pytest.mark.parametrize(
    ("said", "part"),
    [
        (
            "du --verbose",
            "'du --verbose' is no record of a builder's cache; is --program a buildctl",
        ),
        ('{"id": "x", "size": 1}]', "is no record"),
        ("[1]", "is no record"),
        ('[{"size": 1}]', "is no record"),
        ("null", ""),  # what buildctl says of an empty cache
        ("", ""),
    ],
)
def test_what_is_no_list_of_records_is_an_error(
    said: str, part: str, tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    write(tmp_path / "r", {"a.1": ""}).save(tmp_path / "plan.json")
    program = script(tmp_path / "buildctl", f"echo '{said}'")
    words = ["prune", str(tmp_path / "plan.json"), f"--program={program}", "--builder=tcp://mine:1"]
    done = opamplan_command(*words)
    assert done.returncode == (2 if part else 0), done.stderr
    assert done.stderr.startswith("opamplan: error: tcp://mine:1: " if part else "")
    assert part in done.stderr
    assert done.stderr.count("\n") == bool(part)


def test_nothing_is_removed_if_a_builder_is_absent_and_each_is_told_once(
    tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    write(tmp_path / "r", {"a.1": ""}).save(tmp_path / "plan.json")
    program = script(
        tmp_path / "buildctl",
        "[ $2 != tcp://absent:1 ] || { echo 'error: nobody' >&2; exit 1; }\n"
        f"[ $3 != prune ] || touch {tmp_path}/removed\n"
        f"""echo '[{{"id": "x", "description": "/opamplan/in/step -i {KEY} x.1"}}]'""",
    )
    words = ["prune", str(tmp_path / "plan.json"), f"--program={program}", "--remove"]
    done = opamplan_command(*words, "--builder=tcp://there:1", "--builder=tcp://absent:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opamplan: error: tcp://absent:1: nobody\n"
    assert not (tmp_path / "removed").exists()
    done = opamplan_command(*words, *["--builder=tcp://there:1"] * 2, "--json")
    assert [answer["builder"] for answer in json.loads(done.stdout)] == ["tcp://there:1"]
    assert (tmp_path / "removed").exists()


def test_a_builder_that_nobody_named_and_is_absent_can_be_named(
    tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    write(tmp_path / "r", {"a.1": ""}).save(tmp_path / "plan.json")
    program = script(tmp_path / "buildctl", "echo 'error: nobody' >&2; exit 1")
    done = opamplan_command("prune", str(tmp_path / "plan.json"), f"--program={program}")
    said = "opamplan: error: buildkitd: nobody (--builder names another)\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_state_file_keeps_the_newest_run_of_each_environment(
    tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    """And not of one alone: `build` of two compilers ends with the second's."""
    state = State(tmp_path / "builds.sqlite")
    names = ("old", "one", "two")
    for name, release in zip(names, ("debian-12", "debian-12", "debian-13")):
        write(tmp_path / name, {f"{name}.1": ""})
        repository = opamplan.Repository.open(str(tmp_path / name), cache=False)
        universe = opamplan.Universe(repository, opamplan.Environment.preset(release))
        plan = opamplan.make_plan(universe.solve_all())
        state.end_run(state.begin_run(plan, [], ""), "finished")
        key = plan.layers()[0][0][:16]
        with (tmp_path / "records").open("a") as file:
            text = f"mount / from exec /bin/sh -c /opamplan/in/step -i {key} {name}.1"
            print(json.dumps({"id": name, "size": 1, "description": text}), file=file)
    program = script(tmp_path / "buildctl", f"cat {tmp_path}/records")

    def unneeded_by(*kept: str) -> set[str]:
        done = opamplan_command("prune", *kept, f"--program={program}", "--json")
        return {record["id"] for record in json.loads(done.stdout)[0]["unneeded"]}

    file = str(tmp_path / "builds.sqlite")
    assert unneeded_by(file) == {"old"}
    assert unneeded_by(f"{file}#3") == {"old", "one"}


def test_what_is_neither_a_plan_nor_runs_is_named(
    tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    empty = tmp_path / "builds.sqlite"
    empty.touch()
    done = opamplan_command("prune", str(empty))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{empty} is empty: neither a plan nor a state file of runs" in done.stderr
    done = opamplan_command("prune", str(empty), f"--program={tmp_path}")
    assert "is empty" in done.stderr
    write(tmp_path / "r", {"a.1": ""}).save(tmp_path / "plan.json")
    done = opamplan_command("prune", str(tmp_path / "plan.json"), f"--program={tmp_path}")
    assert done.stderr == f"opamplan: error: {tmp_path} is a folder; name the program in it\n"


def test_a_builder_that_keeps_nothing_says_so(
    tmp_path: pathlib.Path, opamplan_command: Command
) -> None:
    write(tmp_path / "r", {"a.1": ""}).save(tmp_path / "plan.json")
    program = script(tmp_path / "buildctl", "echo null")
    done = opamplan_command("prune", str(tmp_path / "plan.json"), f"--program={program}")
    assert (done.returncode, done.stdout) == (0, "buildkitd: it keeps nothing\n")
