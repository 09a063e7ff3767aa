"""What Python says of the compiled functions: `inspect.signature`, `help()`, names."""

from __future__ import annotations

import inspect
import pickle
import pydoc
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import opamplan
from opamplan import _core, notebook, runs

MODULES = (opamplan, runs, notebook)


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, and every public and special method of every public class."""
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value):
                for inner in vars(value):
                    member = getattr(value, inner)
                    if callable(member) and (inner.endswith("__") or not inner.startswith("_")):
                        yield f"{name}.{inner}", member
            elif callable(value):
                yield name, value


def classes() -> dict[str, type]:
    return {
        name: value
        for module in MODULES
        for name in module.__all__
        if inspect.isclass(value := getattr(module, name))
    }


def test_every_function_has_a_signature() -> None:
    found = dict(functions())
    assert len(found) > 400
    for name, function in found.items():
        if inspect.isclass(function):  # __class__
            continue
        signature = inspect.signature(function)
        if name.partition(".")[2] not in ("__getitem__", "__init__"):
            assert str(signature) != "(*args, **kwargs)", name


def test_every_class_that_can_be_made_has_the_signature_of_making_one() -> None:
    mute = []
    for name, value in classes().items():
        if issubclass(value, Exception):  # as Python's own
            continue
        try:
            inspect.signature(value)
        except ValueError:
            mute.append(name)
            with pytest.raises(TypeError, match="No constructor defined"):
                value()
    assert "Plan" in mute
    assert "Universe" not in mute


def test_a_signature_has_names_defaults_and_what_goes_by_name_alone() -> None:
    assert str(inspect.signature(opamplan.Universe.solve)) == "(self, target)"
    universe = opamplan.Universe(opamplan.Repository(), opamplan.Environment(), ocaml="")
    assert str(inspect.signature(universe.solve)) == "(target)"
    made = inspect.signature(opamplan.make_plan).parameters
    assert (made["strategy"].default, made["sizes"].default) == ("graft", {})
    assert made["threads"].kind is inspect.Parameter.KEYWORD_ONLY
    assert str(inspect.signature(opamplan.Limits)).startswith("(profile='buildkit', *, ")
    assert str(inspect.signature(opamplan.Environment)) == "(values={})"


# Words of C++ and pybind11, but for the base of all classes that it makes.
FOREIGN = re.compile(
    r"std::|opamplan::|pybind11(?!_builtins\.pybind11_(object|type)\b|_(object|type)\b)"
    r"|Supports(Int|Index)"
)


def test_help_has_no_type_names_of_another_language() -> None:
    for name, value in [*classes().items(), *functions()]:
        if name.endswith(".__class__"):
            continue
        for line in pydoc.plain(pydoc.render_doc(value)).splitlines()[2:]:
            assert not FOREIGN.search(line), f"{name}: {line}"


def test_the_first_line_of_a_docstring_has_the_types() -> None:
    line = str(opamplan.Universe.solve_all.__doc__).splitlines()[0]
    assert line.startswith("solve_all(self, targets: Sequence[str] | None = None, threads: int = 0")
    assert line.endswith("-> list[SolveResult]")


def test_functions_are_known_by_name_so_that_other_processes_take_them() -> None:
    for function in (opamplan.parse, opamplan.Environment.preset):
        assert pickle.loads(pickle.dumps(function)) == function
    assert opamplan.parse.__qualname__ == "parse"
    environment = opamplan.Environment()
    assert repr(environment.copy) == f"<bound method Environment.copy of {environment!r}>"
    assert _core.syntax.parse is opamplan.parse


def test_everything_public_has_a_docstring() -> None:
    mute = [name for name, value in [*classes().items(), *functions()] if not value.__doc__]
    for name, value in classes().items():
        for inner, member in vars(value).items():
            if isinstance(member, property) and not inner.startswith("_") and not member.__doc__:
                mute.append(f"{name}.{inner}")
    assert [name for name in mute if not name.endswith("__")] == []


# What they take by name is what another function takes, which their docstrings name.
PASSED_ON = ("combinations", "plan_matrix", "Combination.universe")


def test_no_signature_hides_what_can_be_named() -> None:
    for name, value in [*classes().items(), *functions()]:
        if name in PASSED_ON or name.endswith("__"):
            continue
        try:
            parameters = inspect.signature(value).parameters.values()
        except ValueError:  # of what is not made by hand
            continue
        hidden = [p for p in parameters if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        assert not hidden, f"{name}{inspect.signature(value)}"


def test_every_option_of_the_emitters_is_an_argument_with_its_default() -> None:
    arguments = inspect.signature(opamplan.EmitOptions).parameters
    options = [n for n, m in vars(opamplan.EmitOptions).items() if isinstance(m, property)]
    assert sorted(arguments) == sorted(options)
    usual = opamplan.EmitOptions()
    for name, argument in arguments.items():
        assert argument.kind is argument.KEYWORD_ONLY
        value = getattr(usual, name)
        if isinstance(value, (str, int)):
            assert argument.default == value, name
        else:
            assert len(argument.default) == len(value) == 0, name
    with pytest.raises(TypeError, match=r"called labls; did you mean labels\?"):
        opamplan.EmitOptions(labls=[])
