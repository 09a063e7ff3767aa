"""scripts/rooms on made trees: what goes against the direction is named by file and line."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/rooms"


def rooms(root: pathlib.Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *options, str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def made(root: pathlib.Path, files: dict[str, str]) -> pathlib.Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


RIGHT = {
    "include/opamplan/opamplan.hpp": '#include "opamplan/plan/plan.hpp"\n',
    "include/opamplan/base/error.hpp": "#include <string>\n",
    "include/opamplan/solve/impl/sat.hpp": '#include "opamplan/base/error.hpp"\n',
    "include/opamplan/solve/solve.hpp": '#include "opamplan/solve/impl/sat.hpp"\n',
    "include/opamplan/plan/plan.hpp": '#include "opamplan/solve/solve.hpp"\n',
    "lib/solve/solve.cpp": '#include "opamplan/solve/impl/sat.hpp"\n',
    "tests/solve/sat_test.cpp": "#include <opamplan/solve/impl/sat.hpp>\n",
    "include/opamplan/inspect/doctor.hpp": '#include "opamplan/plan/plan.hpp"\n',
    "tests/plan/plan_test.cpp": '#include "opamplan/inspect/doctor.hpp"\n',
    "tests/headers/all.cpp": '#include "opamplan/opamplan.hpp"\n',
    "python/bindings/plan.cpp": '#include "opamplan/plan/plan.hpp"\n',
    "python/opamplan/__init__.py": "from opamplan import _core\nfrom opamplan.files import save\n",
    "python/bindings/inspect.cpp": '#include "opamplan/inspect/doctor.hpp"\n',
    "python/opamplan/errors.py": "import sys\n",
    "python/opamplan/files.py": "from opamplan.errors import Error\n",
    "python/opamplan/cli/plans.py": "from opamplan.cli import options\nimport opamplan\n",
    "python/opamplan/cli/commands/plan.py": "from opamplan.cli import plans\n",
}

RIGHT_TO_IT = "to its right in base -> syntax -> package -> repository -> solve -> closure -> plan"
WRONG = [
    (
        "include/opamplan/emit/bake.hpp",
        '#include "opamplan/inspect/doctor.hpp"\n',
        "1: emit includes inspect, which is",
    ),
    (
        "include/opamplan/solve/core.hpp",
        '#pragma once\n#include "opamplan/plan/plan.hpp"\n',
        f"2: solve includes plan, which is {RIGHT_TO_IT}",
    ),
    (
        "include/opamplan/base/severity.hpp",
        "#include <opamplan/solve/solve.hpp>\n",
        "1: base includes solve, which is",
    ),
    (
        "lib/solve/core.cpp",
        "\n\n#  include <opamplan/plan/plan.hpp>\n",
        "3: solve includes plan, which is",
    ),
    (
        "tests/solve/core_test.cpp",
        '#include "opamplan/plan/plan.hpp"\n',
        "1: solve includes plan, which is",
    ),
    (
        "lib/plan/core.cpp",
        '#include "opamplan/solve/impl/sat.hpp"\n',
        "1: plan includes solve/impl/sat.hpp, which is private to solve",
    ),
    (
        "python/bindings/core.cpp",
        '#include "opamplan/solve/impl/sat.hpp"\n',
        "1: bindings includes solve/impl/sat.hpp, which is private to solve",
    ),
    (
        "python/bindings/plan_more.cpp",
        "#include <opamplan/inspect/doctor.hpp>\n",
        "1: plan includes inspect, which is to its right",
    ),
    (
        "python/bindings/core.cpp",
        'auto f = py::module_::import("opamplan.files").attr("save");\n',
        "1: bindings import opamplan.files: opamplan.attached gives what is Python's",
    ),
    (
        "python/bindings/core.cpp",
        'return "<b>" + name + "</b>";\n',
        "1: bindings make HTML, which opamplan.notebook does",
    ),
    (
        "lib/plan/all.cpp",
        '#include "opamplan/opamplan.hpp"\n',
        "1: plan includes opamplan.hpp, which is for users",
    ),
    (
        "include/opamplan/attic/judge.hpp",
        '#include "opamplan/plan/plan.hpp"\n',
        "1: attic is no room: say in scripts/rooms where it stands",
    ),
    (
        "python/opamplan/output.py",
        "import os\nfrom opamplan.cli.commands.plan import run\n",
        "2: output imports cli.commands.plan, which does not stand below it",
    ),
    (
        "python/opamplan/files.py",
        "from opamplan.terminal.style import Style\n",
        "1: files imports terminal.style, which does not stand below it",
    ),
    (
        "python/opamplan/terminal/style.py",
        "from opamplan.notebook import bars\n",
        "1: terminal.style imports notebook, which does not stand below it",
    ),
    (
        "python/opamplan/runs/state.py",
        "def late():\n    from opamplan.cli import plans\n",
        "2: runs.state imports cli.plans, which does not stand below it",
    ),
    (
        "python/opamplan/cli/options.py",
        "from opamplan.cli.commands import plan\n",
        "1: cli.options imports cli.commands.plan, which does not stand below it",
    ),
    (
        "python/opamplan/errors.py",
        "def late():\n    from opamplan import files\n",
        "2: errors imports files, which does not stand below it",
    ),
    (
        "python/opamplan/notebook/page.py",
        "import opamplan.runs.report\n",
        "1: notebook.page imports runs.report, which does not stand below it",
    ),
    (
        "python/opamplan/files.py",
        "from opamplan.errors import Error\nfrom opamplan import Plan\n",
        "2: files imports opamplan, which does not stand below it",
    ),
    (
        "python/opamplan/newcomer.py",
        "from opamplan import errors\n",
        "1: newcomer has no place: say in scripts/rooms where it stands",
    ),
    (
        "python/opamplan/output.py",
        "from . import cli\n",
        "1: imports are absolute here: write from opamplan",
    ),
]


def test_what_follows_the_direction_is_not_named(tmp_path: pathlib.Path) -> None:
    done = rooms(made(tmp_path, RIGHT), "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("name", "text", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_what_goes_against_the_direction_is_named_by_file_and_line(
    tmp_path: pathlib.Path, name: str, text: str, told: str
) -> None:
    done = rooms(made(tmp_path, {**RIGHT, name: text}), "--check")
    assert done.returncode == 1
    assert [line.startswith(f"{name}:{told}") for line in done.stdout.splitlines()] == [True], (
        done.stdout
    )


def test_the_tables_count_files_and_uses_of_each_room(tmp_path: pathlib.Path) -> None:
    done = rooms(made(tmp_path, RIGHT))
    rows = [line.split(maxsplit=3) for line in done.stdout.splitlines() if line]
    assert ["solve", "4", "4", "base 1, solve 3"] in rows
    assert ["plan", "2", "2", "solve 1, inspect 1"] in rows
    assert ["tests", "1", "1", "all 1"] in rows
    assert ["cli", "1", "2", "opamplan 1, cli 1"] in rows


def test_a_folder_that_is_no_tree_is_told_apart_from_one_without_faults(
    tmp_path: pathlib.Path,
) -> None:
    done = rooms(tmp_path, "--check")
    assert done.returncode == 2
    assert "has no include/opamplan, lib, tests or python" in done.stderr
