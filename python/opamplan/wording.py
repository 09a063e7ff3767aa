"""How messages are worded: numbers with their nouns, long lists, what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opamplan._core import _close_names

MOST_LISTED = 12
ANY_COMPILER = "any compiler"
"""What is said where no version of OCaml was asked for, whichever a plan happens to have."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 step", "2,304 steps"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def depexts_name(depexts: Iterable[str]) -> str:
    """What files of measurements call system packages: "depexts: libgmp-dev pkg-config"."""
    return "depexts: " + " ".join(depexts)


def without_compiler(asked: str) -> str:
    """What was asked for, see `Combination.asked`, but for `any compiler` at its beginning."""
    words = asked.split(", ")
    return ", ".join(words[words[0] == ANY_COMPILER :])


def duration(seconds: float) -> str:
    """A time that something takes: "12 s", "3 min 20 s", "1 h 05 min"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def size(number: int) -> str:
    """Bytes in few digits: "812 bytes", "31 kB", "2.5 MB", "1,204 MB", "12.3 GB"."""
    if number < 1_000:
        return counted(number, "byte")
    if number < 999_500:
        return f"{number / 1e3:.0f} kB"
    if number < 9_999_500_000:
        return f"{number / 1e6:.1f} MB" if number < 99_950_000 else f"{number / 1e6:,.0f} MB"
    return f"{number / 1e9:.1f} GB" if number < 99_950_000_000 else f"{number / 1e9:,.0f} GB"


def listed(names: Sequence[str]) -> str:
    """Names, or the first of many and how many there are."""
    more = f" ... {len(names)} in all" if len(names) > MOST_LISTED else ""
    return " ".join(names[:MOST_LISTED]) + more


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` if a known word is near, as the core means it, else nothing."""
    found = _close_names(sorted(known), word)
    return f"; did you mean {found[0]}?" if found else ""


def briefly(value: object, most: int = 60) -> str:
    """The start of what Python shows of a value: of a long list its first items are shown alone."""
    if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) > MOST_LISTED:
        return f"a {type(value).__name__} of {len(value):,}"
    shown = repr(value)
    return shown if len(shown) <= most else shown[:most] + "..."
