"""Pins in plans and emitted files: a pin's folder is what it is built from."""

from __future__ import annotations

import hashlib
import io
import json
import pathlib
import tarfile

import pytest

import opamplan

OPAM = """opam-version: "2.0"
version: "3"
url { src: "https://example.org/mine.tgz" checksum: "md5=0123456789abcdef0123456789abcdef" }
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Two packages in one folder of sources."""
    place = tmp_path / "mine"
    (place / "src").mkdir(parents=True)
    (place / "mine.opam").write_text(OPAM)
    (place / "other.opam").write_text('opam-version: "2.0"\ndepends: ["mine"]\n')
    (place / "src/a.ml").write_text("let a = 1\n")
    return place


def plan_of(folder: pathlib.Path) -> opamplan.Plan:
    repository = opamplan.Repository.open([], pins=[str(folder)], cache=False)
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    return opamplan.make_plan(universe.solve_all())


def test_packages_of_one_folder_share_its_archive(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = plan_of(folder)
    written = plan.write(tmp_path / "out", ["dockerfile", "llb"])
    (name,) = [path for path in written if path.startswith("sources/")]
    data = (tmp_path / "out" / name).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == [
            "source/mine.opam",
            "source/other.opam",
            "source/src/a.ml",
        ]
    opam = opamplan.parse((tmp_path / "out/packages/mine.3/opam").read_text())
    assert (opam.get("version"), "example.org" in opam.text) == (None, False)
    digest = hashlib.sha256(data).hexdigest()
    where = f"/opamplan/in/s/{digest[:16]}.tar.gz"
    assert f'src: "file://{where}"' in opam.text
    assert f'checksum: "sha256={digest}"' in opam.text
    dockerfile = (tmp_path / "out/batch0.Dockerfile").read_text()
    assert dockerfile.count(f"--mount=source={name},target={where}") == len(plan) == 2
    assert f'"{name}"'.encode() in (tmp_path / "out/batch0.llb").read_bytes()


def test_other_sources_are_another_layer(folder: pathlib.Path) -> None:
    before = plan_of(folder)
    assert plan_of(folder) == before
    (folder / "src/a.ml").write_text("let a = 2\n")
    after = plan_of(folder)
    difference = opamplan.compare_plans(before, after)
    assert "mine.3: sources changed" in [str(cause.text) for cause in difference.causes]


def test_a_plan_carries_the_sources_of_its_pins(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = plan_of(folder)
    data = json.loads(plan.to_json())
    assert opamplan.Plan.from_json(json.dumps(data)) == plan
    for member, value, said in (
        ("base64", "?", "not base64"),
        ("base64", "", "not the SHA-256"),
        ("sha256", "0" * 64, "not the SHA-256"),
    ):
        broken = json.loads(plan.to_json())
        broken["sources"][0][member] = value
        with pytest.raises(opamplan.PlanFormatError, match=said):
            opamplan.Plan.from_json(json.dumps(broken))
    data["packages"][0]["source"] = 1
    with pytest.raises(opamplan.PlanFormatError, match="its source is not in the plan"):
        opamplan.Plan.from_json(json.dumps(data))


def test_a_pin_of_one_file_keeps_its_url(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    plan = plan_of(folder / "mine.opam")
    written = plan.write(tmp_path / "out", ["dockerfile"])
    assert not [path for path in written if path.startswith("sources/")]
    assert "example.org" in (tmp_path / "out/packages/mine.3/opam").read_text()


def test_what_is_built_from_a_folder_is_a_development_version(folder: pathlib.Path) -> None:
    (folder / "mine.opam").write_text(OPAM + 'depends: ["tool" {dev} "release" {!dev}]\n')
    below = folder.parent / "repository"
    for name in ("tool", "release"):
        (below / f"packages/{name}/{name}.1").mkdir(parents=True)
        (below / f"packages/{name}/{name}.1/opam").write_text('opam-version: "2.0"\n')

    def needs(pin: pathlib.Path) -> list[str]:
        repository = opamplan.Repository.open([str(below)], pins=[str(pin)], cache=False)
        solution = opamplan.Universe(repository, opamplan.Environment.preset("debian-13")).solve(
            "mine"
        )
        assert solution.broken_rules() == []
        return [package for package in solution.packages if not package.startswith("mine.")]

    assert needs(folder) == ["tool.1"]
    assert needs(folder / "mine.opam") == ["release.1"]  # built from where the file says


def test_opam_files_without_a_version_are_given_one(tmp_path: pathlib.Path) -> None:
    repository = opamplan.Repository.from_files({"a.1": 'depends: ["b"]\n', "b.1": OPAM})
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    opamplan.make_plan(universe.solve_all()).write(tmp_path, ["dockerfile"])
    assert (tmp_path / "packages/a.1/opam").read_text().startswith('opam-version: "2.0"\ndepends')
    assert (tmp_path / "packages/b.1/opam").read_text() == OPAM
