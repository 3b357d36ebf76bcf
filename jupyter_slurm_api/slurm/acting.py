"""What is done to jobs: pure builders of the commands, and what Slurm said of each job.

Source: https://slurm.schedmd.com/scancel.html and https://slurm.schedmd.com/scontrol.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..errors import SlurmApiError
from .failures import failure

CHANGES: Final[Mapping[str, str]] = {
    "time_limit": "TimeLimit",
    "partition": "Partition",
    "name": "JobName",
    "nice": "Nice",
    "dependency": "Dependency",
}
"""What can be changed of a job, under scontrol's names."""

_SAID_OF_A_JOB: Final = (
    re.compile(r"^(?P<said>.+) for job (?P<id>[0-9_+\[\],%-]+)$"),
    re.compile(
        r"^(?:\w+: error: )?Kill job error on job id (?P<id>[0-9_+\[\],%-]+): (?P<said>.+)$"
    ),
    re.compile(r"^(?P<id>[0-9]+_[0-9_+\[\],%-]+): (?P<said>.+)$"),
)
_BRACKETS: Final = str.maketrans("", "", "[]")


def act(verb: str, ids: Sequence[str], signal: str | None = None) -> list[str]:
    """Do something to jobs, tasks (``12_3``) or ranges of them (``12_[3-9]``)."""
    if verb == "cancel":
        return ["scancel", "--verbose", *ids]
    if verb == "signal":
        # All of the job: its script, what that has started, and its steps.
        return ["scancel", "--verbose", "--full", f"--signal={signal}", *ids]
    return ["scontrol", verb, ",".join(ids)]


def update(slurm_id: str, changes: Mapping[str, str]) -> list[str]:
    """Change what a job asks for; ``changes`` are by the names in `CHANGES`."""
    words = [f"{CHANGES[name]}={value}" for name, value in changes.items()]
    return ["scontrol", "update", f"JobId={slurm_id}", *words]


def refusals(
    program: str, ids: Sequence[str], stderr: bytes, code: int | None
) -> dict[str, SlurmApiError]:
    """Return what Slurm refused to do, by the ids of the jobs; all where it named none."""
    text = stderr.decode("utf-8", errors="replace")
    found = dict(_said(text.splitlines(), ids))
    if not found and (code or "error:" in text):
        return {slurm_id: failure(program, stderr, code) for slurm_id in ids}
    return {slurm_id: failure(program, said.encode(), code) for slurm_id, said in found.items()}


def _said(lines: Iterable[str], ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield ids with what was said of each; scontrol writes ``12_3-9`` for ``12_[3-9]``."""
    plain = {slurm_id.translate(_BRACKETS): slurm_id for slurm_id in ids}
    for line in lines:
        for pattern in _SAID_OF_A_JOB:
            if (found := pattern.match(line)) and (
                slurm_id := plain.get(found["id"].translate(_BRACKETS))
            ):
                yield slurm_id, found["said"]
                break
