"""Small repositories that were read otherwise than opam reads them: one test a kind of fault."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
from collections.abc import Callable

import pytest
from conftest import Run

import opamplan

OPAM = 'opam-version: "2.0"\n'


def tree(root: pathlib.Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        file = root / "packages" / name.split(".")[0] / name / "opam"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return str(root)


def where(path: str) -> tuple[str, ...]:
    return ("--repository", path, "--no-repository-cache", "--no-ocaml")


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ('available: [os = "linux" arch = "x86_64"]', "2:12"),
        ('depends: ["a" ["b"]]', "2:15"),
        ('depends: ["a" "b.1"]', "2:15"),
        ('depends: ["a" {>= "1 2"}]', "2:19"),
    ],
)
def test_a_malformed_field_is_left_out_whole_and_the_package_is_kept(
    opamplan_command: Run, tmp_path: pathlib.Path, field: str, place: str
) -> None:
    path = tree(tmp_path, {"a.1": OPAM, "b.1": OPAM, "bad.1": OPAM + field + "\n"})
    checked = opamplan_command("check", *where(path)[:3])
    assert f"packages/bad/bad.1/opam:{place}: error: " in checked.stdout
    assert "the field is left out" in checked.stdout
    assert checked.returncode == 1
    solved = opamplan_command("solve", "bad", *where(path))
    assert solved.returncode == 0
    assert "a.1" not in solved.stdout


def test_what_is_taken_without_a_field_is_told_once_where_it_is_in_a_solution(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    files = {
        "user.1": 'depends: ["bad"]',
        "bad.1": "depends: 3\nx-ci-accept-failures: 3",
        "other.1": "depends: 3",
    }
    path = tree(tmp_path / "repo", {name: OPAM + text + "\n" for name, text in files.items()})
    said = (
        "opamplan: packages/bad/bad.1/opam:2:10: error: depends: expected a package; the field is "
        "left out, as by opam\n"
    )
    for words in (("solve",), ("plan", "-q"), ("plan", "-q", "--vary", "with-test")):
        done = opamplan_command(*words, "user", *where(path))
        assert (done.returncode, done.stderr) == (0, said)
    # Of a whole repository, which `check` reads, nothing.
    assert opamplan_command("plan", "-q", *where(path)).stderr == ""
    bad = opamplan.Repository.open(path).package("bad.1")
    assert [d.left_out_field for d in bad.check()] == ["depends", "x-ci-accept-failures"]


def test_what_cannot_be_read_of_a_file_is_left_out_as_by_opam(
    tmp_path: pathlib.Path, debian_opam: Callable[[str], str]
) -> None:
    """What is malformed decides who needs what: opam installs a version as if it were not there."""
    fields = {
        "a.1": "",
        "number.1": "depends: 3",
        "filter.1": 'depends: ["absent" "a" {>= 3}]',
        "option.1": 'depends: ["absent" {a b}]',
        "conflict.1": 'depends: ["a"] conflicts: 3',
        "available.1": "available: 3",
        "twice.1": 'depends: ["a"] depends: ["absent"]',
        "syntax.1": 'depends: ["a"',
        **{f"on-{name}.1": f'depends: ["{name}"]' for name in ("number", "filter", "syntax")},
    }
    path = tree(
        tmp_path / "repository", {name: OPAM + text + "\n" for name, text in fields.items()}
    )
    (tmp_path / "repository/repo").write_text(OPAM)
    debian_opam(f"init --bare --no-setup --disable-sandboxing --kind=local default {path}")
    debian_opam("switch create empty --empty")
    universe = opamplan.Universe(
        opamplan.Repository.open(path), opamplan.Environment.preset("debian-12"), ocaml=""
    )
    installed: dict[str, list[str]] = {}
    for package in fields:
        name = package.removesuffix(".1")
        answer = tmp_path / f"{name}.json"
        with contextlib.suppress(AssertionError):  # it knows no solution
            debian_opam(f"install {name} --dry-run --json={answer}")
            actions = json.loads(answer.read_text())["solution"]
            installed[name] = sorted(f"{a['install']['name']}.1" for a in actions)
    ours = {
        name: sorted(result.packages)
        for name in (package.removesuffix(".1") for package in fields)
        if name != "syntax" and (result := universe.solve(name))
    }
    assert ours == installed
    assert installed["on-filter"] == ["filter.1", "on-filter.1"]
    assert {"syntax", "on-syntax", "available"}.isdisjoint(installed)


def test_a_diagnostic_names_the_field_that_a_file_is_taken_without(
    tmp_path: pathlib.Path,
) -> None:
    text = (
        OPAM + "depends: 3\nflags: conf\nflags: conf\nunknown: 1\nx-ci-accept-failures: 3\n"
        'url { src: 3 checksum: "zz" }\n'
    )
    repository = opamplan.Repository.open(tree(tmp_path, {"a.1": text}))
    found = {d.message.partition(":")[0]: d.left_out_field for d in repository.check()}
    assert found == {
        **{name: name for name in ("depends", "x-ci-accept-failures", "url.src", "url")},
        **dict.fromkeys(("flags", "unknown"), ""),
    }


def test_the_first_of_a_repeated_field_counts_everywhere(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    twice = (
        OPAM + 'available: os = "linux"\navailable: false\nsynopsis: "one"\nsynopsis: "two"\n'
        'depends: ["a"]\ndepends: ["b"]\nflags: conf\nflags: deprecated\n'
    )
    path = tree(tmp_path, {"a.1": OPAM, "b.1": OPAM, "twice.1": twice})
    checked = opamplan_command("check", *where(path)[:3])
    assert checked.returncode == 1
    for line in (3, 5, 7, 9):
        assert f"opam:{line}:1: error: " in checked.stdout
    assert checked.stdout.count("repeated; the first one counts") == 4
    package = opamplan.Repository.open(path, cache=False).package("twice.1")
    assert (package.synopsis, package.depends, package.flags) == ("one", '["a"]', ["conf"])
    solved = opamplan_command("solve", "twice", *where(path))
    assert (solved.returncode, "a.1" in solved.stdout, "b.1" in solved.stdout) == (0, True, False)


def test_a_file_of_a_newer_format_is_unavailable_and_odd_formats_are_said(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    formats = {"v12": "1.2", "v20": "2.0", "v22": "2.2", "v30": "3.0"}
    files = {f"{name}.1": f'opam-version: "{v}"\n' for name, v in formats.items()}
    path = tree(tmp_path, {**files, "none.1": 'synopsis: "none"\n'})
    environment = opamplan.Environment.preset("debian-12")
    repo = opamplan.Repository.open(path, cache=False)
    for opam, available in (("2.1.2", {"v12", "v20"}), ("2.3.0", {"v12", "v20", "v22"})):
        environment["opam-version"] = opam
        assert {p.name for p in repo if p.is_available(environment)} - {"none"} == available
    said = opamplan_command("check", *where(path)[:3]).stdout
    for name in ("v12", "v22", "v30", "none"):
        assert f"packages/{name}/{name}.1/opam" in said
    assert "v20" not in said


def test_available_may_be_a_text() -> None:
    repo = opamplan.Repository.from_files({"a.1": OPAM + 'available: "true"'})
    assert repo.package("a.1").is_available(opamplan.Environment.preset("debian-12"))


def test_the_version_of_a_pinned_file_counts(opamplan_command: Run, shared: pathlib.Path) -> None:
    pins = shared / "cases/pins"
    options = (*where(str(pins / "repository")), "--pin", str(pins / "versions"))
    for target, others in (("app", ["lib.1.5"]), ("libext", ["lib.1.5"])):
        solved = opamplan_command("solve", target, *options)
        assert solved.returncode == 0, solved.stderr + solved.stdout
        for other in others:
            assert other in solved.stdout


def test_a_pins_folder_is_the_packages_source(tmp_path: pathlib.Path) -> None:
    (tmp_path / "mine.opam").write_text(OPAM)
    (tmp_path / "mine.ml").write_text("let () = ()")
    repo = opamplan.Repository.open([], pins=[tmp_path], cache=False)
    assert repo.package("mine.dev").source_folder == (str(tmp_path), "")
    assert opamplan.Repository.from_files({"a.1": OPAM}).package("a.1").source_folder is None


def test_pin_depends_that_cannot_be_followed_are_said(
    opamplan_command: Run, shared: pathlib.Path
) -> None:
    main = shared / "cases/pins/pin-depends/main"
    solved = opamplan_command("solve", "--no-ocaml", "--pin", str(main), "main")
    assert "other.dev at git+https://example.org/x/other.git is not followed" in solved.stderr
    assert "dep.dev at ./dep is not followed" in solved.stderr


@pytest.mark.parametrize("text", ['opam-version: "2.0"\ndepends: [', "", "# nothing\n"])
def test_a_broken_pin_is_an_error(opamplan_command: Run, tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "dune.opam").write_text(text)
    solved = opamplan_command("solve", "--pin", str(tmp_path / "dune.opam"), "dune")
    assert solved.returncode == 2
    assert solved.stderr.count("\n") == 1
    assert "dune.opam" in solved.stderr
    assert opamplan_command("solve", "--pin", "/dev/null", "dune").returncode == 2


def test_each_source_may_have_its_own_revision_and_folder(tmp_path: pathlib.Path) -> None:
    work = tmp_path / "work"
    tree(work / "released", {"a.1": OPAM})

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", work, "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            check=True,
            capture_output=True,
        )

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    git("tag", "first")
    tree(work / "released", {"a.2": OPAM})
    git("add", "-A")
    git("commit", "-q", "-m", "y")
    (tmp_path / "mine.opam").write_text(OPAM)
    plain = tree(tmp_path / "plain", {"b.1": OPAM})
    repo = opamplan.Repository.open([f"{work}#first:released", plain], cache=False)
    assert [str(p) for p in repo] == ["a.1", "b.1"]
    repo = opamplan.Repository.open([f"{work}#main:released"], cache=False)
    assert [str(p) for p in repo] == ["a.1", "a.2"]
    with pytest.raises(opamplan.LoadError, match="REVISION:FOLDER"):
        opamplan.Repository.open(f"{work}#main", cache=False)
