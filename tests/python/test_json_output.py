"""What commands print as JSON has one layout."""

from __future__ import annotations

import json
import os
import pathlib

from conftest import Run

LINES = (
    "list csexp",
    "show csexp",
    "check",
    "why svg-only",
    "why webmail",
    "revdeps csexp",
    "blockers",
    "deps csexp --depexts",
    "dot csexp",
    "plan csexp",
    "plan csexp --ocaml 5.3.0 --ocaml 5.2.1",
    "forecast --plan plan.json",
    "diff plan.json plan.json",
    "emit csexp",
    "doctor --plan plan.json",
    "completion bash",
)


def test_every_answer_has_the_same_layout(tmp_path: pathlib.Path, opamplan_command: Run) -> None:
    assert opamplan_command("plan", "csexp", "-o", "plan.json", cwd=tmp_path).returncode == 0
    for line in LINES:
        text = opamplan_command(*line.split(), "--json", cwd=tmp_path).stdout
        assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n", line


def test_letters_that_a_stream_lacks_are_written_so_that_json_is_read(
    tmp_path: pathlib.Path, opamplan_command: Run
) -> None:
    file = tmp_path / "packages/a/a.1/opam"
    file.parent.mkdir(parents=True)
    file.write_text('opam-version: "2.0"\nsynopsis: "Été 日"\n', encoding="utf-8")
    words = ["list", "--json", "--repository", str(tmp_path)]
    for encoding, raw in (("utf-8", True), ("ascii", False), ("latin-1", False)):
        done = opamplan_command(*words, env={**os.environ, "PYTHONIOENCODING": encoding})
        assert json.loads(done.stdout)[0]["synopsis"] == "Été 日"
        assert ("日" in done.stdout) == raw
