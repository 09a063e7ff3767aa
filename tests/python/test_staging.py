"""Files that take their places together, in folders that are there and in new ones."""

from __future__ import annotations

import os
import pathlib

import pytest

import opamplan
from opamplan.staging import Staged


def files_below(folder: pathlib.Path) -> dict[str, str]:
    """Paths and texts; of an empty folder its path with a slash."""
    found = {}
    for place in sorted(folder.rglob("*")):
        path = place.relative_to(folder).as_posix()
        if place.is_file():
            found[path] = place.read_text()
        elif not any(place.iterdir()):
            found[path + "/"] = ""
    return found


def test_files_are_nowhere_before_all_take_their_places(tmp_path: pathlib.Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/kept").write_text("kept")
    before = files_below(tmp_path)
    wanted = {"top": "1", "old/kept": "new", "old/new/x": "2", "a/b/c/x": "3", "a/x": "4"}
    with Staged(tmp_path) as staged:
        for path, text in wanted.items():
            staged.add(path, text.encode(), executable=path == "a/x")
        assert {p: t for p, t in files_below(tmp_path).items() if "." not in p} == before
        staged.place()
    assert files_below(tmp_path) == wanted
    assert os.access(tmp_path / "a/x", os.X_OK)
    assert not os.access(tmp_path / "top", os.X_OK)
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "old").stat().st_mode


def test_what_did_not_take_its_place_is_taken_away(tmp_path: pathlib.Path) -> None:
    with Staged(tmp_path) as staged:
        staged.add("a/b/x", b"1")
        staged.add("x", b"2")
    assert files_below(tmp_path) == {}


def test_a_folder_that_somebody_else_made_meanwhile_takes_the_files(tmp_path: pathlib.Path) -> None:
    with Staged(tmp_path) as staged:
        staged.add("a/b/x", b"1")
        staged.add("a/y", b"2")
        staged.add("empty/z", b"3")
        (tmp_path / "a/b").mkdir(parents=True)
        (tmp_path / "a/b/others").write_text("theirs")
        (tmp_path / "a/y").write_text("theirs")
        (tmp_path / "empty").mkdir()
        staged.place()
    assert files_below(tmp_path) == {
        "a/b/x": "1",
        "a/b/others": "theirs",
        "a/y": "2",
        "empty/z": "3",
    }


def test_a_file_where_a_folder_is_to_be_is_told_and_stays(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_text("theirs")
    with Staged(tmp_path) as staged:
        staged.add("x", b"1")
        with pytest.raises(opamplan.FileError, match="a: not a folder, or a link to one"):
            staged.add("a/x", b"2")
    assert files_below(tmp_path) == {"a": "theirs"}


def test_a_folder_that_may_not_be_written_is_told_before_anything_takes_its_place(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # to root all may be written
    with Staged(tmp_path) as staged:
        staged.add("x", b"1")
        with pytest.raises(opamplan.FileError, match="b: you may not write there; name another"):
            staged.add("a/b/x", b"2")
    assert files_below(tmp_path) == {"a/": ""}
