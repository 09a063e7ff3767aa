"""How a batch gets through a builder that ends a whole solve with the first step that fails."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from opamplan._core.emit import batch_dockerfile, batch_llb
from opamplan.errors import Error
from opamplan.files import TEMPORARY, write_below
from opamplan.runs.builders import SolveOutcome
from opamplan.runs.losses import KINDS
from opamplan.runs.records import records_of

if TYPE_CHECKING:
    from opamplan.runs.account import Account
    from opamplan.runs.builders import Batch, Builder
    from opamplan.runs.losses import Losses
    from opamplan.runs.options import RunOptions
    from opamplan.runs.plan_parts import PlanParts
    from opamplan.runs.rawjson import Event
    from opamplan.runs.retry_numbers import RetryNumbers
    from opamplan.runs.state import Run


class BatchSolver:
    """Has batches solved, again without the steps that ended them or with other records."""

    def __init__(
        self,
        parts: PlanParts,
        options: RunOptions,
        losses: Losses,
        numbers: RetryNumbers,
        account: Account,
    ) -> None:
        self._parts = parts
        self._options = options
        self._losses = losses
        self._numbers = numbers
        self._account = account

    def solve(
        self, run: Run, number: int, builder: Builder, batch: Batch, ended: dict[int, bool]
    ) -> SolveOutcome:
        """Have a batch solved: as often as it has steps at most, as each time one is left out.

        More often if steps are killed, which have `attempts` each, or records of its cache broke.
        Steps that end are noted in `ended`, as `Account.event` does.
        """
        begin = time.monotonic()
        whole = batch.file
        limit = self._options.batch_time_limit
        steps = set(self._parts.plan.batches[number].steps)
        told = self._parts.brings[number]
        try:
            for _ in range(1 + len(steps) * self._options.attempts):
                out = self._losses.steps(steps)
                if out >= told:
                    batch.forget()
                    return SolveOutcome(True, time.monotonic() - begin)
                if out or self._numbers.are_mended:
                    batch.file = TEMPORARY + whole
                    write_below(batch.context, batch.file, self._text_of(number, out))
                badly: list[Event] = []
                left = max(0.1, limit - (time.monotonic() - begin)) if limit else 0.0
                hear = functools.partial(self._hear, run, ended, badly)
                outcome = builder.run(batch, hear, left, self._options.patience)
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

    def _hear(self, run: Run, ended: dict[int, bool], badly: list[Event], event: Event) -> None:
        if event.kind in KINDS or event.kind == "broken":
            badly.append(event)
        else:
            self._account.event(run, event, ended)

    def _text_of(self, number: int, without: set[int]) -> bytes:
        """The file of a batch without some of its steps."""
        plan, emit = self._parts.plan, self._numbers.emit
        if self._parts.is_llb:
            return batch_llb(plan, number, emit, without)
        return batch_dockerfile(plan, number, emit, without).encode()

    def _mend(self, number: int, builder: Builder, badly: list[Event]) -> bool:
        """Have steps carried out anew of which a builder keeps a record that is broken.

        Such a record cannot be removed: the builder holds that it is in use.
        """
        ids = {i for event in badly if event.kind == "broken" for i in event.text.split()}
        if not ids:
            return False
        try:
            records = [record for record in records_of(builder) if record.id in ids]
        except Error:
            return False
        layers = self._numbers.mend(layer for record in records for layer in record.layers)
        packages = sorted({self._parts.package[layer] for layer in layers})
        if packages:
            self._account.tell("mended", batch=number, builder=builder.name, installs=packages)
        return bool(packages)

    def _lose(self, number: int, badly: list[Event]) -> bool:
        """Leave out the steps that ended a solve; false if another one would end the same way."""
        going_on = False
        self._account.nothing_runs(number)
        for event in badly:
            if event.kind not in KINDS:
                continue
            again, losses = self._losses.note(event)
            going_on = going_on or again
            for loss in losses:
                installs = self._parts.installs[loss.step]
                self._account.tell(
                    "lost", batch=number, step=loss.step, installs=installs, text=loss.why
                )
        return going_on
