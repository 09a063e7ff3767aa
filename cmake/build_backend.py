"""scikit-build-core, asking for PyPI's boost-headers where the system has no Boost."""

from __future__ import annotations

import glob
import os
import sys
from typing import Any

from scikit_build_core import build as _backend
from scikit_build_core.build import *  # noqa: F403  (the hooks of PEP 517 and 660)


def _prefixes() -> list[str]:
    names = ("BOOST_ROOT", "Boost_ROOT", "CONDA_PREFIX")
    return [os.environ[n] for n in names if os.environ.get(n)] + [
        "/usr",
        "/usr/local",
        "/opt/homebrew",
        "/opt/local",
        sys.prefix,
    ]


def has_boost() -> bool:
    """Whether the system's Boost is there and recent enough: 1.74, as cmake/dependencies.cmake."""
    for prefix in _prefixes():
        for path in glob.glob(os.path.join(glob.escape(prefix), "include/boost/version.hpp")):
            with open(path, encoding="utf-8", errors="replace") as file:
                for line in file:
                    words = line.split()
                    if words[:2] == ["#define", "BOOST_VERSION"] and int(words[2]) >= 107400:
                        return True
    return False


def _extra() -> list[str]:
    return [] if has_boost() else ["boost-headers>=1.85"]


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    return [*_backend.get_requires_for_build_wheel(config_settings), *_extra()]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    return [*_backend.get_requires_for_build_editable(config_settings), *_extra()]
