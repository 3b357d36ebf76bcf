"""Sets of array task ids, written as sbatch's ``--array`` takes them: ``0-9,12,20-30:2``.

Source: https://slurm.schedmd.com/job_array.html.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final

LARGEST: Final = 4_000_001
"""Slurm's own limit of MaxArraySize; no larger id is believed."""

_RANGE: Final = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7})(?::([0-9]{1,7}))?)?")
_LIMIT: Final = re.compile(r"%([0-9]{1,9})\Z")


def expand(text: str) -> set[int]:
    """Return the ids in ``text``; a ``%4`` behind them is no part, nor is what cannot be read.

    There are no more of them than the largest array has, whatever the text says.
    """
    ids: set[int] = set()
    left = LARGEST
    for item in text.split(","):
        if found := _RANGE.fullmatch(item.partition("%")[0]):
            first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
            some = range(first, min(last, LARGEST) + 1, step or 1)[:left]
            ids.update(some)
            left -= len(some)
    return ids


def throttle(text: str) -> int | None:
    """Return how many tasks may run at once: the 4 of ``0-9%4``; None for any number."""
    found = _LIMIT.search(text)
    return int(found[1]) or None if found else None


def compress(ids: AbstractSet[int]) -> str:
    """Write ids as short as ranges do it."""
    numbers = sorted(ids)
    if stepped := _stepped(numbers):
        return stepped
    parts: list[str] = []
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        parts.append(str(numbers[at]) if end == at else f"{numbers[at]}-{numbers[end]}")
        at = end + 1
    return ",".join(parts)


def _stepped(numbers: list[int]) -> str | None:
    """Write ids that lie evenly apart, as ``0-98:2`` does."""
    if len(numbers) < 3:  # noqa: PLR2004 - two are shorter as they are
        return None
    step = numbers[1] - numbers[0]
    if step == 1 or numbers != list(range(numbers[0], numbers[-1] + 1, step)):
        return None
    return f"{numbers[0]}-{numbers[-1]}:{step}"


def holds(slurm_id: str, other: str) -> bool:
    """Tell whether a job, task or range of tasks is another, or has it among its parts."""
    whole, _, tasks = slurm_id.partition("_")
    other_whole, _, other_task = other.partition("_")
    if whole.partition("+")[0] != other_whole:
        return False
    return not (tasks and other_task) or int(other_task) in expand(tasks.strip("[]"))
