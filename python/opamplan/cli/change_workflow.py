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
          --format markdown -o {plans} >> "$GITHUB_STEP_SUMMARY"
      - uses: docker/setup-buildx-action@v3
        if: success() || failure()
      - name: Build
        if: success() || failure()
        run: |
          status=0
          for plan in check*.json; do
            opamplan build --plan "$plan" --with buildx --state builds.sqlite || status=$?
          done
          exit $status
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: opamplan
          path: |
            check*.json
            builds.sqlite
"""


def change_workflow(args: argparse.Namespace, several: list[str]) -> str:
    """The workflow, with the options that say what is compared and how.

    `several`: what stands in the name of a plan for the values of which there are several.
    """
    plans = "-".join(["check", *several]) + ".json"
    return TEMPLATE.format(words=shlex.join(_words(args)), plans=shlex.quote(plans))


def _words(args: argparse.Namespace) -> list[str]:
    """The options again."""
    words = []
    for name in ("environment", "ocaml", "require", "constraint"):
        for value in getattr(args, name):
            words += [f"--{name}", value]
    for name in ("no_ocaml", "with_test", "with_doc", "prefer_oldest"):
        if getattr(args, name):
            words.append("--" + name.replace("_", "-"))
    return words
