"""What a package needs: its closure in the order of installation. [PACKAGE [REPOSITORY]]."""

import sys

import opamplan
from opamplan.data import repository_path

package = sys.argv[1] if len(sys.argv) > 1 else "http-serve"
repository = opamplan.Repository.open(sys.argv[2] if len(sys.argv) > 2 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")

solution = universe.solve(package)
if not solution:
    sys.exit(f"{package} has no solution: {solution.explanation}")
for name in opamplan.install_order(solution):
    print(name, "after", " ".join(solution.dependencies[name]) or "nothing")
