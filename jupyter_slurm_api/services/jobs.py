"""Submitting a job, and showing one."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import uuid
from collections.abc import Callable
from typing import Any, Final

from .. import states
from ..clock import utc_now
from ..errors import (
    DatabaseUnavailable,
    FilesUnavailable,
    InvalidRequest,
    JobNotFound,
    SlurmError,
    SlurmTimeout,
)
from ..job import Job, Origin
from ..known import KnownJobs
from ..models import JobSpec, Submitted
from ..observation import Observation
from ..slurm import words
from ..slurm.client import Slurm
from ..store.jobs import JobStore
from ..views import Freshness, JobView, SubmitRequest
from . import parts, submission
from .output import OutputService, as_text
from .queue import QueueService

_SLURM_ID: Final = re.compile(r"[0-9]{1,20}(?:[_+][0-9]{1,20})?")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_log = logging.getLogger(__name__)


class JobService:
    """Jobs of the user that this server runs as.

    A submit is recorded before sbatch runs, so that a job is never lost: where
    sbatch's answer does not come, the sync finds the job by its tag.

    ``known`` is what this server has in memory: each submitted job goes there,
    and it answers where MongoDB is away. ``submitted`` is called after a submit.
    """

    def __init__(
        self,
        slurm: Slurm,
        store: JobStore,
        outputs: OutputService,
        queue: QueueService,
        checks: submission.Checks,
        *,
        known: KnownJobs,
        freshness: Callable[[], Freshness],
        user: str,
        submitted: Callable[[], None],
    ) -> None:
        self._slurm = slurm
        self._store = store
        self._outputs = outputs
        self._queue = queue
        self._checks = checks
        self._user = user
        self._known = known
        self._freshness = freshness
        self._after_submit = submitted
        self._submitting: set[asyncio.Task[Job]] = set()

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
        self._submitting.add(task)
        task.add_done_callback(self._submitting.discard)
        return await asyncio.shield(task)

    async def drain(self, seconds: float) -> None:
        """Wait for the submits that are under way."""
        if self._submitting:
            await asyncio.wait(self._submitting, timeout=seconds)

    async def show(self, job_id: str) -> JobView:
        """Return a job by UUID or Slurm id; another user's as far as squeue shows it.

        Raises:
            InvalidRequest: this is neither kind of id.
            JobNotFound: there is no such job, or none that this user may see.
        """
        is_slurm_id = _check_id(job_id)
        try:
            found = await self._stored(job_id, is_slurm_id=is_slurm_id)
        except DatabaseUnavailable:
            remembered = self._known.get(job_id)
            if remembered is None:
                raise
            return self.view(remembered, stale=True)
        if found is not None:
            return found
        if is_slurm_id:
            return await self._from_queue(job_id)
        raise JobNotFound(f"There is no job {job_id}, or it is not one of yours.")

    async def own(self, job_id: str) -> Job:
        """Return a job of this user's as it is stored.

        Raises:
            InvalidRequest: this is no id.
            JobNotFound: there is no such job, or it is not this user's.
        """
        job = await self._find(job_id, is_slurm_id=_check_id(job_id))
        if job is None:
            raise JobNotFound(f"There is no job {job_id}, or it is not one of yours.")
        return job

    def view(self, job: Job, **shown: Any) -> JobView:
        """Show a stored job: one that goes on as of the last look at Slurm."""
        if job.is_over:
            return JobView.of(job, **shown)
        fresh = self._freshness()
        seen = [moment for moment in (job.synced_at, fresh.synced_at) if moment]
        facts = {"stale": fresh.stale, "synced_at": max(seen, default=None)}
        return JobView.of(job, **(facts | shown))

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

    async def _stored(self, job_id: str, *, is_slurm_id: bool) -> JobView | None:
        """Show what the store has under an id: a job, a task, or a part of either."""
        job = await self._find(job_id, is_slurm_id=is_slurm_id)
        if job and job.task:
            array = await self._store.get(job.task.array_job_id)
            return await self._with_output(job, **(parts.script_of(array) if array else {}))
        if job:
            return await self._with_output(job)
        whole = await self._find(words.job_of(job_id), is_slurm_id=True) if is_slurm_id else None
        part = parts.part_of(whole, job_id) if whole else None
        if part is None:
            return None
        return self.view(part, job_id=None) if part.task else self.view(part)

    async def _find(self, job_id: str, *, is_slurm_id: bool) -> Job | None:
        if not is_slurm_id:
            return await self._store.get(job_id.lower())
        try:
            cluster = (await self._slurm.info()).name
        except SlurmError:
            cluster = None  # better another cluster's job than none, while Slurm is away
        return await self._store.get_by_slurm_id(job_id, cluster)

    async def _with_output(self, job: Job, **shown: Any) -> JobView:
        try:
            tail = await self._outputs.read(job, "stdout")
        except FilesUnavailable:
            return self.view(job, **shown, stale=True)
        if tail is None:
            return self.view(job, **shown)
        return self.view(
            job,
            **shown,
            output=await asyncio.to_thread(as_text, tail.data),
            output_size=tail.size,
            output_truncated=tail.truncated,
        )

    async def _from_queue(self, slurm_id: str) -> JobView:
        found = await self._queue.row(slurm_id)
        if found is None:
            raise JobNotFound(
                f"There is no job {slurm_id} in the queue, and none of yours had this id."
            )
        row, synced_at, stale = found
        return JobView.of_queue(row, synced_at, stale=stale)


def _check_id(job_id: str) -> bool:
    """Tell whether this is a Slurm id; refuse what is no id at all."""
    if _SLURM_ID.fullmatch(job_id):
        return True
    if _UUID.fullmatch(job_id):
        return False
    raise InvalidRequest(
        "A job is named by its UUID, as submit returned it, or by its Slurm id, such as 12345."
    )
