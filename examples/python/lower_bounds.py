"""Build the newest of each package on the oldest dependencies it allows. [FILE [REPOSITORY]]."""

import sys

import opamplan
from opamplan.data import repository_path

repository = opamplan.Repository.open(sys.argv[2] if len(sys.argv) > 2 else repository_path())
environment = opamplan.Environment.preset("debian-13")
newest = opamplan.Universe(repository, environment, ocaml="5.3.0")
oldest = opamplan.Universe(repository, environment, ocaml="5.3.0", prefer_oldest=True)

# The targets are the newest versions; what they depend on is as old as they say it may be.
targets = newest.latest()
pairs = list(zip(newest.solve_all(targets), oldest.solve_all(targets)))
for new, old in pairs:
    differing = sorted(set(old) - set(new)) if new and old else []
    if differing:
        print(f"{old.target} with {' '.join(differing)}")
plan = opamplan.make_plan([old for _, old in pairs if old])
if len(sys.argv) > 1:
    plan.save(sys.argv[1])  # for: opamplan build --plan FILE
print(f"{len(plan.targets)} targets in {len(plan)} steps")
