"""What lies beside a file `opam`: the folder `files/`, and opam 1's `url` and `descr`."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import pickle
import tarfile
import zipfile
from collections.abc import Callable

import pytest
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


def sums_of(content: bytes) -> list[str]:
    """As opam files have them; digits alone are MD5."""
    kinds = ("md5", "sha256", "sha512")
    sums = [f"{kind}={hashlib.new(kind, content).hexdigest()}" for kind in kinds]
    return [*sums, sums[0].removeprefix("md5=").upper()]


@pytest.mark.parametrize("sum_", sums_of(BYTES))
def test_a_file_beside_is_compared_with_its_checksum(sum_: str) -> None:
    text = f'{OPAM}extra-files: [\n  ["fix.patch" "{sum_}"]\n]\n'
    beside = {"p.1/files/fix.patch": BYTES}
    assert opamplan.Repository.from_files({"p.1": text, **beside}).check() == []
    other = opamplan.Repository.from_files({"p.1": text, "p.1/files/fix.patch": BYTES + b"x"})
    [wrong] = other.check()
    assert (wrong.level, wrong.line, wrong.column, wrong.left_out_field) == ("error", 4, 16, "")
    assert wrong.message == (
        'extra-files: "fix.patch" in the folder files has another checksum, so that opam does not '
        f"build with it: it has sha256={hashlib.sha256(BYTES + b'x').hexdigest()}"
    )


def test_what_the_field_of_files_and_the_folder_have_apart_is_told_with_its_place() -> None:
    text = f'{OPAM}extra-files: ["fix.patch" "{sums_of(BYTES)[0]}"]\n'
    found = opamplan.Repository.from_files({"p.1": text, "p.1/files/other": BYTES}).check()
    assert [(d.line, d.column, d.message) for d in found] == [
        (3, 27, 'extra-files: "fix.patch" is not in the folder files'),
        (3, 14, 'extra-files: "other" is in the folder files and not named'),
    ]
    # Without the field, in no line.
    [only] = opamplan.Repository.from_files({"p.1": OPAM, "p.1/files/other": BYTES}).check()
    assert (only.line, only.column) == (0, 0)


def test_opam_refuses_the_files_whose_checksums_are_told(
    tmp_path: pathlib.Path, debian_opam: Callable[[str], str]
) -> None:
    repository = tmp_path / "repository"
    good, wrong = sums_of(b"hi\n"), sums_of(b"other\n")
    packages = {**{f"good{n}.1": s for n, s in enumerate(good)}, "wrong.1": wrong[0]}
    packages["wrong512.1"] = wrong[2]
    for package, found in packages.items():
        folder = repository / "packages" / package.partition(".")[0] / package
        (folder / "files").mkdir(parents=True)
        (folder / "files/a").write_text("hi\n")
        fields = f'build: ["test" "-f" "a"]\nextra-files: ["a" "{found}"]\n'
        (folder / "opam").write_text(f'opam-version: "2.0"\n{fields}')
    (repository / "repo").write_text('opam-version: "2.0"\n')
    told = {d.path.split("/")[-2] for d in opamplan.Repository.open(repository).check()}
    assert told == {"wrong.1", "wrong512.1"}
    debian_opam(f"init --bare --no-setup --disable-sandboxing --kind=local default {repository}")
    debian_opam("switch create empty --empty")
    for package in packages:
        if package in told:
            with pytest.raises(AssertionError, match="Bad hash"):
                debian_opam(f"install {package}")
        else:
            debian_opam(f"install {package}")


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


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_links_in_an_archive_are_what_they_are_in_the_folder(
    kind: str, tmp_path: pathlib.Path
) -> None:
    packages = tmp_path / "r/packages"
    for name in ("a", "b"):
        (packages / name / f"{name}.1/files").mkdir(parents=True)
        (packages / name / f"{name}.1/opam").write_text('opam-version: "2.0"')
    patch = packages / "a/a.1/files/p.patch"
    patch.write_text("patch")
    if kind != "zip":  # which has no hard links
        os.link(patch, packages / "b/b.1/files/p.patch")
    (packages / "b/b.1/files/linked").symlink_to("../../../a/a.1/files/p.patch")
    (packages / "b/b.2").mkdir()
    (packages / "b/b.2/opam").symlink_to("../b.1/opam")
    (packages / "b/b.2/files").symlink_to("../b.1/files")
    (packages / "b/b.3").symlink_to("b.2")
    place = tmp_path / f"r.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(place, "w") as out:
            for path in sorted((tmp_path / "r").rglob("*")):
                info = zipfile.ZipInfo(str(path.relative_to(tmp_path / "r")))
                info.external_attr = path.lstat().st_mode << 16
                if path.is_symlink():
                    out.writestr(info, os.readlink(path))
                elif path.is_file():
                    out.writestr(info, path.read_bytes())
    else:
        with tarfile.open(place, "w:gz" if kind == "tar.gz" else "w") as tar:
            tar.add(tmp_path / "r", arcname=".")

    def all_of(source: pathlib.Path) -> list[tuple[str, list[tuple[str, bytes]]]]:
        repository = opamplan.Repository.open(source, cache=False)
        assert repository.diagnostics == []
        return [(str(p), [(f.path, f.content) for f in p.files]) for p in repository]

    assert all_of(place) == all_of(tmp_path / "r")
    assert len(all_of(place)) == 4
