"""What an image says of itself."""

from __future__ import annotations

import json
import os
from typing import Any, Union

from opamplan.errors import InvalidRequest
from opamplan.files import read


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
