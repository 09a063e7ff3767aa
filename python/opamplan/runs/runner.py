"""All batches of a plan, on one builder or several, into a state that can be resumed."""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

from opamplan._core import EmitOptions, Plan, stage_names
from opamplan.errors import InvalidRequest
from opamplan.output import write_plan
from opamplan.runs.builders import Batch, Builder, SolveOutcome
from opamplan.runs.rawjson import Event
from opamplan.runs.results import read_results
from opamplan.runs.state import Run, State


@dataclass
class RunOptions:
    """How a plan is carried out."""

    directory: Path
    """Emitted files, and the results of each batch."""
    emit: EmitOptions = field(default_factory=EmitOptions)
    attempts: int = 2
    """How often a batch is given to a builder before it is left; packages that fail are no reason
    to try again, a builder that ends badly is."""
    batch_time_limit: float = 0.0
    """Seconds; 0: none."""
    patience: float = 60.0
    """Seconds that a builder which went away may take to come back before the next attempt."""
    retry_failed: bool = False
    """Carry out again what failed in the run that is resumed, or in the newest run of the plan."""
    resume: bool = True
    """Go on with the newest run of an equal plan, if that did not finish."""


@dataclass
class Progress:
    """What a run has done so far; given with each event."""

    steps: int
    done: int = 0
    cached: int = 0
    failed: int = 0
    running: dict[int, str] = field(default_factory=dict)
    """By step: what it installs."""


# kind, fields, progress. Kinds: run, batch, step, failure, log, batch_end, run_end.
OnProgress = Callable[[str, "dict[str, object]", Progress], None]


class Runner:
    """Carries a plan out. `cancel` may be called from another thread or a signal handler."""

    def __init__(
        self,
        plan: Plan,
        state: State,
        builders: Sequence[Builder],
        options: RunOptions,
        left_out: Iterable[tuple[str, str, str]] = (),
        on_progress: Optional[OnProgress] = None,
    ) -> None:
        if not builders:
            raise InvalidRequest("no builder was named")
        self._plan = plan
        self._state = state
        self._builders = list(builders)
        self._options = options
        self._left_out = list(left_out)
        self._on_progress = on_progress or (lambda kind, fields, progress: None)
        self._lock = threading.RLock()
        self._cancelled = threading.Event()
        names = stage_names(plan)
        self._stages = {name: index for index, name in enumerate(names)}
        self._installs = [" ".join(step.installs) for step in plan]
        self._seen: dict[int, str] = {}  # by step: executed or cached, the first time
        self.progress = Progress(len(plan))

    def cancel(self) -> None:
        """Stop; what was built stays in the builder's cache, and the run can be resumed."""
        self._cancelled.set()
        for builder in self._builders:
            builder.cancel()

    def run(self) -> Run:
        """Build every batch that has not been built; returns the run as it ended."""
        run, finished = self._begin()
        retry = self._failed(run) if self._options.retry_failed else {}
        if retry:
            finished = set()
        emit = self._options.emit
        if retry:
            emit.retry = {**emit.retry, **retry}
        write_plan(self._plan, self._options.directory, ("dockerfile", "bake"), emit)
        self._tell("run", run=run.id, batches=len(self._plan.batches), resumed=bool(finished))
        todo: queue.SimpleQueue[int] = queue.SimpleQueue()
        for batch in range(len(self._plan.batches)):
            if batch not in finished:
                todo.put(batch)
        complete = self._carry_out(run, todo)
        status = "interrupted" if self._cancelled.is_set() else "finished"
        if status == "finished" and not complete:
            status = "incomplete"
        self._state.end_run(run, status)
        self._tell("run_end", run=run.id, status=status)
        return self._state.run(run.id)

    def _begin(self) -> tuple[Run, set[int]]:
        run = self._state.unfinished(self._plan) if self._options.resume else None
        if run is None:
            return self._state.begin_run(self._plan, self._left_out), set()
        self._state.resume(run)
        batches = self._state.batches(run)
        finished = {b["batch"] for b in batches if b["status"] == "finished"}
        for batch in finished:
            for step in self._plan.batches[batch].steps:
                self._seen.setdefault(step, "earlier")
        self.progress.done = len(self._seen)
        return run, finished

    def _failed(self, run: Run) -> dict[str, int]:
        """How often each package that failed has failed: a number that makes its steps new ones."""
        same = [r for r in self._state.runs() if r.plan == run.plan and r.id <= run.id]
        failed: dict[str, int] = {}
        latest: set[str] = set()
        for each in same:
            now = {row["package"] for row in self._state.layers(each) if row["status"] == "failure"}
            latest = now or latest
            for package in now:
                failed[package] = failed.get(package, 0) + 1
        return {package: failed[package] for package in sorted(latest)}

    def _carry_out(self, run: Run, todo: queue.SimpleQueue[int]) -> bool:
        failures: list[int] = []
        raised: list[BaseException] = []

        def work(builder: Builder) -> None:
            try:
                while not self._cancelled.is_set():
                    try:
                        batch = todo.get_nowait()
                    except queue.Empty:
                        return
                    if not self._build(run, batch, builder):
                        failures.append(batch)
            except BaseException as error:  # told by the thread that waits
                raised.append(error)
                self.cancel()

        threads = [
            threading.Thread(target=work, args=(b,), name=b.name, daemon=True)
            for b in self._builders
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # in pieces, so that signals are answered
                try:
                    thread.join(0.1)
                except KeyboardInterrupt:
                    self.cancel()
        if raised:
            raise raised[0]
        return not failures

    def _build(self, run: Run, number: int, builder: Builder) -> bool:
        name = f"batch{number}"
        directory = self._options.directory.resolve()
        batch = Batch(name, directory, directory / "results" / name, self._stages)
        for attempt in range(1, max(1, self._options.attempts) + 1):
            self._state.begin_batch(run, number, builder.name, attempt)
            self._tell("batch", batch=number, builder=builder.name, attempt=attempt)
            ended: dict[int, str] = {}
            outcome = builder.run(
                batch,
                functools.partial(self._event, ended),
                self._options.batch_time_limit,
            )
            counts = (
                sum(1 for how in ended.values() if how == "done"),
                sum(1 for how in ended.values() if how == "cached"),
            )
            with self._lock:
                self.progress.running.clear()
            if outcome.ok:
                self._keep_results(run, batch, ended)
            status = _status(outcome)
            self._state.end_batch(run, number, status, counts, outcome.error)
            self._tell(
                "batch_end",
                batch=number,
                status=status,
                executed=counts[0],
                cached=counts[1],
                seconds=round(outcome.seconds, 3),
                error=outcome.error,
            )
            if outcome.ok:
                return True
            if self._cancelled.is_set():
                return False
            if attempt < self._options.attempts:
                builder.wait_until_ready(self._options.patience)
        return False

    def _keep_results(self, run: Run, batch: Batch, ended: dict[int, str]) -> None:
        layers = {key[:16]: step.index for step in self._plan for key in step.layers}
        self._state.add_layers(
            run,
            (
                (result, ended.get(layers.get(result.layer, -1)) != "done")
                for result in read_results(batch.output)
            ),
        )

    def _event(self, ended: dict[int, str], event: Event) -> None:
        if event.step is None:
            self._tell("log", text=event.text)
            return
        with self._lock:
            installs = self._installs[event.step]
            if event.kind == "started":
                self.progress.running[event.step] = installs
            elif event.kind in ("done", "cached"):
                self.progress.running.pop(event.step, None)
                ended[event.step] = event.kind
                if event.step not in self._seen:
                    self._seen[event.step] = event.kind
                    self.progress.done += 1
                    self.progress.cached += event.kind == "cached"
        if event.kind == "failure":
            self._tell("failure", layer=event.layer, installs=installs, text=event.text)
        elif event.kind != "log":
            fields = {"step": event.step, "installs": installs, "what": event.kind}
            if event.kind == "done":
                fields["seconds"] = round(event.seconds, 3)
            self._tell("step", **fields)

    def _tell(self, kind: str, **fields: object) -> None:
        with self._lock:
            self._on_progress(kind, fields, self.progress)


def _status(outcome: SolveOutcome) -> str:
    if outcome.ok:
        return "finished"
    return "interrupted" if outcome.stopped == "cancelled" else "error"
