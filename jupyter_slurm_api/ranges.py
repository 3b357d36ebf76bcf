"""Which part of an output is asked for: RFC 9110's ``Range``, and lines from the end."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# Positions have up to 18 digits: an exabyte.
_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Span(NamedTuple):
    """Bytes from ``first`` up to, and without, ``end``."""

    first: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes these are."""
        return self.end - self.first


def parse_range(header: str | None, whole: Span) -> Span | None:
    """Return what a ``Range`` header asks for of the bytes that can be had.

    None where there is no such header or none that counts: of other units, of
    several ranges, or ill-formed, as RFC 9110 has it. The span is empty where no
    byte of it can be had, which is answered by 416.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found[0].endswith("=-"):
        return None
    first, last = found[1], found[2]
    if not first:
        return clipped(Span(whole.end - int(last), whole.end), whole)
    if last and int(last) < int(first):
        return None
    return clipped(Span(int(first), int(last) + 1 if last else whole.end), whole)


def clipped(span: Span, whole: Span) -> Span:
    """Return as much of a span as can be had."""
    first = min(max(span.first, whole.first), whole.end)
    return Span(first, max(first, min(span.end, whole.end)))


def last_lines(data: bytes, count: int) -> int | None:
    """Return where the last lines begin; None where all of the data may be one too few.

    Lines end with a newline; a carriage return belongs to its line. An unfinished
    last line counts.
    """
    at = len(data) - data.endswith(b"\n")
    for _ in range(count):
        at = data.rfind(b"\n", 0, at)
        if at < 0:
            return None
    return at + 1
