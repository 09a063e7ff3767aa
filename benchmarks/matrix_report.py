#!/usr/bin/env python3
"""The report of a matrix of the whole repository, in Chromium: size, opening, search, scrolling.

Usage: matrix_report.py REPOSITORY [--keep FILE] [--failures PER_CENT]

Five compilers on three distributions are planned; a run of each with results that are made up goes
into one state, as no builder is asked: that many packages fail, what needs them is not tried, and
what has no solution is left out with its reason. `opamplan report` makes the page of it. --keep:
where the page is left. Times are of one opening, in ms; --times N: the least of so many.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import resource
import shutil
import sys
import tempfile
import time
from typing import Any

from history import invented
from matrix import DEFAULT

import opamplan
from opamplan.runs import State
from opamplan.runs.report import matrix_data, matrix_html
from opamplan.runs.results import LayerResult


def main() -> int:
    """Do what the usage says."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("repository", nargs="?")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--failures", type=float, default=2.0)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    if not args.repository:
        print("SKIPPED: name a repository; nothing was measured", file=sys.stderr)
        return 0
    repository = opamplan.Repository.open(args.repository)
    with tempfile.TemporaryDirectory() as folder:
        page = args.keep or pathlib.Path(folder) / "matrix.html"
        with State(pathlib.Path(folder) / "builds.sqlite") as state:
            for each in opamplan.combinations(**DEFAULT):
                record(state, repository, each, args.failures)
            begin = time.process_time()
            data = matrix_data([(state, run) for run in state.runs()])
            text = matrix_html(data)
        spent = time.process_time() - begin
        page.write_text(text, encoding="utf-8")
        cells = sum(cell is not None for row in data["packages"] for cell in row["cells"])
        print(
            f"{len(data['packages']):,} packages, {len(data['runs'])} environments: {cells:,} cells"
        )
        print(f"written in     {spent:8.1f} s of CPU")
        print(f"size           {page.stat().st_size / 1e6:8.1f} MB")
        print(f"peak memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:8,} MB")
        for name, milliseconds in opened(page, args.times).items():
            print(f"{name:14} {milliseconds:8.0f} ms")
    return 0


def record(
    state: State, repository: opamplan.Repository, each: opamplan.Combination, failures: float
) -> None:
    """A run in which some packages fail, and what needs them is not tried."""
    chance = random.Random(each.name)
    results = each.universe(repository, avoid_version="batch").solve_all()
    plan = opamplan.make_plan(results)
    unsolved = [
        (result.target or result.package, result.status, reason_of(result))
        for result in results
        if not result
    ]
    run = state.begin_run(plan, unsolved)
    statuses: dict[str, str] = {}
    rows = []
    for layer, package, needs in plan.layers():
        if all(statuses[need] == "success" for need in needs):
            fails = random.Random(package).random() * 100 < failures or chance.random() < 0.001
            status, log = invented(package, fails, chance)
        else:
            status, log = "dependency_failed", ""
        statuses[layer] = status
        rows.append((LayerResult(layer, package, status, chance.random() * 90, log), False))
    state.add_layers(run, rows)
    state.end_run(run, "finished")


def reason_of(result: opamplan.SolveResult) -> str:
    """As `build` keeps it: of what is not available there is nothing to say."""
    return "" if result.status == "unavailable" else f"{result.package} has no solution here"


def opened(page: pathlib.Path, times: int) -> dict[str, float]:
    """The least of some times in Chromium."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        rows = [measured(browser, page) for _ in range(times)]
        browser.close()
    return {name: min(row[name] for row in rows) for name in rows[0]}


# What a person does, and how long it takes until it can be seen.
STEPS = {
    "search": "search.value = 'dune'; search.dispatchEvent(new Event('input'))",
    "search logs": "search.value = 'unbound module'; search.dispatchEvent(new Event('input'))",
    "all again": "search.value = ''; search.dispatchEvent(new Event('input'))",
    "differences": "differences.click()",
    "sort": "differences.click(); document.querySelector('[data-sort=\"7\"]').click()",
    "to the end": "for (let n = 0; n < 40; n++) { cells.scrollTop = 1e9; await seen(); }",
    "open details": "document.querySelector('#rows tr').click()",
}
TIMED = """async () => {
  const seen = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const [search, differences] = ['search', 'differences'].map((id) => document.getElementById(id));
  const cells = document.querySelector('.cells');
  const begin = performance.now();
  %s;
  await seen();
  return performance.now() - begin;
}"""


def measured(browser: Any, page: pathlib.Path) -> dict[str, float]:
    """One opening of the page."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(page.as_uri())
    entry = "performance.getEntriesByType('navigation')[0].domComplete"
    found = {"open": float(tab.evaluate(entry))}
    for name, step in STEPS.items():
        found[name] = float(tab.evaluate(TIMED % step))
    tab.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
