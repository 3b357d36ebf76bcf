"""Slurm's words for numbers, times, sizes and nothing at all, made into values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Final

_NOTHING: Final = frozenset(
    {
        "",
        "(null)",
        "None assigned",
        "N/A",
        "n/a",
        "NONE",
        "None",
        "none",
        "NOT_SET",
        "INVALID",
        "Unknown",
        "UNKNOWN",
    }
)
_TIME_LIMIT_WORDS: Final = frozenset({"UNLIMITED", "Partition_Limit"})
# No number of Slurm has more than 64 bits; Python refuses to read thousands of digits.
_DIGITS: Final = 20
_DURATION: Final = re.compile(
    r"(?:([0-9]{1,9})-)?(?:([0-9]{1,9}):)?([0-9]{1,9}):([0-9]{1,9})(\.[0-9]{1,9})?"
)
_SIZE: Final = re.compile(r"([0-9.]+)([KMGTP]?)[nc]?", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_TASK: Final = re.compile(r"[0-9]*_[0-9]{1,7}")  # no array has a task of more digits
_SCALE: Final = {"": 2, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}  # a bare number is in MiB


def text(word: str) -> str | None:
    """Return a word, or None for any of Slurm's ways to say nothing."""
    return None if word in _NOTHING else word


def number(word: str) -> int | None:
    """Return a whole number; None for anything else."""
    return int(word) if len(word) <= _DIGITS and word.isascii() and word.isdigit() else None


def time(word: str) -> datetime | None:
    """Return an aware UTC time from epoch seconds; None where there is none yet."""
    seconds = number(word)
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None


def duration(word: str) -> str:
    """Write a duration as ``[D-]HH:MM:SS``, zero-padded; other words as they are."""
    found = _DURATION.fullmatch(word)
    if not found:
        return word
    days, hours, minutes, whole = (int(part or 0) for part in found.groups()[:4])
    more, hours = divmod(hours + minutes // 60, 24) if minutes > 59 else (0, hours)  # noqa: PLR2004
    days += more
    clock = f"{hours:02}:{minutes % 60:02}:{whole:02}"
    return f"{days}-{clock}" if days else clock


def time_limit(word: str) -> str | None:
    """Return a time limit as ``[D-]HH:MM:SS`` or UNLIMITED; None where Slurm has not said."""
    return word if word in _TIME_LIMIT_WORDS else text(duration(word))


def memory(word: str) -> int | None:
    """Return a memory size in bytes from ``2G``, ``500M`` or ``4000`` (MiB)."""
    found = _SIZE.fullmatch(word)
    if not found:
        return None
    try:
        return int(float(found[1]) * 1024 ** _SCALE[found[2].upper()])
    except (ValueError, OverflowError):
        return None


def size(word: str) -> int | None:
    """Return a measured size in bytes from ``3128K`` or ``1.5G``; a bare number is of bytes."""
    return number(word) if word.isdigit() else memory(word)


def tres(word: str) -> dict[str, str]:
    """Return a list of trackable resources, such as ``cpu=1,mem=2G,gres/gpu=1``, as a mapping."""
    pairs = (item.partition("=") for item in word.split(",") if "=" in item)
    return {name: value for name, _, value in pairs}


def gres(resources: Mapping[str, str]) -> str | None:
    """Return the generic resources in a list of trackable ones, such as ``gres/gpu=1``."""
    wanted = [f"{name}={count}" for name, count in resources.items() if name.startswith("gres/")]
    return ",".join(wanted) or None


def gpus(word: str) -> dict[str, int]:
    """Return how many GPUs of each type there are in ``gpu:a100:4(S:0-1),gpu:2,nic:1``.

    One of which no type is said is a ``gpu``; where there is no number it is one.
    """
    found: dict[str, int] = {}
    for item in _IN_BRACKETS.sub("", word).split(","):
        name, *more = item.split(":")
        if name == "gpu":
            count = number(more[-1]) if more else None
            kinds = more if count is None else more[:-1]
            kind = kinds[0] if kinds else "gpu"
            found[kind] = found.get(kind, 0) + (1 if count is None else count)
    return found


def exit_status(word: str) -> tuple[int | None, int | None]:
    """Return exit code and signal from sacct's ``3:0`` or from squeue's raw wait status."""
    code, colon, signal = word.partition(":")
    if colon:
        return number(code), number(signal) or None
    status = number(word)
    if status is None:
        return None, None
    signal_number = status & 0x7F
    return (0, signal_number) if signal_number else (status >> 8 & 0xFF, None)


def state(word: str) -> str:
    """Return a state without what sacct adds: ``CANCELLED by 1000``, ``CANCELLED+``."""
    return word.split(" ", 1)[0].rstrip("+")


def cancelled_by(word: str) -> str | None:
    """Return the user id in ``CANCELLED by 1000``."""
    who = word.partition(" by ")[2]
    return who if number(who) is not None else None


def seconds(word: str) -> float | None:
    """Return a duration such as ``1-02:03:04`` or ``00:01.250`` in seconds, if it is one."""
    found = _DURATION.fullmatch(word)
    if not found:
        return None
    days, hours, minutes, whole = (int(part or 0) for part in found.groups()[:4])
    return ((days * 24 + hours) * 60 + minutes) * 60 + whole + float(f"0{found[5] or ''}")


def id_of(row_id: str) -> str:
    """Return what a row is of: ``12_3`` for a task, 12 for ``12_[3-9%2]`` and for ``12+1``."""
    if row_id.isdigit():
        return row_id
    return row_id if _TASK.fullmatch(row_id) else job_of(row_id)


def job_of(row_id: str) -> str:
    """Return the id of the job that a row belongs to: ``12`` of ``12_[3-9%2]`` or ``12+1``."""
    if row_id.isdigit():
        return row_id
    return row_id.split("_", 1)[0].split("+", 1)[0]
