"""Slurm's job states and flags, as tables.

A job has exactly one base state and any number of flags. squeue and scontrol
print a single word, and the first flag that is set hides the base state.
Source: https://slurm.schedmd.com/job_state_codes.html. A word that no table
knows is passed on as it is: new releases of Slurm bring new ones.
"""

from __future__ import annotations

from typing import Final

BASE_STATES: Final[dict[str, str]] = {
    "PENDING": "PD",
    "RUNNING": "R",
    "SUSPENDED": "S",
    "COMPLETED": "CD",
    "CANCELLED": "CA",
    "FAILED": "F",
    "TIMEOUT": "TO",
    "NODE_FAIL": "NF",
    "PREEMPTED": "PR",
    "BOOT_FAIL": "BF",
    "DEADLINE": "DL",
    "OUT_OF_MEMORY": "OOM",
}
"""Base states with their short codes."""

FLAGS: Final[dict[str, str]] = {
    "COMPLETING": "CG",
    "STAGE_OUT": "SO",
    "CONFIGURING": "CF",
    "EXPEDITING": "EX",
    "RESIZING": "RS",
    "REQUEUED": "RQ",
    "REQUEUE_FED": "RF",
    "REQUEUE_HOLD": "RH",
    "SPECIAL_EXIT": "SE",
    "STOPPED": "ST",
    "REVOKED": "RV",
    "RESV_DEL_HOLD": "RD",
    "SIGNALING": "SI",
    "LAUNCH_FAILED": "LF",
    "POWER_UP_NODE": "PU",
    "RECONFIG_FAIL": "RC",
}
"""Flags with their short codes; those of EXPEDITING and of the last three are ours."""

SUBMITTING: Final = "SUBMITTING"
"""Ours: the job is recorded, sbatch has not answered yet."""

UNKNOWN: Final = "UNKNOWN"
"""Ours: Slurm was asked everywhere and knows nothing of the job."""

NOT_SUBMITTED: Final = "NOT_SUBMITTED"
"""Ours: sbatch did not answer, and it is certain that no job came of it."""

OURS: Final[dict[str, str]] = {SUBMITTING: "SB", UNKNOWN: "UN", NOT_SUBMITTED: "NS"}


CODES: Final[dict[str, str]] = BASE_STATES | FLAGS | OURS

_WAITING_FLAGS: Final = frozenset({"REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"})
"""Flags of jobs that wait: they were requeued, or lost their reservation, and are held."""

ENDED_BY_SLURM: Final = frozenset({"BOOT_FAIL", "DEADLINE", "NODE_FAIL"})
"""Ends of jobs that Slurm gave up: it writes a 0 or 1 as their exit status, which says nothing."""

_NAMES: Final = {state: state for state in CODES} | {code: state for state, code in CODES.items()}

ENDED: Final[frozenset[str]] = frozenset(BASE_STATES) - {"PENDING", "RUNNING", "SUSPENDED"}
"""Base states that a job does not leave by itself."""

OVER: Final[frozenset[str]] = ENDED | {UNKNOWN, NOT_SUBMITTED}
"""States after which nothing more will be heard of a job."""

_ARRAY_ORDER: Final = (
    "RUNNING",
    "COMPLETING",
    "SUSPENDED",
    "CONFIGURING",
    "PENDING",
    "NODE_FAIL",
    "BOOT_FAIL",
    "OUT_OF_MEMORY",
    "TIMEOUT",
    "DEADLINE",
    "FAILED",
    "PREEMPTED",
    "CANCELLED",
    "COMPLETED",
)


def code_of(state: str) -> str:
    """Return the short code of a state or flag; an unknown word stands for itself."""
    return CODES.get(state, state)


def base_of(state: str) -> str | None:
    """Return the base state that a word tells of; most flags hide it."""
    if state in BASE_STATES:
        return state
    return "PENDING" if state in _WAITING_FLAGS else None


def waits(state: str) -> bool:
    """Tell whether a job in this state has no run: it waits for its first or its next."""
    return state == "PENDING" or state in _WAITING_FLAGS


def named(word: str) -> str | None:
    """Return the state or flag that a long or a short word names, in capitals or not."""
    return _NAMES.get(word.upper())


def is_over(state: str) -> bool:
    """Tell whether nothing more will be heard of a job in this state."""
    return state in OVER


def state_of_many(states: set[str]) -> str:
    """Return the one state that speaks for an array or a heterogeneous job.

    What still moves comes first, then what went wrong, then what went well.
    """
    return min(states, key=lambda state: (_rank(state), state))


def _rank(state: str) -> int:
    # An unknown word may be a new live state: never let it hide behind an ended one.
    return _ARRAY_ORDER.index(state) if state in _ARRAY_ORDER else 0
