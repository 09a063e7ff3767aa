"""Steps that end without a result, and what is built without them.

A step succeeds whatever its packages do, so that the builder, which ends a solve with the first
step that fails, goes on with the others. One that fails all the same was killed, or stands on an
image in which nothing can be started; or it succeeded and left nothing where others look for it.
Such a step is left out with all that stands on it, and the rest is built.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opamplan.runs.results import LayerResult
from opamplan.runs.statuses import DEPENDENCY_FAILED, FAILURE, SUCCESS

if TYPE_CHECKING:
    from opamplan._core.plan import Plan
    from opamplan.runs.rawjson import Event

KINDS = ("killed", "unusable", "missing")
"""Of events; see rawjson."""


@dataclass(frozen=True)
class Loss:
    """A step that is built no more."""

    step: int
    why: str


class Losses:
    """Those of a run. A step that was killed, which the machine may have done, has `attempts`.

    For several threads, each with batches of its own.
    """

    def __init__(self, plan: Plan, attempts: int) -> None:
        self._plan = plan
        self._attempts = attempts
        self._needs = {layer: needs for layer, _, needs in plan.layers()}
        self._package = {layer: package for layer, package, _ in plan.layers()}
        self._children: dict[int, list[int]] = {}
        for step in plan:
            if step.parent is not None:
                self._children.setdefault(step.parent, []).append(step.index)
        self._killed: dict[int, int] = {}
        self._why: dict[int, str] = {}
        self._out: set[int] = set()
        self._lock = threading.Lock()

    def note(self, event: Event) -> tuple[bool, list[Loss]]:
        """Whether a builder that said so is to be asked again, and what is left out from now on."""
        with self._lock:
            return self._note(event)

    def _note(self, event: Event) -> tuple[bool, list[Loss]]:
        assert event.step is not None
        if event.step in self._out:
            return True, []  # by another batch, meanwhile
        if event.kind == "killed":
            self._killed[event.step] = self._killed.get(event.step, 0) + 1
            if self._killed[event.step] < self._attempts:
                return True, []
            return True, self._leave_out([event.step], f"its step was killed ({event.text})")
        if event.kind == "missing":
            why = f"its step left nothing behind ({event.text}){self._image_of(event.step)}"
            return True, self._leave_out([event.step], why)
        parent = self._plan[event.step].parent
        if parent is None:
            return False, []  # of the base image no package is to blame
        why = f"its image is unusable: {self._named(parent)} broke it ({event.text})"
        return True, self._leave_out(self._children[parent], why)

    def steps(self, batch: Iterable[int]) -> set[int]:
        """Those of a batch that cannot be built."""
        with self._lock:
            return self._out & set(batch)

    def results(self, batch: Iterable[int], known: Mapping[str, str]) -> Iterator[LayerResult]:
        """What became of the layers of a batch that only steps which are left out would install.

        `known`: the statuses of the others. A failure is that of the package whose step was lost,
        unless what it needs had failed before.
        """
        statuses = dict(known)
        for index in sorted(self.steps(batch)):
            for layer in dict.fromkeys(key[:16] for key in self._plan[index].layers):
                if layer in statuses:
                    continue
                status, log = self._verdict(index, layer, statuses)
                statuses[layer] = status
                yield LayerResult(layer, self._package[layer], status, 0.0, log)

    def _verdict(self, index: int, layer: str, statuses: Mapping[str, str]) -> tuple[str, str]:
        for need in self._needs[layer]:
            status = statuses.get(need, SUCCESS)
            if status != SUCCESS:
                return DEPENDENCY_FAILED, f"not tried: {self._package[need]} is {status}\n"
        if index in self._why:
            return FAILURE, f"opamplan: {self._why[index]}\n"
        return DEPENDENCY_FAILED, "not tried: it stands on a step that ended without a result\n"

    def _leave_out(self, steps: Iterable[int], why: str) -> list[Loss]:
        losses = [Loss(step, why) for step in steps if step not in self._out]
        self._why.update((loss.step, why) for loss in losses)
        self._out.update(loss.step for loss in losses)
        for step in self._plan:  # what a step stands on comes before it
            if step.parent in self._out or not self._out.isdisjoint(step.grafts):
                self._out.add(step.index)
        return losses

    def _image_of(self, step: int) -> str:
        parent = self._plan[step].parent
        return "" if parent is None else f", in the image of {self._named(parent)}"

    def _named(self, step: int) -> str:
        layers = self._plan[step].layers
        return self._package[layers[-1][:16]] if layers else self._plan[step].label
