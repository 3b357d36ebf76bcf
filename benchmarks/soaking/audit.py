"""What must hold after a soak, whatever broke."""

from __future__ import annotations

from . import answers, kept, submits
from .evidence import Evidence

_CHECKS = (
    submits.one_job_a_submit,
    submits.nothing_told_vanishes,
    submits.all_of_sbatch,
    kept.nothing_twice,
    kept.ends,
    kept.arrays,
    kept.ways,
    kept.outputs,
    answers.answers_in_time,
    answers.answered,
    answers.nothing_hidden,
    answers.fresh_for_its_time,
)


def audit(evidence: Evidence) -> list[str]:
    """Return every complaint: a sentence, behind the name of the check that has it."""
    return [f"{check.__name__}: {said}" for check in _CHECKS for said in check(evidence)]
