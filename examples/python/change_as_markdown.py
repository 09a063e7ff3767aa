"""What a change of a repository breaks, as Markdown for a comment. [BEFORE AFTER]."""

import pathlib
import shutil
import sys
import tempfile

import opamplan
from opamplan.data import repository_path

if len(sys.argv) > 2:
    before, after = map(opamplan.Repository.open, sys.argv[1:3])
else:  # without arguments: heron asks for a dune that is not there
    folder = pathlib.Path(tempfile.mkdtemp()) / "after"
    shutil.copytree(repository_path(), folder)
    opam = folder / "packages/heron/heron.6.0.0/opam"
    opam.write_text(opamplan.parse(opam).set_constraint("dune", ">= 4.0").text)
    before, after = map(opamplan.Repository.open, (repository_path(), folder))

changes = opamplan.compare_repositories(before, after)
environment = opamplan.Environment.preset("debian-13")
sides = [opamplan.Universe(side, environment, ocaml="5.3.0") for side in (before, after)]
effect = opamplan.effect_of(changes, *sides)
for change in changes:
    print(f"- `{change.package}` {change.kind}: {', '.join(change.fields)}")
for loss in effect.lost:
    print(f"\n**{loss.package} can no longer be installed**: {'; '.join(loss.reasons)}")
print(f"\n{len(effect.plan.targets)} targets to build, {effect.new_layer_count} new layers.")
sys.exit(1 if effect.is_bad and len(sys.argv) > 2 else 0)
