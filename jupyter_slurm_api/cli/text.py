"""Text of others made fit for a terminal: names and reasons may hold anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_ELLIPSIS: Final = "…"
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;:]*m)")
_BEGUN: Final = re.compile(r"\x1b(\[[0-9;:]{0,64})?\Z")


def harmless(text: str) -> str:
    """Write out what a terminal would obey: control characters, and what turns text around."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _written(one) for one in text)


def harmless_lines(text: str) -> str:
    """Make a job's output harmless, with its lines, tabs, carriage returns and colours."""
    parts = _COLOUR.split(text)
    return "".join(
        part if at % 2 else "".join(_kept(one) for one in part) for at, part in enumerate(parts)
    )


def harmless_pieces(pieces: Iterable[str]) -> Iterator[str]:
    """Make an output harmless that comes in pieces, wherever these are cut."""
    rest = ""
    for piece in pieces:
        text = rest + piece
        begun = _BEGUN.search(text)
        rest = text[begun.start() :] if begun else ""
        yield harmless_lines(text.removesuffix(rest))
    yield harmless_lines(rest)


def width(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(one) for one in text)


def cut(text: str, columns: int) -> str:
    """Return as much of a text as fits, with a mark where something is missing."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for one in text:
        used += _columns(one)
        if used > columns - 1:
            break
        kept += one
    return kept + _ELLIPSIS


def _columns(one: str) -> int:
    if unicodedata.combining(one):
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


def _kept(one: str) -> str:
    return one if one in "\n\t\r\b" or one.isprintable() else _written(one)


def _written(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
