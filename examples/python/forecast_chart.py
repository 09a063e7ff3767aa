"""A page that shows when each worker builds what. [FILE [WORKERS [REPOSITORY]]]."""

import pathlib
import sys

import opamplan
from opamplan import notebook
from opamplan.data import repository_path

file = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "forecast.html")
workers = int(sys.argv[2]) if len(sys.argv) > 2 else 4
repository = opamplan.Repository.open(sys.argv[3] if len(sys.argv) > 3 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")

results = universe.solve_all()
forecast = opamplan.forecast(opamplan.make_plan(results), workers=workers)
# In a notebook, `forecast` alone in a cell shows the first of these.
drawings = [notebook.timeline(forecast), notebook.closure_sizes(results)]
file.write_text('<!doctype html><meta charset="utf-8">' + "".join(map(str, drawings)))
print(f"{file}: {forecast.steps} steps, {forecast.makespan_seconds / 60:.0f} minutes")
