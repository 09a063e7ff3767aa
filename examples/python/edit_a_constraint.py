"""Bound a dependency wherever it is named, and keep all other bytes. [NAME CONSTRAINT [FOLDER]]."""

import difflib
import pathlib
import sys

import opamplan
from opamplan.data import repository_path

name, constraint = sys.argv[1:3] if len(sys.argv) > 2 else ("dune", ">= 3.8 & < 4")
folder = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else repository_path())
for path in sorted(folder.glob("packages/*/*/opam")):
    try:
        file = opamplan.parse(path)
        edited = file.set_constraint(name, constraint)
    except opamplan.Error as error:
        if "does not name" not in str(error):
            print(error, file=sys.stderr)  # no opam file, or versions and conditions mixed
        continue
    before, after = file.text.splitlines(), edited.text.splitlines()
    print(*difflib.unified_diff(before, after, str(path), str(path), n=0, lineterm=""), sep="\n")
    if len(sys.argv) > 3:
        path.write_text(edited.text)
