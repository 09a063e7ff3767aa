"""The error of a log: which line it is, whose it is, and which logs have the same."""

from __future__ import annotations

import time

import pytest

from opamplan.runs import error_of

# As opam 2.3 tells of a failure.
OPAM = """\

<><> Processing actions <><><><><><><><><><><><><><><><><><><><><><><><><><><><>
-> retrieved {package}  (https://example.org/{package}.tbz)
[ERROR] The compilation of {package} failed at "make".

#=== ERROR while compiling {package} ==========================================#
# context              2.3.0 | linux/x86_64 |  | file:///opamplan/repository
# path                 /opamplan/opam/default/.opam-switch/build/{package}
# command              /usr/bin/make
# exit-code            2
# env-file             /opamplan/opam/log/a-32-{digits}.env
# output-file          /opamplan/opam/log/a-32-{digits}.out
### output ###
{output}


<><> Error report <><><><><><><><><><><><><><><><><><><><><><><><><><><><><><><>
+- The following actions failed
| - build {package}
+-
- No changes have been performed
"""


def opam(output: str, package: str = "a.1", digits: str = "44bcfd") -> str:
    lines = "\n".join(f"# {line}" for line in output.split("\n"))
    return OPAM.format(package=package, digits=digits, output=lines)


@pytest.mark.parametrize(
    ("output", "error"),
    [
        (
            'File "src/a.ml", line 3, characters 4-9:\n3 | let x = Old.f\n            ^^^^^\n'
            'Error: Unbound module "Old"\nmake: *** [Makefile:3: all] Error 2',
            'Error: Unbound module "Old"',
        ),
        (
            "Error: This expression has type int\n       but was expected of type\n"
            "         string\nmake: *** [all] Error 2",
            "Error: This expression has type int but was expected of type string",
        ),
        (
            'File "x.ml", line 1, characters 0-3:\nError (warning 3 [deprecated]): module Stream\n',
            "Error (warning 3 [deprecated]): module Stream",
        ),
        ("a.c:3:10: fatal error: gmp.h: No such file", "fatal error: gmp.h: No such file"),
        ("a.o: in f:\na.c:(.text+0x5): undefined reference to `g'", "undefined reference to `g'"),
        (
            "/usr/bin/ld: cannot find -lz: No such file or directory\ncollect2: error: ld returned",
            "cannot find -lz: No such file or directory",
        ),
        ("/bin/sh: 1: autoconf: not found\nmake: *** [x] Error 127", "autoconf: not found"),
        (
            "make: autoconf: No such file or directory\nmake: *** [configure] Error 127",
            "autoconf: No such file or directory",
        ),
        (
            "make: *** No rule to make target 'doc/*', needed by 'a.install'.  Stop.",
            "*** No rule to make target 'doc/*', needed by 'a.install'. Stop.",
        ),
        ("ocamlfind: Package `zarith' not found", "ocamlfind: Package `zarith' not found"),
        ("checking\nconfigure: error: no C compiler", "configure: error: no C compiler"),
        ("ok\nFatal error: exception Not_found", "Fatal error: exception Not_found"),
        ("only\nwords", "words"),
        ("", "/usr/bin/make ended with status 2 and printed nothing"),
    ],
)
def test_the_error_is_the_line_that_a_person_looks_for(output: str, error: str) -> None:
    found = error_of(opam(output), package="a.1")
    assert (found.text, found.kind) == (error, "package")


def test_a_command_that_fails_without_a_word_is_named_with_its_status() -> None:
    log = OPAM.replace("### output ###\n{output}\n", "").replace(
        "<><> Processing", "=== install 1 package\n  - install a 1\n<><> Processing", 1
    )
    silent = [
        error_of(log.format(package=package, digits="1"), package=package)
        for package in ("a.1", "b.2")
    ]
    assert silent[0].text == "/usr/bin/make ended with status 2 and printed nothing"
    assert silent[0] == silent[1]
    assert error_of("=== install 1 package\n  - install a 1\n").text == "nothing was said"


@pytest.mark.parametrize(
    ("log", "status", "kind", "begin"),
    [
        ("stopped: it took longer than 60 s\n", "failure", "package", "stopped: it took longer"),
        (
            "E: Package 'libpcre3-dev' has no installation candidate\n"
            "opamplan: system packages could not be installed\n",
            "failure",
            "system packages",
            "Package 'libpcre3-dev' has no",
        ),
        (
            "[ERROR] Failed to get sources of a.1: curl error code 404\n",
            "download_failed",
            "source",
            "[ERROR] Failed to get sources",
        ),
        (
            "[ERROR] Failed to get sources of a.1: Bad checksum, expected md5=1\n",
            "download_failed",
            "source",
            "[ERROR] Failed",
        ),
        (
            "[ERROR] Failed to get sources of a.1: curl: (6) Could not resolve host: a.org\n",
            "download_failed",
            "network",
            "[ERROR] Failed",
        ),
        (opam("cp: x: No space left on device"), "failure", "disk", "cp: x: No space"),
        (opam("Fatal error: out of memory\nOut of memory"), "failure", "killed", "Out of memory"),
        (
            "opamplan: its step was killed (exit code: 137)\n",
            "failure",
            "killed",
            "its step was killed",
        ),
        ("no complete result: the step left none\n", "no_result", "package", "no complete result"),
    ],
)
def test_it_is_told_whose_an_error_is(log: str, status: str, kind: str, begin: str) -> None:
    found = error_of(log, status)
    assert (found.kind, found.text[: len(begin)]) == (kind, begin)
    assert found.is_infrastructure == (kind in ("network", "disk", "killed"))


def test_words_of_a_disk_that_are_not_the_error_are_a_package_s_own() -> None:
    log = opam("test: No spaces left\nError: Unbound module Disk")
    assert error_of(log).kind == "package"


SAME = [
    (
        ("a.1", "1", "Error: No rule found for _build/default/src/x.ml"),
        ("b.2.0", "2", "Error: No rule found for lib/x.ml"),
    ),
    (
        ("a.1", "1", "Error: In /tmp/build_ab12cd_dune/x, line 12: bad"),
        ("a.2", "2", "Error: In /tmp/build_99ff00_dune/x, line 7: bad"),
    ),
    (
        ("a.1", "1", "Fatal error: commit 0a1b2c3d4e5f is not there"),
        ("a.1", "2", "Fatal error: commit ffeeddcc0011 is not there"),
    ),
    (("a.1", "1", "Error: a.1 is not ready"), ("b.3", "1", "Error: b.3 is not ready")),
]
OTHER = [
    ("Error: Unbound module A", "Error: Unbound module B"),
    ("Error: Library x not found.", "Error: Library y not found."),
    ("Error: No rule found for a.ml", "Error: No rule found for b.ml"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_numbers_paths_hashes_and_temporary_names_make_no_other_error(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    prints = {
        error_of(opam(text, package, digits * 6), package=package).fingerprint
        for package, digits, text in (one, other)
    }
    assert len(prints) == 1


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_names_that_say_what_is_wrong_make_another_error(one: str, other: str) -> None:
    assert error_of(opam(one)).fingerprint != error_of(opam(other)).fingerprint


@pytest.mark.parametrize("piece", ["a:", "error", "/a", "1.", "# x: ", " \t", "(", "make: "])
def test_no_log_takes_long(piece: str) -> None:
    begin = time.process_time()
    error_of(piece * (200_000 // len(piece)))
    error_of(opam((piece * 100 + "\n") * (2_000 // len(piece))))
    assert time.process_time() - begin < 5
