"""Who would be built again for my version of a package? [FOLDER NAME [REPOSITORY]]."""

import pathlib
import sys
import tempfile

import opamplan
from opamplan.data import repository_path

source = sys.argv[3] if len(sys.argv) > 3 else repository_path()
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 2 else tempfile.mkdtemp())
name = sys.argv[2] if len(sys.argv) > 2 else "csexp"
released = opamplan.Repository.open(source)
if len(sys.argv) <= 2:  # without arguments: the newest release, with another build
    mine = opamplan.parse(released[name].newest.text).set("build", [["true"]])
    (folder / f"{name}.opam").write_text(mine.text)
pinned = opamplan.Repository.open(source, pins=[(folder, name, "")])

plans = []
for repository in (released, pinned):
    environment = opamplan.Environment.preset("debian-13")
    results = opamplan.Universe(repository, environment, ocaml="5.3.0").solve_all()
    plans.append(opamplan.make_plan(results))
dependents = opamplan.ReverseDependencies(results)
again = opamplan.compare_plans(*plans).rebuilt_targets
print(len(dependents.dependents(name)), "depend on it directly;", len(again), "are built again")
for target in again:
    print(" <- ".join(reversed(target.chain)))
