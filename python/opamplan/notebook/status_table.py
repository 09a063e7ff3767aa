"""The answers for the same packages in several environments, side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from opamplan._core.solve import SolveResult
from opamplan.errors import expected
from opamplan.notebook.markup import Picture, element, heading, table
from opamplan.package_names import name_of
from opamplan.wording import counted, listed

MOST_NAMED = 60
ABSENT = "not there"


def statuses(answers: Mapping[str, Iterable[SolveResult]]) -> Picture:
    """Statuses by environment: how many of each, and which packages differ.

    `answers` has the results of each environment by its name. Up to 60 packages have a row each;
    more are told by how they differ: a row for each combination of statuses, the largest first.
    """
    if not isinstance(answers, Mapping):
        raise expected("a dict", '{"5.3.0": universe.solve_all()}', answers)
    names = list(answers)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for environment, results in answers.items():
        for result in results:
            package = name_of(result.target or result.package)
            # Of several versions of a name the one that can be installed.
            if found[package].get(environment) != "solution":
                found[package][environment] = result.status
    rows = {
        package: tuple(by.get(name, ABSENT) for name in names)
        for package, by in sorted(found.items())
    }
    kinds = sorted({status for row in rows.values() for status in row}, key=_rank)
    counts = [
        [kind, *(sum(row[i] == kind for row in rows.values()) for i in range(len(names)))]
        for kind in kinds
    ]
    differing = {package: row for package, row in rows.items() if len(set(row)) > 1}
    text = heading(
        "Statuses", f": {counted(len(rows), 'package')}, {len(differing):,} of which differ"
    )
    text += table(["", *names], counts)
    if len(rows) <= MOST_NAMED:
        text += _grid(names, rows)
    elif differing:
        text += _combinations(names, differing)
    return Picture(element("div", {"style": "overflow:auto;max-height:40em"}, text))


def _grid(names: list[str], rows: Mapping[str, tuple[str, ...]]) -> str:
    return table(["package", *names], [(package, *row) for package, row in rows.items()])


def _combinations(names: list[str], rows: Mapping[str, tuple[str, ...]]) -> str:
    packages: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for package, row in rows.items():
        packages[row].append(package)
    order = Counter({row: len(found) for row, found in packages.items()}).most_common()
    return table(
        [*names, "packages", "which"],
        [(*row, count, listed(packages[row])) for row, count in order],
    )


def _rank(status: str) -> tuple[bool, bool, str]:
    return (status != "solution", status == ABSENT, status)
