"""All batches of a plan, on one builder or several, into a state that can be resumed."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Optional

from opamplan._core.emit import has_dockerfile
from opamplan._core.plan import Plan, disk_bytes
from opamplan.errors import InvalidRequest
from opamplan.files import Lock, folder_below, lock_folder, sweep
from opamplan.output import write_plan
from opamplan.place import refuse_repository
from opamplan.runs.account import Account, OnProgress, Progress
from opamplan.runs.batch_solver import BatchSolver
from opamplan.runs.builders import Batch, Builder, SolveOutcome, not_fatal
from opamplan.runs.caches import BatchCache, batch_caches, require_prefix
from opamplan.runs.identity import new_run
from opamplan.runs.losses import Losses
from opamplan.runs.options import RunOptions
from opamplan.runs.plan_parts import PlanParts
from opamplan.runs.retry_numbers import RetryNumbers
from opamplan.runs.state import Run, State
from opamplan.runs.storage import kept_bytes
from opamplan.runs.work import Work

FIRST_ANSWER_SECONDS = 10.0
"""That a builder may take to answer for the first time, if no other is there."""
ASK_AGAIN_SECONDS = 1.0


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
        self._plan = plan
        self._state = state
        self._builders = list(builders)
        self._options = options
        self._left_out = list(left_out)
        self._cancelled = threading.Event()
        self._interrupts = 0
        prefix = options.cache and require_prefix(options.cache)
        self._caches = batch_caches(plan, prefix) if prefix else []
        self._parts = PlanParts(plan)
        self._numbers = RetryNumbers(self._parts, state, options.emit)
        losses = Losses(plan, options.attempts)
        self._account = Account(self._parts, state, losses, self._numbers, on_progress)
        self._solver = BatchSolver(self._parts, options, losses, self._numbers, self._account)

    @property
    def progress(self) -> Progress:
        """What was done so far."""
        return self._account.progress

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
            run, finished, resumed = self._begin()
            status = "interrupted"
            try:
                write_plan(self._plan, self._options.directory, options=self._numbers.emit)
                self._account.tell(
                    "run", run=run.id, batches=len(self._plan.batches), resumed=resumed
                )
                todo = [n for n in range(len(self._plan.batches)) if n not in finished]
                complete = self._carry_out(run, todo)
                if not self._cancelled.is_set():
                    status = "finished" if complete else "incomplete"
            finally:
                # Whatever happened, even if nobody reads what is told: the state says how it ended.
                self._state.end_run(run, status)
            self._account.tell(
                "run_end", run=run.id, status=status, executed_twice=self._account.twice
            )
            return self._state.run(run.id)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes into the folder or the state meanwhile; nothing old is left there."""
        directory = self._options.directory
        with contextlib.ExitStack() as stack:
            if self._options.lock is None:
                stack.enter_context(lock_folder(directory))
            if self._options.run is None:
                stack.enter_context(Lock(self._state.lock_path, str(self._state.path)))
            with folder_below(directory, ("results",)):  # no link to elsewhere
                pass
            sweep(directory)
            sweep(directory / "results")
            yield

    def _begin(self) -> tuple[Run, set[int], bool]:
        """The run, the batches that need not be built again, and whether it had begun before."""
        new = new_run(self._plan, self._left_out, self._options)
        given = self._options.run
        run = None if given is None else self._state.run(given)
        if run is None and self._options.resume:
            newest = self._state.newest(self._plan, new.options)
            run = newest if newest and newest.status != "finished" else None
        again = self._numbers.begin(run, self._options.retry_failed) | self._options.retried
        if run is None:
            return self._state.begin(new), set(), False
        if given is None:
            self._state.leave_out(run, new.left_out)
        self._state.resume(run)
        finished = {
            b["batch"]
            for b in self._state.batches(run)
            if b["status"] == "finished" and not again & self._parts.layers_of(b["batch"])
        }
        for batch in finished:
            self._account.have_ended(self._plan.batches[batch].steps)
        return run, finished, run.status != "waiting"

    def _carry_out(self, run: Run, batches: list[int]) -> bool:
        waits = dict(enumerate(self._plan.waits_for)) if self._plan.builders else {}
        work = Work(batches, self._options.attempts, len(self._builders), waits)
        raised: list[BaseException] = []

        def serve(builder: Builder) -> None:
            try:
                known = False
                while work.wait(builder.name) and self._is_there(builder, work, known):
                    if not known:
                        self._tell_storage(builder)
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
                    self._account.tell("builder", builder=builder.name, status="back", error="")
                return True
            if not away:
                away = True
                self._account.tell("builder", builder=builder.name, status="away", error=trouble)
            if time.monotonic() >= end and not work.being_built():
                return False
            self._cancelled.wait(ASK_AGAIN_SECONDS)
            if not work.wait(builder.name):
                return False
        return False

    def _tell_storage(self, builder: Builder) -> None:
        """Tell of a builder that would remove some of what it builds before all is built."""
        needed = disk_bytes(self._plan) // len(self._builders)
        kept = kept_bytes(builder)
        if kept is not None and kept < needed:
            self._account.tell(
                "storage", builder=builder.name, needed_bytes=needed, kept_bytes=kept
            )

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
            is_llb=self._parts.is_llb,
            stages=self._parts.stages,
            host_network=host_network,
            cache_to=cache.cache_to,
        )
        self._state.begin_batch(run, number, builder.name, attempt)
        self._account.tell("batch", batch=number, builder=builder.name, attempt=attempt)
        if cache.own:
            alone = not cache.others or builder.holds(cache.own)
            batch.cache_from = (cache.own,) if alone else cache.others
        ended: dict[int, bool] = {}
        outcome = self._solver.solve(run, number, builder, batch, ended)
        if outcome.ok:
            self._account.results(run, number, batch.output)
        counts = self._counts(run, number, ended)
        status = _status(outcome)
        self._state.end_batch(run, number, status, counts, outcome.error)
        self._account.tell(
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
        self._account.nothing_runs(number)
        return outcome.stopped == "away" or (not outcome.stopped and bool(builder.ask()))

    def _counts(self, run: Run, number: int, ended: Mapping[int, bool]) -> tuple[int, int]:
        """The steps of a batch that were carried out for it, and those that a cache had.

        What an earlier attempt carried out counts, what batches did that have finished does not.
        """
        told = self._parts.brings[number]
        others = [b["batch"] for b in self._state.batches(run) if b["status"] == "finished"]
        elsewhere = set[int]().union(*(self._parts.brings[n] for n in others if n != number))
        earlier = self._state.executed(run) - elsewhere
        executed = told & (earlier | {step for step, is_done in ended.items() if is_done})
        return len(executed), len((ended.keys() & told) - executed)


def _status(outcome: SolveOutcome) -> str:
    if outcome.ok:
        return "finished"
    return "interrupted" if outcome.stopped == "cancelled" else "error"
