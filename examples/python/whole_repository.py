"""Plan all builds together and write the files for BuildKit. [FOLDER [REPOSITORY]]."""

import sys

import opamplan
from opamplan.data import repository_path

folder = sys.argv[1] if len(sys.argv) > 1 else "out"
repository = opamplan.Repository.open(sys.argv[2] if len(sys.argv) > 2 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")

plan = opamplan.make_plan(universe.solve_all(progress=True))
for finding in opamplan.diagnose(plan):
    print("too much for BuildKit:", finding)
figures = plan.summary
print(f"{figures['targets']} targets in {figures['install_steps']} build steps")
print(f"one by one it would be {figures['unshared_installs']}")
for path, size in opamplan.write_plan(plan, folder).items():
    if "/" not in path:
        print(f"{size:10,} bytes {path}")
