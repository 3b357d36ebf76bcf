"""Tab in the line of a magic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .. import states
from .known import Known
from .line_words import STATES, Words

_LINE: Final = re.compile(r"\s*(?:[^%=]*=\s*)?(%{0,2}\w+)\s+(.*)", re.DOTALL)
_PLAIN: Final = re.compile(r"[\w.+-]+")
"""What stands in a line as it is, and is one word to IPython's completion."""


def completions(lines: Mapping[str, Words], known: Known, text: str) -> list[str]:
    """Return what may stand where a text ends, whatever of it has been typed.

    ``lines`` are the words that each magic takes, as ``%squeue``. Where files may stand
    there are none, so that IPython names these.
    """
    found = _LINE.fullmatch(text)
    if found is None:
        return []
    words = lines.get(found[1]) or lines.get(f"%{found[1]}")
    before = found[2].split()
    current = "" if found[2].endswith((" ", "\t")) or not before else before.pop()
    return _completions(words, known, before, current) if words else []


def _completions(words: Words, known: Known, before: list[str], current: str) -> list[str]:
    if before and before[0] in words.first:
        return _completions(words.first[before[0]], known, before[1:], current)
    option, equals, _ = current.partition("=")
    if not equals:
        option = before[-1] if before else ""
    if option in words.valued:
        return _of_kind(words.valued[option], known)
    if current.startswith("-"):
        return sorted([*words.flags, *words.valued])
    first = [] if before else list(words.first)
    return first + _of_kind(words.others, known)


def _of_kind(kind: str, known: Known) -> list[str]:
    if kind == STATES:
        return list(states.CODES)
    return [word for word in dict.fromkeys(known.words(kind)) if _PLAIN.fullmatch(word)]
