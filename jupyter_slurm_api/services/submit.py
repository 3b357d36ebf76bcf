"""Submitting a job, and only once for an idempotency key."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from .. import states, tally
from ..clock import utc_now
from ..errors import Conflict, DatabaseUnavailable, SlurmTimeout
from ..job import Job, Origin
from ..known import KnownJobs
from ..models import JobSpec, Submitted
from ..observation import Observation
from ..requests import Resubmission
from ..slurm.client import Slurm
from ..store.jobs import JobStore
from ..views import SubmitRequest
from . import submission
from .withdrawn import Withdrawn

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The job of a request; ``replayed`` tells that an earlier request has made it."""

    job: Job
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A submit with an idempotency key that this server carries out just now."""

    request_sha256: str
    task: asyncio.Task[Receipt]


class SubmitService:
    """Submits jobs as the user that this server runs as.

    A submit is recorded before sbatch runs, so that a job is never lost: where
    sbatch's answer does not come, the sync finds the job by its tag. The record
    holds the request's idempotency key, which MongoDB takes once for each user:
    so there is one sbatch a key, however many servers are asked.

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
        self._tasks: set[asyncio.Task[Receipt]] = set()
        self._by_key: dict[str, _UnderWay] = {}
        self._withdrawn = Withdrawn(store)

    async def submit(self, request: SubmitRequest, key: str | None = None) -> Receipt:
        """Check a job, record it, and hand it to Slurm; or return the job that has the key.

        Raises:
            InvalidRequest: the request cannot be a job; nothing was recorded.
            Conflict: the key is another request's, or of a job that may have run.
            SlurmRefused: Slurm refuses it; the record is taken back.
            SlurmBusy: sbatch was not started, too many wait; the record is taken back.
            SlurmTimeout: sbatch did not answer; the job stays SUBMITTING until
                it is known what became of it.
            DatabaseUnavailable: it cannot be recorded, so it was not submitted.
        """
        while key is not None and (first := self._by_key.get(key)) is not None:
            if first.request_sha256 == request.sha256:
                return replace(await asyncio.shield(first.task), replayed=True)
            await asyncio.wait([first.task])  # where it is refused, the key is free again
        return await asyncio.shield(self._begin(request, key))

    async def drain(self, seconds: float) -> None:
        """Wait for the submits that are under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        await self._withdrawn.stop()

    def _begin(self, request: SubmitRequest, key: str | None) -> asyncio.Task[Receipt]:
        # Once begun, a submit is carried through, even when its caller has gone.
        task = asyncio.ensure_future(self._once(request, key))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if key is not None:
            self._by_key[key] = _UnderWay(request.sha256, task)
            task.add_done_callback(lambda _: self._by_key.pop(key))
        return task

    def _ended(self, task: asyncio.Task[Receipt]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # told to all who wait, if any still do

    async def _once(self, request: SubmitRequest, key: str | None) -> Receipt:
        while True:
            if key is not None and (found := await self._found(request, key)):
                return Receipt(found, replayed=True)
            job, spec = await self._prepare(request, key)
            if await self._record(job):
                return Receipt(await self._carry_out(job, spec))

    async def _found(self, request: SubmitRequest, key: str) -> Job | None:
        """Return the job that has a key; None where the key is free."""
        job = await self._store.by_key(key)
        if job is None:
            return None
        if job.status == states.NOT_SUBMITTED:
            await self._store.replace(job, job.model_copy(update={"idempotency_key": None}))
            return None
        if job.status == states.SUBMITTING:
            if job.job_id in self._withdrawn:
                await self._withdrawn.take_back(job.job_id)
                return None
            if not await self._store.tell(job.job_id):
                return await self._found(request, key)  # what became of it is known by now
            self._known.put([job])  # so that our sync, too, finds out what became of it
        _check_repeats(job, request)
        return job

    async def _prepare(self, request: SubmitRequest, key: str | None) -> tuple[Job, JobSpec]:
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
            tags=request.tags,
            resubmit_of=request.resubmit_of if isinstance(request, Resubmission) else None,
            stdout_path=spec.stdout,
            stderr_path=spec.stderr,
            array=tally.submitted(spec.array),
            origin=Origin(kind="api"),
            idempotency_key=key,
            request_sha256=request.sha256,
        )
        return job, spec

    async def _record(self, job: Job) -> bool:
        try:
            return await self._store.insert(job)
        except DatabaseUnavailable:
            self._withdrawn.add(job.job_id)  # it may be written yet
            raise

    async def _carry_out(self, job: Job, spec: JobSpec) -> Job:
        self._known.put([job])
        try:
            answer = await self._slurm.submit(spec)
        except SlurmTimeout as error:
            sentence = f"{error.message} {_advice(job)}"
            raise SlurmTimeout(sentence, job_id=job.job_id) from error
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
        await self._withdrawn.take_back(job.job_id)


def _check_repeats(job: Job, request: SubmitRequest) -> None:
    """Refuse a request that cannot be answered with the job that has its key."""
    where = f"GET slurm/job/{job.job_id}"
    if job.request_sha256 != request.sha256:
        raise Conflict(
            f"This Idempotency-Key was sent before, with another request: {where} shows its job."
            " Send a new key to submit this one too.",
            job_id=job.job_id,
        )
    if job.status == states.UNKNOWN and job.slurm_id is None:
        raise Conflict(
            "sbatch did not answer when this Idempotency-Key was first sent, and it cannot be known"
            f" any more whether the job ran: {where} shows what is known. Look for what it would"
            " have written; to submit it again, send a new key.",
            job_id=job.job_id,
        )


def _advice(job: Job) -> str:
    unknown = (
        "Whether the job was submitted is not known yet: look at job"
        f" {job.job_id} before you submit it again"
    )
    if job.idempotency_key is None:
        return f"{unknown}."
    return f"{unknown}, or send the same Idempotency-Key again, which never makes a second job."
