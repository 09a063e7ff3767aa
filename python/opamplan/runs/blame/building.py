"""Trials on a real builder, each a run; and the results that runs have already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional

from opamplan._core.plan import Plan
from opamplan.errors import Error
from opamplan.runs.account import OnProgress
from opamplan.runs.blame.trials import Tried
from opamplan.runs.builders import Builder, require_one
from opamplan.runs.failure_groups import Errors
from opamplan.runs.options import RunOptions
from opamplan.runs.runner import Runner
from opamplan.runs.state import Run, State


def results_of(state: State, run: Run) -> dict[str, Tried]:
    """The results of a run by layer."""
    errors = Errors(state).of(run)
    return {
        row["layer"]: Tried(row["status"], errors.get(row["layer"])) for row in state.layers(run)
    }


class Building:
    """Builds plans, each in a run of a state that should have no others."""

    def __init__(
        self,
        state: State,
        builders: Sequence[Builder],
        options: Callable[[Plan], RunOptions],
        carry_out: Callable[[Runner], Run] = Runner.run,
        on_progress: Optional[OnProgress] = None,
    ) -> None:
        self._state = state
        self._builders = builders
        self._options = options
        self._carry_out = carry_out
        self._on_progress = on_progress
        self._has_begun = False

    def __call__(self, plan: Plan) -> dict[str, Tried]:
        """Carry a plan out. A run that is interrupted is a KeyboardInterrupt.

        Before the first, as what is known may be enough: raises Error if no builder answers. So
        does a run of which nothing has a result, with what the builder says.
        """
        if self._builders and not self._has_begun:
            require_one(self._builders)
            self._has_begun = True
        options = self._options(plan)
        runner = Runner(plan, self._state, self._builders, options, (), self._on_progress)
        run = self._carry_out(runner)
        if run.status == "interrupted":
            raise KeyboardInterrupt
        results = results_of(self._state, run)
        said = [row["error"] for row in self._state.batches(run) if row["error"]]
        if said and not results:
            raise Error(f"nothing could be built: {said[0]}")
        return results

    def again(self, plan: Plan, layers: Sequence[str]) -> dict[str, Tried]:
        """Carry a plan out with these layers tried anew, and not taken from a builder's cache."""
        self._state.retry(layers)
        return self(plan)

    def known(self) -> dict[str, Tried]:
        """The results of all runs of the state, the newest of each layer."""
        found: dict[str, Tried] = {}
        for run in self._state.runs():
            found.update(
                (k, tried) for k, tried in results_of(self._state, run).items() if tried.is_known
            )
        return found
