"""The step script, by the shells that images have: what it keeps, brings in and says."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
from typing import Optional

import pytest
from conftest import script

import opamplan

SHELLS = [["sh"], ["busybox", "sh"]]
NAMES = [
    "plain",
    "sp ace",
    "-dash",
    "brace{x}",
    'quote"x',
    "apos'x",
    "back\\slash",
    "star*",
    "é",
    "..dots",
]


class Image:
    """A folder that the script takes for an image; packages install by the text `install`."""

    def __init__(
        self,
        folder: pathlib.Path,
        shell: list[str],
        install: str,
        options: Optional[opamplan.EmitOptions] = None,
    ) -> None:
        self.root = folder
        self.shell = shell
        self.path = os.environ["PATH"]
        options = options or opamplan.EmitOptions.stand_in()
        options.install = install
        options.time_limit = 0
        (folder / "in").mkdir(parents=True)
        file = folder / "some/packages/a/a.1/opam"
        file.parent.mkdir(parents=True)
        file.write_text('opam-version: "2.0"\n')
        repository = opamplan.Repository.open(str(folder / "some"))
        universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-12"))
        plan = opamplan.make_plan([universe.solve("a")])
        text = next(
            bytes for path, bytes, _ in opamplan.context_files(plan, options) if path == "step"
        )
        script = re.sub(r"/opamplan(?!-)|(?=/var/)", str(folder), text.decode())
        # The shell under test, also where the script starts itself.
        script = script.replace('"$0" --as-user', f'{" ".join(shell)} "$0" --as-user')
        (folder / "in/step").write_text(script)
        self.switch = folder / "opam/default"
        (self.switch / ".opam-switch/packages").mkdir(parents=True)

    def offer(self, *packages: str) -> None:
        """Put opam files where a step's mounts are."""
        for package in packages:
            folder = self.root / "in/p" / package
            (folder / "files").mkdir(parents=True, exist_ok=True)
            (folder / "opam").write_text('opam-version: "2.0"\n')
            (folder / "files/extra").write_text(package)

    def step(self, *words: str) -> str:
        done = subprocess.run(
            [*self.shell, str(self.root / "in/step"), *words],
            check=True,
            capture_output=True,
            text=True,
            env={"PATH": self.path, "FOLDER": str(self.root)},
        )
        assert done.stderr == ""
        return done.stdout

    def status(self, package: str) -> str:
        return (self.root / "layers" / package / "status").read_text().strip()

    def log(self, package: str) -> str:
        return (self.result(package) / "log").read_text()

    def result(self, package: str) -> pathlib.Path:
        """The folder of what is told of its layer."""
        (place,) = (self.root / "results" / package).iterdir()
        return place


@pytest.fixture(params=SHELLS, ids="-".join)
def shell(request: pytest.FixtureRequest) -> list[str]:
    words: list[str] = request.param
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    return words


INSTALL = """\
switch=$FOLDER/opam/default
for package in "$1" $members; do mkdir "$switch/.opam-switch/packages/$package"; done
case $1 in bad.*) echo no luck; exit 3 ;; unfetched.*) exit 40 ;; esac
mkdir -p "$switch/lib/${1%%.*}/empty" "$switch/.opam-switch/sources/$1"
printf '%s' "$1" >"$switch/lib/${1%%.*}/META"
ln -s META "$switch/lib/${1%%.*}/link"
"""


def test_what_is_new_is_kept_and_nothing_else(shell: list[str], tmp_path: pathlib.Path) -> None:
    image = Image(tmp_path / "image", shell, INSTALL)
    image.offer("a.1", "b.2")
    told = image.step("-i", "0123456789abcdef", "a.1")
    size = (image.root / "results/a.1/0123456789abcdef/size").read_text().strip()
    assert re.fullmatch(rf"0123456789abcdef success \d+ {size}\n", told)
    image.step("-i", "0123456789abcdee", "b.2", "a.1")
    kept = image.root / "layers/b.2"
    found = sorted(
        str(p.relative_to(kept)) for p in kept.rglob("*") if not p.is_dir() or not any(p.iterdir())
    )
    assert found == [
        "repository/b/b.2/files/extra",
        "repository/b/b.2/opam",
        "status",
        "switch/.opam-switch/packages/b.2",
        "switch/lib/b/META",
        "switch/lib/b/empty",
        "switch/lib/b/link",
    ]
    assert (kept / "switch/lib/b/META").stat().st_nlink == 2
    assert not (image.switch / ".opam-switch/sources").exists()
    results = image.result("b.2")
    assert (results / "status").read_text() == "success\n"
    assert (results / "layer").read_text() == "0123456789abcdee\n"
    assert (results / "size").read_text() == f"{len('b.2') + len('META')}\n"
    assert (image.root / "repository/packages/a/a.1/opam").exists()


def test_links_that_the_builder_makes_for_other_images_are_no_change(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    # Merges link the files of one step into many images, while others install.
    install = (
        INSTALL + 'case $1 in b.*) sleep 1.1; ln "$switch/lib/a/META" "$FOLDER/other" ;; esac\n'
    )
    image = Image(tmp_path / "image", shell, install)
    image.offer("a.1", "b.1")
    image.step("-i", "0123456789abcdef", "a.1")
    image.step("-i", "0123456789abcdee", "b.1", "a.1")
    assert (image.switch / "lib/a/META").stat().st_nlink == 3
    assert not (image.root / "layers/b.1/taken").exists()
    assert [path.name for path in (image.root / "layers/b.1/switch/lib").iterdir()] == ["b"]


def test_every_name_is_grafted(shell: list[str], tmp_path: pathlib.Path) -> None:
    names = " ".join("'" + name.replace("'", "'\\''") + "'" for name in NAMES)
    install = (
        INSTALL
        + f'for name in {names}; do printf %s "$name" >"$switch/lib/${{1%%.*}}/$name"; done\n'
    )
    first = Image(tmp_path / "first", shell, install)
    first.offer("a.1")
    first.step("-i", "0123456789abcdef", "a.1")
    assert first.status("a.1") == "success", first.log("a.1")
    second = Image(tmp_path / "second", shell, INSTALL)
    shutil.copytree(first.root / "layers/a.1", second.root / "in/g/a.1", symlinks=True)
    second.offer("b.1")
    second.step("-g", "a.1", "-i", "0123456789abcdee", "b.1", "a.1")
    assert second.status("b.1") == "success", second.log("b.1")
    for name in NAMES:
        assert (second.switch / "lib/a" / name).read_text() == name
    assert (second.root / "repository/packages/a/a.1/files/extra").read_text() == "a.1"
    assert not (second.root / "layers/a.1/switch").exists()


# What a package may do to the files of one below it, in the folder `lib/a` of that one.
CHANGES = {
    "written": "echo more >>file",
    "replaced by an older one": "echo other >new && touch -d 2001-01-01 new && mv new file",
    "of other rights": "chmod 700 file",
    "linked elsewhere": "ln -sfn other link",
    "removed": "rm file link",
    "folder removed": "rm -r folder",
    "folder becomes a link": "rm -r folder && ln -s other folder",
    "folder becomes a file": "rm -r folder && echo file >folder",
    "file becomes a folder": "rm file && mkdir file && echo inner >file/inner",
    "link becomes a file": "rm link && echo file >link",
    "folder moved": "mv folder moved",
    "empty folder filled": "echo x >empty/x",
    "all removed": "cd .. && rm -r a",
}


def tree(folder: pathlib.Path) -> dict[str, tuple[object, ...]]:
    """What is below a folder, but for what opam notes."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name.startswith(".opam-switch"):
            continue
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("folder",)
        else:
            found[name] = (path.read_text(), oct(path.stat().st_mode))
    return found


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_a_package_does_to_the_files_of_others_is_grafted_too(
    change: str, shell: list[str], tmp_path: pathlib.Path
) -> None:
    install = (
        INSTALL
        + 'cd "$switch/lib/${1%%.*}"\n'
        + "mkdir folder folder/deep other && echo file >file && echo inner >folder/deep/inner\n"
        + f'case $1 in b.1) cd ../a && {change} ;; c.1) echo more >>"$switch/lib/b/file" ;; esac\n'
    )
    plain = Image(tmp_path / "plain", shell, install)
    plain.offer("a.1", "b.1", "c.1")
    plain.step("-i", "0123456789abcdef", "a.1")
    plain.step("-i", "0123456789abcdee", "b.1", "a.1")
    plain.step("-i", "0123456789abcded", "c.1", "b.1")
    for package in ("a.1", "b.1", "c.1"):
        assert plain.status(package) == "success", plain.log(package)
    grafted = Image(tmp_path / "grafted", shell, install)
    for package in ("a.1", "b.1", "c.1"):
        kept = plain.root / "layers" / package
        shutil.copytree(kept, grafted.root / "in/g" / package, symlinks=True)
    grafted.offer("d.1")
    grafted.step("-g", "a.1", "b.1", "c.1", "-i", "0123456789abcdec", "d.1", "c.1")
    assert grafted.status("d.1") == "success", grafted.log("d.1")
    of_d = {name for name in tree(grafted.switch) if f"{name}/".startswith("lib/d/")}
    found = {name: has for name, has in tree(grafted.switch).items() if name not in of_d}
    assert found == tree(plain.switch)


def test_a_graft_that_cannot_be_brought_in_is_said_by_name(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    image = Image(tmp_path / "image", shell, INSTALL)
    (image.switch / "lib/x").mkdir(parents=True)
    for package, path in (("fine.1", "lib/fine"), ("clash.1", "lib/x"), ("also.1", "lib/also")):
        graft = image.root / "in/g" / package
        (graft / "switch/lib").mkdir(parents=True)
        (graft / "status").write_text("success\n")
        (graft / "switch" / path).write_text("a file")
    image.offer("b.1")
    image.step("-g", "fine.1", "clash.1", "also.1", "-i", "0123456789abcdef", "b.1", "clash.1")
    assert image.status("b.1") == "failure"
    assert "opamplan: could not bring in the files of clash.1\n" in image.log("b.1")


def test_a_name_with_a_line_break_is_said(shell: list[str], tmp_path: pathlib.Path) -> None:
    image = Image(tmp_path / "image", shell, INSTALL + 'echo >"$switch/lib/a/x\ny"\n')
    image.offer("a.1")
    image.step("-i", "0123456789abcdef", "a.1")
    assert image.status("a.1") == "failure"
    assert "could not be kept" in image.log("a.1")


def test_failures_are_told_apart_and_stop_those_that_need_them(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    image = Image(tmp_path / "image", shell, INSTALL)
    step = image.root / "in/step"
    step.write_text(step.read_text().replace("sleep $((", ": $(("))
    image.offer("bad.1", "unfetched.1", "a.1", "b.1", "c.1")
    told = image.step("-i", "0123456789abcdef", "bad.1")
    assert re.fullmatch(r"0123456789abcdef: no luck\n0123456789abcdef failure \d+ -\n", told)
    image.step("-i", "0123456789abcdee", "unfetched.1")
    image.step("-i", "0123456789abcded", "a.1", "bad.1", "-i", "0123456789abcdec", "b.1")
    image.step("-i", "0123456789abcdeb", "c.1", "nowhere.1")
    assert [image.status(p) for p in ("bad.1", "unfetched.1", "a.1", "b.1", "c.1")] == [
        *("failure", "download_failed", "dependency_failed", "success", "dependency_failed")
    ]
    assert image.log("a.1") == "not tried: bad.1 is failure\n"
    assert image.log("c.1") == "not tried: nowhere.1 is missing\n"
    assert "again in 1 s" in image.log("unfetched.1")


def test_a_system_step_that_fails_says_why_and_leaves_it_to_the_steps_on_it(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions.stand_in()
    options.depexts = 'echo "no package $1 here"; false'
    image = Image(tmp_path / "image", shell, INSTALL, options)
    image.offer("a.1")
    assert image.step("-d", "libnone-dev") == "no package libnone-dev here\n"
    assert not (image.root / "notes").exists()
    image.step("-d", "libnone-dev", "-i", "0123456789abcdef", "a.1")
    assert image.status("a.1") == "failure"
    assert "no package libnone-dev here" in image.log("a.1")


def test_those_who_watch_are_told_what_system_packages_took(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions.stand_in()
    options.depexts = """for package; do
  case $package in lib*) printf 'Installed-Size: 7\\n' >>/var/lib/dpkg/status ;; esac
done"""
    image = Image(tmp_path / "image", shell, INSTALL, options)
    image.offer("a.1")
    status = image.root / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_text("Package: dash\nInstalled-Size: 5000000\n")
    told = image.step("-d", "liba-dev", "libb-dev")
    assert re.fullmatch(r"system \d+ 14336\n", told)  # two of 7 KiB
    told = image.step("-d", "none", "-i", "0123456789abcdef", "a.1")
    assert re.fullmatch(r"0123456789abcdef success \d+ \d+\n", told)


def test_debian_packages_that_are_there_are_not_installed_again(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    options = opamplan.EmitOptions()
    image = Image(tmp_path / "image", shell, INSTALL, options)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, body in [
        ("apt-get", f'echo "$@" >>{tmp_path}/calls'),
        (
            "dpkg-query",
            "for p; do case $p in lib*) echo installed ;; none*) exit 1 ;; "
            "gone*) echo config-files ;; esac; done",
        ),
    ]:
        script(programs / name, body)
    image.path = f"{programs}:{os.environ['PATH']}"
    image.step("-d", "liba", "libb")
    assert not (tmp_path / "calls").exists()
    for missing in ("none", "gone"):
        image.step("-d", "liba", missing)
        assert f"install -y -qq -- liba {missing}" in (tmp_path / "calls").read_text()
        (tmp_path / "calls").unlink()


@pytest.mark.parametrize(("room", "status"), [("/dev/full", 75), ("/dev/null", 0)])
def test_a_step_that_cannot_tell_its_result_fails_if_that_is_for_want_of_room(
    room: str, status: int, shell: list[str], tmp_path: pathlib.Path
) -> None:
    image = Image(tmp_path / "image", shell, INSTALL)
    image.offer("a.1")
    step = image.root / "in/step"
    text = step.read_text().replace('>"$told/status"', ">/dev/full")
    step.write_text(text.replace("rm -f /.opamplan-room", "").replace("/.opamplan-room", room))
    done = subprocess.run(
        [*shell, str(step), "-i", "0123456789abcdef", "a.1"],
        check=False,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "FOLDER": str(image.root)},
    )
    assert done.returncode == status


def test_a_post_group_is_one_install_and_all_of_it_must_be_there(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    image = Image(tmp_path / "image", shell, INSTALL)
    image.offer("a.1", "b.1", "c.1", "d.1")
    image.step("-w", "b.1", "-i", "0123456789abcdef", "a.1")
    assert image.status("a.1") == "success", image.log("a.1")
    assert (image.root / "layers/a.1/repository/b/b.1/opam").exists()
    step = image.root / "in/step"
    step.write_text(step.read_text().replace('"$1" $members', '"$1"'))
    image.step("-w", "d.1", "-i", "0123456789abcdee", "c.1")
    assert image.status("c.1") == "failure"
    assert "opam did not install d.1 with c.1" in image.log("c.1")


def test_only_archives_that_are_what_they_are_called_are_shared(
    shell: list[str], tmp_path: pathlib.Path
) -> None:
    install = INSTALL + (
        "cache=$FOLDER/opam/download-cache\nmkdir -p $cache/md5/5d $cache/md5/00 $cache/other\n"
        "printf hello >$cache/md5/5d/5d41402abc4b2a76b9719d911017c592\n"
        "printf hello >$cache/md5/00/00000000000000000000000000000000\n"
        "ln -s /etc/passwd $cache/md5/00/1\nprintf x >$cache/other/y\n"
    )
    image = Image(tmp_path / "image", shell, install)
    (image.root / "in/cache").mkdir()
    image.offer("a.1")
    image.step("-i", "0123456789abcdef", "a.1")
    shared = [
        str(p.relative_to(image.root / "in/cache")) for p in (image.root / "in/cache").rglob("*")
    ]
    assert [p for p in sorted(shared) if p.count("/") == 2] == [
        "md5/5d/5d41402abc4b2a76b9719d911017c592"
    ]
    assert not (image.root / "opam/download-cache").exists()
