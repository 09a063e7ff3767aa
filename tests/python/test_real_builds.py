"""Real opam, of three Debian releases, in real builders: packages that build in a moment.

The packages of benchmarks/real/tiny are built by sh, but have the shapes that break builds: the
cycles of the compiler through post, grafts, system packages, files beside opam files, one that
refuses root, failures. Plain `opam install` of the same opam says what is right. Skipped, with the
reason, without root, runc, the root file systems (benchmarks/real/roots.py) or the builders.
"""

from __future__ import annotations

import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

import buildkit
import pytest

import opamplan
from opamplan.runs import Runner, RunOptions, State

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ROOT / "benchmarks/real"
STATUSES = {
    "Upper+case.1.0~beta+1": "success",
    "accepted.1": "accepted_failure",
    "broken.1": "failure",
    "editing.1": "success",
    "editing-too.1": "success",
    "egg.1": "success",
    "farm.1": "success",
    "needs-broken.1": "dependency_failed",
    "patched.1": "success",
    "plugin.1": "success",
    "unprivileged.1": "success",
    "wants-none.1": "failure",
    "wants-none-too.1": "failure",
}
COMPARED = ("farm.1", "editing.1")


def prepare(name: str, folder: pathlib.Path) -> pathlib.Path:
    """What run.py and plain.py need, with one of the root file systems as the base."""
    buildkit.require_daemon()
    found = buildkit.real_module("roots").there(name)
    if found is None:
        pytest.skip(f"no root file system of {name}; benchmarks/real/roots.py makes it")
    shutil.copytree(REAL / "tiny", folder / "repository")
    (folder / "base.tar").symlink_to(found.archive)
    return folder


def script(name: str, *words: str) -> str:
    """What a script of benchmarks/real prints."""
    done = subprocess.run(
        [sys.executable, str(REAL / name), *words], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return done.stdout


def build(name: str, folder: pathlib.Path, *words: str) -> str:
    """Build the tiny packages; what run.py prints."""
    targets = "--targets=" + ",".join(STATUSES)
    return script("run.py", str(folder), f"--root={name}", targets, *words)


def statuses(folder: pathlib.Path, strategy: str) -> dict[str, str]:
    with State(folder / f"out-{strategy}/builds.sqlite") as state:
        return {row["target"]: row["status"] for row in state.targets(state.run())}


@pytest.mark.parametrize(
    ("name", "strategies"),
    [("debian-12", "graft"), ("debian-13", "graft,merge,prefix,chain"), ("debian-sid", "graft")],
)
def test_what_is_built_is_what_plain_opam_of_the_release_builds(
    name: str, strategies: str, tmp_path: pathlib.Path
) -> None:
    buildkit.programs()
    folder = prepare(name, tmp_path)
    targets = "--targets=" + ",".join(STATUSES)
    alone = "--alone=" + ",".join(COMPARED)
    script("plain.py", str(folder), f"--root={name}", targets, alone)
    printed = build(name, folder, f"--strategies={strategies}", "--switches=2")
    assert f"the strategies agree, and plain opam on {len(STATUSES)}" in printed
    for strategy in strategies.split(","):
        assert statuses(folder, strategy) == STATUSES
        with State(folder / f"out-{strategy}/builds.sqlite") as state:
            system = state.system_packages(state.run())
        assert {" ".join(row["depexts"]) for row in system} == {"ed"}
        assert all(20_000 < row["size"] < 50_000_000 for row in system)
    compared = re.findall(r"^(\S+): the switches of .*plain opam are equal", printed, re.MULTILINE)
    assert set(compared) & set(COMPARED)


@pytest.mark.parametrize("kind", ["docker", "docker-graphdriver"])
def test_docker_engine_builds_the_same(kind: str, tmp_path: pathlib.Path) -> None:
    buildkit.require_engine()
    buildkit.engine_programs()
    folder = prepare("debian-13", tmp_path)
    build("debian-13", folder, f"--with={kind}", "--strategies=graft", "--switches=0")
    assert statuses(folder, "graft") == STATUSES


# As images of ocaml/opam are: a user who may become root, opam's root in their home, several
# opams of which the plan's is not the first, variables of their own, a shell that is not sh.
LIKE_OCAML_OPAM = r"""
FROM scratch
ADD base.tar /
RUN mv /usr/bin/opam /usr/bin/opam-2.3 && ln -s opam-2.1 /usr/bin/opam && \
    printf '#!/bin/sh\necho 2.1.6\n' >/usr/bin/opam-2.1 && chmod 755 /usr/bin/opam-2.1 && \
    echo 'opam:x:1000:1000::/home/opam:/bin/bash' >>/etc/passwd && \
    echo 'opam:x:1000:' >>/etc/group && mkdir -p /home/opam /etc/sudoers.d && \
    echo 'opam ALL=(ALL:ALL) NOPASSWD:ALL' >/etc/sudoers.d/opam && chown opam: /home/opam
USER opam
WORKDIR /home/opam
ENV OPAMYES=1 OPAMSWITCH=5.3 OPAMROOT=/home/opam/.opam OPAMCONFIRMLEVEL=unsafe-yes
RUN mkdir -p repo/packages && echo 'opam-version: "2.0"' >repo/repo && \
    opam-2.3 init --bare --no-setup --disable-sandboxing -k local default repo && \
    opam-2.3 switch create 5.3 --empty
SHELL ["/bin/bash", "-c"]
ENTRYPOINT ["opam", "exec", "--"]
"""


def test_an_image_with_a_user_and_several_opams_is_built_on(tmp_path: pathlib.Path) -> None:
    buildkit.require_engine()
    programs, buildx = buildkit.engine_programs(), buildkit.programs() / "buildx"
    prepare("debian-13", tmp_path)
    context = tmp_path / "image"
    context.mkdir()
    shutil.copy((tmp_path / "base.tar").resolve(), context / "base.tar")
    (context / "Dockerfile").write_text(LIKE_OCAML_OPAM)
    repository = opamplan.Repository.open([tmp_path / "repository"], cache=False)
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    names = ("editing", "farm", "unprivileged")
    plan = opamplan.make_plan(universe.solve_all(names))
    out = tmp_path / "out"
    with buildkit.real_module("engine").Engine(programs, buildx, tmp_path / "engine") as engine:
        command = [engine.buildx, "build", "--network=none", "--tag=like-opam:1", "--load"]
        made = subprocess.run([*command, str(context)], check=False, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr[-2000:]
        emit = opamplan.EmitOptions(base_image="like-opam:1", network=engine.network)
        state = State(out / "builds.sqlite")
        run = Runner(plan, state, [engine.builder()], RunOptions(out, emit)).run()
    logs = {row["package"]: state.log(run, row["layer"])[-500:] for row in state.layers(run)}
    errors = [batch["error"] for batch in state.batches(run)]
    assert {row["status"] for row in state.targets(run)} == {"success"}, (errors, logs)


@pytest.mark.parametrize("name", ["debian-12", "debian-13"])
def test_sources_at_hand_are_built_from(name: str, tmp_path: pathlib.Path) -> None:
    """A pin's folder, and archives as `opam admin cache` keeps them; no network is needed."""
    prepare(name, tmp_path)
    (tmp_path / "mirrored").mkdir()
    (tmp_path / "mirrored/META").write_text('version = "1"\n')
    with tarfile.open(tmp_path / "mirrored.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "mirrored", "mirrored-1")
    digest = hashlib.sha512((tmp_path / "mirrored.tar.gz").read_bytes()).hexdigest()
    kept = tmp_path / "mirror/sha512" / digest[:2] / digest
    kept.parent.mkdir(parents=True)
    (tmp_path / "mirrored.tar.gz").rename(kept)
    opam = tmp_path / "repository/packages/mirrored/mirrored.1/opam"
    opam.parent.mkdir(parents=True)
    opam.write_text(
        'opam-version: "2.0"\nbuild: ["grep" "1" "META"]\n'
        f'url {{ src: "https://nowhere.invalid/x.tar.gz" checksum: "sha512={digest}" }}\n'
    )
    mine = tmp_path / "mine"
    (mine / "src").mkdir(parents=True)
    (mine / "_build").mkdir()
    (mine / "src/META").write_text('version = "7"\n')
    (mine / "src/link").symlink_to("META")
    (mine / "run").write_text("#!/bin/sh\ntest ! -e _build && cat src/link\n")
    (mine / "run").chmod(0o755)
    (mine / "mine.opam").write_text(
        'opam-version: "2.0"\nname: "mine"\nversion: "7"\ndepends: ["leaf"]\n'
        'build: ["./run"]\n'
        'install: ["sh" "-ec" "mkdir -p %{lib}%/mine; cp src/META %{lib}%/mine/META"]\n'
        'url { src: "https://nowhere.invalid/x.tgz" }\n'
    )
    (mine / "other.opam").write_text(
        'opam-version: "2.0"\ndepends: ["mine"]\nbuild: ["grep" "7" "src/META"]\n'
    )
    repository = opamplan.Repository.open([tmp_path / "repository"], pins=[str(mine)], cache=False)
    root = buildkit.real_module("roots").there(name)
    environment = opamplan.Environment.preset(name)
    environment["opam-version"] = root.opam
    results = opamplan.Universe(repository, environment).solve_all(["mine", "mirrored", "other"])
    plan = opamplan.make_plan(results)
    with buildkit.daemon_module().Daemon(buildkit.programs(), tmp_path / "store") as daemon:
        out = tmp_path / "out"
        emit = buildkit.real_module("run").emit_options(tmp_path, out, daemon)
        emit.archives = opamplan.take_archives(plan, tmp_path / "mirror", out)
        options = RunOptions(out, emit)
        state = State(out / "builds.sqlite")
        run = Runner(plan, state, [daemon.builder()], options).run()
    logs = {row["package"]: state.log(run, row["layer"]) for row in state.layers(run)}
    found = {row["target"]: row["status"] for row in state.targets(run)}
    assert found == dict.fromkeys(("mine.7", "mirrored.1", "other.7"), "success"), logs
