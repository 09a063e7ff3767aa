"""Batches on an image of Docker Hub's ocaml/opam: its user, its opam. [FOLDER [REPOSITORY]]."""

import sys

import opamplan
from opamplan.data import repository_path

folder = sys.argv[1] if len(sys.argv) > 1 else "batches"
repository = opamplan.Repository.open(sys.argv[2] if len(sys.argv) > 2 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")

plan = opamplan.make_plan(
    universe.solve_all(),
    image="ocaml/opam:debian-13-opam",
    # These images have some 40 layers, which leaves less of what a builder takes for ours.
    limits=opamplan.Limits("docker", batch_steps=400, base_layers=40),
)
options = opamplan.EmitOptions(opam="image", user="opam", registry="registry.example.org/health")
opamplan.write_plan(plan, folder, formats=["dockerfile", "bake"], options=options)
for finding in opamplan.diagnose(plan):  # a target alone may be too large for a limit
    print(finding)
for batch in plan.batches:
    print(f"batch {batch.index}: {len(batch.targets)} targets, {batch.new_step_count} new steps")
print(f"cd {folder} && docker buildx bake batch0")
