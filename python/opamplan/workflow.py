"""A workflow of GitHub Actions that carries a plan out, with a registry as cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opamplan.errors import InvalidRequest
from opamplan.wording import counted

if TYPE_CHECKING:
    from opamplan._core import Plan

MOST_JOBS = 256
"""Of one matrix."""
RUNNERS = {"x86_64": "ubuntu-latest", "arm64": "ubuntu-24.04-arm"}
"""GitHub's own, by opam's `arch`; what has none is emulated."""

_WORKFLOW = """\
# Made by opamplan. Each job builds one batch; the cache is a registry, with a tag for each batch,
# where a job finds what those before it built.
name: opamplan
on: workflow_dispatch
permissions:
  contents: read
  packages: write
concurrency:
  group: opamplan-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
{jobs}"""

_JOB = """\
  {name}:
    runs-on: {runner}
{needs}    strategy:
      fail-fast: false
{parallel}      matrix:
        include:
{batches}
    steps:
      - uses: actions/checkout@v4
{emulator}      - uses: docker/setup-buildx-action@v3
      - uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: ${{{{ github.actor }}}}
          password: ${{{{ secrets.GITHUB_TOKEN }}}}
      - name: Build
        env:
          BATCH: ${{{{ matrix.batch }}}}
          CACHES: ${{{{ matrix.caches }}}}
        run: |
          cache="ghcr.io/${{GITHUB_REPOSITORY,,}}/opamplan-cache"
          # What the batch wrote in an earlier run has all that it stands on, too.
          if docker buildx imagetools inspect "$cache:$BATCH" >/dev/null 2>&1; then
            CACHES=$BATCH
          fi
          from=()
          for batch in $CACHES; do
            from+=(--cache-from "type=registry,ref=$cache:$batch")
          done
          docker buildx build --file "$BATCH.Dockerfile" --target results "${{from[@]}}" \\
            --cache-to "type=registry,ref=$cache:$BATCH,mode=max,ignore-error=true" \\
            {words}--output "type=local,dest=results/$BATCH" .
      - uses: actions/upload-artifact@v4
        if: ${{{{ !cancelled() }}}}
        with:
          name: ${{{{ matrix.batch }}}}
          path: results/${{{{ matrix.batch }}}}
"""


def github_workflow(plan: Plan, words: str) -> str:
    """The batches in order, the shards of a wave side by side. `words`: more for buildx."""
    runner, emulator = _machine(plan)
    # GitHub replaces what stands in ${{ }}.
    words = words.replace("${{", "${{ '${{' }}")
    parallel = f"      max-parallel: {plan.builders}\n" if plan.builders else ""
    jobs = []
    before = ""
    for name, batches in _jobs(plan).items():
        if len(batches) > MOST_JOBS:
            raise InvalidRequest(
                f"--format github: {name} has {counted(len(batches), 'shard')}, and a matrix at "
                f"most {MOST_JOBS} jobs: plan for fewer builders (--shards)"
            )
        # Even after one that failed: what others built is still of use.
        needs = f"    needs: {before}\n    if: ${{{{ !cancelled() }}}}\n" if before else ""
        jobs.append(
            _JOB.format(
                name=name,
                runner=runner,
                needs=needs,
                parallel=parallel,
                batches="\n".join(_matrix_entry(plan, batch) for batch in batches),
                emulator=emulator,
                words=words,
            )
        )
        before = name
    return _WORKFLOW.format(jobs="".join(jobs))


def _jobs(plan: Plan) -> dict[str, list[int]]:
    """The batches of each job, in order."""
    jobs: dict[str, list[int]] = {}
    for batch in plan.batches:
        name = f"wave{batch.wave}" if plan.builders else f"batch{batch.index}"
        jobs.setdefault(name, []).append(batch.index)
    return jobs


def _matrix_entry(plan: Plan, batch: int) -> str:
    caches = " ".join(f"batch{other}" for other in plan.cache_imports[batch])
    return f'          - {{ batch: batch{batch}, caches: "{caches}" }}'


def _machine(plan: Plan) -> tuple[str, str]:
    """The label of the runner, and the step by which it emulates another."""
    arch = plan.environment.get("arch", "x86_64")
    if arch in RUNNERS:
        return RUNNERS[arch], ""
    return "ubuntu-latest", "      - uses: docker/setup-qemu-action@v3\n"
