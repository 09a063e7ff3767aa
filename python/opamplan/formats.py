"""The emitted files that are not Dockerfiles or bake files: graphs, Makefiles, workflows, LLB."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from opamplan._core import batch_llbs
from opamplan.errors import InvalidRequest

if TYPE_CHECKING:
    from opamplan._core import EmitOptions, Plan

Files = dict[str, bytes]
BAKE_FILES = ("docker-bake", "docker-bake-images")
"""Of the batches, which buildx reads unasked, and of single images; without `.hcl` or `.json`."""


def needs_llb(plan: Plan) -> bool:
    """Whether only BuildKit's own language can say the plan, and no Dockerfile."""
    return plan.strategy == "merge"


def llb_files(plan: Plan, options: EmitOptions) -> Files:
    """One definition a batch, for `buildctl build --local context=DIR < batch0.llb`."""
    return {f"batch{n}.llb": llb for n, llb in enumerate(batch_llbs(plan, options))}


def json_files(plan: Plan, options: EmitOptions) -> Files:
    """The plan itself."""
    return {"plan.json": plan.to_json().encode()}


def dot_files(plan: Plan, options: EmitOptions) -> Files:
    """The steps for Graphviz: parents are solid, grafts dashed, targets bold."""
    targets = set(plan.target_steps)
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box];"]
    for step in plan:
        words = step.installs or ["system packages", *step.depexts]
        label = json.dumps("\n".join(words), ensure_ascii=False)
        style = ", style=bold" if step.index in targets else ""
        lines.append(f"  s{step.index} [label={label}{style}];")
        if step.parent is not None:
            lines.append(f"  s{step.parent} -> s{step.index};")
        lines += [f"  s{graft} -> s{step.index} [style=dashed];" for graft in step.grafts]
    return {"plan.dot": "\n".join([*lines, "}", ""]).encode()}


def allowed(options: EmitOptions) -> str:
    """What a builder must be told to allow, in the shell's words, each with a space."""
    return "--allow network.host " if options.network == "host" else ""


def build_words(options: EmitOptions, option: str, prefix: str = "") -> str:
    """What the options ask of the program that builds, in the shell's words, each with a space."""
    words: list[str] = []
    for name, value in options.build_args:
        if not value.isprintable():
            raise InvalidRequest(f"build argument {name}: {value!r} does not fit into a line")
        words += [option, f"{prefix}{name}={value}"]
    return allowed(options) + "".join(shlex.quote(word) + " " for word in words)


_MAKEFILE = """\
# Made by opamplan. Builds the batches in order: make; one of them: make results/batch0.
# The builder keeps what a batch built; with several machines, let them share a cache:
#   make BUILD_FLAGS='--import-cache type=registry,ref=R --export-cache type=registry,ref=R'
BUILDCTL = buildctl
BUILD_FLAGS =
batches = {batches}

all: $(batches:%=results/%)

results/%: %.Dockerfile
\t$(BUILDCTL) build --frontend dockerfile.v0 --local context=. --local dockerfile=. \\
\t  --opt filename=$< --opt target=results --output type=local,dest=$@ {words}$(BUILD_FLAGS)

{order}
clean:
\trm -rf results

.PHONY: all clean
.DELETE_ON_ERROR:
"""


def make_files(plan: Plan, options: EmitOptions) -> Files:
    """A Makefile that builds the batches of the Dockerfiles in order."""
    names = [f"batch{n}" for n in range(len(plan.batches))]
    # After each other, as a later one stands on what an earlier one built; an order-only
    # prerequisite, so that a rebuilt batch does not rebuild those after it.
    order = "".join(f"results/{b}: | results/{a}\n" for a, b in zip(names, names[1:]))
    words = build_words(options, "--opt", "build-arg:").replace("$", "$$")
    text = _MAKEFILE.format(batches=" ".join(names), order=order, words=words)
    return {"Makefile": text.encode()}


_WORKFLOW = """\
# Made by opamplan. Each job builds one batch; the cache is a registry, where a batch finds what the
# jobs before it built.
name: opamplan
on: workflow_dispatch
permissions:
  contents: read
  packages: write
env:
  CACHE: ghcr.io/${{{{ github.repository }}}}/opamplan-cache
jobs:
{jobs}"""

_JOB = """\
  {name}:
    runs-on: ubuntu-latest
{needs}    steps:
      - uses: actions/checkout@v4
      - uses: docker/setup-buildx-action@v3
      - uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: ${{{{ github.actor }}}}
          password: ${{{{ secrets.GITHUB_TOKEN }}}}
      - name: Build
        run: |
          docker buildx build --file {name}.Dockerfile --target results \\
            --cache-from "type=registry,ref=$CACHE" \\
            --cache-to "type=registry,ref=$CACHE,mode=max,ignore-error=true" \\
            {words}--output type=local,dest=results/{name} .
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: {name}
          path: results/{name}
"""


def github_files(plan: Plan, options: EmitOptions) -> Files:
    """A workflow of GitHub Actions that builds the batches in order, with a registry as cache."""
    # GitHub replaces what stands in ${{ }}.
    words = build_words(options, "--build-arg").replace("${{", "${{ '${{' }}")
    jobs = []
    for n in range(len(plan.batches)):
        # Even after one that failed: what others built is still of use.
        needs = f"    needs: batch{n - 1}\n    if: always()\n" if n else ""
        jobs.append(_JOB.format(name=f"batch{n}", needs=needs, words=words))
    return {".github/workflows/opamplan.yml": _WORKFLOW.format(jobs="".join(jobs)).encode()}


EXTRA_FORMATS = {
    "llb": llb_files,
    "dot": dot_files,
    "json": json_files,
    "make": make_files,
    "github": github_files,
}
