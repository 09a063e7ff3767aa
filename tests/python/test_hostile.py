"""Names, versions and system packages come from files that anyone may have written."""

from __future__ import annotations

import json
import pathlib
import shlex
import subprocess
import tempfile
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import opamplan

# What has a meaning in a shell, a Dockerfile, HCL, JSON, a path or a terminal.
NASTY = "$`\"'\\|;&<>(){}[]*?~!#%=+,:@^ \t\n\r\x00\x1b../-é€🐫${x}$(id)EOT"
texts = st.text(alphabet=st.sampled_from(sorted(set(NASTY))), min_size=1, max_size=12)


def plan_with(name: str, version: str, depext: str, opam: str) -> opamplan.Plan | None:
    """A sound plan whose second package is called so; None if that is no plan."""
    environment = opamplan.Environment.preset("debian-12")
    with tempfile.TemporaryDirectory() as folder:
        for package, text in (("a.1", ""), ("b.1", 'depends: "a" depexts: ["m4"] {os != "x"}')):
            file = pathlib.Path(folder, "packages", package[0], package, "opam")
            file.parent.mkdir(parents=True)
            file.write_text(f'opam-version: "2.0"\n{text}\n')
        repository = opamplan.Repository.open(folder, cache=False)
        universe = opamplan.Universe(repository, environment)
        plan = opamplan.make_plan(universe.solve_all(["b"]))  # targets ascend by name
    tree = json.loads(plan.to_json())
    package = next(p for p in tree["packages"] if p["name"] == "b")
    package.update(name=name, version=version, depexts=[depext], opam=opam)
    for step in tree["steps"]:
        if step["depexts"]:
            step["depexts"] = [depext]
    return opamplan.Plan.from_json(json.dumps(tree))


def written(plan: opamplan.Plan) -> dict[str, bytes] | None:
    """Every file of every format; None if emitting refuses the plan."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            paths = plan.write(folder, list(opamplan.output.FORMATS))
        except opamplan.InvalidRequest as error:
            assert str(error)
            return None
        root = pathlib.Path(folder).resolve()
        for path in paths:
            assert (root / path).resolve().is_relative_to(root), path
        return {path: (root / path).read_bytes() for path in paths}


def words_of_step(dockerfile: str) -> list[list[str]]:
    """The words that the shell makes of each step's command."""
    found = []
    lines = iter(dockerfile.splitlines())
    for line in lines:
        if not line.startswith("RUN --mount"):
            continue
        command = line
        while command.endswith("\\"):
            command = command[:-1] + next(lines)
        start = command.find(" /opamplan/in/step")
        if start < 0:  # a collector
            continue
        command = command[start:]
        # Only what the shell itself says counts; printf ends each word with NUL.
        words = subprocess.run(
            [
                "/bin/sh",
                "-c",
                'f() { printf "%s\\0" "$@"; }; ' + command.replace("/opamplan/in/step", "f", 1),
            ],
            check=True,
            capture_output=True,
        ).stdout
        found.append(words.decode().split("\0")[:-1])
    return found


@settings(max_examples=60, deadline=None)
@given(name=texts, version=texts, depext=texts, opam=texts)
def test_nothing_breaks_out(name: str, version: str, depext: str, opam: str) -> None:
    plan = plan_with(name, version, depext, opam)
    assert plan is not None
    files: dict[str, Any] | None = written(plan)
    if files is None:
        return
    for stem, targets in (("docker-bake", len(plan.batches)), ("docker-bake-images", 1)):
        bake = json.loads(files[f"{stem}.json"])
        assert len(bake["target"]) == targets + 1  # what they share
        hcl = files[f"{stem}.hcl"].decode()
        measured = opamplan.inspect_bake(hcl, stem, opamplan.Limits("none"))
        assert measured.targets == len(bake["target"])
        assert measured.findings == []
    rows = bake["variable"]["OPAMPLAN_IMAGES"]["default"].split(", ")
    assert [len(row.split(" ")) for row in rows] == [4] * len(plan.targets)
    dockerfile = files["batch0.Dockerfile"].decode()
    seen = opamplan.inspect_dockerfile(dockerfile, "f", opamplan.Limits("none"))
    # A header, a stage a step, the collector and the results; nothing else became an instruction.
    assert seen.stages == len(plan) + 3
    words = words_of_step(dockerfile)
    assert len(words) == len(plan)
    flat = [word for step in words for word in step]
    assert f"{name}.{version}" in flat
    assert depext in flat
    assert opamplan.Plan.from_json(files["plan.json"].decode()) == plan
    subprocess.run(["/bin/sh", "-n"], input=files["step"], check=True)


def test_plain_names_need_no_quotes() -> None:
    plan = plan_with("conf-g++", "1.0~rc1", "g++-12", "")
    assert plan is not None
    files = written(plan)
    assert files is not None
    assert shlex.split("conf-g++.1.0~rc1")[0] in files["batch0.Dockerfile"].decode()
