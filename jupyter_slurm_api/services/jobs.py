"""Showing a job."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from .. import dependencies, reconcile, states
from ..dependencies import Dependency
from ..errors import (
    DatabaseUnavailable,
    FilesUnavailable,
    InvalidRequest,
    JobNotFound,
    SlurmError,
)
from ..job import Job
from ..known import KnownJobs
from ..slurm import words
from ..slurm.client import Slurm
from ..store.jobs import JobStore
from ..views import JobView
from . import parts
from .output import OutputService, as_text
from .queue import QueueService
from .viewer import Viewer

# No zeros before a number: Slurm takes them, and would know a job by names that we do not.
_SLURM_ID: Final = re.compile(r"[1-9][0-9]{0,9}(?:[_+](?:0|[1-9][0-9]{0,6}))?")
_TASKS: Final = re.compile(r"[1-9][0-9]{0,9}_\[[0-9,:%-]{1,1000}\]")
_LARGEST_ID: Final = 2**32 - 1  # of a larger one Slurm's commands take the lower 32 bits
_LOOK_SECONDS: Final = 2.0
_MOST_DEPENDENCIES: Final = 100
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

ONE_JOB: Final = f"^(?:{_UUID.pattern}|{_SLURM_ID.pattern})$"
"""What names a job or a task."""

SOME_JOBS: Final = f"^(?:{_UUID.pattern}|{_SLURM_ID.pattern}|{_TASKS.pattern})$"
"""What names a job, a task or a range of tasks."""


class JobService:
    """Shows jobs: those of the user that this server runs as, and others' as squeue does.

    ``known`` is what this server has in memory; it answers where MongoDB is away.
    ``look`` waits for a look at Slurm, so many seconds at most: a job that was
    submitted without us a moment ago is not known before.
    """

    def __init__(
        self,
        slurm: Slurm,
        store: JobStore,
        outputs: OutputService,
        queue: QueueService,
        *,
        known: KnownJobs,
        user: str,
        viewer: Viewer,
        look: Callable[[float], Awaitable[None]],
    ) -> None:
        self._slurm = slurm
        self._store = store
        self._outputs = outputs
        self._queue = queue
        self._known = known
        self._user = user
        self._viewer = viewer
        self._look = look

    async def show(self, job_id: str, *, with_output: bool = True) -> JobView:
        """Return a job by UUID or Slurm id; another user's as far as squeue shows it.

        Raises:
            InvalidRequest: this is neither kind of id.
            JobNotFound: there is no such job, or none that this user may see.
        """
        is_slurm_id = _check_id(job_id)
        try:
            found = await self._stored(job_id, is_slurm_id=is_slurm_id, with_output=with_output)
        except DatabaseUnavailable:
            remembered = self._known.get(job_id)
            if remembered is None:
                raise
            return self._viewer.view(remembered, stale=True)
        if found is not None:
            return found
        if is_slurm_id:
            return await self._not_stored(job_id, with_output=with_output)
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

    async def own_with_script(self, job_id: str) -> Job:
        """Return a job as `own` does; a task of an array with its array's script."""
        job = await self.own(job_id)
        array = await self._store.get(job.task.array_job_id) if job.task else None
        return job.model_copy(update=parts.script_of(array)) if array else job

    async def current(self, job_id: str) -> Job:
        """Return a job of this user's, or a part of one, as it is known now.

        One that goes on is in memory; a Slurm id that is new to us is looked for in Slurm.

        Raises:
            InvalidRequest: this is no id.
            JobNotFound: there is no such job, or it is not this user's.
            DatabaseUnavailable: it may be in the database, which is away.
        """
        is_slurm_id = _check_id(job_id)
        found = await self._remembered(job_id, is_slurm_id=is_slurm_id)
        if found is None and is_slurm_id:
            await self._look(_LOOK_SECONDS)
            found = await self._remembered(job_id, is_slurm_id=is_slurm_id)
        if found is None:
            raise JobNotFound(f"There is no job {job_id}, or it is not one of yours.")
        return found

    async def _remembered(self, job_id: str, *, is_slurm_id: bool) -> Job | None:
        """Return a job, a task or a component from memory while it goes on, else from the store."""
        job = self._known.get(job_id if is_slurm_id else job_id.lower())
        whole = self._known.get(words.job_of(job_id)) if job is None and is_slurm_id else None
        if whole and (part := parts.part_of(whole, job_id)):
            return part
        if job is None or job.is_over:
            try:
                job = await self._find(job_id, is_slurm_id=is_slurm_id) or job
            except DatabaseUnavailable:
                if job is None:
                    raise
        if job or not is_slurm_id or whole or words.job_of(job_id) == job_id:
            return job
        whole = await self._find(words.job_of(job_id), is_slurm_id=True)
        return parts.part_of(whole, job_id) if whole else None

    async def named(self, names: Sequence[str]) -> dict[str, Job]:
        """Return those of this user's jobs that are stored, by the names they were asked for.

        Ranges of an array's tasks, such as ``12_[3-9]``, are none of them.

        Raises:
            InvalidRequest: one of them is no name of a job.
        """
        wanted = [name for name in names if not _TASKS.fullmatch(name)]
        slurm_ids = {name for name in wanted if _check_id(name)}
        cluster = (await self._slurm.info()).name
        found = await self._store.find(
            cluster, slurm_ids, {name.lower() for name in wanted if name not in slurm_ids}
        )
        by_slurm_id = reconcile.newest(found)
        by_job_id = {job.job_id: job for job in found}
        jobs = {name: by_slurm_id.get(name) or by_job_id.get(name.lower()) for name in wanted}
        return {name: job for name, job in jobs.items() if job}

    async def _stored(self, job_id: str, *, is_slurm_id: bool, with_output: bool) -> JobView | None:
        """Show what the store has under an id: a job, a task, or a part of either."""
        job = await self._find(job_id, is_slurm_id=is_slurm_id)
        if job and job.task:
            array = await self._store.get(job.task.array_job_id)
            shared = parts.script_of(array) if array else {}
            return await self._whole(job, with_output=with_output, **shared)
        if job:
            return await self._whole(job, with_output=with_output)
        whole = await self._find(words.job_of(job_id), is_slurm_id=True) if is_slurm_id else None
        part = parts.part_of(whole, job_id) if whole else None
        if part is None:
            return None
        return self._viewer.view(part, job_id=None) if part.task else self._viewer.view(part)

    async def _find(self, job_id: str, *, is_slurm_id: bool) -> Job | None:
        if not is_slurm_id:
            return await self._store.get(job_id.lower())
        try:
            cluster = (await self._slurm.info()).name
        except SlurmError:
            cluster = None  # better another cluster's job than none, while Slurm is away
        return await self._store.get_by_slurm_id(job_id, cluster)

    async def _whole(self, job: Job, *, with_output: bool, **shown: Any) -> JobView:
        shown["waits_for"] = await self._blockers(job)
        try:
            tail = await self._outputs.read(job, "stdout") if with_output else None
        except FilesUnavailable:
            return self._viewer.view(job, **shown, stale=True)
        if tail is None:
            return self._viewer.view(job, **shown)
        return self._viewer.view(
            job,
            **shown,
            output=await asyncio.to_thread(as_text, tail.data),
            output_size=tail.size,
            output_truncated=tail.truncated,
        )

    async def _blockers(self, job: Job) -> tuple[Dependency, ...]:
        """Return what a job waits for, with the states of those that are this user's."""
        if not (job.dependency and states.waits(job.status)):
            return ()
        found = dependencies.parse(job.dependency)[:_MOST_DEPENDENCIES]
        try:
            jobs = await self.named([one.slurm_id for one in found if one.slurm_id])
        except (InvalidRequest, SlurmError):
            return found  # better without their states than none
        known = {name: {"job_id": one.job_id, "status": one.status} for name, one in jobs.items()}
        return tuple(one.model_copy(update=known.get(one.slurm_id or "", {})) for one in found)

    async def _not_stored(self, slurm_id: str, *, with_output: bool) -> JobView:
        """Show a job that only Slurm knows: another user's, or one that is new to us."""
        found = await self._queue.row(slurm_id)
        if found is None or found[0]["user"] == self._user:
            await self._look(_LOOK_SECONDS)
            stored = await self._stored(slurm_id, is_slurm_id=True, with_output=with_output)
            if stored:
                return stored
        if found is None:
            raise JobNotFound(
                f"There is no job {slurm_id} in the queue, and none of yours had this id."
            )
        row, synced_at, stale = found
        return JobView.of_queue(row, synced_at, stale=stale)


def is_slurm_id(name: str) -> bool:
    """Tell whether this is how Slurm names a job, a task or a range of tasks."""
    if not (_SLURM_ID.fullmatch(name) or _TASKS.fullmatch(name)):
        return False
    return int(words.job_of(name)) <= _LARGEST_ID


def _check_id(job_id: str) -> bool:
    """Tell whether this is a Slurm id; refuse what is no id at all."""
    if _SLURM_ID.fullmatch(job_id):
        return True
    if _UUID.fullmatch(job_id):
        return False
    raise InvalidRequest(
        "A job is named by its UUID, as submit returned it, or by its Slurm id, such as 12345."
    )
