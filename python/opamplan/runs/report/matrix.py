"""Several runs side by side, such as the same packages on several compilers or distributions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from opamplan._core.plan import Plan
from opamplan.runs.environments import facts_of, names_of
from opamplan.runs.failures import failures_of
from opamplan.runs.layers import layer_members, layer_needs, layer_of
from opamplan.runs.log_errors import error_of
from opamplan.runs.report.compact import compact
from opamplan.runs.report.data import end_of_log, system_packages
from opamplan.runs.report.html import write_page
from opamplan.runs.report.maintainers import maintainers_of
from opamplan.runs.report.text import code, system_said, when
from opamplan.runs.state import Run, State
from opamplan.runs.statuses import SUCCESS, in_order
from opamplan.terminal.harmless import harmless
from opamplan.wording import counted


def matrix_data(runs: Sequence[tuple[State, Run]], log_bytes: int = 4_000) -> dict[str, Any]:
    """All that the pages of several runs show: a row for each package, a cell for each run.

    `runs`: name (what is particular to the environment), file and id, combination (its name in a
    matrix), status, times, image, environment, counts by status, `system_packages` (as in
    `report_data`). `failures`: package, layer, run (its place), status, how many targets it `stops`
    (itself included if it is one), `kind` and text of its error, the end of its log. `packages`:
    NAME.VERSION (NAME if no run has a version), `maintainers` (as a plan says that has it),
    `dependents` (targets that need it, where most do), `differs`, and `cells`, one a run, None
    where it is no target: status, seconds, `failure` (its own) and `causes` (those that stop it),
    as indices into `failures`, and `reason`. What there is not is left out.
    """
    plans = [state.plan_of(run) for state, run in runs]
    names = environment_names(
        plans,
        [run.started for _, run in runs],
        [run.asked for _, run in runs],
        [run.combination for _, run in runs],
    )
    failures: list[dict[str, Any]] = []
    cells: dict[str, list[Any]] = {}
    dependents: Counter[str] = Counter()
    described = []
    for place, ((state, run), plan, name) in enumerate(zip(runs, plans, names)):
        own = _failures(state, run, plan, log_bytes)
        column = _column(state, run, {key: len(failures) + i for i, key in enumerate(own)}, own)
        for failure in own.values():
            del failure["targets"]
            failures.append({**failure, "run": place})
        for target, cell in column.items():
            cells.setdefault(target, [None] * len(plans))[place] = cell
        for target, count in _dependents(plan).items():
            dependents[target] = max(dependents[target], count)
        described.append(
            {
                "name": name,
                "file": str(state.path),
                "id": run.id,
                "combination": run.combination,
                "status": run.status,
                "started": run.started,
                "ended": run.ended,
                "image": run.base or plan.base["image"],
                "environment": plan.base["environment"],
                "counts": dict(Counter(cell["status"] for cell in column.values())),
                "system_packages": system_packages(state, run),
            }
        )
    _join_names(cells)
    maintainers = maintainers_of(plans, cells)
    packages = [
        {
            "name": target,
            "maintainers": maintainers.get(target, []),
            "dependents": dependents[target],
            "differs": len({cell and cell["status"] for cell in row}) > 1,
            "cells": row,
        }
        for target, row in sorted(cells.items())
    ]
    return {"runs": described, "packages": packages, "failures": failures}


def _join_names(cells: dict[str, list[Any]]) -> None:
    """Put what runs left out by its name alone into the row of the version that others have.

    Of several versions that which most runs have.
    """
    versions: dict[str, list[str]] = {}
    for target in sorted(cells):
        name, dot, _ = target.partition(".")
        if dot and name in cells:
            versions.setdefault(name, []).append(target)
    for name, targets in versions.items():
        nameless = cells[name]
        row = cells[max(targets, key=lambda target: sum(map(bool, cells[target])))]
        for place, cell in enumerate(nameless):
            if cell and row[place] is None:
                row[place], nameless[place] = cell, None
        if not any(nameless):
            del cells[name]


def _failures(state: State, run: Run, plan: Plan, log_bytes: int) -> dict[str, dict[str, Any]]:
    """By layer what failed, of targets and of what only they need; those that stop most first."""
    found = {}
    for row, stopped in failures_of(plan, state.layers(run)):
        log = state.log(run, row["layer"])
        error = error_of(log, row["status"], row["package"])
        found[row["layer"]] = {
            "package": row["package"],
            "layer": row["layer"],
            "status": row["status"],
            "kind": error.kind,
            "error": error.text,
            "stops": len(stopped),
            "targets": [name for name in stopped if name != row["package"]],
            "log": end_of_log(log, log_bytes),
        }
    return found


def _column(
    state: State, run: Run, places: dict[str, int], failures: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """By target what a run says of it; `places`: of its failures, by layer."""
    layers = {row["layer"]: row for row in state.layers(run)}
    causes: dict[str, list[int]] = {}
    for key, failure in failures.items():
        for target in failure["targets"]:
            causes.setdefault(target, []).append(places[key])
    reasons = {row["target"]: row["reason"] for row in state.left_out(run)}
    out = {}
    for row in state.targets(run):
        name, status, layer = row["target"], row["status"], layers.get(row["layer"])
        cell: dict[str, Any] = {"status": status}
        if layer and layer["seconds"] >= 1:
            cell["seconds"] = round(layer["seconds"])
        if row["layer"] in places:
            cell["failure"] = places[row["layer"]]
        elif status != SUCCESS and name in causes:
            cell["causes"] = causes[name]
        if reasons.get(name):
            cell["reason"] = reasons[name]
        out[name] = cell
    return out


def _dependents(plan: Plan) -> Counter[str]:
    """By package how many targets need it, themselves not counted."""
    packages = layer_members(plan)
    closures: dict[str, frozenset[str]] = {}
    for layer, below in layer_needs(plan).items():  # what a layer needs comes first
        closures[layer] = frozenset(below).union(*(closures[each] for each in below))
    counts: Counter[str] = Counter()
    for target, last in zip(plan.targets, plan.target_steps):
        layer = layer_of(plan, target, last)
        counts.update(name for each in closures[layer] for name in packages[each])
        counts.update(name for name in packages[layer] if name != target)
    return counts


def environment_names(
    plans: Sequence[Plan],
    started: Sequence[float] = (),
    asked: Sequence[str] = (),
    combinations: Sequence[str] = (),
) -> list[str]:
    """What tells the environments of plans apart, in few words, see `environments.names_of`.

    `asked`, `combinations`: of their runs. Where nothing does, when these `started` (seconds since
    1970, told in UTC), or their place.
    """
    unsaid = [""] * len(plans)
    told = zip(plans, [*asked, *unsaid], [*combinations, *unsaid])
    facts = [facts_of(plan, words, combination) for plan, words, combination in told]
    for fact, seconds in zip(facts, started):
        fact["started"] = when(seconds)
    return names_of(facts)


def matrix_html(data: dict[str, Any]) -> str:
    """One HTML file that needs nothing else."""
    return write_page("matrix", compact(data))


def matrix_markdown(data: dict[str, Any], most: int = 200) -> str:
    """Counts, and the packages that are not the same everywhere, those that most need first."""
    runs = data["runs"]
    statuses = {status for run in runs for status in run["counts"]}
    order = in_order(statuses)
    lines = [
        "# "
        + f"{counted(len(data['packages']), 'package')} in {counted(len(runs), 'environment')}",
        "",
        *_table(
            ["environment", "run", *order],
            (
                [
                    code(run["name"]),
                    f"{when(run['started'])}, {run['status']}",
                    *(str(run["counts"].get(status, 0)) for status in order),
                ]
                for run in runs
            ),
        ),
    ]
    system = [run for run in runs if run["system_packages"]["steps"]]
    if system:
        lines += ["", "System packages:", ""]
        lines += [f"- {code(run['name'])}: {system_said(run['system_packages'])}" for run in system]
    different = [package for package in data["packages"] if package["differs"]]
    different.sort(key=lambda package: (-package["dependents"], package["name"]))
    if different:
        shown = f"the first {most} of {len(different)}" if len(different) > most else "all"
        lines += ["", f"## Not the same everywhere ({shown})", ""]
        lines += _table(
            ["package", "dependents", *(code(run["name"]) for run in runs)],
            (
                [
                    code(package["name"]),
                    str(package["dependents"]),
                    *(cell["status"] if cell else "" for cell in package["cells"]),
                ]
                for package in different[:most]
            ),
        )
    return harmless("\n".join(lines)) + "\n"


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    out = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return out + ["| " + " | ".join(row) + " |" for row in rows]
