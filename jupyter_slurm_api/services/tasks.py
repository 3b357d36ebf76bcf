"""The tasks of an array: those with a record of their own, and those that have not started."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from typing import Final

from .. import task_ids
from ..errors import Conflict
from ..job import Job
from ..representation import Representation
from ..search import TaskSearch
from ..store.tasks import TaskPage, TaskStore
from ..views import JobView, TasksView
from . import parts
from .jobs import JobService
from .viewer import Viewer

_UNSAID: Final = {"tasks": {"__all__": {"synced_at"}}}
_OF_THE_ARRAY: Final = {"script": None, "parameters": None}
"""What is shown with the array alone: a thousand tasks would repeat megabytes a thousand times."""


class TaskService:
    """Shows an array's tasks, page by page in the order of their ids."""

    def __init__(self, jobs: JobService, store: TaskStore, viewer: Viewer) -> None:
        self._jobs = jobs
        self._viewer = viewer
        self._store = store

    async def page(self, job_id: str, search: TaskSearch) -> Representation:
        """Return a page of an array's tasks as JSON.

        Raises:
            InvalidRequest: this is no id.
            JobNotFound: there is no such job, or it is not this user's.
            Conflict: it is no array.
        """
        array = await self._jobs.own(job_id)
        if array.array is None:
            raise Conflict(f"Job {job_id} is no array, so it has no tasks.", job_id=array.job_id)
        found = await self._store.page(
            array.job_id, search.state, after=search.after, limit=search.limit + 1
        )
        return await asyncio.to_thread(self._written, array, found, search)

    def _written(self, array: Job, found: TaskPage, search: TaskSearch) -> Representation:
        started = {job.task.task_id: job for job in found.tasks if job.task}
        waiting = dict(_unstarted(array, search.state))
        ids = sorted(started.keys() | {task_id for task_id in waiting if task_id > search.after})
        bare = array.model_copy(update=_OF_THE_ARRAY)

        def view(task_id: int) -> JobView:
            if task_id in started:
                return self._viewer.view(started[task_id])
            return self._viewer.view(parts.unstarted(bare, task_id, waiting[task_id]), job_id=None)

        page = TasksView(
            job_id=array.job_id,
            slurm_id=array.slurm_id,
            counts=array.array.counts if array.array else {},
            total=found.total + len(waiting),
            tasks=[view(task_id) for task_id in ids[: search.limit]],
            next_after=ids[search.limit - 1] if len(ids) > search.limit else None,
        )
        return Representation.of(page, _UNSAID)


def _unstarted(array: Job, only: Collection[str]) -> Iterator[tuple[int, str]]:
    """Return the tasks without a record of their own, each with its state."""
    ids = array.array.unstarted if array.array else {}
    for state, text in ids.items():
        if not only or state in only:
            yield from ((task_id, state) for task_id in task_ids.expand(text))
