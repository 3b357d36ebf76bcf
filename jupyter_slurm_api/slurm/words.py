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
    r"(?:([0-9]{1,9})-)?(?:([0-9]{1,9}):)?([0-9]{1,9}):([0-9]{1,9})(?:\.[0-9]+)?"
)
_RANGE: Final = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9})(?::([0-9]{1,9}))?)?")
_SIZE: Final = re.compile(r"([0-9.]+)([KMGTP]?)[nc]?", re.IGNORECASE)
_SCALE: Final = {"": 2, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}  # a bare number is in MiB
_PATTERN: Final = re.compile(r"%([0-9]{0,9})([%AajJNnstux])")
_HEAD_OF_LIST: Final = re.compile(r"([^\[,]+)(?:\[(\d+))?")


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
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    more, hours = divmod(hours + minutes // 60, 24) if minutes > 59 else (0, hours)  # noqa: PLR2004
    days += more
    clock = f"{hours:02}:{minutes % 60:02}:{seconds:02}"
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


def tres(word: str) -> dict[str, str]:
    """Return a list of trackable resources, such as ``cpu=1,mem=2G,gres/gpu=1``, as a mapping."""
    pairs = (item.partition("=") for item in word.split(",") if "=" in item)
    return {name: value for name, _, value in pairs}


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


def tasks_of(row_id: str) -> int:
    """Return how many tasks a row stands for: 8 for ``12_[2-9%2]``, 1 for ``12_3``."""
    _, bracket, inside = row_id.partition("[")
    if not bracket:
        return 1
    ranges = inside.rstrip("]").split("%", 1)[0].split(",")
    return max(1, sum(_count(one) for one in ranges))


def _count(item: str) -> int:
    found = _RANGE.fullmatch(item)
    if not found:
        return 0
    first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
    return len(range(first, last + 1, step or 1))


def job_of(row_id: str) -> str:
    """Return the id of the job that a row belongs to: ``12`` of ``12_[3-9%2]`` or ``12+1``."""
    if row_id.isdigit():
        return row_id
    return row_id.split("_", 1)[0].split("+", 1)[0]


def path_words(*, slurm_id: str, name: str, user: str, node_list: str) -> dict[str, str]:
    """Return what each letter of a file name pattern stands for in a batch job's own output."""
    node = _HEAD_OF_LIST.match(node_list)
    return {
        "%": "%",
        "A": slurm_id,
        "a": "4294967294",  # what Slurm writes for a job that is no array
        "J": slurm_id,
        "j": slurm_id,
        "N": f"{node[1]}{node[2] or ''}" if node else "%N",
        "n": "0",
        "s": "batch",
        "t": "0",
        "u": user,
        "x": name,
    }


def output_path(pattern: str, work_dir: str, filled: Mapping[str, str]) -> str:
    """Fill in a file name pattern of sbatch and make it absolute.

    Source: "filename pattern" in https://slurm.schedmd.com/sbatch.html.
    """
    if "\\" in pattern:  # a backslash anywhere turns all patterns off
        return _below(work_dir, re.sub(r"\\(.)", r"\1", pattern))
    inside = f"{work_dir.rstrip('/')}/"
    if pattern.startswith(inside):  # Slurm's default path: the directory's own % is no pattern
        pattern = pattern.removeprefix(inside)

    def fill(found: re.Match[str]) -> str:
        width = min(int(found[1] or 0), 10)
        value = filled[found[2]]
        return value.zfill(width) if value.isdigit() else value

    return _below(work_dir, _PATTERN.sub(fill, pattern))


def _below(work_dir: str, path: str) -> str:
    return path if path.startswith("/") else f"{work_dir.rstrip('/')}/{path}"
