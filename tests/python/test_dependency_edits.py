"""File.set_constraint, add_dependency, remove_dependency: every byte that is not meant stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import opamplan

HEAD = 'opam-version: "2.0" # kept\n'
TAIL = "\n# end\n"


def file_with(depends: str) -> opamplan.File:
    return opamplan.parse(HEAD + depends + TAIL)


def depends_of(file: opamplan.File) -> str:
    assert file.text.startswith(HEAD) and file.text.endswith(TAIL)
    return file.text[len(HEAD) : -len(TAIL)]


@pytest.mark.parametrize(
    ("before", "constraint", "after"),
    [
        ('depends: ["lib"]', ">= 2", 'depends: ["lib" {>= "2"}]'),
        ('depends: ["lib" {< "9"}]', '>= "2"', 'depends: ["lib" {>= "2"}]'),
        ('depends: ["lib" {>= "1" & < "3"}]', ">= 2 & < 4~", 'depends: ["lib" {>= "2" & < "4~"}]'),
        ('depends: ["lib" {>= "1"}]', "", 'depends: ["lib"]'),
        ('depends: ["lib" {}]', ">= 2", 'depends: ["lib" {>= "2"}]'),
        ('depends: ["lib" {with-test}]', ">= 2", 'depends: ["lib" {with-test & >= "2"}]'),
        ('depends: ["lib" {>= "1" & build}]', ">= 2", 'depends: ["lib" {>= "2" & build}]'),
        ('depends: ["lib" {>= "1" & build}]', "", 'depends: ["lib" {build}]'),
        (
            'depends: ["lib" {>= "1" & build & < "3"}]',
            "= 2 | = 5",
            'depends: ["lib" {build & (= "2" | = "5")}]',
        ),
        ('depends: ["lib" {= version}]', "= 2", 'depends: ["lib" {= "2"}]'),
        (
            'depends: [\n  "a"  # é\n  "lib" {>= "1"} # why\n  ("b" | "lib" {< "0"})\n]',
            "!= 2",
            'depends: [\n  "a"  # é\n  "lib" {!= "2"} # why\n  ("b" | "lib" {!= "2"})\n]',
        ),
        ('depends: "lib"', "> 0", 'depends: "lib" {> "0"}'),
        # A choice of conditions holds as a whole.
        (
            'depends: ["lib" {os = "linux" | build}]',
            ">= 2",
            'depends: ["lib" {(os = "linux" | build) & >= "2"}]',
        ),
        ('depends: ["lib" {build | with-test}]', "", 'depends: ["lib" {build | with-test}]'),
        # `version` is a variable.
        ('depends: ["lib"]', "= version", 'depends: ["lib" {= version}]'),
        # Comments stay where they are.
        (
            'depends: [\n  "lib" {>= "1" # low\n   & < "2" # high\n  }\n]',
            ">= 3",
            'depends: [\n  "lib" {>= "3" # low\n     # high\n  }\n]',
        ),
        ('depends: ["lib" (* why *) {>= "1"}]', ">= 3", 'depends: ["lib" (* why *) {>= "3"}]'),
        ('depends: ["lib" (* why *) {>= "1"}]', "", 'depends: ["lib" (* why *)]'),
    ],
)
def test_a_constraint_is_set_where_it_stands(before: str, constraint: str, after: str) -> None:
    assert depends_of(file_with(before).set_constraint("lib", constraint)) == after


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("lib >= 2", "not about versions alone"),
        (">= ", "is no constraint"),
        ('>= "2"} {', "is no constraint"),
        ("with-test", "not about versions alone"),
        (">= 2 | build", "not about versions alone"),
    ],
)
def test_what_is_no_constraint_is_refused(constraint: str, wrong: str) -> None:
    with pytest.raises(opamplan.InvalidRequest, match=wrong):
        file_with('depends: ["lib"]').set_constraint("lib", constraint)


def test_what_cannot_be_told_apart_is_left_to_people() -> None:
    file = opamplan.parse('depends: [\n  "lib" {>= "1" | with-test}\n]\n', path="lib.opam")
    with pytest.raises(opamplan.InvalidRequest, match=r"lib\.opam:2:3: .*edit it by hand"):
        file.set_constraint("lib", ">= 2")


def test_a_dependency_that_is_not_there_is_not_constrained() -> None:
    with pytest.raises(opamplan.InvalidRequest, match="depends does not name lib: add_dependency"):
        file_with('depends: ["lib-unix"]').set_constraint("lib", ">= 2")
    file = file_with('depopts: ["lib"]').set_constraint("lib", ">= 2", field="depopts")
    assert depends_of(file) == 'depopts: ["lib" {>= "2"}]'


@pytest.mark.parametrize(
    ("before", "constraint", "after"),
    [
        ('depends: ["a"]', "", 'depends: ["a" "lib"]'),
        ('depends: [\n  "a" # é\n]', ">= 2", 'depends: [\n  "a" # é\n  "lib" {>= "2"}\n]'),
        ('depends: "a"', "with-test & >= 2", 'depends: ["a" "lib" {with-test & >= "2"}]'),
        ("build: []", "= 1", 'build: []\ndepends: ["lib" {= "1"}]'),
    ],
)
def test_a_dependency_is_added_behind_the_others(before: str, constraint: str, after: str) -> None:
    assert depends_of(file_with(before).add_dependency("lib", constraint)) == after


@pytest.mark.parametrize("name", ["", "a b", "fmt.1", '"fmt"', "a\nb", "1", "-"])
def test_what_is_no_name_is_refused(name: str) -> None:
    for edit in (file_with("").add_dependency, file_with("").remove_dependency):
        with pytest.raises(opamplan.InvalidRequest, match="no name of a package"):
            edit(name)


def test_what_has_no_dependencies_is_refused() -> None:
    file = file_with('depends: ["lib"]')
    for field in ("synopsis", "url.src", "nope"):
        with pytest.raises(opamplan.InvalidRequest, match=f"'{field}' names no packages: depends"):
            file.add_dependency("fmt", field=field)
    for arguments in ((None,), ("lib", None), ("lib", "", 3)):
        with pytest.raises(TypeError, match="expected a str, such as"):
            file.set_constraint(*arguments, *("",) * (len(arguments) == 1))  # type: ignore[arg-type]


def test_a_dependency_is_not_added_twice() -> None:
    with pytest.raises(opamplan.InvalidRequest, match="names lib already: set_constraint"):
        file_with('depends: ["a" | "lib" {build}]').add_dependency("lib")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('depends: ["a" "lib" {>= "1"} "b"]', 'depends: ["a" "b"]'),
        ('depends: ["a" "lib"]', 'depends: ["a"]'),
        ('depends: ["lib" "a"]', 'depends: ["a"]'),
        ('depends: ["lib"]', "depends: []"),
        ('version: "1"\ndepends: "lib"\nbuild: []', 'version: "1"\nbuild: []'),
        (
            'depends: [\n  "a" # first\n  "lib" {build} # goes too\n  "b"\n]',
            'depends: [\n  "a" # first\n  "b"\n]',
        ),
        ('depends: [\n  "a"\n  "b" "lib"\n]', 'depends: [\n  "a"\n  "b"\n]'),
        ('depends: [("lib" | "a") "b"]', 'depends: [("a") "b"]'),
        ('depends: ["a" | "lib" {> "1"} | "b"]', 'depends: ["a" | "b"]'),
        ('depends: [("lib") "b"]', 'depends: ["b"]'),
        ('depends: ["lib" {>= "1"} "a" "lib" {< "2"}]', 'depends: ["a"]'),
        (
            'depends: [\n  "a" # first\n  | "lib" # goes\n  | "b" # last\n]',
            'depends: [\n  "a" # first\n  | "b" # last\n]',
        ),
        (
            'depends: [\n  "lib" | # goes?\n  "b" # last\n]',
            'depends: [\n  "b" # last\n]',
        ),
        (
            'depends: [\n  "a" |  # first\n  "lib"  # goes\n]',
            'depends: [\n  "a"   # first\n]',
        ),
    ],
)
def test_a_dependency_is_removed_with_its_line(before: str, after: str) -> None:
    assert depends_of(file_with(before).remove_dependency("lib")) == after


def test_a_dependency_that_is_not_there_is_not_removed() -> None:
    with pytest.raises(opamplan.InvalidRequest, match="depends does not name lib"):
        file_with('depends: ["a"]').remove_dependency("lib")


names = st.sampled_from(["a", "b", "lib", "lib-unix"])
atoms = st.builds(
    lambda name, options: f'"{name}"' + (f" {{{options}}}" if options else ""),
    names,
    st.sampled_from(["", '>= "1"', "build", 'with-test & < "3"', '= "1" | = "2"']),
)
formulas = st.recursive(
    atoms,
    lambda inner: st.builds(
        lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from("&|"), inner
    ),
    max_leaves=5,
)


@given(st.lists(formulas, min_size=1, max_size=4), st.sampled_from([" ", "\n  ", " # c\n  "]))
def test_what_is_removed_is_gone_and_all_else_is_there(elements: list[str], between: str) -> None:
    text = f"depends: [{between}{between.join(elements)}{between}]\n"
    file = opamplan.parse(HEAD + text)
    others = [name for name in ("a", "b", "lib-unix") if f'"{name}"' in text]
    if '"lib"' not in text:
        return
    after = file.remove_dependency("lib").text
    assert '"lib"' not in after
    assert all(after.count(f'"{name}"') == text.count(f'"{name}"') for name in others)
    bounded = file.set_constraint("lib", ">= 7")
    assert bounded.text.count('>= "7"') == text.count('"lib"')
    assert bounded.remove_dependency("lib").text == after
