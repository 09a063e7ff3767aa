"""A repository and a plan as tables of pandas, Polars and Arrow. [REPOSITORY]."""

import sys

import pandas
import polars
import pyarrow

import opamplan
from opamplan.data import repository_path

repository = opamplan.Repository.open(sys.argv[1] if len(sys.argv) > 1 else repository_path())
universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"), ocaml="5.3.0")
plan = opamplan.make_plan(universe.solve_all())

packages = pandas.DataFrame(repository.to_columns())
versions = packages.groupby("name").size().sort_values(ascending=False, kind="stable")
print("most versions:", versions.head(3).to_dict())
steps = polars.DataFrame(plan)  # by Arrow's PyCapsule protocol, without a copy in Python
print("steps by depth:", steps.group_by("depth").len().sort("depth").rows())
schedule = pyarrow.table(opamplan.forecast(plan, workers=4))
print("forecast:", schedule.num_rows, "rows of", ", ".join(schedule.column_names))
