"""This user's jobs in memory: what a tick compares with, and what is known without MongoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .job import Job
from .models import Observation


class KnownJobs:
    """The jobs that are not over or still in Slurm's queue, by UUID and by Slurm id."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._by_slurm_id: dict[str, str] = {}
        self.version = 0
        """Grows with every change, so that who has seen one version knows whether to look again."""

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, jobs: Iterable[Job]) -> None:
        """Note jobs; where one is here already, the later revision stays.

        Of two jobs under one Slurm id, which Slurm has used again, the newer one has it.
        """
        for job in jobs:
            old = self._jobs.get(job.job_id)
            if old is None or job.revision >= old.revision:
                self.version += 1
                self._jobs[job.job_id] = job
                if job.slurm_id and not self._has_newer(job):
                    self._by_slurm_id[job.slurm_id] = job.job_id

    def _has_newer(self, job: Job) -> bool:
        other = self.get(job.slurm_id or "")
        return other is not None and other.is_newer_than(job)

    def drop(self, job_id: str) -> None:
        """Let go of a job."""
        self.version += 1
        job = self._jobs.pop(job_id, None)
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

    def any_live(self) -> bool:
        """Tell whether any job is not over."""
        return any(not job.is_over for job in self._jobs.values())

    def any_unanswered(self) -> bool:
        """Tell whether a submit still waits for Slurm's answer."""
        return any(job.slurm_id is None and not job.is_over for job in self._jobs.values())

    def ids_by_slurm_id(self) -> Mapping[str, str]:
        """Return the UUIDs by Slurm id, as they are now."""
        return dict(self._by_slurm_id)

    def forget_ended(self, visible: set[str]) -> None:
        """Let go of jobs that are over and that Slurm's queue shows no more."""
        for job in self.all():
            if job.is_over and job.slurm_id not in visible:
                self.drop(job.job_id)
