"""The GitHub workflow that checks each pull request of a repository, as `opamplan change` does."""

from __future__ import annotations

import argparse
import shlex

TEMPLATE = """\
# Made by opamplan. What a pull request breaks is the job's summary; what it touches is built.
name: opamplan change
on: pull_request
permissions:
  contents: read
jobs:
  change:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 2  # the merge, and the branch that it goes into
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install opamplan
      - name: Compare
        run: >-
          opamplan change --repository . 'HEAD^1' HEAD {words}
          --format markdown -o check.json >> "$GITHUB_STEP_SUMMARY"
      - uses: docker/setup-buildx-action@v3
        if: success() || failure()
      - name: Build
        if: success() || failure()
        run: opamplan build --plan check.json --with buildx --state builds.sqlite
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: opamplan
          path: |
            check.json
            builds.sqlite
"""


def change_workflow(args: argparse.Namespace) -> str:
    """The workflow, with the options that say what is compared and how."""
    return TEMPLATE.format(words=shlex.join(_words(args)))


def _words(args: argparse.Namespace) -> list[str]:
    """The options again."""
    words = []
    for name in ("environment", "arch", "ocaml", "vary", "require", "constraint"):
        for value in getattr(args, name):
            words += [f"--{name}", value]
    if args.matrix:  # a file of the repository
        words += ["--matrix", args.matrix]
    for name in ("no_ocaml", "with_test", "with_doc", "prefer_oldest"):
        if getattr(args, name):
            words.append("--" + name.replace("_", "-"))
    return words
