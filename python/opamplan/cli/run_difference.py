"""What `opamplan diff` says of two runs: what broke, what was fixed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from opamplan.cli import combination_difference
from opamplan.cli.json_output import print_json
from opamplan.files import is_database
from opamplan.terminal.style import Style
from opamplan.wording import counted

if TYPE_CHECKING:
    from opamplan.runs.comparison import RunDifference


def is_run(side: str) -> bool:
    """Whether a side of a difference is a state file, or FILE#RUN of one."""
    for name in (side, side.rpartition("#")[0]):
        if name and Path(name).is_file():
            return is_database(Path(name))
    return False


def tell(before: str, after: str, as_json: bool) -> int:
    """Compare, print, and return the exit status: 1 if anything broke.

    Of two matrices the runs of the same combination are compared.
    """
    from opamplan.runs.comparison import compare_runs
    from opamplan.runs.selection import find_run, find_runs

    sides = [find_runs(text) for text in (before, after)]
    if not all(len(side) > 1 and all(run.matrix for _, run in side) for side in sides):
        alone = next((side[0] for side in sides if len(side) == 1), None)
        result = compare_runs(find_run(before, alone), find_run(after, alone))  # or they raise
        if as_json:
            print_json(result.to_dict())
        else:
            _print(result)
        return 1 if result else 0
    old, new = ({run.combination: (state, run) for state, run in side} for side in sides)
    results = combination_difference.tell(
        old, new, compare_runs, _print, lambda result: result.to_dict(), as_json
    )
    return 1 if any(results) else 0


def _print(result: RunDifference) -> None:
    style = Style()
    print(
        style.strong(
            f"{counted(len(result.regressions), 'regression')}, "
            f"{counted(len(result.fixes), 'fix', 'fixes')}"
        )
        + f", {counted(result.unchanged_count, 'target')} as before, {len(result.added)} new, "
        f"{len(result.dropped)} gone"
    )
    if result.root_failures:
        print("New failures, those that stop most targets first:")
        for root in result.root_failures:
            print(f"  {len(root.targets):6} {style.bad(root.package)}  layer {root.layer}")
    for title, changes, paint in (
        ("Broken", result.regressions, style.bad),
        ("Fixed", result.fixes, style.good),
        ("Changed otherwise", result.other_changes, style.warn),
    ):
        if changes:
            print(f"{title}:")
        for change in changes:
            was = change.target_before
            other = f"{was} -> " if was not in ("", change.target) else ""
            print(f"  {other}{paint(change.target)}: {change.before} -> {change.after}")
