"""This user's jobs in memory: what a tick compares with, and what is known without MongoDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from . import states, tally, task_ids
from .job import Job
from .observation import Observation

Changed: TypeAlias = Callable[[Job | None, Job | None], None]
"""What is told of a change: the job before, if it was known, and after, if it still is."""


class KnownJobs:
    """The jobs that are not over or still in Slurm's queue, by UUID and by Slurm id.

    Of arrays also the states of all tasks that have started, since the queue
    forgets them one by one while the array goes on.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._by_slurm_id: dict[str, str] = {}
        self._tasks: dict[str, dict[int, str]] = {}
        self._estimates: dict[str, datetime] = {}
        self.version = 0
        """Grows with every change, so that who has seen one version knows whether to look again."""
        self._listeners: list[Changed] = []
        self._counts: dict[str, int] = {}
        self._counted_at = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def listen(self, changed: Changed) -> None:
        """Have each change told from now on: all that is written of jobs comes by here."""
        self._listeners.append(changed)

    def put(self, jobs: Iterable[Job], *, news: bool = True) -> None:
        """Note jobs; where one is here already, the later revision stays.

        Of two jobs under one Slurm id, which Slurm has used again, the newer one has it.
        What is no ``news`` changes nothing: it is noted as it was all the time.
        """
        for job in jobs:
            old = self._jobs.get(job.job_id)
            if news and (old is None or job.revision > old.revision):
                self._tell(old, job)
            if old is None or job.revision >= old.revision:
                self.version += 1
                self._jobs[job.job_id] = job
                if job.slurm_id and not self._has_newer(job):
                    self._by_slurm_id[job.slurm_id] = job.job_id
                if job.task:
                    tasks = self._tasks.setdefault(job.task.array_job_id, {})
                    tasks[job.task.task_id] = job.status

    def _tell(self, before: Job | None, after: Job | None) -> None:
        for changed in self._listeners:
            changed(before, after)

    def put_tasks(self, array_job_id: str, tasks: Mapping[int, str]) -> None:
        """Note the states of an array's tasks; what is here already is newer."""
        self._tasks[array_job_id] = {**tasks, **self._tasks.get(array_job_id, {})}

    def put_estimates(self, observations: Iterable[Observation], visible: Collection[str]) -> None:
        """Note when Slurm thinks that jobs start, as it was just seen, for those still visible.

        That stays in memory: it changes with each of Slurm's plans, and a write of every
        waiting job for each would be many.
        """
        seen = {one.slurm_id: one.estimated_start for one in observations}
        both = {slurm_id: at for slurm_id, at in (self._estimates | seen).items() if at}
        self._estimates = {slurm_id: at for slurm_id, at in both.items() if slurm_id in visible}

    def estimated_start(self, slurm_id: str) -> datetime | None:
        """Return when Slurm thinks that a job starts which waits; None where it does not say."""
        return self._estimates.get(slurm_id)

    def _has_newer(self, job: Job) -> bool:
        other = self.get(job.slurm_id or "")
        return other is not None and other.is_newer_than(job)

    def drop(self, job_id: str) -> None:
        """Let go of a job."""
        self.version += 1
        job = self._jobs.pop(job_id, None)
        self._tasks.pop(job_id, None)
        if job:
            self._tell(job, None)
        if job and self._by_slurm_id.get(job.slurm_id or "") == job_id:
            del self._by_slurm_id[job.slurm_id or ""]

    def get(self, any_id: str) -> Job | None:
        """Return a job by its UUID or its Slurm id."""
        return self._jobs.get(self._by_slurm_id.get(any_id, any_id))

    def has(self, seen: Observation) -> bool:
        """Tell whether an observation is of a job that is here."""
        job = self.get(seen.slurm_id)
        return job is not None and job.is_in(seen)

    def all(self) -> list[Job]:
        """Return all jobs."""
        return list(self._jobs.values())

    def tasks(self, array_job_id: str) -> dict[int, str]:
        """Return the states of an array's tasks that have started, by task id."""
        return dict(self._tasks.get(array_job_id, {}))

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state that is no end; an array's tasks count singly."""
        if self._counted_at != self.version:
            self._counts, self._counted_at = _counts(self._jobs.values()), self.version
        return dict(self._counts)

    def any_live(self) -> bool:
        """Tell whether any job is not over."""
        return any(not job.is_over for job in self._jobs.values())

    def unanswered(self) -> list[Job]:
        """Return the submits of which it is not known yet whether Slurm has them."""
        return [job for job in self.all() if job.slurm_id is None and not job.is_over]

    def in_doubt(
        self,
        visible: Collection[str],
        waiting: Mapping[str, str],
        has_accounting: bool,  # noqa: FBT001 - for a thread
    ) -> list[Job]:
        """Return the jobs of which Slurm's queue does not tell all there is to know.

        ``visible`` are the ids that it shows, ``waiting`` by array the ids of the
        tasks in its row. In doubt are jobs that left it, tasks that left their
        array's row without having started, arrays all of whose tasks are over as
        far as was seen, and, where there is accounting, what a job used that ended
        and how the runs ended of one that was requeued.
        """
        again = {slurm_id: task_ids.expand(ids) for slurm_id, ids in waiting.items()}
        return [
            job
            for job in self.all()
            if job.slurm_id
            and not _waits_again(job, again)
            and self._is_in_doubt(job, visible, waiting, has_accounting)
        ]

    def _is_in_doubt(
        self,
        job: Job,
        visible: Collection[str],
        waiting: Mapping[str, str],
        has_accounting: bool,  # noqa: FBT001 - as its caller was told
    ) -> bool:
        has_more = job.is_over or bool(job.restarts or job.runs)
        if has_more and has_accounting and not job.accounted:
            return True
        if job.is_over:
            return False
        if job.array:
            is_over = states.is_over(states.state_of_many(set(job.array.counts) or {"PENDING"}))
            return is_over or bool(tally.lost(job.array, waiting.get(job.slurm_id or "", "")))
        return job.slurm_id not in visible or self.get(job.slurm_id or "") is not job

    def ids_by_slurm_id(self) -> Mapping[str, str]:
        """Return the UUIDs by Slurm id, as they are now."""
        return dict(self._by_slurm_id)

    def ended(self, visible: Collection[str], has_accounting: bool) -> list[str]:  # noqa: FBT001 - for a thread
        """Return the UUIDs of jobs that are over, and of which Slurm says nothing any more.

        Not of one whose id was also that of a job that is not over: it tells that this is past.
        """
        live = {job.slurm_id for job in self.all() if job.slurm_id and not job.is_over}
        arrays = {slurm_id.partition("_")[0] for slurm_id in visible if "_" in slurm_id}
        return [
            job.job_id
            for job in self.all()
            if job.is_over
            and job.slurm_id not in visible
            and job.slurm_id not in live
            and not (job.array and job.slurm_id in arrays)
            and (job.accounted or not has_accounting)
        ]


def _counts(jobs: Iterable[Job]) -> dict[str, int]:
    found = Counter[str]()
    for job in jobs:
        if job.array:
            found.update({} if job.is_over else job.array.counts)
        elif not job.task:
            found[job.status] += 1
    return {state: count for state, count in found.items() if not states.is_over(state)}


def _waits_again(job: Job, waiting: Mapping[str, Collection[int]]) -> bool:
    """Tell whether a task that has run before stands among those of its array that wait."""
    task = job.task
    return (
        task is not None
        and not job.is_over
        and task.task_id in waiting.get(task.array_slurm_id, ())
    )
