"""Which runs a text names, as commands take them: those of a state file, by number or by name."""

from __future__ import annotations

import os
import re

from opamplan.errors import InvalidRequest
from opamplan.runs.state import Run, State
from opamplan.wording import counted, listed, nearest

LAST = "last"


def find_runs(text: str) -> list[tuple[State, Run]]:
    """The runs that a text names.

    `FILE`, and `FILE#last`: the newest run, or all of its matrix. `FILE#NUMBER`: one.
    `FILE#FIRST..LAST`: these, both included. `FILE#COMBINATION`: that of the newest matrix.
    """
    path, hash_, which = text.rpartition("#")
    if not hash_ or not which or os.sep in which or os.path.exists(text):
        path, which = text, LAST
    state = State(path, read_only=True)
    return [(state, run) for run in _chosen(state, which)]


def find_run(text: str) -> tuple[State, Run]:
    """The one run that a text names. Raises InvalidRequest if there are several."""
    [first, *others] = find_runs(text)
    if others:
        names = [run.combination or str(run.id) for _, run in (first, *others)]
        path = first[0].path
        raise InvalidRequest(
            f"{text}: {counted(len(names), 'run')}, and one is needed: name it, as "
            f"{path}#{names[-1]}; there are {listed(names)}"
        )
    return first


def _chosen(state: State, which: str) -> list[Run]:
    if which == LAST:
        return state.last()
    if re.fullmatch("[0-9]{1,9}", which):
        return [state.run(int(which))]
    numbers = re.fullmatch(r"([0-9]{1,9})\.\.([0-9]{1,9})", which)
    if numbers:
        first, last = map(int, numbers.groups())
        found = [run for run in state.runs() if first <= run.id <= last]
        if not found:
            raise InvalidRequest(f"{state.path}: no runs from {first} to {last} in this file")
        return found
    several = {run.combination: run for run in state.last_matrix()}
    if which not in several:
        there = f"; there are {listed(list(several))}" if several else ""
        hint = nearest(which, several) or there
        raise InvalidRequest(f"{state.path}: no run is called {which}{hint}")
    return [several[which]]
