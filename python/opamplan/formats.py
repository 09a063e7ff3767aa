"""The emitted files that are not Dockerfiles or bake files: graphs, Makefiles, workflows, LLB."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from opamplan._core import batch_llbs
from opamplan.errors import InvalidRequest
from opamplan.workflow import github_workflow

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
# Made by opamplan. Builds the batches, each after those that it stands on: make; one of them:
# make stamps/batch0. What is in results/ is of this plan: a batch that changed is built anew, and
# what an earlier plan left there goes.
# The builder keeps what a batch built; with several machines, let them share a cache:
#   make CACHE=registry.example/opamplan/cache
# Where an earlier run has written all of it: make CACHE=... CACHED=yes.
BUILDCTL = buildctl
BUILD_FLAGS =
CACHE =
CACHED =
batches = {batches}

all: $(batches:%=stamps/%)
\t@for folder in results/*; do \\
\t  case " $(batches) " in *" $${{folder##*/}} "*) ;; *) rm -rf "$$folder" ;; esac; done

ref = type=registry,ref=$(CACHE):$(1)
from = $(if $(CACHED),$(1),$(caches_$(1)))
read = $(foreach batch,$(call from,$(1)),--import-cache $(call ref,$(batch)))
shared = $(if $(CACHE),$(call read,$(1)) --export-cache $(call ref,$(1)),mode=max)

stamps/%: %.Dockerfile step collect
\trm -rf results/$*
\t$(BUILDCTL) build --frontend dockerfile.v0 --local context=. --local dockerfile=. \\
\t  --opt filename=$< --opt target=results --output type=local,dest=results/$* {words}\\
\t  $(call shared,$*) $(BUILD_FLAGS)
\t@mkdir -p stamps && touch $@

{order}
clean:
\trm -rf results stamps

.PHONY: all clean
.DELETE_ON_ERROR:
"""


def make_files(plan: Plan, options: EmitOptions) -> Files:
    """A Makefile that builds the batches of the Dockerfiles."""
    names = [f"batch{n}" for n in range(len(plan.batches))]
    # After each other, as a later one stands on what an earlier one built; an order-only
    # prerequisite, so that a rebuilt batch does not rebuild those after it.
    after = plan.waits_for if plan.builders else [[n - 1] if n else [] for n in range(len(names))]
    order = [
        f"stamps/{name}: | {' '.join(f'stamps/{names[other]}' for other in others)}"
        for name, others in zip(names, after)
        if others
    ]
    caches = [
        f"caches_{name} = {' '.join(names[other] for other in others)}"
        for name, others in zip(names, plan.cache_imports)
        if others
    ]
    words = build_words(options, "--opt", "build-arg:").replace("$", "$$")
    lines = "".join(f"{line}\n" for line in [*order, *caches])
    text = _MAKEFILE.format(batches=" ".join(names), order=lines, words=words)
    return {"Makefile": text.encode()}


def github_files(plan: Plan, options: EmitOptions) -> Files:
    """A workflow of GitHub Actions that builds the batches, with a registry as cache."""
    text = github_workflow(plan, build_words(options, "--build-arg"))
    return {".github/workflows/opamplan.yml": text.encode()}


EXTRA_FORMATS = {
    "llb": llb_files,
    "dot": dot_files,
    "json": json_files,
    "make": make_files,
    "github": github_files,
}
