#!/usr/bin/env python3
"""pybind11_stubgen on the extension as pybind11 made it, whose docstrings have the types.

The package gives all functions other signatures when it is imported, for people.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys

[home] = importlib.util.find_spec("opamplan").submodule_search_locations  # type: ignore[union-attr]
spec = importlib.machinery.PathFinder.find_spec("opamplan._core", [home])
assert spec is not None
assert spec.loader is not None
core = importlib.util.module_from_spec(spec)
sys.modules["opamplan._core"] = core
spec.loader.exec_module(core)
sign = core._sign
core._sign = lambda *given: None  # type: ignore[attr-defined]
import opamplan  # noqa: E402, F401

core._sign = sign  # type: ignore[attr-defined]

from pybind11_stubgen import main  # noqa: E402

main(sys.argv[1:])
