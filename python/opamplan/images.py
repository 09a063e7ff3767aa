"""What an image says of itself, and whether a file can be one."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Union

from opamplan.errors import InvalidRequest
from opamplan.files import read, telling

_PACKED = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"))
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""How a frame begins; skippable ones have sixteen numbers."""


def is_root_archive(path: Union[str, os.PathLike[str]]) -> bool:
    """Whether builders unpack a file: a tar, plain or packed. Others they copy as they are.

    By its first member; what is packed by zstd is not unpacked to see. Raises FileError.
    """
    import tarfile

    with telling(path), open(path, "rb") as file:
        begin = file.read(6)
        if _ZSTD.match(begin):
            return True
        packed = next((name for magic, name in _PACKED if begin.startswith(magic)), "")
        file.seek(0)
        try:
            tarfile.open(fileobj=file, mode=f"r:{packed}").close()  # type: ignore[call-overload]
        except tarfile.CompressionError:
            return True  # a Python that cannot unpack it
        except (tarfile.TarError, EOFError, ValueError):
            return False
    return True


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
