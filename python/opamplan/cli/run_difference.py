"""What `opamplan diff` says of two runs: what broke, what was fixed."""

from __future__ import annotations

from pathlib import Path

from opamplan.cli.json_output import print_json
from opamplan.files import is_database
from opamplan.terminal.style import Style
from opamplan.wording import counted


def is_run(side: str) -> bool:
    """Whether a side of a difference is a state file, or FILE#NUMBER of one."""
    for name in (side, side.rpartition("#")[0]):
        if name and Path(name).is_file():
            return is_database(Path(name))
    return False


def tell(before: str, after: str, as_json: bool) -> int:
    """Compare, print, and return the exit status: 1 if anything broke."""
    from opamplan.runs.comparison import compare_runs
    from opamplan.runs.state import find_run

    result = compare_runs(find_run(before), find_run(after))
    if as_json:
        print_json(result.to_dict())
        return 1 if result else 0
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
            print(f"  {paint(change.target)}: {change.before} -> {change.after}")
    return 1 if result else 0
