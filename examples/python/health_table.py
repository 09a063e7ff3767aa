"""A health table: each package with three compilers, and why not. [REPOSITORY]."""

import sys

import opamplan
from opamplan.data import repository_path

COMPILERS = ("4.14.2", "5.2.1", "5.3.0")

repository = opamplan.Repository.open(sys.argv[1] if len(sys.argv) > 1 else repository_path())
environment = opamplan.Environment.preset("debian-13")
universes = [opamplan.Universe(repository, environment, ocaml=ocaml) for ocaml in COMPILERS]

# The newest available version of every name; a name without one is in the table all the same.
rows = zip(*(universe.solve_all() for universe in universes))
print(f"{'package':30}", *(f"{ocaml:12}" for ocaml in COMPILERS))
for results in rows:
    if len({result.status for result in results}) == 1:
        continue  # the same everywhere
    print(f"{results[0].package:30}", *(f"{result.status:12}" for result in results))
    for ocaml, result in zip(COMPILERS, results):
        if result.status == "no_solution":
            print(f"    {ocaml}: {result.explanation.facts[0]}")
