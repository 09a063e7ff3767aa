"""Options of the image that steps stand on, which `emit` and `build` share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from opamplan.cli.options import named

OPAM_PROGRAM = "opam-program"
"""The name below which a program given with --opam is in the build context."""
BASE_ARCHIVE = "base-archive"
"""The same of what is given with --base-archive."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the group `image`."""
    group = parser.add_argument_group("image")
    group.add_argument(
        "--base-archive",
        type=named,
        metavar="FILE",
        help="a root file system (tar, as `docker export` writes) to stand on, instead of an image",
    )
    group.add_argument(
        "--opam",
        default="",
        metavar="FROM",
        help="where opam is from: `image`, `distribution`, or a program's FILE "
        "(default: the image's own, else its distribution's); its version must be the plan's",
    )
    group.add_argument(
        "--image-config",
        metavar="FILE",
        help="what `docker image inspect` prints of the image: its variables, which LLB needs told",
    )
    group.add_argument(
        "--user",
        default="opam",
        metavar="NAME",
        help="who builds packages; made if the image has none (default: opam)",
    )
    group.add_argument(
        "--archive-mirror",
        action="append",
        default=[],
        metavar="URL|FOLDER",
        help="where opam looks for sources first, laid out as `opam admin cache` does; steps are "
        "given what they need of a folder; repeatable",
    )
    group.add_argument(
        "--snapshot", default="", metavar="DATE", help="Debian packages as of YYYYMMDDTHHMMSSZ"
    )
    group.add_argument(
        "--prepare",
        metavar="FILE",
        help="shell commands for the image, run first, as root: package sources, certificates",
    )
    group.add_argument(
        "--setup", metavar="FILE", help="shell commands instead of what installs opam"
    )
    group.add_argument(
        "--label", action="append", default=[], metavar="KEY=VALUE", help="of images; repeatable"
    )
    group.add_argument(
        "--network",
        default="",
        choices=("", "none", "host", "default"),
        metavar="{none,host,default}",
        help="of every step",
    )
    group.add_argument(
        "--build-arg",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a proxy (HTTP_PROXY, ...), or an argument for a Dockerfile; repeatable",
    )
    group.add_argument(
        "--depexts-command", metavar="SHELL", help='installs the system packages "$@"'
    )
    group.add_argument(
        "--stand-in",
        action="store_true",
        help="steps that install nothing, to see what BuildKit itself costs",
    )


def require_base(args: argparse.Namespace) -> None:
    """Raises if the base archive that was named is not there, or none that a builder unpacks."""
    from opamplan import InvalidRequest
    from opamplan.images import trouble_with_archive

    if not args.base_archive:
        return
    file = Path(args.base_archive)
    if trouble := no_file(file) or trouble_with_archive(file):
        raise InvalidRequest(f"--base-archive {args.base_archive}: {trouble}")


def no_file(path: Path) -> str:
    """What a path is that is no file to read; "" if it is one."""
    from opamplan.files import kind_of

    if not path.exists():
        return "no such file"
    return "" if path.is_file() else f"{kind_of(path.stat().st_mode)}; name a file"


def emit_options(args: argparse.Namespace, directory: Path, plan: Any) -> Any:
    """What the options say of emitting; files that they name are copied into `directory`."""
    from opamplan import EmitOptions, InvalidRequest, image_environment
    from opamplan.files import copy_below, make_folder

    emit = EmitOptions.stand_in() if args.stand_in else EmitOptions()
    if args.image_config:
        emit.base_environment = image_environment(args.image_config)
    if args.opam in ("", "image", "distribution"):
        emit.opam = args.opam
    else:
        program = Path(args.opam)
        if trouble := no_file(program):
            raise InvalidRequest(
                f"--opam {args.opam}: neither `image` nor `distribution`, and {trouble}"
            )
        make_folder(directory)
        copy_below(directory, OPAM_PROGRAM, program)
        emit.opam = OPAM_PROGRAM
    if not args.stand_in:
        emit.user = "" if args.user == "root" else args.user
        emit.setup = _text(args.setup, "--setup")
    emit.archive_mirrors = [text for text in args.archive_mirror if "://" in text]
    emit.archives = _archives(args.archive_mirror, directory, plan)
    emit.snapshot = args.snapshot
    emit.prepare = _text(args.prepare, "--prepare")
    emit.labels = args.label
    emit.network = args.network
    emit.build_args = [_assignment(text) for text in args.build_arg]
    if args.depexts_command:
        emit.depexts = args.depexts_command
    if args.base_archive:
        require_base(args)
        copy_below(directory, BASE_ARCHIVE, Path(args.base_archive))
        emit.base_archive = BASE_ARCHIVE
    return emit


def _archives(mirrors: list[str], directory: Path, plan: Any) -> set[str]:
    from opamplan import InvalidRequest
    from opamplan.archives import take_archives

    taken: set[str] = set()
    for mirror in mirrors:
        if "://" in mirror:
            continue
        if not Path(mirror).is_dir():
            raise InvalidRequest(f"--archive-mirror {mirror}: neither a URL nor a folder")
        taken |= take_archives(plan, mirror, directory)
    return taken


def _text(file: str | None, option: str) -> str:
    from opamplan import FileError, InvalidRequest
    from opamplan.files import read

    if not file:
        return ""
    try:
        return read(file).decode()
    except FileError as error:
        raise InvalidRequest(f"{option} {error}") from None
    except UnicodeDecodeError:
        raise InvalidRequest(f"{option} {file}: not UTF-8") from None


def _assignment(text: str) -> tuple[str, str]:
    from opamplan import InvalidRequest

    name, equals, value = text.partition("=")
    if not name or not equals:
        raise InvalidRequest(f"--build-arg {text}: expected NAME=VALUE")
    return name, value
