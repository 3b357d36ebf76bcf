"""sbatch's options as they stand in a command line or a script, found as getopt finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .options import LETTERS, OPTIONS, REFUSED, Takes

_ALIASES: Final = {"cluster": "clusters", "tasks-per-node": "ntasks-per-node"}
LONG: Final[Mapping[str, Takes]] = {
    **OPTIONS,
    **dict.fromkeys(REFUSED, Takes.NOTHING),
    **dict.fromkeys(("clusters", "gid", "uid", "wrap"), Takes.VALUE),
}
"""Every long option, also those that a request may not set, and what it takes."""


def options(
    word: str, rest: Iterator[str], known: Mapping[str, Takes] = LONG
) -> Iterator[tuple[str, str | None]]:
    """Yield the options in a word, as long names or as letters, with their values.

    A value may be the next of the ``rest``, and is None where there is none.
    """
    if word.startswith("--"):
        yield _long(word.removeprefix("--"), rest, known)
    elif word.startswith("-"):
        yield from _short(word.removeprefix("-"), rest)


def _long(text: str, rest: Iterator[str], known: Mapping[str, Takes]) -> tuple[str, str | None]:
    start, equals, given = text.partition("=")
    name = _whole_name(start, known)
    if equals:
        return name, given
    return name, next(rest, None) if known.get(name) is Takes.VALUE else None


def _whole_name(start: str, known: Mapping[str, Takes]) -> str:
    """Return the option that begins so: sbatch takes any start that fits no other of its own."""
    if start in known or start in _ALIASES:
        return _ALIASES.get(start, start)
    names = [name for name in LONG if name.startswith(start)]
    return names[0] if len(names) == 1 else start


def _short(letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the options of letters behind one dash; the last of them may have a value."""
    for at, letter in enumerate(letters, 1):
        takes = LONG[LETTERS[letter]] if letter in LETTERS else Takes.NOTHING
        if takes is Takes.NOTHING:
            yield letter, None
            continue
        yield letter, letters[at:] or (next(rest, None) if takes is Takes.VALUE else None)
        return
