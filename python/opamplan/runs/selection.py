"""Which runs a text names, as commands take them: those of a state file, by number or by name."""

from __future__ import annotations

import os
import re
from typing import Optional

from opamplan.errors import InvalidRequest
from opamplan.runs.environments import STANDING
from opamplan.runs.state import Run, State
from opamplan.wording import counted, listed, nearest

LAST = "last"


def find_runs(text: str) -> list[tuple[State, Run]]:
    """The runs that a text names.

    `FILE`, and `FILE#last`: the newest run, or all of its matrix. `FILE#NUMBER`: one.
    `FILE#FIRST..LAST`: these, both included. `FILE#COMBINATION`: that of the newest matrix.
    """
    path, hash_, which = text.rpartition("#")
    if not hash_ or os.sep in which or os.path.exists(text):
        path, which = text, LAST
    elif not which:
        raise InvalidRequest(f"{text}: name a run after the #, by its number or its combination")
    state = State(path, read_only=True)
    return [(state, run) for run in _chosen(state, which)]


def find_run(text: str, beside: Optional[tuple[State, Run]] = None) -> tuple[State, Run]:
    """The one run that a text names. Raises InvalidRequest if there are several.

    That proposes the run of the environment of `beside`, if there is one.
    """
    found = find_runs(text)
    if len(found) == 1:
        return found[0]
    state = found[0][0]
    runs = [run for _, run in found]
    last = state.last_matrix()
    names = [run.combination if run in last else str(run.id) for run in runs]
    same = [n for n, run in zip(names, runs) if beside and is_like(beside, (state, run))]
    raise InvalidRequest(
        f"{text}: {counted(len(names), 'run')}, and one is needed: name it, as "
        f"{state.path}#{(same or names)[-1]}; there are {listed(names)}"
    )


def is_like(one: tuple[State, Run], other: tuple[State, Run]) -> bool:
    """Whether two runs are of one environment, whatever their packages and images are."""
    facts = [state.facts(run) for state, run in (one, other)]
    return all(facts[0].get(fact) == facts[1].get(fact) for fact in STANDING)


def _chosen(state: State, which: str) -> list[Run]:
    if which == LAST:
        return state.last()
    if re.fullmatch("[0-9]{1,99}", which):
        return [state.run(int(which))]
    several = {run.combination: run for run in state.last_matrix()}
    if which in several:
        return [several[which]]
    if ".." in which:
        return _range(state, which)
    there = f"; there are {listed(list(several))}" if several else ""
    hint = nearest(which, several) or there
    raise InvalidRequest(f"{state.path}: no run is called {which}{hint}")


def _range(state: State, which: str) -> list[Run]:
    runs = state.runs()
    there = f"this file has runs 1 to {runs[-1].id}" if runs else "this file has no runs"
    numbers = re.fullmatch(r"([0-9]{1,99})\.\.([0-9]{1,99})", which)
    if not numbers:
        said = "expected the numbers of two runs, FIRST..LAST, or one name"
        raise InvalidRequest(f"{state.path}#{which}: {said}; {there}")
    first, last = map(int, numbers.groups())
    if first > last:
        said = f"FIRST..LAST, the earlier first: {state.path}#{last}..{first}"
        raise InvalidRequest(f"{state.path}#{which}: {said}")
    found = [run for run in runs if first <= run.id <= last]
    if not found:
        raise InvalidRequest(f"{state.path}: no runs from {first} to {last}; {there}")
    if last > runs[-1].id:
        raise InvalidRequest(f"{state.path}: no run {last}; {there}")
    return found
