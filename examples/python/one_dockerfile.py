"""Print the Dockerfile that builds one package. [PACKAGE [REPOSITORY]]."""

import sys

import opamplan
from opamplan.data import repository_path

package = sys.argv[1] if len(sys.argv) > 1 else "http-serve"
repository = opamplan.Repository.open(sys.argv[2] if len(sys.argv) > 2 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")

plan = opamplan.make_plan([universe.solve(package)], image="debian:13")
# The file reads its opam files from a folder beside it: opamplan.write_plan writes both.
print(opamplan.dockerfile(plan, plan.targets[0]), end="")
