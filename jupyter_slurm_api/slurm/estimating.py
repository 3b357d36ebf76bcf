"""Asking Slurm what it thinks of a job that is not submitted: pure builder and parser.

Source: ``sbatch --test-only`` writes one line to its standard error, and has since 17.02:
``sbatch: Job 60 to start at TIME using 4 processors on nodes n1 in partition debug``; of a
heterogeneous job without the last words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Final

from ..estimate import Estimate
from . import words

ENVIRONMENT: Final = {"SLURM_TIME_FORMAT": "%s", "LC_ALL": "C.UTF-8"}
"""What the answer is read by; a job would inherit it, but there will be none."""

_ANSWER: Final = re.compile(
    r"to start at (?P<at>\S+)"
    r"(?: using (?P<cpus>[0-9]+) processors?)?"
    r"(?: on (?:nodes? )?(?P<nodes>\S+))?"
    r"(?: in partition (?P<partition>\S+))?"
)


def asking(argv: Sequence[str], partition: str | None) -> list[str]:
    """Return the command that would submit a job as one that only asks."""
    program, *options = argv
    where = [f"--partition={partition}"] if partition is not None else []  # the last one counts
    return [program, "--test-only", *options, *where]


def estimate(stderr: bytes, partition: str | None) -> Estimate | None:
    """Read when and where a job would start; None where that is not what was said."""
    found = _ANSWER.search(stderr.decode("utf-8", errors="replace"))
    if not found:
        return None
    return Estimate(
        partition=found["partition"] or partition,
        start_time=_time(found["at"]),
        cpus=words.number(found["cpus"] or ""),
        node_list=found["nodes"],
    )


def _time(word: str) -> datetime | None:
    """Read a time in seconds, or as Slurm writes it by itself: in this machine's zone."""
    if word.isdigit():
        return words.time(word)
    try:
        return datetime.fromisoformat(word).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
