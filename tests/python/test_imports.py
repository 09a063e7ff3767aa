"""What is imported when, and that nobody need know."""

from __future__ import annotations

import pathlib
import pickle
import subprocess
import sys

import pytest

import opamplan
from opamplan.data import repository_path

PACKAGE = pathlib.Path(opamplan.__file__).parent
SLOW = {
    *("dataclasses", "hashlib", "inspect", "json", "pathlib", "pkgutil", "secrets"),
    *("shutil", "sqlite3", "subprocess", "traceback", "urllib.parse"),
}
"""Of the standard library: what takes a millisecond and more."""


def imported_by(program: str) -> set[str]:
    """The modules that a new process has imported, without those of its own site."""
    program = f"""
import sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
{program}
print(*sys.modules, file=sys.stderr)
"""
    command = [sys.executable, "-S", "-I", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def of_opamplan(modules: set[str]) -> set[str]:
    found = {name.partition(".")[2] for name in modules if name.startswith("opamplan.")}
    return {name for name in found if not name.startswith("_core")}


def test_importing_imports_neither_what_is_asked_for_later_nor_what_takes_long() -> None:
    modules = imported_by("import opamplan")
    assert of_opamplan(modules) == {"attached", "errors", "interrupts", "looks", "notebook"}
    assert SLOW & modules == set()


def test_to_solve_for_a_target_and_to_tell_the_version_import_only_what_they_use() -> None:
    solve = ["solve", "--repository", repository_path(), "--ocaml", "5.3.0", "dune"]
    modules = imported_by(f"from opamplan.cli.main import main\nassert main({solve!r}) == 0")
    assert SLOW & modules == set()
    assert "opamplan.cli.commands.solve" in modules
    others = {"archives", "change", "commits", "files", "left_out", "matrix", "output", "runs"}
    assert others & of_opamplan(modules) == set()
    told = imported_by("from opamplan.cli.main import main\nassert main(['--version']) == 0")
    assert SLOW & told == set()
    assert not any(name.startswith("opamplan.cli.commands") for name in told)


def test_a_name_is_there_whether_or_not_it_is_imported_already() -> None:
    imported_by(
        """
import opamplan
assert set(opamplan.__all__) <= set(dir(opamplan))
assert "opamplan.change" not in sys.modules
assert opamplan.change.Effect is opamplan.Effect
from opamplan import matrix, write_plan
assert matrix.PlanMatrix is opamplan.PlanMatrix
assert not hasattr(opamplan, "writes_plan")
from opamplan import *
assert write_plan is opamplan.output.write_plan and LeftOut("a", "b", "c")._repr_html_()
"""
    )
    with pytest.raises(AttributeError, match="module 'opamplan' has no attribute 'writes_plan'"):
        _ = opamplan.writes_plan  # type: ignore[attr-defined]


def modules_of_the_package() -> list[str]:
    """Public ones, as `runs` or `cli.usage`."""
    files = [path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py")]
    folders = [file.parent if file.name == "__init__" else file for file in files]
    names = [".".join(folder.parts) for folder in folders if folder.parts]
    return sorted(name for name in names if "_" not in {part[0] for part in name.split(".")})


def test_each_module_at_the_top_is_there_by_attribute() -> None:
    names = [name for name in modules_of_the_package() if "." not in name]
    assert {"cli", "data", "errors", "files", "runs", "sources", "terminal"} <= set(names)
    imported_by(
        "import opamplan\n"
        + "\n".join(f"assert opamplan.{name}.__name__ == 'opamplan.{name}'" for name in names)
        + "\nassert opamplan.runs.histories and opamplan.runs.matrix_verdict"
    )
    imported_by(
        """
import opamplan
for name in ("__main__", "__wrapped__", "_repr_html_", "cli.main", "", "a b"):
    assert not hasattr(opamplan, name), name
"""
    )


def test_dir_has_what_is_for_others_and_no_more() -> None:
    shown = {name for name in dir(opamplan) if not name.startswith("__")}
    assert {"data", "errors", "runs", "terminal"} <= shown
    assert shown - set(modules_of_the_package()) <= set(opamplan.__all__)
    assert {"annotations", "attached", "interrupts", "looks", "TYPE_CHECKING"} & shown == set()


@pytest.mark.parametrize("level", ["-O", "-OO"])
def test_without_assertions_and_docstrings_everything_is_imported_and_works(level: str) -> None:
    program = f"""
import importlib, sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
import opamplan
for name in {modules_of_the_package()!r}:
    importlib.import_module("opamplan." + name)
assert False, "so assertions are off"
from opamplan.cli.main import main
for command in (["list"], ["check"], ["solve", "dune"], ["why", "dune"], ["plan", "dune"]):
    main([*command, "--repository", {repository_path()!r}])
main(["plan", "--help"])
"""
    command = [sys.executable, level, "-I", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


def test_a_value_is_unpickled_where_its_module_is_not_imported_yet() -> None:
    pickled = pickle.dumps(opamplan.LeftOut("a.1", "no_solution", "none"))
    imported_by(
        f"import opamplan, pickle\nassert pickle.loads({pickled!r}).target == 'a.1'\n"
        "assert 'opamplan.matrix' not in sys.modules"
    )


def test_a_class_that_derives_from_a_shown_one_looks_like_it() -> None:
    class Mine(opamplan.PlanMatrix):
        pass

    repository = opamplan.Repository.from_files({"a.1": 'opam-version: "2.0"\n'})
    universe = opamplan.Universe(repository, opamplan.Environment.preset("debian-13"))
    plan = opamplan.make_plan(universe.solve_all())
    assert "deepest image" in Mine({"one": plan})._repr_html_()
