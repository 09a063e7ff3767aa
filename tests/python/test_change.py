"""What a change of a repository does, by the library and by the command."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
from collections.abc import Callable, Sequence

import pytest

import opamplan
from opamplan._core.solve import _targets_touched

FILES = {
    "base.1": 'synopsis: "The base"\n',
    "base.2": "",
    "lib.1": 'depends: ["base" {>= "2"}]',
    "app.1": 'depends: ["lib"]',
    "other.1": "",
    "pair.1": 'depends: ["base" {< "2"}]',
}

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def effect(
    after: dict[str, str], before: dict[str, str] = FILES, failed_layers: Sequence[str] = ()
) -> tuple[list[opamplan.PackageChange], opamplan.Effect]:
    """The change from one set of files to another, without a compiler."""
    sides = [
        opamplan.Repository.from_files(
            {package: f'opam-version: "2.0"\n{fields}\n' for package, fields in files.items()}
        )
        for files in (before, after)
    ]
    changes = opamplan.compare_repositories(*sides)
    environment = opamplan.Environment.preset("debian-13")
    before_, after_ = (opamplan.Universe(side, environment) for side in sides)
    return changes, opamplan.effect_of(changes, before_, after_, failed_layers=failed_layers)


def kinds(changes: list[opamplan.PackageChange]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(c.package, c.kind, c.fields) for c in changes]


def test_equal_repositories_have_no_change() -> None:
    changes, found = effect(dict(FILES))
    assert changes == []
    assert (found.lost, found.gained, found.dependents, len(found.plan)) == ((), (), (), 0)
    assert not found.is_bad


def test_changes_are_told_by_version_kind_and_fields() -> None:
    after = {**FILES, "base.3": "", "lib.1": FILES["lib.1"] + ' build: ["make"]'}
    after["base.1"] = 'synopsis: "Another"\nmaintainer: "me"'
    del after["other.1"]
    changes, found = effect(after)
    assert kinds(changes) == [
        ("base.1", "metadata", ("synopsis", "maintainer")),
        ("base.3", "added", ()),
        ("lib.1", "changed", ("build",)),
        ("other.1", "removed", ()),
    ]
    assert found.installable == ("base.3", "lib.1")
    assert found.dependents == ("app.1",)
    assert found.direct_count == 1


def test_what_lies_beside_a_file_is_part_of_it() -> None:
    def repository(content: str) -> opamplan.Repository:
        return opamplan.Repository.from_files(
            {"a.1/opam": 'opam-version: "2.0"\n', "a.1/files/p.patch": content}
        )

    try:
        changes = opamplan.compare_repositories(repository("1"), repository("2"))
    except opamplan.LoadError:
        pytest.skip("memory holds opam files only")
    assert kinds(changes) == [("a.1", "changed", ("files/",))]


def test_a_loss_says_why() -> None:
    _, found = effect({**FILES, "lib.1": 'depends: ["base" {>= "9"}]'})
    assert [loss.package for loss in found.lost] == ["app.1", "lib.1"]
    assert found.lost[1].reasons == (
        "lib 1 needs base >= 9",
        "base has 2 versions from 1 to 2",
    )
    assert found.is_bad
    assert len(found.plan) == 0
    _, back = effect(FILES, {**FILES, "lib.1": 'depends: ["base" {>= "9"}]'})
    assert back.gained == ("app.1", "lib.1")


def test_what_is_not_available_any_more_is_lost_too() -> None:
    _, found = effect({**FILES, "other.1": "available: false"})
    assert [loss.package for loss in found.lost] == ["other.1"]
    assert found.lost[0].reasons == ("it is not available here any more",)
    assert found.unavailable == ("other.1",)


def test_dependents_are_those_whose_layers_change_direct_ones_first() -> None:
    _, found = effect({**FILES, "base.2": 'build: ["make"]'})
    assert found.dependents == ("lib.1", "app.1")
    assert found.direct_count == 1
    assert set(found.plan.targets) == {"base.2", "lib.1", "app.1"}
    assert found.new_layer_count == len(found.plan) == 3
    assert opamplan.diagnose(found.plan) == []


def layer_of(package: str, files: dict[str, str]) -> str:
    """The layer of a package, as a run before the change knows it: of a new repository."""
    plan = effect(files, {})[1].plan
    return next(layer for layer, name, _ in plan.layers() if name == package)


def test_what_stands_on_a_layer_that_failed_and_stays_is_not_built_again() -> None:
    before = {**FILES, "app.1": 'depends: ["lib" "other"]'}
    after = {**before, "base.2": 'build: ["make"]'}
    _, found = effect(after, before, [layer_of("other.1", before)])
    assert found.known_failures == ("app.1",)
    assert found.dependents == ("lib.1",)
    assert set(found.plan.targets) == {"base.2", "lib.1"}


def test_what_a_change_repairs_or_makes_anew_is_built_though_it_failed_before() -> None:
    before = {**FILES, "app.1": 'depends: ["lib" "other"]'}
    failed = [layer_of(name, before) for name in ("lib.1", "other.1")]
    for repaired in ({"lib.1": FILES["lib.1"] + ' build: ["x"]'}, {"base.2": 'build: ["make"]'}):
        after = {**before, **repaired, "other.1": 'build: ["x"]'}
        _, found = effect(after, before, failed)
        assert found.known_failures == ()
        assert {"lib.1", "other.1", "app.1"} <= set(found.plan.targets)


def test_a_version_whose_depends_cannot_be_read_is_lost_and_not_built() -> None:
    after = {**FILES, "lib.1": 'depends: ["base" {>= "2" {x}}]'}
    [change], found = effect(after)
    assert "error: depends: " in change.problem
    assert [(loss.package, loss.reasons) for loss in found.lost] == [("lib.1", (change.problem,))]
    assert (found.is_bad, found.installable) == (True, ())
    assert "lib.1" not in found.plan.targets
    # Broken before, too: nothing is lost by it. Repaired: it can be installed now.
    _, still = effect({**after, "lib.1": after["lib.1"] + ' build: ["x"]'}, after)
    assert (still.lost, still.installable, still.refused_before) == ((), (), ("lib.1",))
    _, back = effect(FILES, after)
    assert (back.installable, back.gained) == (("lib.1",), ("lib.1",))
    # Added: refused, with the reason. What no build can see is no loss.
    _, added = effect(after, {p: fields for p, fields in FILES.items() if p != "lib.1"})
    assert [(loss.package, loss.reasons) for loss in added.refused] == [
        ("lib.1", (change.problem,))
    ]
    _, told = effect({**FILES, "lib.1": FILES["lib.1"] + " build: [] synopsis: [true]"})
    assert told.installable == ("lib.1",)


def test_metadata_builds_nothing() -> None:
    changes, found = effect({**FILES, "base.2": 'synopsis: "x"'})
    assert kinds(changes) == [("base.2", "metadata", ("synopsis",))]
    assert (found.dependents, found.installable, len(found.plan)) == ((), (), 0)


def test_a_cycle_is_a_loss() -> None:
    _, found = effect({**FILES, "base.2": 'depends: ["lib"]'})
    assert [loss.package for loss in found.lost] == ["app.1", "base.2", "lib.1"]
    assert found.lost[1].reasons == (
        "its dependencies are cyclic, which opam refuses: base.2 -> lib.1 -> base.2",
    )
    assert (found.installable, len(found.plan)) == ((), 0)


def test_a_file_that_cannot_be_read_any_more_is_broken_not_removed() -> None:
    broken = {**FILES, "base.2": "build: ["}
    changes, found = effect(broken)
    assert [(c.package, c.kind) for c in changes] == [("base.2", "broken")]
    assert "base.2:3:1: error: unexpected end" in changes[0].problem
    assert [loss.package for loss in found.lost] == ["app.1", "lib.1"]
    assert "base.2" in found.removed
    changes, _ = effect(FILES, broken)
    assert [(c.package, c.kind) for c in changes] == [("base.2", "added")]
    assert effect(broken, broken)[0] == []


def test_what_could_not_be_installed_before_is_told_apart() -> None:
    old = {**FILES, "old.1": 'depends: ["base" {>= "5"}]'}
    _, found = effect({**FILES, "old.1": 'depends: ["base" {>= "6"}]'}, old)
    assert (found.refused, found.refused_before, found.is_bad) == ((), ("old.1",), False)
    _, found = effect(old)
    assert [loss.package for loss in found.refused] == ["old.1"]
    _, found = effect(FILES, {**FILES, "extra.1": ""})
    assert (found.removed, found.lost) == (("extra.1",), ())


def test_a_source_that_comes_from_elsewhere_is_told() -> None:
    def url(host: str) -> str:
        checksum = "md5=0123456789abcdef0123456789abcdef"
        return f'url {{ src: "https://{host}/a.tgz" checksum: "{checksum}" }}'

    changes, found = effect(
        {**FILES, "other.1": url("new.example.org")}, {**FILES, "other.1": url("example.org")}
    )
    assert kinds(changes) == [("other.1", "url", ("url",))]
    assert len(found.plan) == 0


@pytest.fixture
def sides(embedded: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with the embedded repository as `before`, and a changed one as `after`."""
    for side in ("before", "after"):
        shutil.copytree(embedded, tmp_path / side)
    opam = tmp_path / "after/packages/heron/heron.6.0.0/opam"
    opam.write_text(opam.read_text().replace('"dune" {>= "3.8"}', '"dune" {>= "3.8" & < "3.10"}'))
    shutil.rmtree(tmp_path / "after/packages/webmail")
    return tmp_path


def test_the_command_compares_folders_for_several_compilers(
    opamplan_command: Run, sides: pathlib.Path
) -> None:
    words = ["change", "before", "after", "--ocaml", "4.14.2", "--ocaml", "5.3.0"]
    done = opamplan_command(*words, "--json", "-o", "check-{ocaml}.json", cwd=sides)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [c["kind"] for c in found["changes"]] == ["changed", "removed"]
    old, new = found["effects"]
    assert (old["ocaml"], old["lost"]) == ("4.14.2", [])
    names = [f"debian-13-ocaml-{version}" for version in ("4.14.2", "5.3.0")]
    assert [each["combination"] for each in found["effects"]] == names
    assert "store.3.1.0" in [loss["package"] for loss in new["lost"]]
    # With 4.14.2 nothing is left to build: a plan of nothing, not that of an earlier change.
    assert len(opamplan.Plan.load(str(sides / "check-4.14.2.json"))) == 0
    plan = opamplan.Plan.load(str(sides / "check-5.3.0.json"))
    assert set(plan.targets) == set(new["dependents"])
    done = opamplan_command(*words, "-o", "check.json", cwd=sides)
    assert done.returncode == 1
    both = opamplan.PlanMatrix.load(sides / "check.json")
    assert list(both) == ["debian-13-ocaml-4.14.2", "debian-13-ocaml-5.3.0"]
    assert list(both.values())[1] == plan
    done = opamplan_command(*words, "--arch=x86_64", "--arch=arm64", "-o", "{ocaml}", cwd=sides)
    assert done.returncode == 2
    assert "name a file for each: {ocaml}-{arch}" in done.stderr


def test_what_a_run_knows_to_fail_is_left_out_where_its_layer_is_the_same(
    opamplan_command: Run, tmp_path: pathlib.Path, fake: Callable[..., str]
) -> None:
    def write(side: str, package: str, fields: str) -> None:
        folder = tmp_path / side / "packages" / package.partition(".")[0] / package
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "opam").write_text(f'opam-version: "2.0"\n{fields}\n')

    for version in ("4.14.2", "5.3.0"):
        write("before", f"ocaml.{version}", "flags: compiler")
    for name in ("base", "bad"):
        write("before", f"{name}.1", 'depends: ["ocaml"]')
    write("before", "app.1", 'depends: ["base" "bad"]')
    for side in ("after", "repaired"):
        shutil.copytree(tmp_path / "before", tmp_path / side)
        write(side, "base.1", 'depends: ["ocaml"] build: ["x"]')
    write("repaired", "bad.1", 'depends: ["ocaml"] build: ["x"]')
    how = ("build", "-q", "--program", fake(("bad.1",)), "-o", "out", "--repository=before")
    assert opamplan_command(*how, "app", cwd=tmp_path).returncode == 1

    def known(after: str, *words: str) -> list[tuple[str, list[str], list[str]]]:
        words = ("--ocaml=4.14.2", "--ocaml=5.3.0", "--known=out/builds.sqlite", "--json", *words)
        done = opamplan_command("change", "before", after, *words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        rows = json.loads(done.stdout)["effects"]
        return [(row["combination"], row["known_failures"], row["dependents"]) for row in rows]

    old, new = "debian-13-ocaml-4.14.2", "debian-13-ocaml-5.3.0"
    assert known("after") == [(old, [], ["app.1"]), (new, ["app.1"], [])]
    assert known("repaired") == [(old, [], ["app.1"]), (new, [], ["app.1"])]
    assert [row[1] for row in known("after", "--environment=debian-12")] == [[], []]


def test_the_workflow_of_a_repository_does_what_the_command_is_asked_for(
    opamplan_command: Run,
) -> None:
    words = ["HEAD~1", "HEAD", "--ocaml", "4.14.2", "--ocaml", "5.3.0", "--with-test"]
    words += ["--vary", "prefer-oldest", "--constraint", "dune < 3.20", "--format", "github"]
    done = opamplan_command("change", *words)
    assert done.returncode == 0, done.stderr
    assert (
        "opamplan change --repository . 'HEAD^1' HEAD --ocaml 4.14.2 --ocaml 5.3.0 "
        "--vary prefer-oldest --constraint 'dune < 3.20' --with-test\n          --format markdown "
        '-o check.json >> "$GITHUB_STEP_SUMMARY"\n'
    ) in done.stdout
    assert "build --plan check.json --with buildx --state builds.sqlite" in done.stdout


@pytest.mark.parametrize(
    "words", [("-o", "x.json"), ("--known", "x"), ("--json",), ("--dependents", "all")]
)
def test_what_a_workflow_would_ignore_is_refused(
    words: tuple[str, ...], opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    command = ("change", "HEAD~1", "HEAD", "--format", "github")
    done = opamplan_command(*command, *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {words[0]} has no effect with --format github" in done.stderr


def test_what_cannot_be_read_is_not_told_as_removed(
    opamplan_command: Run, sides: pathlib.Path
) -> None:
    (sides / "after/packages/cmdlet/cmdlet.1.1.1/opam").write_text("build: [")
    shutil.rmtree(sides / "after/packages/Chartist")
    told = opamplan_command("change", "before", "after", cwd=sides).stdout
    assert "  could be installed, cannot be read: cmdlet.1.1.1\n" in told
    [removed] = [line for line in told.splitlines() if line.startswith("  could be installed, rem")]
    assert "Chartist" in removed
    assert "cmdlet" not in removed


def test_the_command_compares_revisions(opamplan_command: Run, sides: pathlib.Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    repository = sides / "before"

    def git(*words: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *identity, *words], check=True, cwd=repository, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    shutil.copytree(sides / "after", repository, dirs_exist_ok=True)
    git("commit", "-qam", "after")
    done = opamplan_command("change", "--repository", str(repository), "HEAD~1", "HEAD")
    assert "changed   heron.6.0.0: depends" in done.stdout
    assert done.returncode == 1
    done = opamplan_command("change", "--repository", str(repository), "HEAD", "HEAD")
    assert (done.returncode, done.stdout) == (0, "Nothing is changed.\n")
    done = opamplan_command("change", "--repository", str(repository), "HEAD", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_dependents_that_most_targets_need_come_first_in_each_stage() -> None:
    files = {
        **FILES,
        "a.1": 'depends: ["base"]',  # needed by nobody
        "b.1": 'depends: ["lib"]',
        "c.1": 'depends: ["app"]',
        "d.1": 'depends: ["app"]',
    }
    _, found = effect({**files, "base.2": 'build: ["make"]'}, files)
    assert found.direct == ("lib.1", "a.1")
    assert found.indirect == ("app.1", "b.1", "c.1", "d.1")


@pytest.mark.parametrize(
    ("stage", "planned"),
    [
        ("none", {"base.2"}),
        ("direct", {"base.2", "lib.1"}),
        ("all", {"base.2", "lib.1", "app.1"}),
    ],
)
def test_a_plan_of_a_stage_builds_no_more(stage: str, planned: set[str]) -> None:
    files = {package: f'opam-version: "2.0"\n{fields}\n' for package, fields in FILES.items()}
    before = opamplan.Repository.from_files(files)
    after = opamplan.Repository.from_files({**files, "base.2": 'opam-version: "2.0"\nbuild: ["m"]'})
    environment = opamplan.Environment.preset("debian-13")
    sides = [opamplan.Universe(side, environment) for side in (before, after)]
    changes = opamplan.compare_repositories(before, after)
    found = opamplan.effect_of(changes, *sides, dependents=stage)
    assert set(found.plan.targets) == planned
    assert found.dependents == ("lib.1", "app.1")
    with pytest.raises(opamplan.InvalidRequest, match="'some' is none of all, direct, none"):
        opamplan.effect_of(changes, *sides, dependents="some")


def test_markdown_is_one_table_of_versions_and_environments(
    opamplan_command: Run, sides: pathlib.Path
) -> None:
    words = ("change", "before", "after", "--ocaml=4.14.2", "--ocaml=5.2.1", "--ocaml=5.3.0")
    done = opamplan_command(*words, "--dependents=none", "--format=markdown", cwd=sides)
    assert done.returncode == 1
    assert "| version | change | OCaml 4.14.2 | OCaml 5.2.1 | OCaml 5.3.0 |\n" in done.stdout
    gone = "**no longer installable**"
    before = "not installable, as before"
    assert f"| `heron.6.0.0` | changed, depends | {before} | {gone} | {gone} |" in done.stdout
    assert f"| `store.3.1.0` |  |  | {gone} | {gone} |" in done.stdout
    # Reasons are said once for both, as they are the same.
    assert done.stdout.count("- `heron.6.0.0` (OCaml 5.2.1, OCaml 5.3.0): ") == 1
    assert "- OCaml 4.14.2: nothing\n" in done.stdout
    assert "\nDirectly on what is changed, those first" in done.stdout


@pytest.mark.parametrize("with_test", [False, True])
def test_what_no_change_can_touch_need_not_be_solved(
    embedded: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    with_test: bool,
) -> None:
    before = opamplan.Repository.open([str(embedded)])
    environment = opamplan.Environment.preset("debian-13")

    def universe(side: opamplan.Repository) -> opamplan.Universe:
        return opamplan.Universe(side, environment, ocaml="5.3.0", with_test=with_test)

    def available(*sides: opamplan.Universe) -> list[list[str]]:
        return [side.available() for side in sides]

    fewer = 0
    for number, package in enumerate(map(str, before)):
        if number % 7:
            continue
        name = package.partition(".")[0]
        file = tmp_path / str(number) / "packages" / name / package / "opam"
        file.parent.mkdir(parents=True)
        text = before.package(package).text
        edit = ('available: os = "macos"\n', 'conflicts: ["csexp"]\n', 'build: ["x"]\n')[number % 3]
        file.write_text(f"{text}\n{edit}" if edit.split(":")[0] + ":" not in text else text + "\n")
        after = opamplan.Repository.open([str(tmp_path / str(number)), str(embedded)])
        changes = opamplan.compare_repositories(before, after)
        sides = (universe(before), universe(after))
        fewer += len(_targets_touched(*sides)[1]) < len(sides[1].available())
        found = opamplan.effect_of(changes, *sides)
        with monkeypatch.context() as patched:
            patched.setattr("opamplan.change._targets_touched", available)
            assert opamplan.effect_of(changes, *sides) == found, package
    assert fewer > 5


def test_universes_of_other_options_are_no_change() -> None:
    files = {"a.1": 'opam-version: "2.0"\n', "b.1": 'opam-version: "2.0"\n'}
    side = opamplan.Repository.from_files(files)
    environment = opamplan.Environment.preset("debian-13")
    plain = opamplan.Universe(side, environment)
    for other in (
        opamplan.Universe(side, opamplan.Environment.preset("debian-12")),
        opamplan.Universe(side, environment, require=["a"]),
        opamplan.Universe(side, environment, prefer_oldest=True),
    ):
        with pytest.raises(opamplan.InvalidRequest, match="another environment or other options"):
            opamplan.effect_of([], plain, other)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "dune", "--rev", "HEAD"], "a file has no commits, and so no 'HEAD'"),
        (["list", "--pin", "archive.tar#HEAD"], "a file has no commits, and so no 'HEAD'"),
        (["commits", "HEAD~3..HEAD"], "a file has no commits, and so no 'HEAD'"),
        (["change", "HEAD~1", "HEAD"], "opamplan change ... BEFORE.tar AFTER.tar"),
        (["blame", "dune", "HEAD~1", "HEAD"], "opamplan blame ... BEFORE.tar AFTER.tar"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_archive_has_no_commits_and_that_is_told_with_what_to_name(
    words: list[str], said: str, tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    (tmp_path / "archive.tar").write_bytes(b"")
    done = opamplan_command(*words, "--repository", "archive.tar", cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "name a git repository (a clone, or its URL)" in done.stderr


def test_a_folder_that_is_no_clone_and_a_commit_of_nothing_are_told(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    done = opamplan_command("change", "HEAD~1", "HEAD", "--repository", ".", cwd=tmp_path)
    assert "error: .: not a git repository, so that it has no commits; name a clone" in done.stderr
    done = opamplan_command("change", "HEAD~1", "HEAD", cwd=tmp_path)
    assert "if it is a commit, name its git repository with --repository" in done.stderr
    done = opamplan_command("diff", "HEAD~1", "HEAD", cwd=tmp_path)
    assert "HEAD~1: no such file; `opamplan change` compares commits" in done.stderr


def test_what_opam_refuses_in_a_file_that_can_be_read_is_told(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    sides = []
    for name, more in (("before", ""), ("after", 'build: ["make" "all"]\n')):
        file = tmp_path / name / "packages/a/a.1/opam"
        file.parent.mkdir(parents=True)
        file.write_text(f'opam-version: "2.0"\nbuild: ["make"]\n{more}')
        sides.append(opamplan.Repository.open(tmp_path / name, cache=False))
    [change] = opamplan.compare_repositories(*sides)
    assert (change.kind, change.fields) == ("metadata", ("build",))  # the first one counts
    said = "packages/a/a.1/opam:3:1: error: build: this field is repeated; the first one counts"
    assert change.problem == said
    assert opamplan.compare_repositories(sides[1], sides[1]) == []
    [back] = opamplan.compare_repositories(*sides[::-1])
    assert back.problem == ""
    [added] = opamplan.compare_repositories(opamplan.Repository(), sides[1])
    assert (added.kind, added.problem) == ("added", said)
    done = opamplan_command("change", "before", "after", cwd=tmp_path)
    assert f"metadata  a.1: build; {said}" in done.stdout
