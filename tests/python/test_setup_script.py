"""The setup and step scripts in stand-in roots, whose package manager and opam record their calls.

With the shells that images have as `sh`: busybox, dash, bash. Needs root, for chroot.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

import opamplan

MANAGERS = {
    "apt-get": ("debian-13", "apt-get install -y -qq"),
    "apk": ("alpine-3.22", "apk add"),
    "dnf": ("fedora-42", "dnf install -y"),
    "zypper": ("opensuse-tumbleweed", "zypper --non-interactive"),
    "pacman": ("arch", "pacman -Sy --noconfirm"),
}
SHELLS = ("busybox", "dash", "bash")

# A package manager writes down its words; what it is asked for is there afterwards.
MANAGER = """\
#!/bin/sh
echo "${0##*/} $*" >>/calls
for word; do
  case $word in
  opam) cp /offered/opam /bin/opam ;;
  missing) echo "no such package" >&2; exit 1 ;;
  esac
done
"""
OPAM = """\
#!/bin/sh
[ "$1" = --version ] || echo "opam $(id -u) $HOME $*" >>/tmp/opam-calls
switch=/opamplan/opam/default/.opam-switch
case $1 in
--version) echo VERSION ;;
switch) mkdir -p $switch/packages ;;
install) for package; do :; done; mkdir $switch/packages/$package; echo x >$switch/../$package ;;
esac
"""


class Root:
    """A root file system of busybox, one shell, and a package manager."""

    def __init__(self, folder: pathlib.Path, shell: str, manager: str) -> None:
        self.folder = folder
        busybox = shutil.which("busybox")
        program = shutil.which(shell)
        if os.geteuid() != 0 or busybox is None or program is None:
            pytest.skip(f"needs root, busybox and {shell}")
        for name in ("bin", "etc", "tmp", "offered", "usr/local/bin", "dev"):
            (folder / name).mkdir(parents=True)
        os.mknod(folder / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        (folder / "dev/null").chmod(0o666)
        shutil.copy(busybox, folder / "bin/busybox")
        listed = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True)
        for applet in listed.stdout.split():
            # What the manager would be, and what only some images have.
            if applet not in ("busybox", "sh", "dpkg", "rpm", "setpriv"):
                (folder / "bin" / applet).symlink_to("busybox")
        self._take(pathlib.Path(program), folder / "bin/sh")
        (folder / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
        (folder / "etc/group").write_text("root:x:0:\n")
        self.write("bin/" + manager, MANAGER)
        self.write("offered/opam", OPAM.replace("VERSION", "2.3.0"))

    def _take(self, program: pathlib.Path, place: pathlib.Path) -> None:
        """A program and the libraries that it is linked with."""
        shutil.copy(program, place)
        linked = subprocess.run(["ldd", program], check=False, capture_output=True, text=True)
        for path in re.findall(r"(/\S+)", linked.stdout):
            target = self.folder / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/usr/sbin/chroot", str(self.folder), *words],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/local/bin:/bin"},
        )

    def calls(self, path: str = "calls") -> list[str]:
        file = self.folder / path
        return file.read_text().splitlines() if file.exists() else []


def prepared(root: Root, environment: str, **options: object) -> None:
    """Put the scripts of a plan for `environment` into the root."""
    folder = root.folder / "some/packages/a/a.1"
    folder.mkdir(parents=True)
    (folder / "opam").write_text('opam-version: "2.0"\n')
    values = opamplan.Environment.preset(environment)
    values["opam-version"] = "2.3.0"
    universe = opamplan.Universe(opamplan.Repository.open(str(root.folder / "some")), values)
    plan = opamplan.make_plan([universe.solve("a")], image="some:image")
    emit = opamplan.EmitOptions(**options)
    for path, content, _ in opamplan.context_files(plan, emit):
        if path in ("step", "collect"):
            root.write("opamplan/in/" + path, content.decode())
    text = opamplan.dockerfile(plan, "a.1", emit)
    begin = text.index("RUN <<")
    word = text[begin + 6 : text.index("\n", begin)]
    root.write("setup", text[text.index("\n", begin) + 1 : text.index(f"\n{word}\n", begin) + 1])
    root.write("opamplan/in/p/a.1/opam", 'opam-version: "2.0"\n')


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("manager", MANAGERS)
def test_each_package_manager_brings_opam_once_and_system_packages_when_asked(
    manager: str, shell: str, tmp_path: pathlib.Path
) -> None:
    environment, call = MANAGERS[manager]
    root = Root(tmp_path, shell, manager)
    prepared(root, environment)
    done = root.run("/bin/sh", "/setup")
    assert done.returncode == 0, done.stderr
    assert any(line.startswith(call) and line.split()[-1] == "opam" for line in root.calls())
    assert "opam:x:1000:1000::/home/opam:/bin/sh" in (tmp_path / "etc/passwd").read_text()
    # opam runs as that user, with its home.
    assert [line.split()[:3] for line in root.calls("tmp/opam-calls")] == [
        ["opam", "1000", "/home/opam"]
    ] * 2
    before = len(root.calls())
    step = root.run("/opamplan/in/step", "-d", "libx", "-i", "0123456789abcdef", "a.1")
    log = (tmp_path / "opamplan/results/a.1/0123456789abcdef/log").read_text()
    assert step.returncode == 0, step.stderr
    assert re.fullmatch(r"0123456789abcdef success \d+ \d+\n", step.stdout)
    assert (tmp_path / "opamplan/layers/a.1/status").read_text() == "success\n", log
    asked = [line for line in root.calls()[before:] if line.split()[-1] == "libx"]
    assert asked
    assert all("-- libx" in line for line in asked)
    assert (tmp_path / "opamplan/layers/a.1/switch/a.1").stat().st_uid == 1000
    # One that is not there is a failure of the package, with the manager's words.
    step = root.run("/opamplan/in/step", "-d", "missing", "-i", "0123456789abcdee", "a.1")
    assert step.returncode == 0
    assert "no such package" in step.stdout
    assert (tmp_path / "opamplan/results/a.1/0123456789abcdee/status").read_text() == "failure\n"


def test_an_image_with_another_opam_is_refused_with_what_to_do(tmp_path: pathlib.Path) -> None:
    root = Root(tmp_path, "busybox", "apk")
    prepared(root, "alpine-3.22")
    root.write("bin/opam", OPAM.replace("VERSION", "2.1.2"))
    done = root.run("/bin/sh", "/setup")
    assert done.returncode == 1
    assert "the image has opam 2.1.2, the plan is made for 2.3.0" in done.stderr
    # One of several is taken by its name.
    root.write("bin/opam-2.3", OPAM.replace("VERSION", "2.3.0"))
    done = root.run("/bin/sh", "/setup")
    assert done.returncode == 0, done.stderr
    assert root.run("opam", "--version").stdout == "2.3.0\n"


def test_an_image_s_own_user_is_taken(tmp_path: pathlib.Path) -> None:
    root = Root(tmp_path, "busybox", "apk")
    prepared(root, "alpine-3.22", opam="image")
    (tmp_path / "etc/passwd").write_text(
        "root:x:0:0::/root:/bin/sh\nopam:x:1234:1234::/srv/opam:/bin/sh\n"
    )
    done = root.run("/bin/sh", "/setup")
    assert (done.returncode, "the image has no opam" in done.stderr) == (1, True)
    root.write("bin/opam", OPAM.replace("VERSION", "2.3.0"))
    assert root.run("/bin/sh", "/setup").returncode == 0
    assert root.calls("tmp/opam-calls")[0].startswith("opam 1234 /srv/opam init")


def test_an_image_without_what_is_needed_says_so(tmp_path: pathlib.Path) -> None:
    root = Root(tmp_path, "busybox", "unheard-of")
    prepared(root, "alpine-3.22")
    done = root.run("/bin/sh", "/setup")
    assert done.returncode != 0
    assert "no package manager that is known" in done.stderr


@pytest.mark.parametrize("environment", ["windows", "macos-homebrew", "freebsd"])
def test_other_systems_are_planned_but_not_emitted(
    environment: str, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "packages/a/a.1/opam"
    file.parent.mkdir(parents=True)
    file.write_text('opam-version: "2.0"\n')
    values = opamplan.Environment.preset(environment)
    universe = opamplan.Universe(opamplan.Repository.open(str(tmp_path)), values)
    plan = opamplan.make_plan([universe.solve("a")])
    assert plan.base["image"] == ""
    with pytest.raises(opamplan.InvalidRequest, match=f"os = {values['os']}"):
        opamplan.dockerfile(plan, "a.1")
    with pytest.raises(opamplan.InvalidRequest, match="Linux"):
        opamplan.write_plan(plan, tmp_path / "out", ["llb"])
