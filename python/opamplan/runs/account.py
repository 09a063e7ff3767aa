"""What a run hears from its builders: which steps ended, how their layers ended, and why.

Events and results of all batches meet here, from several threads at once. Each is kept in the
state, counted, and told to whoever watches the run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Callable, Optional

from opamplan.runs.early import EarlyResults
from opamplan.runs.identity import failed_packages
from opamplan.runs.results import NO_RESULT, LayerResult, read_results, remove_strangers
from opamplan.runs.statuses import ACCEPTED_FAILURE, BAD, DOWNLOAD_FAILED, FAILURE

if TYPE_CHECKING:
    from pathlib import Path

    from opamplan.runs.losses import Losses
    from opamplan.runs.plan_parts import PlanParts
    from opamplan.runs.rawjson import Event
    from opamplan.runs.retry_numbers import RetryNumbers
    from opamplan.runs.state import Run, State

MOST_SAID = 20
"""Lines about what lay in the results of a batch and should not."""


@dataclass
class Progress:
    """What a run has done so far; given with each event."""

    steps: int
    done: int = 0
    cached: int = 0
    failed: int = 0
    running: dict[int, str] = field(default_factory=dict)
    """By step: what it installs."""


# kind, fields, progress. Kinds: run, builder, storage, batch, step, failure, lost, mended, ignored,
# log, batch_end, run_end.
OnProgress = Callable[[str, "dict[str, object]", Progress], None]


class Account:
    """That of one run."""

    def __init__(
        self,
        parts: PlanParts,
        state: State,
        losses: Losses,
        numbers: RetryNumbers,
        on_progress: Optional[OnProgress],
    ) -> None:
        self._parts = parts
        self._state = state
        self._losses = losses
        self._numbers = numbers
        self._on_progress = on_progress or (lambda kind, fields, progress: None)
        self._lock = threading.RLock()
        self._executed: set[int] = set()  # by whatever builder, in this process
        self._seen: set[int] = set()  # steps that ended, in whatever batch
        self._told: set[str] = set()  # layers whose failure was told
        self._early = EarlyResults()
        self.progress = Progress(len(parts.plan))
        self.twice = 0
        """Steps that were carried out although a builder had done so, in this process."""

    def tell(self, kind: str, **fields: object) -> None:
        """To whoever watches, one thing after the other."""
        with self._lock:
            self._on_progress(kind, fields, self.progress)

    def have_ended(self, steps: Iterable[int]) -> None:
        """Steps that ended before, or will never be tried."""
        with self._lock:
            self._seen.update(steps)
            self.progress.done = len(self._seen)

    def nothing_runs(self, batch: int) -> None:
        """Of a batch whose solve has ended."""
        with self._lock:
            for step in self._parts.plan.batches[batch].steps:
                self.progress.running.pop(step, None)

    def event(self, run: Run, event: Event, ended: dict[int, bool]) -> None:
        """What a builder says of a step, or of none; notes in `ended` one that did.

        Of each step whether it was carried out, and not served from the builder's cache.
        """
        if event.step is None:
            self.tell("log", text=event.text)
            return
        installs = self._parts.installs[event.step]
        with self._lock:
            if event.kind == "started":
                self.progress.running[event.step] = installs
            elif event.kind in ("done", "cached"):
                self.progress.running.pop(event.step, None)
                ended[event.step] = ended.get(event.step, False) or event.kind == "done"
                if event.step not in self._seen:
                    self._seen.add(event.step)
                    self.progress.done += 1
                    self.progress.cached += event.kind == "cached"
        if event.kind == "done":
            self._state.add_executed(run, event.step)
            with self._lock:
                self.twice += event.step in self._executed
                self._executed.add(event.step)
        if event.kind == "system":
            depexts = self._parts.depexts[event.step]
            if depexts:  # else it is not its own work, or a package's word
                self._state.add_system_packages(
                    run, event.step, depexts, event.seconds, event.size or 0
                )
        elif event.layer:
            # What a package prints may look like it: only of the step's own layers.
            if event.layer in self._parts.layers[event.step]:
                self._layer_event(run, event)
        elif event.kind != "log":
            fields = {"step": event.step, "installs": installs, "what": event.kind}
            if event.kind == "done":
                fields["seconds"] = round(event.seconds, 3)
            self.tell("step", **fields)

    def results(self, run: Run, batch: int, folder: Path) -> None:
        """Keep what a batch that was built left in its folder."""
        parts = self._parts
        layers = {layer: parts.package[layer] for layer in parts.layers_of(batch)}
        ignored = remove_strangers(folder, layers)
        for text in ignored[:MOST_SAID]:
            self.tell("ignored", batch=batch, text=text)
        if len(ignored) > MOST_SAID:
            self.tell("ignored", batch=batch, text=f"... {len(ignored)} in all")
        steps = parts.brings[batch]
        executed = {x for step in self._state.executed(run) for x in parts.layers[step]}
        out = self._losses.steps(steps)
        self.have_ended(out)
        not_built = {layer for step in out for layer in parts.layers[step]}
        statuses: dict[str, str] = {}
        unfetched: list[str] = []

        def all_results() -> Iterator[LayerResult]:
            for result in read_results(folder, layers):
                if result.status != NO_RESULT or result.layer not in not_built:
                    statuses[result.layer] = result.status
                    yield result
            yield from self._losses.results(steps, statuses)

        def read() -> Iterator[tuple[LayerResult, bool]]:
            for result in map(self._judged, all_results()):
                if result.status == DOWNLOAD_FAILED:
                    unfetched.append(result.layer)
                if result.status in BAD and result.layer not in self._told:
                    last = result.log.rstrip().rpartition("\n")[2]
                    self._failure(result.layer, result.package, last)
                yield result, result.layer not in executed

        self._state.add_layers(run, read())
        # Not kept as the package's: the next run's step is another one.
        self._state.raise_retries(self._numbers.after(unfetched))

    def _layer_event(self, run: Run, event: Event) -> None:
        """A line of a layer's failure, or its result."""
        package = self._parts.package[event.layer]
        if event.kind == "failure":
            with self._lock:
                self._early.line(event)
            self._failure(event.layer, package, event.text)
            return
        with self._lock:
            result = self._early.result(event, package)
        if result is not None:
            self._state.add_layers(run, [(self._judged(result), False)])

    def _judged(self, result: LayerResult) -> LayerResult:
        """With the status of its own that a failure has which the package accepts."""
        if result.status == FAILURE and self._may_fail(result):
            return replace(result, status=ACCEPTED_FAILURE)
        return result

    def _may_fail(self, result: LayerResult) -> bool:
        """Whether the package that failed says so: of a post group that which opam names."""
        members = self._parts.members[result.layer]
        failed = set(members) & failed_packages(result.log)
        return (failed or set(members)) <= self._parts.accepted

    def _failure(self, layer: str, package: str, text: str) -> None:
        with self._lock:
            self._told.add(layer)
            self.progress.failed = len(self._told)
            self.tell("failure", layer=layer, installs=package, text=text)
