"""Submitting a job."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Callable

from .. import states
from ..clock import utc_now
from ..errors import DatabaseUnavailable, SlurmTimeout
from ..job import Job, Origin
from ..known import KnownJobs
from ..models import JobSpec, Submitted
from ..observation import Observation
from ..slurm.client import Slurm
from ..store.jobs import JobStore
from ..views import SubmitRequest
from . import submission

_log = logging.getLogger(__name__)


class SubmitService:
    """Submits jobs as the user that this server runs as.

    A submit is recorded before sbatch runs, so that a job is never lost: where
    sbatch's answer does not come, the sync finds the job by its tag.

    ``known`` is what this server has in memory: each submitted job goes there.
    ``submitted`` is called after a submit.
    """

    def __init__(
        self,
        slurm: Slurm,
        store: JobStore,
        checks: submission.Checks,
        *,
        known: KnownJobs,
        user: str,
        submitted: Callable[[], None],
    ) -> None:
        self._slurm = slurm
        self._store = store
        self._checks = checks
        self._known = known
        self._user = user
        self._after_submit = submitted
        self._tasks: set[asyncio.Task[Job]] = set()

    async def submit(self, request: SubmitRequest) -> Job:
        """Check a job, record it, and hand it to Slurm.

        Raises:
            InvalidRequest: the request cannot be a job; nothing was recorded.
            SlurmRefused: Slurm refuses it; the record is taken back.
            SlurmTimeout: sbatch did not answer; the job stays SUBMITTING until
                it is known what became of it.
            DatabaseUnavailable: it cannot be recorded, so it was not submitted.
        """
        job_id = str(uuid.uuid4())
        spec = await self._checks.spec(request, job_id)
        info = await self._slurm.info()
        job = Job(
            job_id=job_id,
            name=request.name,
            status=states.SUBMITTING,
            cluster=info.name,
            user=self._user,
            submit_time=utc_now(),
            script=request.script,
            script_sha256=hashlib.sha256(spec.script).hexdigest(),
            parameters=request.parameters,
            work_dir=spec.work_dir,
            origin=Origin(kind="api"),
        )
        # Once begun, a submit is carried through, even when its caller has gone.
        task = asyncio.ensure_future(self._carry_out(job, spec))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def drain(self, seconds: float) -> None:
        """Wait for the submits that are under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _carry_out(self, job: Job, spec: JobSpec) -> Job:
        await self._store.insert(job)
        self._known.put([job])
        try:
            answer = await self._slurm.submit(spec)
        except SlurmTimeout as error:
            raise SlurmTimeout(
                f"{error.message} Whether the job was submitted is not known yet: look at job"
                f" {job.job_id} before you submit it again."
            ) from error
        except Exception:
            await self._take_back(job)
            raise
        return await self._submitted(job, answer)

    async def _submitted(self, job: Job, answer: Submitted) -> Job:
        now = utc_now()
        seen = Observation(slurm_id=answer.slurm_id, status="PENDING")
        after = job.with_observation(seen, now)
        try:
            if await self._store.replace(job, after):
                self._known.put([after.model_copy(update={"revision": job.revision + 1})])
        except DatabaseUnavailable:
            # The sync finds the job by its tag and notes what could not be noted here.
            _log.warning("job %s is submitted as %s but not noted yet", job.job_id, answer.slurm_id)
        self._after_submit()
        return after

    async def _take_back(self, job: Job) -> None:
        self._known.drop(job.job_id)
        try:
            await self._store.delete(job)
        except DatabaseUnavailable:
            _log.warning("job %s was refused; its record could not be taken back", job.job_id)
