"""What went wrong, read from the log of a failure: its error, whose it is, and a fingerprint.

The error is what a person looks for: the first line of the strongest kind (a compiler's error
before make's, which only says that something failed). Logs with the same error have the same
fingerprint, whatever numbers, paths, hashes and temporary names stand in them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from opamplan.runs.statuses import DOWNLOAD_FAILED

PACKAGE = "package"
SOURCE = "source"
SYSTEM = "system packages"
NETWORK = "network"
DISK = "disk"
KILLED = "killed"
KINDS = {
    PACKAGE: "its own build, install or time limit",
    SOURCE: "its archive is gone, or not what its checksum says",
    SYSTEM: "a system package cannot be installed",
    NETWORK: "something could not be fetched",
    DISK: "no room was left",
    KILLED: "killed, or memory was short",
}
"""Whose an error is."""
INFRASTRUCTURE = (NETWORK, DISK, KILLED)
"""What says nothing of a package: another run may well succeed."""
MOST_CHARACTERS = 300
"""Of an error that is told."""
MOST_OF_A_LINE = 2_000
"""Characters in which an error is looked for."""


@dataclass(frozen=True)
class LogError:
    """The error of a log."""

    kind: str
    """One of `KINDS`."""
    text: str
    """As it stands in the log, one line."""
    fingerprint: str
    """Twelve digits: those of errors that differ in numbers, paths and names of files only."""

    @property
    def is_infrastructure(self) -> bool:
        """Whether it says nothing of the package."""
        return self.kind in INFRASTRUCTURE


def error_of(log: str, status: str = "failure", package: str = "") -> LogError:
    """The error of a failed layer. `package`: NAME.VERSION, which is no part of a fingerprint."""
    lines = _told(log)
    text = _first_error(lines) or _silent(log, lines) or _last_said(lines)
    kind = _kind_of(text, lines, status)
    plain = _without_names(text, package)
    fingerprint = hashlib.sha256(f"{kind}\n{plain}".encode()).hexdigest()[:12]
    return LogError(kind, text or "nothing was said", fingerprint)


# What opam and the step say around the words of a build.
_OUTPUT = "### output ###"
_AROUND = re.compile(
    r"\s*$|<><>|\+- |\| - |The following |=== |Now run |Processing |\s*- (?:install|No changes)"
    r"|-> |Done\.|# To update|# Run eval|#=== ERROR|# (?:context|path|command|exit-code|env-file"
    r"|output-file)  |\[default\] |opamplan: a download failed; again|\[WARNING\]"
)
_PREFIX = re.compile(r"# ?")


def _told(log: str) -> list[str]:
    """The lines of a log in which an error may stand: those of builds, if opam shows any."""
    lines = [line[:MOST_OF_A_LINE] for line in log.splitlines()]
    starts = [n for n, line in enumerate(lines) if line == _OUTPUT]
    if starts:
        found = []
        for start in starts:
            for line in lines[start + 1 :]:
                if not line.startswith("#"):
                    break
                found.append(_PREFIX.sub("", line, count=1))
        # The step speaks after opam does.
        return found + [line for line in lines if line.startswith(("stopped: ", "opamplan: "))]
    return [line for line in lines if not _AROUND.match(line)]


# The strongest first. A group is the error itself, without its place; without one, the line is.
# Nothing is tried from each place of a line on: packages may print lines that would take for ever.
_STRENGTHS: Sequence[re.Pattern[str]] = tuple(
    re.compile(pattern)
    for pattern in (
        # Of the step and the machine, which no compiler says.
        r"^stopped: it took longer than |^opamplan: ((?!system packages).*)|^no complete result:",
        r"No space left on device|Disk quota exceeded|Cannot allocate memory|Out of memory",
        r"^\[ERROR\] (?:Failed to get|Could not (?:get|retrieve)|Bad checksum)|Fetch_fail\(",
        # apt, apk, dnf, zypper, pacman.
        r"^E: (.*)|^ERROR: unable to select packages|^[Ee]rror: (?:target|package) .*not found"
        r"|^No match for argument",
        # Compilers, linkers, dune, findlib.
        r"^\s*(?:[^\s:]+:\d+:(?:\d+:)? )?((?:fatal )?error: .*)|^Error(?: \([^)]*\))?: "
        r"|^Fatal error: |(undefined reference to .*|cannot find -l.*|ocamlfind: .*)"
        r"|(configure: error: .*)",
        # Shells and make, when something is not there.
        r"((?<!\S)\S+: (?:\d+: )?(?:command not found|not found|No such file or directory).*)"
        r"|^make(?:\[\d+\])?: (\*\*\* No rule .*)",
        r"^(?:Uncaught |Unhandled )?[Ee]xception|^Traceback|^[Aa]ssertion.*fail"
        r"|[Ss]egmentation fault|^Killed\b",
        r"\b(?:[Ee]rror|ERROR|[Ff]ailed|FAIL(?:ED)?|[Cc]annot|[Uu]nbound|[Mm]issing)\b",
    )
)
# They only say that something went wrong, somewhere above.
_ECHO = re.compile(
    r"make(?:\[\d+\])?: \*\*\* .*(?:Error \d+|Terminated)|.*exited with (?:code )?\d+"
    r"|Command exited with|\[ERROR\] The (?:compilation|installation|removal)"
    r"|\[ERROR\] The sources of|.*\bError 0\b|-+ ?error|.*warnings? treated as errors?$"
)
_CONTINUED = re.compile(r"^\s{4,}\S")


_ENDED = re.compile(r"^# command +(.+)\n(?:# .*\n){0,9}?# exit-code +(\d+)$", re.M)


def _first_error(lines: list[str]) -> str:
    for pattern in _STRENGTHS:
        for number, line in enumerate(lines):
            found = pattern.search(line)
            if found and not _ECHO.match(line):
                text = next((group for group in found.groups() if group), line)
                return _joined(text, lines[number + 1 : number + 4])
    return ""


def _silent(log: str, lines: list[str]) -> str:
    """Of a command that failed without a word: which, and its exit status."""
    ended = _ENDED.search(log)
    has_output = _OUTPUT in log.splitlines() and any(line.strip() for line in lines)
    if has_output or ended is None:
        return ""
    command, status = ended.groups()
    return _joined(f"{command} ended with status {status} and printed nothing", [])


def _last_said(lines: list[str]) -> str:
    said = [line for line in lines if line.strip()]
    last = next((line for line in reversed(said) if not _ECHO.match(line)), "")
    return _joined(last or (said[-1] if said else ""), [])


def _joined(text: str, rest: list[str]) -> str:
    """An error with the lines that go on with it, as one line."""
    parts = [text.strip()]
    for line in rest:
        if not _CONTINUED.match(line) or set(line.strip()) <= set("^~ "):
            break
        parts.append(line.strip())
    return " ".join(" ".join(parts).split())[:MOST_CHARACTERS]


_NETWORK_SAYS = re.compile(
    r"could not resolve|name resolution|connection (?:timed out|refused|reset)|timed? ?out"
    r"|network (?:error|is unreachable)|TLS|SSL|curl error|failed to fetch|unable to fetch"
    r"|failed to download|download .*failed|failed retrieving|temporary (?:failure|error)",
    re.I,
)
_SOURCE_SAYS = re.compile(r"bad checksum|(?:code|error:?) (?:404|410)\b|404 not found", re.I)
_DISK_SAYS = re.compile(r"no space left on device|disk quota exceeded|file system is full", re.I)
_KILLED_SAYS = re.compile(
    r"its step was killed|(?:cannot allocate|out of) memory|memory exhausted|^Killed\b"
    r"|terminated by signal 9|virtual memory",
    re.I,
)
_SYSTEM_SAYS = "opamplan: system packages could not be installed"


def _kind_of(text: str, lines: list[str], status: str) -> str:
    """Whose an error is, by itself; the rest of the log is anybody's."""
    if _DISK_SAYS.search(text):
        return DISK
    if _KILLED_SAYS.search(text):
        return KILLED
    if status == DOWNLOAD_FAILED:
        return SOURCE if any(_SOURCE_SAYS.search(line) for line in lines) else NETWORK
    if _SYSTEM_SAYS in lines:
        return NETWORK if _NETWORK_SAYS.search(text) else SYSTEM
    return PACKAGE


_REPLACED = (
    (re.compile(r"\b[a-z][a-z+.-]*://([^/\s\"')]+)[^\s\"')]*"), r"URL of \1"),
    (re.compile(r"\b(code|HTTP/[\d.]+|error:) (\d{3})\b"), r"\1 <\2>"),
    # The folder, not what lies in it: that says which file it was.
    (re.compile(r"(?:[\w.+~@%-]*/)+(?=[\w.+~@%-])"), ""),
    (re.compile(r"\b(?:build|tmp|camlppx|ocaml|dune|cc)[_.-]?[0-9a-fA-F]{5,}\w*"), "TEMPORARY"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b", re.I), "HASH"),
    (re.compile(r"(?<![\w<])v?\d+(?:[.:+~-]\d+)*(?![\w>])"), "N"),
)


def _without_names(text: str, package: str) -> str:
    """An error as all have it that have it."""
    if package:
        text = text.replace(package, "PACKAGE")
    for pattern, word in _REPLACED:
        text = pattern.sub(word, text)
    return " ".join(text.split())
