"""Plain aligned tables that fit the terminal, and are never cut where there is none."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .text import cut, harmless, width

_GAP: Final = "  "
_NARROWEST: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and what it shows of a row.

    One that ``shrinks`` is cut where the terminal is too narrow. One of states has the
    ``state``, which is shown where there is room for the whole word.
    """

    title: str
    value: Callable[[Any], str | None]
    shrinks: bool = False
    to_the_right: bool = False
    state: Callable[[Any], str] | None = None


def terminal_width() -> int | None:
    """Return the columns of the terminal that is printed to, None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(columns: Sequence[Column], rows: Iterable[Any], room: int | None) -> str:
    """Return a table with its head; ``room`` are the columns it may take, None for any."""
    lines = [[column.title for column in columns]]
    lines += [[harmless(column.value(row) or "") for column in columns] for row in rows]
    widths = [max(width(line[at]) for line in lines) for at in range(len(columns))]
    if room is not None:
        widths = _fitted(columns, widths, room)
    return "\n".join(_line(columns, widths, line) for line in lines)


def moment(at: datetime | None) -> str | None:
    """Write a time as the clock here shows it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}" if at else None


def _fitted(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    """Take from the widest that shrinks, until the table fits or nothing is left to take."""
    widths = list(widths)
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while over > 0:
        able = [at for at, one in enumerate(columns) if one.shrinks and widths[at] > _NARROWEST]
        if not able:
            break
        widths[max(able, key=lambda at: widths[at])] -= 1
        over -= 1
    return widths


def _line(columns: Sequence[Column], widths: Sequence[int], line: Sequence[str]) -> str:
    cells = []
    for column, columns_wide, text in zip(columns, widths, line, strict=True):
        fitted = cut(text, columns_wide) if column.shrinks else text
        blank = " " * (columns_wide - width(fitted))
        cells.append(blank + fitted if column.to_the_right else fitted + blank)
    return _GAP.join(cells).rstrip()
