"""Submitting a stored job once more, as it was or with changes."""

from __future__ import annotations

from typing import Any, Final

from ..errors import Conflict
from ..job import Job
from ..models import ParameterValue
from ..requests import Resubmission, ResubmitRequest
from ..slurm import directives, options
from .jobs import JobService
from .submit import Receipt, SubmitService

_DEFAULT_NAME: Final = "sbatch"  # of a script that comes by standard input


class ResubmitService:
    """Makes new jobs of stored ones; each remembers which one it was made of."""

    def __init__(self, jobs: JobService, submit: SubmitService) -> None:
        self._jobs = jobs
        self._submit = submit

    async def resubmit(
        self, job_id: str, changes: ResubmitRequest, key: str | None = None
    ) -> Receipt:
        """Submit a job with the script and parameters of a stored one; a task of an array alone.

        Raises:
            JobNotFound: there is no such job, or it is not this user's.
            Conflict: its script is not known; and the other errors of a submit.
        """
        job = await self._jobs.own_with_script(job_id)
        return await self._submit.submit(_request(job, changes), key)


def _request(job: Job, changes: ResubmitRequest) -> Resubmission:
    script = changes.script or job.script
    if script is None:
        raise Conflict(
            f"Job {job.slurm_id} was submitted without this service, so that its script is not"
            " known here. Send it as 'script'.",
            job_id=job.job_id,
        )
    return Resubmission(
        script=script,
        name=changes.name or _own_name(job),
        parameters=_parameters(job, changes),
        work_dir=_work_dir(job, changes),
        tags=job.tags if changes.tags is None else changes.tags,
        resubmit_of=job.job_id,
        changes=changes,
    )


def _own_name(job: Job) -> str | None:
    """Return the name that a job's submit gave it; neither its script's nor sbatch's own."""
    in_script = directives.value(job.script or "", "job-name", "J")
    by_parameter = options.to_text((job.parameters or {}).get("job-name"))
    return None if job.name in (in_script, by_parameter, _DEFAULT_NAME) else job.name


def _parameters(job: Job, changes: ResubmitRequest) -> dict[str, ParameterValue]:
    base: dict[str, Any] = dict(job.parameters or {})
    if job.task:
        base["array"] = str(job.task.task_id)
    if changes.work_dir is not None:
        base.pop("chdir", None)
    merged = base | changes.parameters
    return {name: value for name, value in merged.items() if value is not None}


def _work_dir(job: Job, changes: ResubmitRequest) -> str | None:
    if changes.work_dir is not None or "chdir" in changes.parameters:
        return changes.work_dir
    return job.work_dir
