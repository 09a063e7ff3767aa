"""What an image says of itself, and whether a file can be one."""

from __future__ import annotations

import contextlib
import json
import os
import re
from typing import Any, BinaryIO, Union

from opamplan.errors import InvalidRequest
from opamplan.files import read, telling

_PACKED = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"))
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""How a frame begins; skippable ones have sixteen numbers."""


def trouble_with_archive(path: Union[str, os.PathLike[str]]) -> str:
    """Why builders do not unpack a file as a tar, plain or packed; "" if they do.

    They go by its first member, and copy what has none as it is. A plain one is looked through to
    its end; what is packed by zstd is not unpacked to see. Raises FileError.
    """
    import tarfile

    with telling(path), open(path, "rb") as file:
        begin = file.read(6)
        if _ZSTD.match(begin):
            return ""
        packed = next((name for magic, name in _PACKED if begin.startswith(magic)), "")
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode=f"r:{packed}") as tar:  # type: ignore[call-overload]
                if tar.next() is None:
                    return f"a tar archive without any file, {_NOT_UNPACKED}"
                return "" if packed else _trouble_inside(tar, file)
        except tarfile.CompressionError:
            return ""  # a Python that cannot unpack it
        except (tarfile.TarError, EOFError, ValueError):
            return f"no tar archive, {_NOT_UNPACKED}"


_NOT_UNPACKED = (
    "so that builders would not unpack it: name one of a root file system, as `docker export` "
    "writes, plain or packed by gzip, bzip2, xz or zstd"
)


def _trouble_inside(tar: Any, file: BinaryIO) -> str:
    """Whether a plain tar, whose first member is read, ends early or is damaged on the way."""
    import tarfile

    with contextlib.suppress(tarfile.TarError, EOFError, ValueError):
        while tar.next() is not None:
            tar.members.clear()  # which are not needed, and may be many
        file.seek(tar.offset)  # of what is no member: the end, which is of zeros if it is marked
        if not file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            return ""
    return "the tar archive is cut short or damaged; make or fetch it again"


def image_environment(config: Union[str, os.PathLike[str]]) -> list[tuple[str, str]]:
    """The variables of an image, for `EmitOptions.base_environment`.

    `config`: a file with what `docker image inspect IMAGE`, `skopeo inspect --config
    docker://IMAGE` or `crane config IMAGE` prints. Raises InvalidRequest for another, and
    FileError.
    """
    content = read(config)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{config}: {error}") from error
    images = data if isinstance(data, list) else [data]
    if len(images) != 1 or not isinstance(images[0], dict):
        raise InvalidRequest(f"{config}: expected what an inspection of one image prints")
    inside = images[0].get("Config", images[0].get("config"))
    if not isinstance(inside, dict):
        raise InvalidRequest(f"{config}: no image's configuration: it has no field `config`")
    return [_variable(config, text) for text in inside.get("Env") or []]


def _variable(config: Union[str, os.PathLike[str]], text: Any) -> tuple[str, str]:
    name, equals, value = text.partition("=") if isinstance(text, str) else ("", "", "")
    if not name or not equals:
        raise InvalidRequest(f"{config}: Env holds NAME=VALUE, not {text!r}")
    return name, value
