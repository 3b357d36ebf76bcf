"""The pure core of the sync: what we knew, what Slurm shows, what follows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from . import states
from .job import Job, Origin
from .models import Observation

_ANSWER_COMES_WITHIN: Final = timedelta(seconds=60)
_SBATCH_IS_DEAD_AFTER: Final = timedelta(seconds=240)  # its own retries take 120 s, ours add some
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


@dataclass(frozen=True, slots=True)
class Matched:
    """Observations with the jobs they are of, and those of jobs that we do not know."""

    pairs: list[tuple[Job, Observation]]
    strangers: list[Observation]

    @property
    def jobs(self) -> set[str]:
        """The UUIDs of the jobs that were seen."""
        return {job.job_id for job, _ in self.pairs}


def match(seen: Iterable[Observation], jobs: Iterable[Job]) -> Matched:
    """Pair observations with the jobs they are of; the rest are strangers.

    A tag speaks only for a job that has no Slurm id yet: users copy comments.
    """
    by_job_id = {job.job_id: job for job in jobs}
    by_slurm_id = newest(by_job_id.values())
    matched = Matched([], [])
    for one in seen:
        job = by_slurm_id.get(one.slurm_id)
        if job is None or not job.is_in(one):
            tagged = by_job_id.get(one.tag or "")
            job = tagged if tagged is not None and tagged.slurm_id is None else None
        if job is None:
            matched.strangers.append(one)
        else:
            matched.pairs.append((job, one))
    return matched


def newest(jobs: Iterable[Job]) -> dict[str, Job]:
    """Return jobs by their Slurm id; of those under an id used again the newest."""
    found: dict[str, Job] = {}
    for job in jobs:
        other = found.get(job.slurm_id or "")
        if job.slurm_id and (other is None or not other.is_newer_than(job)):
            found[job.slurm_id] = job
    return found


def ended_arrays(seen: Matched) -> dict[str, int]:
    """Return the arrays of which the queue shows only what is over, with the tasks it shows.

    Earlier tasks may have left the queue, failed ones among them: only the
    accounting has them all.
    """
    return {
        job.job_id: sum((one.array or {}).values())
        for job, one in seen.pairs
        if one.is_over and (job.array is not None or one.array is not None)
    }


def missing(
    jobs: Iterable[Job], seen: Matched, visible: Collection[str], ended: Collection[str]
) -> list[Job]:
    """Return the jobs that are not over and of which Slurm's queue does not tell the end.

    ``visible`` are the Slurm ids that the queue shows, changed or not; under an
    id used again it shows another job. ``ended`` are the UUIDs of `ended_arrays`.
    """
    holders = newest(jobs)
    taken = {one.slurm_id for one in seen.strangers}
    return [
        job
        for job in jobs
        if job.slurm_id
        and not job.is_over
        and (
            job.slurm_id not in visible
            or job.slurm_id in taken
            or holders[job.slurm_id] is not job
            or job.job_id in ended
        )
    ]


def perhaps_ours(
    strangers: Iterable[Observation], unanswered: Collection[Job], now: datetime
) -> set[str]:
    """Return the ids of new jobs that may be a submit of ours whose answer is on its way.

    Sites rewrite comments, and with it goes the tag.
    """
    if not unanswered:
        return set()
    return {
        one.slurm_id
        for one in strangers
        if one.submit_time is None or now - one.submit_time < _ANSWER_COMES_WITHIN
    }


def unanswered(job: Job, now: datetime) -> Change | None:
    """End a submit whose sbatch never answered and that the queue does not show.

    Only long after sbatch's last sign of life: a controller that hung takes the
    job of a killed sbatch when it wakes.
    """
    if job.submit_time is None or now - job.submit_time < _SBATCH_IS_DEAD_AFTER:
        return None
    seen = Observation(
        slurm_id="",
        status=states.UNKNOWN,
        reason="sbatch did not answer, and Slurm's queue does not show this job.",
    )
    after = job.with_observation(seen, now).model_copy(update={"slurm_id": None})
    return Change(job, after)
