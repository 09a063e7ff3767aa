"""How a plan is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from opamplan._core.emit import EmitOptions
from opamplan.files import Lock


@dataclass
class RunOptions:
    """How a plan is carried out."""

    directory: Path
    """Emitted files, and the results of each batch."""
    emit: EmitOptions = field(default_factory=EmitOptions)
    attempts: int = 2
    """How often a batch is given to a builder before it is left; packages that fail are no reason
    to try again, a builder that ends badly is. Also how often a step is tried that was killed."""
    batch_time_limit: float = 0.0
    """Seconds; 0: none."""
    patience: float = 60.0
    """Seconds that a builder may be silent before its batch is given to another, and that one which
    went away may take to come back if there is no other."""
    retry_failed: bool = False
    """Carry out again what failed in the run that is resumed, or in the newest run of the plan."""
    cache: str = ""
    """A repository in a registry, as registry.example/opamplan/cache: each batch writes what it has
    built to a ref there, and reads those of the batches that it stands on."""
    lock: Optional[Lock] = None
    """That of `directory`, if who starts the run has it."""
    asked: str = ""
    """What the plan was made for and does not say, in words, see `Combination.asked`."""
    combination: str = ""
    """The name of what the plan was made for, see `Combination.name`; empty: not known."""
    base: str = ""
    """What people call the base that `emit` names, if that is another than the plan's image."""
    resume: bool = True
    """Go on with the newest run of an equal plan with equal `emit`, if that did not finish."""
    run: Optional[int] = None
    """The run that this is, of a matrix; who has begun the matrix has the state's lock."""
    retried: frozenset[str] = frozenset()
    """Layers of a matrix that have a new number, so that they are carried out again."""
