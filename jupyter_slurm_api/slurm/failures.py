"""What a failed Slurm command means, read from what it wrote to stderr.

Exit status 1 of squeue is both "unknown id" and "controller down", so only the
words tell. They are Slurm's own, from ``slurm_errno.c``.
"""

from __future__ import annotations

import re
from typing import Final

from ..errors import Conflict, JobNotFound, SlurmApiError, SlurmDenied, SlurmRefused, SlurmTimeout
from ..errors import SlurmUnavailable as Away

_PREFIX: Final = re.compile(r"^(?:\w+: |slurm_\w+ )?(?:error|fatal|allocation failure): ?")
_LONGEST: Final = 1000
_ACTING: Final = frozenset({"sbatch", "scancel", "scontrol"})

_MEANINGS: Final[tuple[tuple[str, type[SlurmApiError]], ...]] = (
    # An sbatch whose answer was lost may have made a job: these are no plain refusals.
    ("socket timed out", SlurmTimeout),
    ("zero bytes were transmitted", SlurmTimeout),
    ("receive failure", SlurmTimeout),
    ("rate limit exceeded", Away),
    ("resource temporarily unavailable", Away),
    ("unable to contact slurm controller", Away),
    ("connection refused", Away),
    ("connect failure", Away),
    ("configuration source", Away),
    ("slurm backup controller in standby", Away),
    ("unable to process configuration file", Away),
    ("munge encode failed", Away),
    ("munge decode failed", Away),
    ("protocol authentication error", Away),
    ("problem talking to the database", Away),
    ("persistent connection", Away),
    ("failed to connect to the database", Away),
    ("invalid job id specified", JobNotFound),
    ("already completing or completed", Conflict),
    ("job has already finished", Conflict),
    ("job is pending execution", Conflict),
    ("job is no longer pending execution", Conflict),
    ("job is in held state", Conflict),
    ("job can not be altered now", Conflict),
    ("job is not running", Conflict),
    ("access/permission denied", SlurmDenied),
    ("access denied", SlurmDenied),
    ("permission denied", SlurmDenied),
    ("not permitted", SlurmDenied),
    ("invalid user id", SlurmDenied),
    ("accounting storage is disabled", SlurmRefused),
)


def sentence(stderr: bytes) -> str:
    """Return what Slurm said, without the names of its programs in front."""
    lines: list[str] = []
    for raw in stderr.decode("utf-8", errors="replace").splitlines():
        line = _PREFIX.sub("", raw).strip()
        if line and line not in lines:
            lines.append(line)
    return "; ".join(lines)[:_LONGEST]


def failure(program: str, stderr: bytes, code: int | None) -> SlurmApiError:
    """Return the error that a command's stderr means."""
    said = sentence(stderr)
    for words, kind in _MEANINGS:
        if words in said.lower():
            return kind(_advice(kind, said))
    said = said or f"{program} failed with exit status {code} and said nothing."
    # A question that fails for a reason we do not know is no fault of who asked.
    return SlurmRefused(said) if program in _ACTING else Away(_advice(Away, said))


def _advice(kind: type[SlurmApiError], said: str) -> str:
    if kind is Away:
        return f"Slurm cannot be reached; try again in a minute. Slurm says: {said}"
    if kind is SlurmTimeout:
        return f"Slurm did not answer in time; try again in a minute. Slurm says: {said}"
    return said
