"""What lies beside a file `opam`: the folder `files/`, and opam 1's `url` and `descr`."""

from __future__ import annotations

import json
import pathlib
import pickle

from conftest import Run

import opamplan

OPAM = 'opam-version: "2.0"\nbuild: ["test" "-f" "fix.patch"]\n'
BYTES = b"\x00\xff not UTF-8"


def test_files_of_a_package_are_bytes_with_paths_and_modes(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "packages/p/p.1"
    (folder / "files/deep").mkdir(parents=True)
    (folder / "opam").write_text(OPAM)
    (folder / "files/deep/data.bin").write_bytes(BYTES)
    (folder / "files/run.sh").write_text("#!/bin/sh\n")
    (folder / "files/run.sh").chmod(0o755)
    files = opamplan.Repository.open(tmp_path, cache=False).package("p.1").files
    assert [(f.path, f.content, f.executable) for f in files] == [
        ("deep/data.bin", BYTES, False),
        ("run.sh", b"#!/bin/sh\n", True),
    ]
    assert repr(files[0]) == "<ExtraFile 'deep/data.bin', 12 bytes>"
    assert pickle.loads(pickle.dumps(files[0])) == files[0] != files[1]


def test_texts_and_bytes_in_memory_make_the_same_files() -> None:
    repo = opamplan.Repository.from_files(
        {"p.1": OPAM, "p.1/files/fix.patch": BYTES, "p.1/files/a": "text", "q.1": OPAM}
    )
    assert [(f.path, f.content) for f in repo.package("p.1").files] == [
        ("a", b"text"),
        ("fix.patch", BYTES),
    ]
    assert repo.package("q.1").files == []
    without = opamplan.Repository.from_files({"p.1": OPAM, "q.1": OPAM})
    assert repo.content_digest != without.content_digest


def test_the_repo_file_says_the_mirrors() -> None:
    repo = opamplan.Repository.from_files(
        {"p.1": OPAM, "repo": 'opam-version: "2.0"\narchive-mirrors: ["a" "b" "a"]'}
    )
    assert repo.mirrors == ["a", "b"]
    assert repo.sources[0].opam_version == "2.0"
    assert repo.sources[0].archive_mirrors == ["a", "b", "a"]
    assert opamplan.Repository.from_files({"p.1": OPAM}).mirrors == []


def test_show_prints_files_and_what_url_and_descr_say(
    opamplan_command: Run, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "packages/p/p.1"
    (folder / "files").mkdir(parents=True)
    (folder / "opam").write_text(OPAM)
    (folder / "files/fix.patch").write_bytes(BYTES)
    (folder / "url").write_text(
        'archive: "https://example.org/p.tgz"\nchecksum: "ad01899c0a179d8243fa0bb504c0aae7"\n'
    )
    (folder / "descr").write_text("the synopsis\nThe body.\n")
    where = ("--repository", str(tmp_path), "--no-repository-cache")
    shown = opamplan_command("show", "p", *where).stdout
    assert "p.1  the synopsis\n" in shown
    assert "files           fix.patch (12 bytes)\n" in shown
    assert "archive         https://example.org/p.tgz\n" in shown
    assert shown.endswith("\nThe body.\n")
    facts = json.loads(opamplan_command("show", "p", "--json", *where).stdout)
    assert facts["files"] == [{"path": "fix.patch", "bytes": 12, "executable": False}]
    assert facts["checksums"] == ["ad01899c0a179d8243fa0bb504c0aae7"]
    raw = opamplan_command("show", "p", "--raw", *where).stdout
    assert raw.startswith(OPAM)
    assert "url {" in raw


def test_the_shared_cases_of_files_and_legacy_texts(shared: pathlib.Path) -> None:
    extra = opamplan.Repository.open(shared / "cases/extra-files", cache=False).package("p.1")
    assert [f.path for f in extra.files] == ["fix.patch"]
    legacy = opamplan.Repository.open(shared / "cases/legacy-url-descr", cache=False).package("u.1")
    assert legacy.synopsis == "the synopsis"
    assert legacy.description == "The body."
    assert legacy.url == "https://example.org/u-1.tar.gz"
    assert legacy.checksums == ["ad01899c0a179d8243fa0bb504c0aae7"]
