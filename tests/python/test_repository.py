from __future__ import annotations

import gc
import pathlib
import subprocess

import pytest

import opamplan

FILES = {
    "packages/dune/dune.3.9/opam": 'opam-version: "2.0"\nsynopsis: "old"\n',
    "packages/dune/dune.3.24.2/opam": 'opam-version: "2.0"\nsynopsis: "Fast <build> system"\n'
    'depends: [ "ocaml" {>= "4.08"} "base-unix" ]\ntags: ["build"]\nlicense: "MIT"\n'
    'depexts: [ ["git"] {os-family = "debian"} ]\n'
    'url { src: "https://example.org/d.tbz" checksum: "md5=00" }\n',
    "packages/dune/dune.4/opam": 'opam-version: "2.0"\navailable: os = "win32"\n',
    "astring.0.8.5": 'opam-version: "2.0"\nflags: [avoid-version]\n',
}


@pytest.fixture
def repo() -> opamplan.Repository:
    return opamplan.Repository.from_files(FILES)


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    root = tmp_path / "tree"
    for path, text in FILES.items():
        file = root / (path if "/" in path else f"packages/astring/{path}/opam")
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return root


def test_a_repository_is_a_collection_of_packages(repo: opamplan.Repository) -> None:
    assert len(repo) == 4
    assert [str(p) for p in repo] == ["astring.0.8.5", "dune.3.9", "dune.3.24.2", "dune.4"]
    assert "dune" in repo
    assert "dune.3.9" in repo
    assert "dune.5" not in repo
    assert "absent" not in repo
    assert repo.names == ["astring", "dune"]
    assert repr(repo) == "<Repository of 4 versions of 2 packages>"


def test_versions_of_a_name_are_in_opams_order(repo: opamplan.Repository) -> None:
    dune = repo["dune"]
    assert dune.name == "dune"
    assert len(dune) == 3
    assert [str(p.version) for p in dune] == ["3.9", "3.24.2", "4"]
    assert repo.versions("dune") == ["3.9", "3.24.2", "4"]
    assert dune["3.24.2"] == dune[1] == repo.package("dune.3.24.2")
    assert dune[-1] == dune.newest
    assert "3.9" in dune
    assert "3.10" not in dune
    assert repr(dune) == "<PackageVersions dune: 3.9 3.24.2 4>"


def test_what_is_absent_is_an_error_of_the_usual_kind(repo: opamplan.Repository) -> None:
    with pytest.raises(KeyError, match="absent"):
        repo["absent"]
    with pytest.raises(KeyError, match='dune has no version "9"; it has'):
        repo["dune"]["9"]
    with pytest.raises(IndexError):
        repo["dune"][3]
    with pytest.raises(opamplan.UnknownPackage, match='dune has no version "9"; it has'):
        repo.package("dune.9")
    with pytest.raises(opamplan.InvalidRequest):
        repo.versions("absent")


def test_a_package_knows_its_fields(repo: opamplan.Repository) -> None:
    package = repo["dune"]["3.24.2"]
    assert package.name == "dune"
    assert package.version == opamplan.Version("3.24.2")
    assert package.synopsis == "Fast <build> system"
    assert package.depends == '["ocaml" {>= "4.08"} "base-unix"]'
    assert package.depopts == ""
    assert package.field("license") == '"MIT"'
    assert package.licenses == ["MIT"]
    assert package.url == "https://example.org/d.tbz"
    assert package.checksums == ["md5=00"]
    assert package.text == FILES["packages/dune/dune.3.24.2/opam"]
    assert package.path == "packages/dune/dune.3.24.2/opam"
    assert package.source == "memory"
    assert not package.is_pinned
    assert repo.package("astring.0.8.5").flags == ["avoid-version"]


def test_packages_are_evaluated_for_an_environment(repo: opamplan.Repository) -> None:
    env = opamplan.Environment.preset("debian-12")
    assert [str(p) for p in repo.latest(env)] == ["astring.0.8.5", "dune.3.24.2"]
    assert not repo["dune"]["4"].is_available(env)
    assert repo["dune"]["3.24.2"].depexts(env) == ["git"]
    env["os-family"] = "fedora"
    assert repo["dune"]["3.24.2"].depexts(env) == []


def test_packages_keep_their_repository_alive() -> None:
    package = opamplan.Repository.from_files(FILES)["dune"][0]
    gc.collect()
    assert package.synopsis == "old"


def test_packages_are_equal_and_hashed_by_what_they_are(repo: opamplan.Repository) -> None:
    assert repo["dune"][0] == repo.package("dune.3.9")
    assert len({repo["dune"][0], repo.package("dune.3.9"), repo["dune"][1]}) == 2
    assert repo["dune"][0] != opamplan.Repository.from_files(FILES)["dune"][0]
    assert repo["dune"][0] != "dune.3.9"


def test_notebooks_show_tables_with_text_escaped(repo: opamplan.Repository) -> None:
    assert "4 versions of 2 packages" in repo._repr_html_()
    html = repo["dune"]["3.24.2"]._repr_html_()
    assert "Fast &lt;build&gt; system" in html
    assert "<build>" not in html


def test_columns_and_records_are_plain_lists_and_dicts(repo: opamplan.Repository) -> None:
    columns = repo.to_columns()
    assert columns["name"] == ["astring", "dune", "dune", "dune"]
    assert {len(values) for values in columns.values()} == {4}
    records = repo.to_records()
    assert [set(r) for r in records] == [set(columns)] * 4
    assert records[2]["depends"] == '["ocaml" {>= "4.08"} "base-unix"]'
    assert records[2]["tags"] == ["build"]
    assert records[2]["pinned"] is False
    assert all(isinstance(v, (str, bool, list)) for r in records for v in r.values())


def test_data_frames_take_the_columns(repo: opamplan.Repository) -> None:
    import pandas

    frame = pandas.DataFrame(repo.to_columns())
    assert list(frame[frame.name == "dune"].version) == ["3.9", "3.24.2", "4"]
    assert frame.equals(pandas.DataFrame(repo.to_records()))


def test_polars_and_arrow_take_the_columns(repo: opamplan.Repository) -> None:
    import polars
    import pyarrow

    assert polars.DataFrame(repo.to_columns()).height == 4
    table = pyarrow.table(repo.to_columns())
    assert table.to_pylist() == repo.to_records()


def test_search_ranks_names_first() -> None:
    repo = opamplan.Repository.from_files(
        {"json.1": "", "yojson.2": "", "x.1": 'synopsis: "reads JSON"'}
    )
    assert [p.name for p in repo.search("JSON")] == ["json", "yojson", "x"]
    assert [p.name for p in repo.search("json", limit=1)] == ["json"]
    assert repo.search("nothing") == []


def test_broken_files_are_diagnostics() -> None:
    repo = opamplan.Repository.from_files({"a.1": "", "a.2": "\n  depends: [", "b": ""})
    assert [str(p) for p in repo] == ["a.1"]
    broken, folder = repo.diagnostics
    assert (broken.path, broken.level, broken.line) == ("a.2", "error", 2)
    assert str(broken).startswith("a.2:2:")
    assert folder.line == 0
    assert "NAME.VERSION" in folder.message
    assert broken == repo.diagnostics[0]
    found = opamplan.Repository.from_files({"a.1": 'opam-version: "2.0"\nnonsense: 1\n'}).check()
    assert any(d.line == 2 and "nonsense" in d.message for d in found)


def test_a_folder_is_opened_by_string_or_path(tree: pathlib.Path) -> None:
    for source in (tree, str(tree), [tree]):
        repo = opamplan.Repository.open(source, cache=False)
        assert len(repo) == 4
        assert repo.sources[0].label == str(tree)
    assert repo.content_digest == opamplan.Repository.from_files(FILES).content_digest


def test_overlays_and_pins(tree: pathlib.Path, tmp_path: pathlib.Path) -> None:
    over = tmp_path / "over/packages/dune/dune.3.9"
    over.mkdir(parents=True)
    (over / "opam").write_text('synopsis: "patched"\n')
    repo = opamplan.Repository.open([tmp_path / "over", tree], cache=False)
    assert repo["dune"]["3.9"].synopsis == "patched"
    assert repo["dune"]["3.9"].source == str(tmp_path / "over")
    assert len(repo) == 4

    work = tmp_path / "work"
    work.mkdir()
    (work / "dune.opam").write_text('synopsis: "mine"\n')
    repo = opamplan.Repository.open(tree, pins=[work], cache=False)
    assert [str(p) for p in repo] == ["astring.0.8.5", "dune.4"]
    assert repo["dune"][0].is_pinned
    repo = opamplan.Repository.open(tree, pins=[(work, "dune", "9.9")], cache=False)
    assert repo.versions("dune") == ["9.9"]


def test_the_cache_is_used_where_it_is_asked_for(
    tree: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    time.sleep(0.08)  # a tree changed just now is not cached
    cache = tmp_path / "cache"
    assert not opamplan.Repository.open(tree, cache=cache).sources[0].from_cache
    assert opamplan.Repository.open(tree, cache=cache).sources[0].from_cache
    assert not opamplan.Repository.open(tree, cache=False).sources[0].from_cache
    monkeypatch.setenv("OPAMPLAN_CACHE", str(tmp_path / "mine"))
    opamplan.Repository.open(tree)
    assert opamplan.Repository.open(tree).sources[0].from_cache
    assert list((tmp_path / "mine").rglob("*.opamplan-cache"))


def test_what_cannot_be_loaded_says_why(tmp_path: pathlib.Path) -> None:
    with pytest.raises(opamplan.LoadError, match="no such file") as caught:
        opamplan.Repository.open(tmp_path / "absent", cache=False)
    assert caught.value.source == str(tmp_path / "absent")
    with pytest.raises(opamplan.LoadError, match="no folder `packages`"):
        opamplan.Repository.open(tmp_path, cache=False)
    (tmp_path / "file.tar.gz").write_text("no archive")
    with pytest.raises(opamplan.LoadError, match=r"file\.tar\.gz") as caught:
        opamplan.Repository.open(tmp_path / "file.tar.gz", cache=False)
    assert caught.value.source == str(tmp_path / "file.tar.gz")
    assert issubclass(opamplan.LoadError, opamplan.Error)


def test_loading_reports_and_can_be_cancelled(tree: pathlib.Path) -> None:
    with pytest.raises(opamplan.Cancelled):
        opamplan.Repository.open(_many(tree), cache=False, progress=lambda *_: False)


def _many(tree: pathlib.Path) -> pathlib.Path:
    for i in range(3000):
        folder = tree / f"packages/p{i}/p{i}.1"
        folder.mkdir(parents=True)
        (folder / "opam").write_text('synopsis: "x"\n' * 200)
    return tree


def test_git_at_a_revision(tree: pathlib.Path) -> None:
    def git(*arguments: str) -> None:
        name = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *name, *arguments], cwd=tree, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", "-A")
    git("commit", "-m", "one")
    git("rm", "-r", "packages/astring")
    git("commit", "-m", "two")
    assert len(opamplan.Repository.open(tree, rev="main", cache=False)) == 3
    first = opamplan.Repository.open(tree, rev="main~1", cache=False)
    assert len(first) == 4
    assert len(first.sources[0].revision) == 40
    with pytest.raises(opamplan.LoadError, match="nonsense"):
        opamplan.Repository.open(tree, rev="nonsense", cache=False)


def test_every_version_of_the_real_repository_loads(real_repository: opamplan.Repository) -> None:
    assert len(real_repository.names) == 4596
    assert len(real_repository) == 18793
    assert real_repository.diagnostics == []
    env = opamplan.Environment.preset("debian-12").with_ocaml("5.3.0")
    env["opam-version"] = "2.3.0"  # what the OCaml tools were asked with
    assert len(real_repository.latest(env)) == 4476
    # Exactly what opam lint calls errors 46 and 52: see benchmarks/peers/opam_lint.py.
    errors = [d.message for d in real_repository.check() if d.level == "error"]
    assert sum(message.startswith('flags: a package flagged "conf"') for message in errors) == 120
    assert sum(message.startswith('flags: "light-uninstall"') for message in errors) == 10
    assert len(errors) == 130
    assert {len(v) for v in real_repository.to_columns().values()} == {18793}
