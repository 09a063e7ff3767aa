"""How large the closures of many targets are."""

from __future__ import annotations

from collections.abc import Iterable

from opamplan._core.solve import SolveResult
from opamplan.errors import expected
from opamplan.notebook.bar_chart import bars
from opamplan.notebook.markup import Picture
from opamplan.wording import counted

MOST_NAMED = 30
# Where bins begin: finer where most closures are.
_BOUNDS = (1, 2, 5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000)


def closure_sizes(results: Iterable[SolveResult], rows: int = 10) -> Picture:
    """Packages in the closure of each target; of more than 30, how many have how many.

    What has no solution has no closure and is not counted.
    """
    results = list(results)
    for result in results:
        if not isinstance(result, SolveResult):
            raise expected("a list of SolveResult", "universe.solve_all()", result)
    sizes = sorted(
        ((len(result), result.target or "") for result in results if result), reverse=True
    )
    named = [(name, size) for size, name in sizes]
    if len(named) <= MOST_NAMED:
        return Picture(str(bars(named, "Packages in closures")))
    ends = [*_BOUNDS[1:], sizes[0][0] + 1]
    bins = [
        (f"{begin}" if end == begin + 1 else f"{begin} to {end - 1}", begin, end)
        for begin, end in zip(_BOUNDS, ends)
        if begin <= sizes[0][0]
    ]
    binned = [(text, sum(begin <= size < end for size, _ in sizes)) for text, begin, end in bins]
    most = bars(named[:rows], "The largest")
    return Picture(
        str(bars(binned, f"Packages in the closures of {counted(len(sizes), 'target')}"))
        + str(most)
    )
