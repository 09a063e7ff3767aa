"""Blame and repair: which change broke a target, found by building as little as possible.

`parts` are packages with all they are made of; `hybrids` are plans between before and after;
`trials` know results of layers and build the rest; `search` bisects; `edits` changes opam files,
`repairs` says which edits may cure; `blame` does all of it; `building` builds for it.
"""

from opamplan.runs.blame.blame import Blame, NothingToBlame, blame
from opamplan.runs.blame.building import Building, results_of
from opamplan.runs.blame.repairs import Repair
from opamplan.runs.blame.search import Trial
from opamplan.runs.blame.trials import Build, Trials, Tried

__all__ = [
    "Blame",
    "Build",
    "Building",
    "NothingToBlame",
    "Repair",
    "Trial",
    "Trials",
    "Tried",
    "blame",
    "results_of",
]
