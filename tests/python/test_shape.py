"""scripts/shape on a made repository: what it counts, and what it leaves out."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/shape"

HEADER = """\
#pragma once
namespace opamplan {

inline constexpr std::string_view text = R"sh(
no_function() {
}
)sh";

struct point {
  int x = 0;
  [[nodiscard]] int twice() const { return 2 * x; }
  explicit point(int of)
      : x(of) {
    check();
  }

 private:
  std::vector<int> declared_only() const;
};

template <class Each>
std::vector<std::pair<int, int>> each_of(const std::function<void(int)>& call,
                                         int most) {
  const auto add = [&](int i) {
    call(i);
  };
  for (int i = 0; i < most; ++i) {
    add(i);
  }
  return {};
}

enum class kind { a, b };
const int limits[] = {
    1,
    2,
};

}  // namespace opamplan
"""
MODULE = '''\
"""A module."""


class Point:
    @property
    def twice(self):
        return 2


def outer():
    def inner():
        return 1

    return inner
'''
# Some 60 tokens, alike but for names and values; and another.
BODY = "\n".join(f"    name_{i} = first_{i}(second, {i}, 'text {i}')" for i in range(6))
ALIKE = f"def one():\n{BODY}\n\n\ndef two():\n{BODY.replace('first', 'third').replace('1', '7')}\n"


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    """A repository of one commit, for each file that a test adds."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def shape(tree: pathlib.Path, files: dict[str, str]) -> dict[str, str]:
    """The table of a commit with these files besides, by the names of its rows."""
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    git = ["git", "-C", str(tree), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    command = [sys.executable, str(SCRIPT), "--root", str(tree), "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()[2:]]
    return dict(rows)


def test_functions_of_cpp_are_told_by_their_layout(tree: pathlib.Path) -> None:
    said = shape(tree, {"include/opamplan/plan/a.hpp": HEADER})
    assert said["C++: files"] == "1"
    assert said["C++: functions"] == "3"
    assert said["C++: the longest functions"] == "`each_of` 11, `point` 4, `twice` 1"


def test_what_is_in_a_function_of_python_is_its_own(tree: pathlib.Path) -> None:
    said = shape(tree, {"python/opamplan/a.py": MODULE})
    assert said["Python: functions"] == "2"
    assert said["Python: the longest functions"] == "`outer` 5, `twice` 2"


def test_code_is_repeated_whatever_its_names_and_values(tree: pathlib.Path) -> None:
    assert shape(tree, {"python/opamplan/a.py": MODULE})[REPEATED] == "0.0%"
    said = shape(tree, {"python/opamplan/a.py": ALIKE})
    assert float(said[REPEATED].rstrip("%")) > 90
    # In one function alone it is a list, and no repetition.
    said = shape(tree, {"python/opamplan/a.py": ALIKE.partition("\n\n\n")[0] + "\n"})
    assert said[REPEATED] == "0.0%"


REPEATED = "Python: code in repeated runs of 40 tokens"


def test_tests_and_what_a_script_writes_are_left_out(tree: pathlib.Path) -> None:
    said = shape(
        tree,
        {
            "tests/plan/a_test.cpp": HEADER,
            "scripts/a.py": MODULE,
            "include/opamplan/opamplan.hpp": HEADER,
            "python/opamplan/_core/plan.pyi": MODULE,
        },
    )
    assert {said["C++: files"], said["bindings: files"], said["Python: files"]} == {"0"}


def test_a_revision_that_is_none_is_said(tree: pathlib.Path) -> None:
    shape(tree, {"a": ""})
    command = [sys.executable, str(SCRIPT), "--root", str(tree), "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
