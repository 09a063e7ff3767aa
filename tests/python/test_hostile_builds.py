"""Packages that attack the run that builds them, on a real BuildKit, as Dockerfile and as LLB.

Skipped, with the reason, without BuildKit (scripts/buildkit), root or runc. What they leave is read
without a builder in test_run_trust.py. The repositories of shared/cases/hostile are built too.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import threading
import time
from dataclasses import dataclass
from typing import Any

import buildkit
import pytest

import opamplan
from opamplan.runs import Buildctl, Runner, RunOptions, State, builders
from opamplan.runs.report import html_report, report_data

SECRET = "content of a file of the host"


@dataclass(frozen=True)
class Attack:
    """What a package does while it is built; $R is the folder of its result."""

    script: str
    statuses: str = "success failure"
    """Those that are right; what stands on it may find that its image does not work."""
    on_it: str = ""
    """What is said of a package that stands on its image and no other, if it was root's."""


def shell(text: str) -> str:
    """Puts another program in the place of the shell."""
    return f"printf '{text}' >/bin/x; chmod 755 /bin/x; mv /bin/x /bin/sh"


def no_folder(path: str) -> str:
    """Makes it a link to itself."""
    return f"mv {path} /elsewhere; ln -s {path} {path}"


OWN_LOG = "rm -f $R/log; "

ATTACKS = {
    "log-is-a-link": Attack(OWN_LOG + "ln -s /etc/hostname $R/log"),
    "log-is-a-link-to-the-host": Attack(OWN_LOG + "ln -s SECRET $R/log"),
    "log-is-a-pipe": Attack(OWN_LOG + "mkfifo $R/log"),
    "log-is-a-device": Attack(OWN_LOG + "mknod $R/log c 1 5"),
    "log-is-a-folder": Attack(OWN_LOG + "mkdir $R/log"),
    "result-is-a-link": Attack("rm -rf $R; ln -s /etc $R"),
    "result-is-gone": Attack("rm -rf $R /opamplan/results /opamplan/layers"),
    "size-has-23-digits": Attack("echo 99999999999999999999999 >$R/size"),
    "seconds-are-none": Attack("echo nan >$R/seconds; mkdir -p $R/status"),
    "name-is-no-utf8": Attack("printf x >$R/$(printf '\\255\\254')"),
    "becomes-root": Attack("cp /bin/busybox $R/x; chmod 4755 $R/x"),
    "prints-escapes": Attack("printf '\\033]0;x\\007\\033[2J no end of line'; exit 1", "failure"),
    "says-nothing": Attack("exit 7", "failure"),
    "prints-anothers-failure": Attack("echo 'ffffffffffffffff: boom'; exit 1", "failure"),
    "removes-the-shell": Attack("rm -f /bin/sh /bin/busybox", "success failure no_result"),
    "empties-its-image": Attack("rm -rf /bin /etc /opamplan", "success failure no_result"),
    "overwrites-the-step": Attack("for f in /opamplan/in/step /opamplan/step; do : >$f; done"),
    "leaves-a-process": Attack("sleep 300 >/dev/null 2>&1 &"),
    "plants-a-success": Attack(
        "for d in results layers; do mkdir -p /opamplan/$d/victim.1; "
        "echo success >/opamplan/$d/victim.1/status; done"
    ),
    "flips-a-dependency": Attack(
        "for d in results layers; do echo failure >/opamplan/$d/a.1/status; done"
    ),
    "results-are-a-loop": Attack(no_folder("/opamplan/results")),
    "layers-are-a-loop": Attack(no_folder("/opamplan/layers")),
    "opamplan-is-a-loop": Attack(no_folder("/opamplan")),
    "etc-is-a-loop": Attack(no_folder("/etc")),
    "moves-its-programs": Attack("mv /bin /elsewhere", "success failure no_result"),
    "shell-is-a-text": Attack(shell("hello"), on_it="broke it (/bin/sh: exec format error)"),
    "shell-says-yes": Attack(shell("#!/bin/true\\n"), on_it="its step left nothing behind"),
    "shell-says-no": Attack(shell("#!/bin/false\\n")),
    "kills-what-it-can": Attack("kill -9 -1; true", "success failure no_result"),
}


def plan_of(
    folder: pathlib.Path, more: dict[str, tuple[str, str]], strategy: str = "graft"
) -> opamplan.Plan:
    """`a`, and `good` that needs it, and more packages: what they need, and do."""
    packages = {"a": ("", "echo a"), "good": ('"a"', "echo good"), **more}
    for name, (needs, script) in packages.items():
        file = folder / f"repository/packages/{name}/{name}.1/opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\ndepends: [{needs}]\nx-sh: """{script}"""\n')
    return buildkit.plan_of(folder / "repository", strategy)


def attacks(folder: pathlib.Path, strategy: str = "graft") -> opamplan.Plan:
    """All attacks at once, and beside each two packages that need the attacker.

    One needs only it, so that with grafts it stands on its image, whatever became of that.
    """
    (folder / "secret").write_text(SECRET)
    packages = {"victim": ("", "echo out of luck; exit 1")}
    for name, attack in ATTACKS.items():
        script = attack.script.replace("SECRET", str(folder / "secret"))
        packages[name] = ('"a"', f"R=$(echo /opamplan/results/$package/*); {script}")
        packages[f"after-{name}"] = (f'"{name}" "good"', "echo after")
        packages[f"on-{name}"] = (f'"{name}"', "echo on")
    return plan_of(folder, packages, strategy)


def check(statuses: dict[str, str]) -> None:
    """That each attack cost its package, and what stands on it."""
    wrong = {
        name: statuses.get(f"{name}.1", "")
        for name, attack in ATTACKS.items()
        if statuses.get(f"{name}.1", "") not in attack.statuses.split()
    }
    assert wrong == {}
    assert (statuses["a.1"], statuses["good.1"]) == ("success", "success")
    assert statuses["victim.1"] == "failure"
    for name in ATTACKS:
        for after in (statuses[f"after-{name}.1"], statuses[f"on-{name}.1"]):
            if statuses[f"{name}.1"] == "failure":
                assert after == "dependency_failed", name
            else:
                assert after in ("success", "failure", "dependency_failed", "no_result"), name


# As root too: an image may have no other user, or a person may ask for it.
@pytest.mark.parametrize(
    ("user", "strategy"),
    [
        ("root", "graft"),
        ("opam", "graft"),
        ("root", "merge"),
        ("opam", "merge"),
        ("root", "prefix"),
        ("opam", "chain"),
    ],
)
def test_an_attack_costs_its_package_and_what_stands_on_it(
    user: str, strategy: str, daemon: Any, base: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = attacks(tmp_path, strategy)
    out = tmp_path / "out"
    seen: set[str] = set()

    def on_progress(kind: str, fields: dict[str, object], _: object) -> None:
        if kind == "failure":
            seen.add(str(fields["installs"]))

    with State(out / "builds.sqlite") as state:
        builder = Buildctl(daemon.address, daemon.buildctl)
        how = RunOptions(out, buildkit.scripted(base, out, user), batch_time_limit=500, attempts=1)
        run = Runner(plan, state, [builder], how, on_progress=on_progress).run()
        assert run.status == "finished", state.batches(run)
        statuses = {row["target"]: row["status"] for row in state.targets(run)}
        page = html_report(report_data(state, run))
        logs = {row["package"]: row["log"] for row in state.layers(run, logs=True)}
    check(statuses)
    if (user, strategy) == ("root", "graft"):
        for name, attack in ATTACKS.items():
            if attack.on_it:
                assert statuses[f"on-{name}.1"] == "failure"
                assert attack.on_it in logs[f"on-{name}.1"]
                assert f"{name}.1" in logs[f"on-{name}.1"]
    if user == "opam":  # it has no rights to do harm with
        for name in ATTACKS:
            if statuses[f"{name}.1"] == "success":
                assert statuses[f"on-{name}.1"] == statuses[f"after-{name}.1"] == "success", name
    assert SECRET not in page + "".join(logs.values())
    # Failures are told as they come, also those without a word.
    failed = {name for name, status in statuses.items() if status in ("failure", "no_result")}
    assert failed == seen
    for path in (out / "results").rglob("*"):
        assert not path.is_symlink()
        assert path.is_dir() or path.is_file()
        assert path.stat().st_mode & 0o6000 == 0


@pytest.mark.parametrize("strategy", ["graft", "merge", "prefix", "chain"])
def test_llb_holds_against_them_as_well(
    strategy: str, daemon: Any, base: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = attacks(tmp_path, strategy)
    out = tmp_path / "out"
    check(buildkit.build_llb(daemon, plan, out, buildkit.scripted(base, out, "opam")))


def test_a_step_that_is_killed_from_outside_has_another_attempt_and_then_costs_its_own(
    daemon: Any, base: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plan = plan_of(tmp_path, {"long": ("", "sleep 300"), "on": ('"long"', "echo")})
    out = tmp_path / "out"
    layer = next(key for key, package, _ in plan.layers() if package == "long.1")
    kills: list[int] = []

    def on_progress(kind: str, fields: dict[str, object], _: object) -> None:
        if kind == "step" and (fields["what"], fields["installs"]) == ("started", "long.1"):
            threading.Thread(target=kill).start()

    def kill() -> None:
        """As a machine without memory would."""
        for _ in range(200):
            for entry in pathlib.Path("/proc").iterdir():
                if entry.name.isdigit():
                    with contextlib.suppress(OSError):
                        words = (entry / "cmdline").read_bytes().decode().split("\0")
                        if "/opamplan/in/step" in words and layer in words:
                            os.kill(int(entry.name), signal.SIGKILL)
                            kills.append(int(entry.name))
                            return
            time.sleep(0.1)

    with State(out / "builds.sqlite") as state:
        builder = Buildctl(daemon.address, daemon.buildctl)
        how = RunOptions(out, buildkit.scripted(base, out, "opam"), batch_time_limit=100)
        run = Runner(plan, state, [builder], how, on_progress=on_progress).run()
        statuses = {row["target"]: row["status"] for row in state.targets(run)}
        logs = {row["package"]: row["log"] for row in state.layers(run, logs=True)}
    assert run.status == "finished"
    assert len(kills) == 2
    assert statuses == {
        "a.1": "success",
        "good.1": "success",
        "long.1": "failure",
        "on.1": "dependency_failed",
    }
    assert logs["long.1"] == "opamplan: its step was killed (exit code: 137)\n"


def test_a_builder_that_is_stopped_loses_its_batch_to_another(
    daemon: Any,
    base: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(builders, "ANSWER_SECONDS", 5)
    plan = plan_of(tmp_path, {"slow": ("", "sleep 5")})
    out = tmp_path / "out"
    other = buildkit.daemon_module().Daemon(buildkit.programs(), tmp_path / "other")
    with other, State(out / "builds.sqlite") as state:

        def on_progress(kind: str, fields: dict[str, object], _: object) -> None:
            if kind == "step" and fields["what"] == "started":
                other.send(signal.SIGSTOP)

        working = Buildctl(daemon.address, daemon.buildctl)
        stopping = Buildctl(other.address, other.buildctl)

        class Late(Buildctl):
            """So that the one which will stop has the batch."""

            def ask(self, seconds: float = 0.0) -> str:
                time.sleep(3)
                return working.ask(seconds)

        try:
            run = Runner(
                plan,
                state,
                [stopping, Late(daemon.address, daemon.buildctl)],
                RunOptions(out, buildkit.scripted(base, out, "opam"), attempts=1, patience=6),
                on_progress=on_progress,
            ).run()
        finally:
            other.send(signal.SIGCONT)
        assert run.status == "finished"
        assert [b["builder"] for b in state.batches(run)] == [daemon.address]


def test_a_flaky_package_that_a_retry_built_stays_built(
    daemon: Any, base: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    # BuildKit keeps its failure; which step it is, its words tell: one that has no -r fails.
    script = "grep -q -- '-r' /proc/1/cmdline"
    plan = plan_of(tmp_path, {"flaky": ("", script), "user": ('"flaky"', "exit 1")})
    out = tmp_path / "out"
    emit = buildkit.scripted(base, out, "root")
    seen = []
    with State(out / "builds.sqlite") as state:
        for retry in (False, True, True, False, True, False):
            builder = Buildctl(daemon.address, daemon.buildctl)
            run = Runner(plan, state, [builder], RunOptions(out, emit, retry_failed=retry)).run()
            statuses = {row["target"]: row["status"] for row in state.targets(run)}
            seen.append((statuses["flaky.1"], statuses["user.1"]))
    assert seen[0] == ("failure", "dependency_failed")
    assert set(seen[1:]) == {("success", "failure")}
