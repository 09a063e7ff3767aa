"""All plans of a matrix, one after the other: runs that belong together, gone on with as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

from opamplan._core.plan import Plan
from opamplan.errors import InvalidRequest
from opamplan.files import Lock
from opamplan.runs.account import OnProgress
from opamplan.runs.builders import Builder
from opamplan.runs.identity import new_run
from opamplan.runs.options import RunOptions
from opamplan.runs.retry_numbers import retry_failed
from opamplan.runs.runner import Runner
from opamplan.runs.state import Run, State


@dataclass(frozen=True)
class MatrixPart:
    """One combination of a matrix."""

    plan: Plan
    options: RunOptions
    left_out: Sequence[tuple[str, str, str]] = ()
    """Target, status and reason of what is in no plan."""


class MatrixRunner:
    """Carries the plans of a matrix out. `interrupt` may be called from anywhere.

    `begin` is told of each run when its turn has come, and says who is told of its progress; `end`
    is told of each when it has ended. A run that had finished before an interrupt is told to both.
    Its folders, of which no two may be the same, are to have locks: `RunOptions.lock`.
    """

    def __init__(
        self,
        parts: Mapping[str, MatrixPart],
        state: State,
        builders: Sequence[Builder],
        begin: Optional[Callable[[Run], Optional[OnProgress]]] = None,
        end: Optional[Callable[[Run], Any]] = None,
    ) -> None:
        if not parts:
            raise InvalidRequest("a matrix needs a combination at least")
        self._parts = dict(parts)
        self._state = state
        self._builders = builders
        self._on_begin = begin or (lambda run: None)
        self._on_end = end or (lambda run: None)
        self._interrupts = 0
        self._runner: Optional[Runner] = None

    def interrupt(self) -> None:
        """Stop soon, and at once if it is called again. For signal handlers: it takes no lock."""
        self._interrupts += 1
        if self._runner is not None:
            self._runner.interrupt()

    def run(self) -> list[Run]:
        """Carry out what has not finished; returns the runs as they ended, or still wait."""
        with Lock(self._state.lock_path, str(self._state.path)):
            runs, retried = self._begin()
            for run in runs:
                part = self._parts.pop(run.combination)  # a large plan is freed as soon as can be
                if self._carry_out(run, part, retried).status == "interrupted":
                    break
        return self._state.matrix(runs[0].id)

    def _begin(self) -> tuple[list[Run], set[str]]:
        """The runs, new or those of a matrix that did not finish; and the layers tried again."""
        options = [part.options for part in self._parts.values()]
        news = {
            name: new_run(part.plan, part.left_out, part.options)
            for name, part in self._parts.items()
        }
        found = self._state.newest_matrix(news) if all(each.resume for each in options) else []
        retried: set[str] = set()
        # Once for all of them: a layer that several have is tried again once.
        for part in self._parts.values():
            if part.options.retry_failed:
                retried |= retry_failed(self._state, _layers(part.plan) - retried)
        if not found or all(run.status == "finished" for run in found):
            return self._state.begin_matrix(news), retried
        for run in found:
            self._state.leave_out(run, news[run.combination].left_out)
        return found, retried

    def _carry_out(self, run: Run, part: MatrixPart, retried: set[str]) -> Run:
        again = retried & _layers(part.plan)
        show = self._on_begin(run)
        if run.status != "finished" or again:
            mine = replace(part.options, run=run.id, retry_failed=False, retried=frozenset(again))
            self._runner = Runner(part.plan, self._state, self._builders, mine, (), show)
            for _ in range(self._interrupts):  # those before it was there
                self._runner.interrupt()
            run = self._runner.run()
            self._runner = None
        self._on_end(run)
        return run


def _layers(plan: Plan) -> set[str]:
    return {layer for layer, _, _ in plan.layers()}
