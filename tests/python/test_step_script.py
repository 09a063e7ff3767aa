"""The step script's reading of opam's records, by the shells that images have."""

from __future__ import annotations

import pathlib
import shutil
import subprocess

import pytest

import opamplan

# As opam writes them: a list of one has no brackets, long lines are broken, removed files have no
# kind, and packages that install nothing have no list at all.
RECORDS = {
    "nothing": ('opam-version: "2.0"\n', []),
    "one": (
        'opam-version: "2.0"\nadded:\n  ".opam-switch/config/ocaml.config" {"F:5019bcbd"}\n',
        [".opam-switch/config/ocaml.config"],
    ),
    "short": ('opam-version: "2.0"\nadded: "bin/a b" {"F:1"}\n', ["bin/a b"]),
    "many": (
        'opam-version: "2.0"\nadded: [\n  "bin/ocaml" {"F:181f"}\n  "lib/bytes" {"D"}\n'
        '  "lib/bytes/META" {"F:b2"}\n  "lib/link" {"L:META"}\n]\n',
        ["bin/ocaml", "lib/bytes/META", "lib/link"],
    ),
    "broken": (
        'opam-version: "2.0"\nadded: [\n  "lib/a-long-path"\n    {"F:1"}\n  "lib/b" {"F:2"}\n]\n',
        ["lib/a-long-path", "lib/b"],
    ),
    "changed": (
        'opam-version: "2.0"\nremoved: ["lib/old" "lib/older"]\n'
        'contents-changed: ["lib/x" {"F:1"} "lib/y" {"D"}]\nadded: "lib/z" {"F:3"}\n',
        ["lib/x", "lib/z"],
    ),
}
SHELLS = [["sh"], ["busybox", "sh"]]


@pytest.mark.parametrize("shell", SHELLS, ids="-".join)
def test_the_files_of_a_package_are_those_that_opam_recorded(
    shell: list[str], embedded: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    universe = opamplan.Universe(
        opamplan.Repository.open(str(embedded)), opamplan.Environment.preset("debian-12")
    )
    opamplan.write_plan(opamplan.make_plan([universe.solve("dune")]), tmp_path)
    step = (tmp_path / "step").read_text()
    begin = step.index("files_of() {")
    function = step[begin : step.index("\n}\n", begin) + 3]
    switch = tmp_path / "image/opamplan/opam/default"
    meta = switch / ".opam-switch"
    (meta / "install").mkdir(parents=True)
    for name, (record, files) in RECORDS.items():
        (meta / f"packages/{name}.1").mkdir(parents=True)
        (meta / f"install/{name}.changes").write_text(record)
        own = [f"install/{name}.changes", f"packages/{name}.1"]
        command = f'switch=/opamplan/opam/default\n{function}\nfiles_of "$@"'
        words = [*shell, "-euc", command, "sh", str(tmp_path / "image"), f"{name}.1"]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        expected = [*files, *(f".opam-switch/{file}" for file in own)]
        assert done.stdout.splitlines() == [f"opam/default/{file}" for file in expected], name
