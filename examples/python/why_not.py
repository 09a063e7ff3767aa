"""Why packages cannot be installed, each with its reasons; what blocks most. [REPOSITORY]."""

import sys

import opamplan
from opamplan.data import repository_path

repository = opamplan.Repository.open(sys.argv[1] if len(sys.argv) > 1 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")

report = universe.blockers()
for explanation in report.explanations[:5]:
    print(f"{explanation.target} cannot be installed:")
    for fact in explanation:
        print(f"  {fact}   ({fact.path}, line {fact.line})")
for blocker in report.blockers[:5]:
    print(f"without the rules of {blocker.name}, {blocker.unlocked} more could be")
