"""What `emit` writes can be built by the command that it says."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import re
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from conftest import Run, tar_of

import opamplan
from opamplan.images import trouble_with_archive
from opamplan.runs import Buildx, Runner, RunOptions, State

CONTEXT = {"step", "collect", "packages/csexp.1.5.2"}
DOCKERFILES = {"batch0.Dockerfile"} | CONTEXT
NEXT = {
    "dockerfile": (
        DOCKERFILES,
        "Build: cd o && docker buildx build --file batch0.Dockerfile --target results "
        "--output type=local,dest=results/batch0 .",
    ),
    "bake": (
        DOCKERFILES,
        "Build: cd o && docker buildx bake (an image: PACKAGES=NAME.VERSION docker buildx bake "
        "--file docker-bake-images.hcl images)",
    ),
    "make": (DOCKERFILES, "Build: make -C o"),
    "github": (
        DOCKERFILES,
        "Build: push o as a repository to GitHub, and run its workflow `opamplan`",
    ),
    "kubernetes": (DOCKERFILES, "Build: as the first lines of o/kubernetes/wave0.yaml tell"),
    "llb": (CONTEXT, "Build: buildctl build --local context=o <o/batch0.llb"),
    "dot": (set(), None),
    "json": (set(), None),
}


@pytest.mark.parametrize("form", NEXT)
def test_a_format_is_written_with_what_it_needs_and_the_command_that_builds_it(
    form: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    needed, said = NEXT[form]
    done = opamplan_command("emit", "csexp", "--format", form, "-o", "o", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "o"
    assert all((folder / path).exists() for path in needed), done.stdout
    assert (folder / "step").exists() == bool(needed)
    last = done.stdout.splitlines()[-1]
    assert (last if last.startswith("Build:") else None) == said


def test_the_command_says_what_the_options_ask_and_which_batch_is_last(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    words = ["emit", "--network", "host", "--build-arg", "A=b c", "--limit", "batch_targets=30"]
    for form, said in (
        ("bake", "docker buildx bake --allow network.host"),
        ("llb", "build --allow network.host --local context=o <o/batch0.llb (in order, up to"),
        ("dockerfile", "build --allow network.host --build-arg 'A=b c' --file batch0.Dockerfile"),
    ):
        done = opamplan_command(*words, "--format", form, "-o", "o", cwd=tmp_path)
        assert said in done.stdout.splitlines()[-1]
    assert re.search(r" \(in order, up to batch[1-9]\)$", done.stdout)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("Makefile", "make"),
        ("step", "dockerfile"),
        ("collect", "llb"),
        ("plan.json", "json"),
        ("docker-bake.hcl", "bake"),
        ("docker-bake.json", "bake"),
        ("docker-bake-images.hcl", "bake"),
        ("docker-bake-images.json", "bake"),
        ("batch0.Dockerfile", "dockerfile"),
        (".github/workflows/opamplan.yml", "github"),
    ],
)
def test_only_what_opamplan_wrote_is_replaced(
    path: str, form: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    words = ["emit", "--format", form, "-q", "-o", "o"]
    assert opamplan_command(*words, "csexp", cwd=tmp_path).returncode == 0
    again = opamplan_command(*words, "dune", "csexp", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    (tmp_path / "o" / path).write_text("all:\n\techo mine\n")
    before = {p: p.read_bytes() for p in (tmp_path / "o").rglob("*") if p.is_file()}
    done = opamplan_command(*words, "csexp", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"opamplan: error: o/{path}: opamplan did not write this file")
    assert before == {p: p.read_bytes() for p in (tmp_path / "o").rglob("*") if p.is_file()}


def test_one_format_and_one_path_are_taken_as_such(
    embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    repository = opamplan.Repository.open(str(embedded))
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    plan = opamplan.make_plan([universe.solve("csexp")])
    assert opamplan.write_plan(plan, tmp_path, "dot").keys() == {"plan.dot"}
    assert "docker-bake.hcl" in opamplan.write_plan(plan, tmp_path, "bake")
    with pytest.raises(opamplan.InvalidRequest, match='unknown format "iso"'):
        opamplan.write_plan(plan, tmp_path, "iso")
    several, _ = opamplan.inspect_files([tmp_path])
    for one in (tmp_path, str(tmp_path)):
        assert opamplan.inspect_files(one)[0].keys() == several.keys()
    assert str(tmp_path / "batch0.Dockerfile") in several


@pytest.fixture
def plan_of(embedded: pathlib.Path) -> Callable[..., opamplan.Plan]:
    repository = opamplan.Repository.open(str(embedded))
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))

    def make(*targets: str, **how: Any) -> opamplan.Plan:
        return opamplan.make_plan([universe.solve(target) for target in targets], **how)

    return make


@pytest.mark.parametrize("kind", [str, list, tuple, set, iter])
def test_one_format_or_several_are_written(
    kind: Any, plan_of: Callable[..., opamplan.Plan], tmp_path: pathlib.Path
) -> None:
    for write in (plan_of("csexp").write, partial(opamplan.write_plan, plan_of("csexp"))):
        formats = "bake" if kind is str else kind(["bake"])
        assert "docker-bake.json" in write(tmp_path, formats)


@pytest.mark.parametrize(
    ("formats", "error", "said"),
    [
        (b"bake", TypeError, "not b'bake'"),
        (7, TypeError, "not 7"),
        ([7], opamplan.InvalidRequest, 'unknown format "7"; there are: dockerfile, bake, llb'),
        ("Bake", opamplan.InvalidRequest, 'unknown format "Bake"; did you mean bake'),
        ("dockerfiles", opamplan.InvalidRequest, "did you mean dockerfile"),
        ("", opamplan.InvalidRequest, 'unknown format ""; there are: '),
    ],
)
def test_what_is_no_format_is_refused_with_what_to_pass(
    formats: Any,
    error: type[Exception],
    said: str,
    plan_of: Callable[..., opamplan.Plan],
    tmp_path: pathlib.Path,
) -> None:
    for write in (plan_of("csexp").write, partial(opamplan.write_plan, plan_of("csexp"))):
        with pytest.raises(error, match=said):
            write(tmp_path, formats)
    assert not list(tmp_path.iterdir())


def files_below(folder: pathlib.Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_folder_holds_the_files_of_one_plan(
    plan_of: Callable[..., opamplan.Plan], tmp_path: pathlib.Path
) -> None:
    small = opamplan.Limits(batch_targets=1)
    large = plan_of("csexp", "dune", "http-serve", limits=small)
    written = large.write(tmp_path / "o", ["bake", "llb"])
    assert {"batch2.Dockerfile", "batch2.llb", "docker-bake.hcl"} <= written.keys()
    (tmp_path / "o/results").mkdir()
    (tmp_path / "o/results/mine").write_text("x")
    (tmp_path / "o/batch9.Dockerfile").write_text("# Made by opamplan, says who?")
    other = plan_of("csexp")
    now = other.write(tmp_path / "o", "dockerfile")
    others = {".opamplan.json", "results/mine", "batch9.Dockerfile"}
    assert files_below(tmp_path / "o") == now.keys() | others
    assert not list((tmp_path / "o").rglob("http-serve*"))
    # The same plan in another format adds to it, a third leaves no trace of either.
    again = other.write(tmp_path / "o", "dot")
    assert files_below(tmp_path / "o") == now.keys() | again.keys() | others
    third = plan_of("dune").write(tmp_path / "o", "json")
    assert files_below(tmp_path / "o") == third.keys() | others
    fresh = plan_of("dune").write(tmp_path / "fresh", "json")
    assert fresh == third
    manifests = [(tmp_path / d / ".opamplan.json").read_bytes() for d in ("o", "fresh")]
    assert manifests[0] == manifests[1]


def test_emit_tells_what_it_removes_and_leaves_what_was_changed(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    words = ["emit", "-o", "o", "--limit", "batch_targets=1"]
    assert opamplan_command(*words, "csexp", "dune", "http-serve", cwd=tmp_path).returncode == 0
    before = files_below(tmp_path / "o")
    with (tmp_path / "o/batch2.Dockerfile").open("a") as file:
        file.write("# mine\n")
    done = opamplan_command(*words, "csexp", cwd=tmp_path)
    removed = before - files_below(tmp_path / "o")
    assert "batch1.Dockerfile" in removed
    assert f"Removed {len(removed)} files of an earlier plan" in done.stdout
    said = "o/batch2.Dockerfile is of an earlier plan and was changed since: left there"
    assert (done.returncode, done.stderr) == (0, f"opamplan: {said}\n")
    # It is nobody's now.
    done = opamplan_command(*words, "dune", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "o/batch2.Dockerfile").exists()


@pytest.mark.parametrize(
    "path", ["../victim", "/victim", "a/../../victim", "link/victim", "./victim", "folder", ""]
)
def test_a_manifest_of_others_removes_nothing_else(
    path: str, plan_of: Callable[..., opamplan.Plan], tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "outside/o"
    (out / "folder").mkdir(parents=True)
    (out / "link").symlink_to(tmp_path, target_is_directory=True)
    for place in (tmp_path, out.parent):
        (place / "victim").write_text("x")
    told = f"{tmp_path}/victim" if path.startswith("/") else path
    known = {told: hashlib.sha256(b"x").hexdigest(), "gone": "0", "a\0": "0"}
    text = json.dumps({"made by": "opamplan", "plan": "", "files": known})
    (out / ".opamplan.json").write_text(text)
    plan_of("csexp").write(out, "dot")
    assert (tmp_path / "victim").exists()
    assert (out.parent / "victim").exists()
    assert (out / "folder").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": 3}', "opamplan" + "[" * 10_000, '{"files": {"a": 1}}']
)
def test_a_manifest_that_is_none_is_no_matter_or_refused(
    text: str, plan_of: Callable[..., opamplan.Plan], tmp_path: pathlib.Path
) -> None:
    (tmp_path / ".opamplan.json").write_text(text)
    if "opamplan" in text:
        plan_of("csexp").write(tmp_path, "dot")
        assert "plan.dot" in (tmp_path / ".opamplan.json").read_text()
    else:
        with pytest.raises(opamplan.InvalidRequest, match="opamplan did not write this file"):
            plan_of("csexp").write(tmp_path, "dot")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("docker-bake.json", b"", "docker-bake.json:1: it defines no target"),
        ("docker-bake.json", b'{"name": "x"}', "docker-bake.json:1: it defines no target"),
        ("docker-bake.json", b"garbage", "docker-bake.json:1:1: "),
        ("docker-bake.json", b'{\n"target": 1}', 'docker-bake.json:2: "target" is an object'),
        ("docker-bake.hcl", b"\x7fELF\x02\x00", "docker-bake.hcl:1: the byte 0x7f is in no text"),
        ("docker-bake.hcl", b"\n\ngarbage\n", 'docker-bake.hcl:3: "garbage" begins no block'),
        ("docker-bake.hcl", b"\xff\xfe\xfd", "docker-bake.hcl:1: it defines no target"),
        ("Dockerfile", b"", "Dockerfile:1: it has no instructions"),
        ("Dockerfile", b"ARG A=1\n", "Dockerfile:1: it has no FROM, so no stage to build"),
    ],
)
def test_what_no_builder_takes_is_not_sound(
    name: str, content: bytes, said: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    (tmp_path / name).write_bytes(content)
    for place in (name, "."):
        done = opamplan_command("doctor", "--files", place, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.startswith(f"contents: {said}")
    done = opamplan_command("doctor", "--files", "absent.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opamplan: error: absent.json: no such file\n"


def test_a_plan_that_only_llb_can_say_is_refused_by_other_builders(
    plan_of: Callable[..., opamplan.Plan], tmp_path: pathlib.Path
) -> None:
    plan = plan_of("csexp", strategy="merge")
    builders = [Buildx("mine", sys.executable)]
    options = RunOptions(tmp_path, opamplan.EmitOptions())
    with pytest.raises(opamplan.InvalidRequest, match="mine cannot carry out the strategy merge"):
        Runner(plan, State(tmp_path / "s.sqlite"), builders, options)
    for write in (
        opamplan.bake_json,
        opamplan.bake_hcl,
        partial(opamplan.batch_dockerfile, batch=0),
    ):
        with pytest.raises(opamplan.InvalidRequest, match=r"has no Dockerfile.*--format llb"):
            write(plan)
    assert set(plan.write(tmp_path / "out")) >= {"batch0.llb", "step", "collect"}


@pytest.mark.parametrize(
    "words",
    [
        ["emit", "--strategy", "merge", "--format", "bake"],
        ["emit", "--strategy", "merge", "--format", "bake", "--ocaml=5.2.1", "--ocaml=5.3.0"],
        ["build", "--strategy", "merge", "--with=buildx", f"--program={sys.executable}"],
        ["build", "--base-archive=absent.tar", f"--program={sys.executable}"],
        ["emit", "--base-archive=absent.tar"],
        ["build", "--builder=garbage", f"--program={sys.executable}"],
        ["blame", "{embedded}", "{embedded}", "dune", "--builder=x", f"--program={sys.executable}"],
        ["build", "--plan=absent.json", f"--program={sys.executable}"],
        ["build", "absent", f"--program={sys.executable}"],
        ["blame", "absent", "absent", "x", f"--program={sys.executable}"],
        ["blame", "{embedded}", "{embedded}", "dune", "--program=absent"],
        ["blame", "{embedded}", "{embedded}", "dune", "--base-archive=absent", "--program=true"],
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    words: list[str], embedded: pathlib.Path, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    words = [word.format(embedded=embedded) for word in words]
    done = opamplan_command(*words, "-o", "out", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("made", "output", "named"),
    [
        ("packages/a/a.1/opam", "my repo", "my repo/packages/a/a.1"),
        ("packages/a.1/opam", "my repo", "my repo/packages/a.1"),
        ("packages/a/a.1/opam", "link", "link/packages/a/a.1"),
        ("packages/a/a.1/opam", "my repo/packages", "my repo/packages/a/a.1"),
        ("packages/a/a.1/opam", "my repo/packages/x/out", "my repo/packages/a/a.1"),
        ("repo", "my repo", "my repo/repo"),
        ("a/a.1/opam", "my repo", "my repo/a/a.1"),
        ("a.1/opam", "my repo", "my repo/a.1"),
    ],
)
def test_no_plan_is_written_into_a_repository(
    made: str,
    output: str,
    named: str,
    plan_of: Callable[..., opamplan.Plan],
    tmp_path: pathlib.Path,
    opamplan_command: Run,
) -> None:
    file = tmp_path / "my repo" / made
    file.parent.mkdir(parents=True)
    file.write_text('opam-version: "2.0"\n')
    (tmp_path / "link").symlink_to("my repo")
    for words in (["emit"], ["emit", "--format=dot"], ["build", f"--program={sys.executable}"]):
        done = opamplan_command(*words, "csexp", "-o", output, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith(f"opamplan: error: {output}: the folder")
        assert f"{named} is not opamplan's" in done.stderr
        assert done.stderr.endswith("name another folder\n")
    with pytest.raises(opamplan.InvalidRequest, match="is a repository of packages"):
        plan_of("csexp").write(tmp_path / output)
    options = RunOptions(tmp_path / output, opamplan.EmitOptions())
    builders = [Buildx("mine", sys.executable)]
    with (
        State(tmp_path / "s.sqlite") as state,
        pytest.raises(opamplan.InvalidRequest, match="is a repository of packages"),
    ):
        Runner(plan_of("csexp"), state, builders, options)
    assert files_below(tmp_path / "my repo") == {made}


def test_what_an_emission_left_is_no_repository(
    plan_of: Callable[..., opamplan.Plan], tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "o"
    for others in ("packages/mine/src", "packages/mine.js", "lib/repo"):
        (out / others).mkdir(parents=True)
    plan_of("csexp").write(out)
    plan_of("csexp").write(out / "packages/mine/out")
    (out / "packages/csexp.1.5.2/opam").write_text("# mine\n")
    plan_of("http-serve").write(out, "llb")
    assert (out / "packages/csexp.1.5.2/opam").exists()  # no manifest tells of it
    (out / "packages/README").write_text("mine")
    plan_of("dune").write(out)
    (out / ".opamplan.json").unlink()
    plan_of("dune").write(out)
    # What was written into a repository when that was not refused is found out too.
    (out / "packages/a/a.1").mkdir(parents=True)
    (out / "packages/a/a.1/opam").touch()
    with pytest.raises(opamplan.InvalidRequest, match=r"o/packages/a/a\.1 is not opamplan's"):
        plan_of("dune").write(out)


@pytest.mark.parametrize("form", ["dockerfile", "bake", "llb"])
def test_a_base_archive_is_taken_into_the_context(
    form: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    (tmp_path / "mine.tar").write_bytes(tar_of(x=b"x"))
    words = ["--base-archive=mine.tar", "--depexts-command=my-manager", f"--format={form}"]
    done = opamplan_command("emit", "svg-only", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/base-archive").read_bytes() == tar_of(x=b"x")
    file = tmp_path / ("out/batch0.llb" if form == "llb" else "out/batch0.Dockerfile")
    assert b"base-archive" in file.read_bytes()
    assert b"debian:13" not in file.read_bytes()


def zip_of(**files: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


ROOT = tar_of(etc=b"")
FULL = tar_of(etc=b"x" * 2000, usr=b"y")  # the second begins at 2560
SKIPPABLE = b"\x50\x2a\x4d\x18\0\0\0\0"  # a frame of zstd, as pzstd writes first


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (ROOT, True),
        (gzip.compress(ROOT, mtime=0), True),
        (bz2.compress(ROOT), True),
        (lzma.compress(ROOT), True),
        (b"\x28\xb5\x2f\xfd rest", True),
        (SKIPPABLE, True),
        (b"", False),
        (b"FROM debian:13\n", False),
        (b"x" * 10_000, False),
        (ROOT[:100], False),
        (gzip.compress(b"FROM debian:13\n", mtime=0), False),
        (gzip.compress(ROOT, mtime=0)[:20], False),
        (b"\x1f\x8b no gzip", False),
        (b"\xfd7zXZ\0 no xz", False),
        (lzma.compress(ROOT, lzma.FORMAT_ALONE), False),  # which builders do not know
        (zip_of(etc=b""), False),
        (b"\x7fELF" + bytes(600), False),
        (bytes(10_240), False),  # a tar of nothing, which builders copy as a file
        (bytes(100_000), False),
        (gzip.compress(bytes(10_240), mtime=0), False),
        (FULL[:700], False),
        (FULL[:512], False),
        (FULL[:2560] + b"x" * 512 + FULL[3072:], False),
        (FULL[:3000], False),
        (FULL[:3073], False),
        (FULL[:3584], True),  # the end is not marked
        (FULL + b"x" * 512, True),
    ],
)
def test_a_base_archive_that_builders_do_not_unpack_is_refused_before_anything_is_written(
    content: bytes, taken: bool, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file = tmp_path / "base"
    file.write_bytes(content)
    assert (trouble_with_archive(file) == "") == taken
    if not taken and len(content) < 20:  # the command once or twice
        done = opamplan_command("emit", "dune", "--base-archive", str(file), cwd=tmp_path)
        assert done.returncode == 2
        assert f"--base-archive {file}: no tar archive" in done.stderr
        assert "as `docker export` writes" in done.stderr
        assert list(tmp_path.iterdir()) == [file]


def test_the_kind_of_a_checksum_may_be_in_capitals_as_for_opam(tmp_path: pathlib.Path) -> None:
    digits = hashlib.md5(b"x").hexdigest()
    opam = f"""opam-version: "2.0"
url {{ src: "https://example.org/x.tgz" checksum: "MD5={digits.upper()}" }}"""
    repository = opamplan.Repository.from_files({"a.1": opam})
    assert not any("checksum" in found.message for found in repository.package("a.1").check())
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    plan = opamplan.make_plan(universe.solve_all())
    assert set(opamplan.archive_paths(plan)) == {f"md5/{digits[:2]}/{digits}"}


@pytest.mark.parametrize("option", ["--base-archive", "--opam"])
def test_what_is_no_file_is_called_what_it_is(
    option: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place, said in (
        (tmp_path / "pipe", "a named pipe"),
        ("/dev/zero", "a device"),
        (tmp_path, "a folder"),
    ):
        done = opamplan_command("emit", "dune", option, str(place), cwd=tmp_path)
        assert done.returncode == 2
        assert f"{said}; name a file" in done.stderr
    done = opamplan_command("emit", "dune", option, "absent", cwd=tmp_path)
    assert "no such file" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--registry", "example.org/x"],
        ["--platform", "linux/amd64"],
        ["--cache-from", "type=registry,ref=example.org/x"],
        ["--cache-to", "type=registry,ref=example.org/x"],
    ],
    ids=lambda words: words[0],
)
def test_an_option_that_no_format_reads_is_refused(
    words: list[str], tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    emit = ["emit", "csexp", "-q", "-o", "o", *words]
    for formats in (["--format", "make"], ["--strategy", "merge"]):
        done = opamplan_command(*emit, *formats, cwd=tmp_path)
        assert (done.returncode, f"{words[0]} is read by bake files alone" in done.stderr) == (
            2,
            True,
        )
        assert not (tmp_path / "o").exists()
    done = opamplan_command(*emit, "--format", "make", "--format", "bake", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
