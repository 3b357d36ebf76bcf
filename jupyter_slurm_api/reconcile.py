"""The pure rules of the sync: whose an observation is, and what follows from what was seen."""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from . import states
from .array import ArrayTask
from .job import Job, Origin
from .models import ClusterInfo
from .observation import Observation

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""How far our clock and the controller's may be apart."""

_OF_A_TASK: Final = (
    "restarts",
    "nodes",
    "node_list",
    "start_time",
    "end_time",
    "exit_code",
    "exit_signal",
    "usage",
)
_NEVER_CAME: Final = "sbatch did not answer, and Slurm never got this job. Submit it again."
_NOTHING_TO_LOOK_UP: Final = {"slurm_id": None, "accounted": True}
_ANSWER_COMES_WITHIN: Final = timedelta(seconds=60)
_SBATCH_TRIES_FOR: Final = timedelta(seconds=120)
_SURE_AFTER: Final = _SBATCH_TRIES_FOR + timedelta(seconds=150)
_AWAKE_FOR: Final = timedelta(seconds=30)  # a controller that hung works off what it was sent
# uuid4 asks the kernel each time, and lets go of the interpreter's lock for too short a moment for
# another thread to get it: ten thousand new jobs held up the loop for 80 to 240 ms (measured).
_random: Final = random.Random()  # noqa: S311 - a job's UUID is no secret


@dataclass(frozen=True, slots=True)
class Change:
    """A known job as it was read and as it is to be written."""

    before: Job
    after: Job

    @property
    def written(self) -> Job:
        """The job as it stands in the store after the write."""
        return self.after.model_copy(update={"revision": self.before.revision + 1})


@dataclass(slots=True)
class Findings:
    """What the accounting and the controller said of jobs that were asked for.

    ``runs`` and ``shown`` are by Slurm id, each task of an array under its own;
    ``asked`` are the UUIDs of the jobs that were asked for, and ``patient`` those
    whose record may still come. ``waiting`` has by array the tasks that the queue
    showed as not started. ``tagged`` has Slurm ids by the UUIDs of submits without
    an answer; None where the accounting could not tell. ``bad_rows`` of the
    accounting's could not be read.
    """

    runs: dict[str, list[Observation]] = field(default_factory=dict)
    shown: dict[str, Observation] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    patient: set[str] = field(default_factory=set)
    waiting: Mapping[str, str] = field(default_factory=dict)
    tagged: dict[str, str] | None = None
    bad_rows: int = 0

    def by_array(self) -> dict[str, dict[int, list[Observation]]]:
        """Return the runs of tasks by array and task, those that only the controller knows too."""
        arrays: dict[str, dict[int, list[Observation]]] = {}
        shown = {slurm_id: [one] for slurm_id, one in self.shown.items()}
        for runs in (shown | self.runs).values():
            if runs[0].is_task:
                arrays.setdefault(runs[0].array_slurm_id, {})[runs[0].task_id] = runs
        return arrays


def adopt(seen: Observation, *, cluster: str, user: str, now: datetime) -> Job:
    """Make a job of one that was submitted without us."""
    job = Job(
        job_id=str(uuid.UUID(int=_random.getrandbits(128), version=4)),
        slurm_id=seen.slurm_id,
        status="",
        cluster=cluster,
        user=user,
        origin=Origin(kind="slurm"),
    )
    return job.with_observation(seen, now)


def adopt_task(array: Job, seen: Observation, now: datetime) -> Job:
    """Make a job of a task that has started; its UUID follows from the array's, on every server."""
    job = Job(
        job_id=str(uuid.uuid5(uuid.UUID(array.job_id), str(seen.task_id))),
        status="",
        name=array.name,
        cluster=array.cluster,
        user=array.user,
        work_dir=array.work_dir,
        stdout_path=array.stdout_path,
        stderr_path=array.stderr_path,
        origin=array.origin,
        task=ArrayTask(
            array_job_id=array.job_id,
            array_slurm_id=seen.array_slurm_id,
            task_id=seen.task_id,
            own_slurm_id=seen.own_slurm_id,
        ),
    )
    return job.with_observation(seen, now)


def facts_of_array(seen: Observation, status: str) -> Observation:
    """Return what a row says of the whole array; what only a task has is left out."""
    left_out = (*_OF_A_TASK, "stdout_path", "stderr_path") if seen.is_task else _OF_A_TASK
    return replace(seen, slurm_id=seen.array_slurm_id, status=status, **dict.fromkeys(left_out))


def gone(job: Job, now: datetime) -> Job:
    """End a job of which nobody knows anything any more: UNKNOWN, never a guess."""
    seen = Observation(
        slurm_id=job.slurm_id or "",
        status=states.UNKNOWN,
        reason="Slurm no longer knows this job, and its end was not seen.",
    )
    return job.with_observation(seen, now)


def forgotten(job: Job, now: datetime) -> Job:
    """End a job whose id the controller has given to another: what is recorded is of that one."""
    seen = Observation(
        slurm_id=job.slurm_id or "",
        status=states.UNKNOWN,
        reason="Slurm has lost this job, and given its id to another one.",
    )
    return job.with_observation(seen, now).model_copy(update={"accounted": True})


def own_runs(job: Job, runs: Sequence[Observation]) -> list[Observation]:
    """Return the accounting's runs that can be this job's, the latest last.

    An id may have been used before, or again where a controller has forgotten jobs:
    what was submitted earlier is another job, and so is what follows a run that
    never ended, or the end of this job.
    """
    earliest = _earliest(job)
    if job.is_over and (end := job.end_time):
        runs = [run for run in runs if run.submit_time and run.submit_time <= end]
    lives: list[list[Observation]] = [[]]
    for run in runs:
        if run.submit_time and earliest and run.submit_time >= earliest:
            if lives[-1] and lives[-1][-1].end_time is None:
                lives.append([])
            lives[-1].append(run)
    submits = {job.first_submit_time, job.submit_time}
    seen = [life for life in lives if any(run.submit_time in submits for run in life)]
    if _was_seen_first(job):
        return seen[-1] if seen else []
    return (seen or lives)[-1]


def _earliest(job: Job) -> datetime | None:
    """Return the earliest time at which this job can have been submitted, by Slurm's clock."""
    if _was_seen_first(job):
        return job.first_submit_time
    # By our clock; what was first seen when it had been requeued was submitted before.
    ours = job.transitions[0].at if job.transitions else job.submit_time
    return ours - CLOCKS_DIFFER if ours else None


def _was_seen_first(job: Job) -> bool:
    """Tell whether a job was seen before it was ever requeued: each requeue left a run."""
    return job.first_submit_time is not None and len(job.runs) >= (job.restarts or 0)


@dataclass(frozen=True, slots=True)
class Matched:
    """Observations with the jobs they are of, and those of jobs that we do not know."""

    pairs: list[tuple[Job, Observation]]
    strangers: list[Observation]


def match(seen: Iterable[Observation], jobs: Iterable[Job]) -> Matched:
    """Pair observations with the jobs they are of; the rest are strangers.

    A tag speaks only for a job that has no Slurm id yet, or this one, and only once: users
    copy comments.
    """
    by_job_id = {job.job_id: job for job in jobs}
    by_slurm_id = newest(by_job_id.values())
    by_tag = dict(by_job_id)
    matched = Matched([], [])
    for one in seen:
        job = by_slurm_id.get(one.slurm_id)
        if job is None or not job.is_in(one):
            job = by_tag.get(one.tag or "")
            job = by_tag.pop(job.job_id) if job and job.slurm_id in (None, one.slurm_id) else None
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


def perhaps_ours(
    strangers: Iterable[Observation], unanswered: Collection[Job], now: datetime
) -> set[str]:
    """Return the ids of new jobs that may be a submit of ours whose answer is on its way.

    Sites rewrite comments, and with it goes the tag; the name that was asked for stays.
    """
    names = {job.name for job in unanswered}
    return {
        one.slurm_id
        for one in strangers
        if (one.name in names or None in names)
        and (one.submit_time is None or now - one.submit_time < _ANSWER_COMES_WITHIN)
    }


def unanswered(
    job: Job, findings: Findings, info: ClusterInfo, *, answering_since: datetime, now: datetime
) -> Job:
    """Return a submit whose sbatch never answered, as it stands after a look that did not show it.

    That no job came of it is certain only long after sbatch's last sign of life,
    since a controller that hung takes the job of a killed sbatch when it wakes;
    and only if a job that came and went since would have left a trace: in the
    accounting, or in the queue, which shows an ended job for some time.
    """
    if findings.tagged and (slurm_id := findings.tagged.get(job.job_id)):
        return job.with_observation(Observation(slurm_id=slurm_id, status="PENDING"), now)
    age = now - job.submit_time if job.submit_time else timedelta.max
    if age < _SURE_AFTER or now - answering_since < _AWAKE_FOR:
        return job
    if findings.tagged is not None or age < timedelta(seconds=info.min_job_age):
        return not_submitted(job, _NEVER_CAME, now)
    return job if info.keeps_submit_lines else _never_answered(job, now)


def not_submitted(job: Job, reason: str, now: datetime) -> Job:
    """Return a submit of which it is certain that no job came; its key is free again."""
    seen = Observation(slurm_id="", status=states.NOT_SUBMITTED, reason=reason)
    after = job.with_observation(seen, now)
    return after.model_copy(update={**_NOTHING_TO_LOOK_UP, "idempotency_key": None})


def _never_answered(job: Job, now: datetime) -> Job:
    seen = Observation(
        slurm_id="",
        status=states.UNKNOWN,
        reason="sbatch did not answer, and whether Slurm had this job can no longer be found out.",
    )
    return job.with_observation(seen, now).model_copy(update=_NOTHING_TO_LOOK_UP)
