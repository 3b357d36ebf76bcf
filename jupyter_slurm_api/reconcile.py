"""The pure core of the sync: what we knew, what Slurm shows, what follows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from . import states
from .models import Job, Observation, Origin

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""How far our clock and the controller's may be apart."""


@dataclass(frozen=True, slots=True)
class Change:
    """A known job as it was read and as it is to be written."""

    before: Job
    after: Job

    @property
    def written(self) -> Job:
        """The job as it stands in the store after the write."""
        return self.after.model_copy(update={"revision": self.before.revision + 1})


def update(job: Job, seen: Observation, now: datetime) -> Change | None:
    """Return the write that an observation makes necessary, if any."""
    after = job.with_observation(seen, now)
    return None if after is job else Change(job, after)


def adopt(seen: Observation, *, cluster: str, user: str, now: datetime) -> Job:
    """Make a job of one that was submitted without us."""
    job = Job(
        job_id=str(uuid.uuid4()),
        slurm_id=seen.slurm_id,
        status="",
        cluster=cluster,
        user=user,
        origin=Origin(kind="slurm"),
    )
    return job.with_observation(seen, now)


def gone(job: Job, now: datetime) -> Change:
    """End a job of which nobody knows anything any more: UNKNOWN, never a guess."""
    seen = Observation(
        slurm_id=job.slurm_id or "",
        status=states.UNKNOWN,
        reason="Slurm no longer knows this job, and its end was not seen.",
    )
    return Change(job, job.with_observation(seen, now))


def last_run(job: Job, runs: Sequence[Observation]) -> Observation | None:
    """Return the latest of the accounting's runs that can be this job's.

    An id may have been used before: what was submitted earlier is another job.
    """
    first = job.first_submit_time
    if first is None and job.submit_time is not None:
        first = job.submit_time - CLOCKS_DIFFER  # by our clock, not by Slurm's
    own = [run for run in runs if run.submit_time and first and run.submit_time >= first]
    return own[-1] if own else None


def match(
    seen: Iterable[Observation], by_slurm_id: Mapping[str, Job], by_job_id: Mapping[str, Job]
) -> tuple[list[tuple[Job, Observation]], list[Observation]]:
    """Pair observations with the jobs they are of; the rest are strangers.

    A tag speaks only for a job that has no Slurm id yet: users copy comments.
    """
    pairs: list[tuple[Job, Observation]] = []
    strangers: list[Observation] = []
    for one in seen:
        job = by_slurm_id.get(one.slurm_id)
        if job is None or not job.is_in(one):
            tagged = by_job_id.get(one.tag or "")
            job = tagged if tagged is not None and tagged.slurm_id is None else None
        if job is None:
            strangers.append(one)
        else:
            pairs.append((job, one))
    return pairs, strangers
