"""Why a job waits, in plain words.

Source: https://slurm.schedmd.com/job_reason_codes.html and Slurm's ``job_state_reason.c``.
A reason that no table knows is shown as Slurm's word alone.
"""

from __future__ import annotations

from typing import Final

EXPLANATIONS: Final[dict[str, str]] = {
    "DependencyNeverSatisfied": (
        "This job can never start: a job that it depends on has ended otherwise than it asks for."
        " Cancel it, or give it another dependency."
    ),
    "JobHeldUser": "You hold this job; it waits until you release it.",
    "JobHeldAdmin": "An administrator holds this job; only an administrator can release it.",
    "JobHoldMaxRequeue": "This job was requeued too often and is held now.",
}
"""What a reason means to the person who waits, where that is more than to wait."""


def explanation(reason: str | None) -> str | None:
    """Return a sentence about a reason; None where there is none to say."""
    return EXPLANATIONS.get(reason or "")
