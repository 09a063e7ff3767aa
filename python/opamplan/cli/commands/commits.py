"""opamplan commits: what each commit of a range makes new."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from opamplan.cli import options
from opamplan.cli.json_output import print_json
from opamplan.cli.outcome import EXIT_BAD_NEWS
from opamplan.package_names import name_of
from opamplan.terminal.style import Style
from opamplan.wording import counted, listed

if TYPE_CHECKING:
    from opamplan import PlannedCommit


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "commits",
        help="plan each commit of a range, and say what it makes new",
        description="Plan the newest versions of a git repository commit by commit, each from what "
        "is kept of the one before: which versions it touches, how many layers it makes new, and "
        "which targets can be built no longer, or now. Of merges the first parent is followed. "
        "Exit status 1 if a target that could be built cannot be built in the end.",
        epilog="Example: opamplan commits --repository opam-repository HEAD~20..HEAD --ocaml 5.3.0",
    )
    parser.add_argument(
        "commits", metavar="BASE..HEAD", help="the commits to plan, as git takes them"
    )
    options.add_solve_options(parser, targets=False, all_versions=False)
    options.add_repository_options(parser)
    options.add_environment_options(parser)
    options.add_output_options(parser)
    parser.set_defaults(run=run, targets=[])


def run(args: argparse.Namespace) -> int:
    """Plan the commits."""
    from opamplan import plan_commits
    from opamplan.cli.progress import progress_for

    planned = plan_commits(
        _source(args),
        args.commits,
        lambda repository: options.universe_from(args, repository),
        cache=not args.no_repository_cache,
        threads=args.threads,
        progress=progress_for(args),
    )
    lost: set[str] = set()
    rows = []
    for each in planned:
        lost = (lost - _names(each.effect.gained)) | _names(each.effect.lost)
        if args.json:
            rows.append(_row(each))
        else:
            _print(each)
    if args.json:
        print_json(rows)
    return EXIT_BAD_NEWS if lost else 0


def _source(args: argparse.Namespace) -> str:
    """The one git repository that the options name."""
    from opamplan import InvalidRequest

    if len(args.repository) != 1 or args.pin or args.rev:
        raise InvalidRequest(
            "name one git repository with --repository, without --pin and --rev: its commits are "
            "BASE..HEAD"
        )
    return str(args.repository[0])


def _names(targets: list[str]) -> set[str]:
    return {name_of(target) for target in targets}


def _row(planned: PlannedCommit) -> dict[str, Any]:
    """For JSON."""
    effect = planned.effect
    return {
        "commit": planned.commit,
        "subject": planned.subject,
        "changes": [{"package": c.package, "kind": c.kind} for c in planned.changes],
        "target_count": effect.target_count,
        "solved_count": effect.solved_count,
        "layer_count": effect.layer_count,
        "added_layers": effect.added_layers,
        "dropped_layers": effect.dropped_layers,
        "rebuilt_targets": effect.rebuilt_targets,
        "lost": effect.lost,
        "gained": effect.gained,
        "seconds": round(planned.seconds, 4),
    }


def _print(planned: PlannedCommit) -> None:
    """A commit in a few lines, at once: the next one may take a while."""
    style = Style()
    effect = planned.effect
    print(f"{style.strong(planned.commit[:10])} {planned.subject}")
    kinds: dict[str, list[str]] = {}
    for change in planned.changes:
        kinds.setdefault(change.kind, []).append(change.package)
    for kind, packages in kinds.items():
        print(f"  {kind}: {listed(packages)}")
    for title, names, paint in (
        ("can no longer be built", effect.lost, style.bad),
        ("can be built now", effect.gained, style.good),
    ):
        if names:
            print(f"  {paint(title)}: {listed(names)}")
    new = counted(len(effect.added_layers), "new layer")
    again = counted(len(effect.rebuilt_targets), "target")
    solved = counted(effect.solved_count, "target")
    print(
        f"  {new}, {again} to build; {solved} solved; {1000 * planned.seconds:.0f} ms",
        flush=True,
    )
