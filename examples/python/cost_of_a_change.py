"""What must be built again when the compiler changes, and why. [REPOSITORY]."""

import sys

import opamplan
from opamplan.data import repository_path

repository = opamplan.Repository.open(sys.argv[1] if len(sys.argv) > 1 else repository_path())


def plan_with(ocaml: str) -> opamplan.Plan:
    """Everything that can be built with this version of OCaml."""
    environment = opamplan.Environment.preset("debian-13")
    universe = opamplan.Universe(repository, environment, ocaml=ocaml)
    return opamplan.make_plan(universe.solve_all())


before, after = plan_with("5.2.1"), plan_with("5.3.0")
difference = opamplan.compare_plans(before, after)
forecast = opamplan.forecast(after, workers=8, earlier=before)
print(difference)
for cause, targets in zip(difference.causes, difference.cause_counts):
    print(f"{targets:5} targets: {cause}")
print(f"{forecast.steps} steps to run, {forecast.built} already built")
