"""All batches of a plan, on one builder or several, into a state that can be resumed."""

from __future__ import annotations

import contextlib
import copy
import functools
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Callable, Optional

from opamplan._core.emit import (
    EmitOptions,
    batch_dockerfile,
    batch_llb,
    has_dockerfile,
    stage_names,
)
from opamplan._core.plan import Plan
from opamplan.errors import Error, InvalidRequest
from opamplan.files import TEMPORARY, Lock, folder_below, lock_folder, sweep, write_below
from opamplan.output import write_plan
from opamplan.place import refuse_repository
from opamplan.runs.builders import Batch, Builder, SolveOutcome, not_fatal
from opamplan.runs.caches import BatchCache, batch_caches, require_prefix
from opamplan.runs.early import EarlyResults
from opamplan.runs.identity import accepted_failures, digest_of, failed_packages
from opamplan.runs.layers import layer_members
from opamplan.runs.losses import KINDS, Losses
from opamplan.runs.options import RunOptions
from opamplan.runs.rawjson import Event
from opamplan.runs.records import records_of
from opamplan.runs.results import NO_RESULT, LayerResult, read_results, remove_strangers
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import ACCEPTED_FAILURE, BAD, DOWNLOAD_FAILED, FAILED, FAILURE
from opamplan.runs.work import Work

FIRST_ANSWER_SECONDS = 10.0
"""That a builder may take to answer for the first time, if no other is there."""
ASK_AGAIN_SECONDS = 1.0
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


# kind, fields, progress. Kinds: run, builder, batch, step, failure, lost, mended, ignored, log,
# batch_end, run_end.
OnProgress = Callable[[str, "dict[str, object]", Progress], None]


def refuse_strangers(plan: Plan, builders: Iterable[Builder]) -> None:
    """Raises for a builder that does not know the plan's language."""
    for builder in builders:
        if not has_dockerfile(plan) and not builder.takes_llb:
            raise InvalidRequest(
                f"{builder.name} cannot carry out the strategy merge, which only BuildKit's "
                "own language can say: name a buildkitd by its address, or plan with graft"
            )


class Runner:
    """Carries a plan out. `cancel` may be called from another thread, `interrupt` from anywhere."""

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
        refuse_strangers(plan, builders)
        refuse_repository(options.directory)
        self._is_llb = not has_dockerfile(plan)
        self._plan = plan
        self._state = state
        self._builders = list(builders)
        self._options = options
        self._left_out = list(left_out)
        self._on_progress = on_progress or (lambda kind, fields, progress: None)
        self._lock = threading.RLock()
        self._cancelled = threading.Event()
        self._interrupts = 0
        names = stage_names(plan)
        self._stages = {name: index for index, name in enumerate(names)}
        self._installs = [step.label for step in plan]
        self._layers = [[key[:16] for key in step.layers] for step in plan]
        # What a batch brings the results of: of a shard what it builds itself.
        self._brings = [
            set(plan.own_steps(b.index)) if plan.builders else set(b.steps) for b in plan.batches
        ]
        prefix = options.cache and require_prefix(options.cache)
        self._caches = batch_caches(plan, prefix) if prefix else []
        self._executed: set[int] = set()  # by whatever builder, in this process
        self._twice = 0
        self._package = {key: package for key, package, _ in plan.layers()}
        self._members = layer_members(plan)
        self._accepted = accepted_failures(plan)
        self._used: dict[str, int] = {}  # by layer: the retry number that this run's steps have
        self._seen: set[int] = set()  # steps that ended, in whatever batch
        self._told: set[str] = set()  # layers whose failure was told
        self._losses = Losses(plan, options.attempts)
        self._mended: set[str] = set()  # layers that have another number than in the files
        self._early = EarlyResults()
        self._emit = options.emit
        self.progress = Progress(len(plan))

    def cancel(self, now: bool = False) -> None:
        """Stop; what was built stays in the builder's cache, and the run can be resumed.

        `now`: without waiting for the builders' clients to take their leave.
        """
        self._cancelled.set()
        for builder in self._builders:
            builder.cancel(now)

    def interrupt(self) -> None:
        """Cancel soon, and at once if it is called again. For signal handlers: it takes no lock."""
        self._interrupts += 1

    def run(self) -> Run:
        """Build every batch that has not been built; returns the run as it ended."""
        with self._alone():
            run, finished = self._begin()
            status = "interrupted"
            try:
                self._emit = self._numbered()
                write_plan(self._plan, self._options.directory, options=self._emit)
                self._tell(
                    "run", run=run.id, batches=len(self._plan.batches), resumed=bool(finished)
                )
                todo = [n for n in range(len(self._plan.batches)) if n not in finished]
                complete = self._carry_out(run, todo)
                if not self._cancelled.is_set():
                    status = "finished" if complete else "incomplete"
            finally:
                # Whatever happened, even if nobody reads what is told: the state says how it ended.
                self._state.end_run(run, status)
            self._tell("run_end", run=run.id, status=status, executed_twice=self._twice)
            return self._state.run(run.id)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes into the folder or the state meanwhile; nothing old is left there."""
        directory = self._options.directory
        with contextlib.ExitStack() as stack:
            if self._options.lock is None:
                stack.enter_context(lock_folder(directory))
            stack.enter_context(Lock(self._state.lock_path, str(self._state.path)))
            with folder_below(directory, ("results",)):  # no link to elsewhere
                pass
            sweep(directory)
            sweep(directory / "results")
            yield

    def _begin(self) -> tuple[Run, set[int]]:
        """The run, new or resumed, and the batches that need not be built again."""
        options = digest_of(self._options)
        newest = self._state.newest(self._plan, options)
        run = newest if self._options.resume and newest and newest.status != "finished" else None
        again = self._again(run or newest, run)
        known = self._state.retries()
        self._used = {layer: known[layer] for layer in self._package if layer in known}
        if run is None:
            emit = self._options.emit
            base = self._options.base or emit.base_archive or emit.base_image
            return self._state.begin_run(
                self._plan, self._left_out, options, self._options.asked, base
            ), set()
        self._state.resume(run)
        finished = {
            b["batch"]
            for b in self._state.batches(run)
            if b["status"] == "finished" and not again & self._layers_of(b["batch"])
        }
        for batch in finished:
            self._seen.update(self._plan.batches[batch].steps)
        self.progress.done = len(self._seen)
        return run, finished

    def _numbered(self) -> EmitOptions:
        """The options with the retry numbers that this run's steps have."""
        emit = copy.copy(self._options.emit)
        emit.retry = {**emit.retry, **self._used}
        return emit

    def _again(self, last: Optional[Run], resumed: Optional[Run]) -> set[str]:
        """The layers that are to be tried again; their numbers are raised if that was asked for.

        A download that failed has its new number already: its batch is only to be built again.
        """
        rows = self._state.layers(last) if last is not None else []
        again = {row["layer"] for row in rows if row["status"] == DOWNLOAD_FAILED and resumed}
        if self._options.retry_failed:
            # In whatever run: of other targets, say.
            ended = self._state.last_tried()
            failed = {
                layer
                for layer in self._package
                if ended.get(layer) in FAILED and ended[layer] != DOWNLOAD_FAILED
            }
            self._state.retry(failed)
            again |= failed
        return again

    def _layers_of(self, batch: int) -> set[str]:
        return {layer for step in self._brings[batch] for layer in self._layers[step]}

    def _carry_out(self, run: Run, batches: list[int]) -> bool:
        waits = dict(enumerate(self._plan.waits_for)) if self._plan.builders else {}
        work = Work(batches, self._options.attempts, len(self._builders), waits)
        raised: list[BaseException] = []

        def serve(builder: Builder) -> None:
            try:
                known = False
                while work.wait(builder.name) and self._is_there(builder, work, known):
                    known = True
                    batch, attempt = work.take(builder.name)
                    if batch < 0:
                        continue
                    cache = self._cache_of(batch, work.is_last_attempt(batch))
                    away = self._build(run, batch, builder, attempt, cache)
                    if away is None:
                        work.done(batch)
                    else:
                        work.failed(batch, away, builder.name)
            except BaseException as error:  # told by the thread that waits
                raised.append(error)
                work.stop()
                self.cancel()

        threads = [
            threading.Thread(target=serve, args=(b,), name=b.name, daemon=True)
            for b in self._builders
        ]
        for thread in threads:
            thread.start()
        self._wait_for(threads, work)
        if raised:
            raise raised[0]
        return work.complete

    def _wait_for(self, threads: list[threading.Thread], work: Work) -> None:
        """In pieces, so that signals are answered."""
        hurry: Optional[float] = None
        while any(thread.is_alive() for thread in threads):
            try:
                time.sleep(0.05)
            except KeyboardInterrupt:
                self.interrupt()
            if self._interrupts and not self._cancelled.is_set():
                self.cancel()
            if self._cancelled.is_set():
                work.stop()
            if self._interrupts > 1 and hurry is None:
                hurry = time.monotonic()
                self.cancel(now=True)
            if hurry is not None and time.monotonic() - hurry > 2:
                return  # what still goes on ends with the process

    def _is_there(self, builder: Builder, work: Work, known: bool) -> bool:
        """Wait for a builder to answer; false if it does not, or is not needed any more.

        As long as others build, it may come back; if there is none, it is waited for a while.
        """
        patience = self._options.patience
        end = time.monotonic() + (patience if known else min(patience, FIRST_ANSWER_SECONDS))
        away = False
        while not self._cancelled.is_set():
            trouble = builder.ask()
            if not trouble:
                if away:
                    self._tell("builder", builder=builder.name, status="back", error="")
                return True
            if not away:
                away = True
                self._tell("builder", builder=builder.name, status="away", error=trouble)
            if time.monotonic() >= end and not work.being_built():
                return False
            self._cancelled.wait(ASK_AGAIN_SECONDS)
            if not work.wait(builder.name):
                return False
        return False

    def _cache_of(self, batch: int, last: bool) -> BatchCache:
        """What a batch reads and writes.

        A cache that cannot be written is tried again, as others stand on it, but at last is no
        reason to lose what was built.
        """
        if not self._caches:
            return BatchCache()
        cache = self._caches[batch]
        return cache._replace(cache_to=tuple(map(not_fatal, cache.cache_to))) if last else cache

    def _build(
        self, run: Run, number: int, builder: Builder, attempt: int, cache: BatchCache
    ) -> Optional[bool]:
        """None if the batch was built; else whether that was because its builder went away."""
        name = f"batch{number}"
        directory = self._options.directory.resolve()
        host_network = self._options.emit.network == "host"
        batch = Batch(
            name,
            directory,
            directory / "results" / name,
            is_llb=self._is_llb,
            stages=self._stages,
            host_network=host_network,
            cache_to=cache.cache_to,
        )
        self._state.begin_batch(run, number, builder.name, attempt)
        self._tell("batch", batch=number, builder=builder.name, attempt=attempt)
        if cache.own:
            alone = not cache.others or builder.holds(cache.own)
            batch.cache_from = (cache.own,) if alone else cache.others
        ended: set[int] = set()
        outcome = self._solve(run, number, builder, batch, ended)
        if outcome.ok:
            self._keep_results(run, number, batch)
        told = self._brings[number]
        executed = self._state.executed(run) & told
        counts = (len(executed), len((ended & told) - executed))
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
            return None
        self._nothing_runs(number)
        return outcome.stopped == "away" or (not outcome.stopped and bool(builder.ask()))

    def _solve(
        self, run: Run, number: int, builder: Builder, batch: Batch, ended: set[int]
    ) -> SolveOutcome:
        """Build a batch: again without each step that ends it, so at most as often as it has steps.

        More often if steps are killed, which have `attempts` each, or records of its cache broke.
        """
        begin = time.monotonic()
        whole = batch.file
        limit = self._options.batch_time_limit
        steps = set(self._plan.batches[number].steps)
        told = self._brings[number]
        try:
            for _ in range(1 + len(steps) * self._options.attempts):
                with self._lock:
                    out = self._losses.steps(steps)
                    numbered = bool(self._mended)
                if out >= told:
                    batch.forget()
                    return SolveOutcome(True, time.monotonic() - begin)
                if out or numbered:
                    batch.file = TEMPORARY + whole
                    write_below(batch.context, batch.file, self._text_of(number, out))
                badly: list[Event] = []
                left = max(0.1, limit - (time.monotonic() - begin)) if limit else 0.0
                outcome = builder.run(
                    batch,
                    functools.partial(self._event, run, ended, badly),
                    left,
                    self._options.patience,
                )
                outcome.seconds = time.monotonic() - begin
                # A builder that ends kills its steps, and what it says of them means nothing.
                if outcome.ok or outcome.stopped or not badly or builder.ask():
                    break
                # Both are done: one solve may have ended in both ways.
                mended = self._mend(number, builder, badly)
                if not self._lose(number, badly) and not mended:
                    break
            return outcome
        finally:
            if batch.file != whole:
                (batch.context / batch.file).unlink(missing_ok=True)

    def _text_of(self, number: int, without: set[int]) -> bytes:
        """The file of a batch without some of its steps."""
        if self._is_llb:
            return batch_llb(self._plan, number, self._emit, without)
        return batch_dockerfile(self._plan, number, self._emit, without).encode()

    def _mend(self, number: int, builder: Builder, badly: list[Event]) -> bool:
        """Have steps carried out anew of which a builder keeps a record that is broken.

        Such a record cannot be removed: the builder holds that it is in use. Their layers get the
        next number, as if they were tried again, so that it finds none; each once a run.
        """
        ids = {i for event in badly if event.kind == "broken" for i in event.text.split()}
        if not ids:
            return False
        try:
            records = [record for record in records_of(builder) if record.id in ids]
        except Error:
            return False
        with self._lock:
            layers = {layer for record in records for layer in record.layers} & self._package.keys()
            layers -= self._mended
            self._mended |= layers
            self._state.retry(layers)
            known = self._state.retries()
            self._used.update({layer: known[layer] for layer in layers})
            self._emit = self._numbered()
        packages = sorted({self._package[layer] for layer in layers})
        if packages:
            self._tell("mended", batch=number, builder=builder.name, installs=packages)
        return bool(packages)

    def _lose(self, number: int, badly: list[Event]) -> bool:
        """Leave out the steps that ended a solve; false if another one would end the same way."""
        going_on = False
        self._nothing_runs(number)
        with self._lock:
            for event in badly:
                if event.kind not in KINDS:
                    continue
                again, losses = self._losses.note(event)
                going_on = going_on or again
                for loss in losses:
                    self._tell(
                        "lost",
                        batch=number,
                        step=loss.step,
                        installs=self._installs[loss.step],
                        text=loss.why,
                    )
        return going_on

    def _nothing_runs(self, number: int) -> None:
        """Of a batch whose solve has ended."""
        with self._lock:
            for step in self._plan.batches[number].steps:
                self.progress.running.pop(step, None)

    def _keep_results(self, run: Run, number: int, batch: Batch) -> None:
        layers = {layer: self._package[layer] for layer in self._layers_of(number)}
        ignored = remove_strangers(batch.output, layers)
        for text in ignored[:MOST_SAID]:
            self._tell("ignored", batch=number, text=text)
        if len(ignored) > MOST_SAID:
            more = f"... {len(ignored)} in all"
            self._tell("ignored", batch=number, text=more)
        steps = self._brings[number]
        executed = {x for step in self._state.executed(run) for x in self._layers[step]}
        unfetched: dict[str, int] = {}
        with self._lock:
            out = self._losses.steps(steps)
            self._seen |= out
            self.progress.done = len(self._seen)
        not_built = {layer for step in out for layer in self._layers[step]}
        statuses: dict[str, str] = {}

        def all_results() -> Iterator[LayerResult]:
            for result in read_results(batch.output, layers):
                if result.status != NO_RESULT or result.layer not in not_built:
                    statuses[result.layer] = result.status
                    yield result
            yield from self._losses.results(steps, statuses)

        def read() -> Iterator[tuple[LayerResult, bool]]:
            for result in map(self._judged, all_results()):
                if result.status == DOWNLOAD_FAILED:
                    unfetched[result.layer] = self._used.get(result.layer, 0) + 1
                if result.status in BAD and result.layer not in self._told:
                    last = result.log.rstrip().rpartition("\n")[2]
                    self._failure(result.layer, result.package, last)
                yield result, result.layer not in executed

        self._state.add_layers(run, read())
        # Not kept as the package's: the next run's step is another one.
        self._state.raise_retries(unfetched)

    def _may_fail(self, result: LayerResult) -> bool:
        """Whether the package that failed says so: of a post group that which opam names."""
        members = self._members[result.layer]
        failed = set(members) & failed_packages(result.log)
        return (failed or set(members)) <= self._accepted

    def _event(self, run: Run, ended: set[int], badly: list[Event], event: Event) -> None:
        if event.kind in KINDS or event.kind == "broken":
            badly.append(event)
            return
        if event.step is None:
            self._tell("log", text=event.text)
            return
        installs = self._installs[event.step]
        with self._lock:
            if event.kind == "started":
                self.progress.running[event.step] = installs
            elif event.kind in ("done", "cached"):
                self.progress.running.pop(event.step, None)
                ended.add(event.step)
                if event.step not in self._seen:
                    self._seen.add(event.step)
                    self.progress.done += 1
                    self.progress.cached += event.kind == "cached"
        if event.kind == "done":
            self._state.add_executed(run, event.step)
            with self._lock:
                self._twice += event.step in self._executed
                self._executed.add(event.step)
        if event.layer:
            # What a package prints may look like it: only of the step's own layers.
            if event.layer in self._layers[event.step]:
                self._layer_event(run, event)
        elif event.kind != "log":
            fields = {"step": event.step, "installs": installs, "what": event.kind}
            if event.kind == "done":
                fields["seconds"] = round(event.seconds, 3)
            self._tell("step", **fields)

    def _layer_event(self, run: Run, event: Event) -> None:
        """A line of a layer's failure, or its result."""
        package = self._package[event.layer]
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

    def _failure(self, layer: str, package: str, text: str) -> None:
        with self._lock:
            self._told.add(layer)
            self.progress.failed = len(self._told)
            self._tell("failure", layer=layer, installs=package, text=text)

    def _tell(self, kind: str, **fields: object) -> None:
        with self._lock:
            self._on_progress(kind, fields, self.progress)


def _status(outcome: SolveOutcome) -> str:
    if outcome.ok:
        return "finished"
    return "interrupted" if outcome.stopped == "cancelled" else "error"
