"""The tasks of an array: those with a record of their own, and those that have not started."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from .. import states, task_ids
from ..errors import InvalidRequest
from ..job import Job
from ..store.tasks import TaskStore
from ..views import TasksView
from . import parts
from .jobs import JobService

LARGEST_PAGE: Final = 1000


class TaskService:
    """Shows an array's tasks, page by page in the order of their ids."""

    def __init__(self, jobs: JobService, store: TaskStore) -> None:
        self._jobs = jobs
        self._store = store

    async def page(
        self, job_id: str, wanted: Collection[str], *, after: int, limit: int
    ) -> TasksView:
        """Return some of an array's tasks: in the ``wanted`` states, behind the id ``after``.

        Raises:
            InvalidRequest: this is no array, or there is no such state.
            JobNotFound: there is no such job, or it is not this user's.
        """
        only = {_state(word) for word in wanted}
        array = await self._jobs.own(job_id)
        if array.array is None:
            raise InvalidRequest(f"Job {job_id} is no array, so it has no tasks.")
        started = await self._store.page(array.job_id, only, after=after, limit=limit + 1)
        waiting = dict(_unstarted(array, only))
        rows = [(job.task.task_id, self._jobs.view(job)) for job in started.tasks if job.task]
        behind = sorted(task_id for task_id in waiting if task_id > after)[: limit + 1]
        rows += [
            (each, self._jobs.view(parts.unstarted(array, each, waiting[each]), job_id=None))
            for each in behind
        ]
        rows.sort(key=lambda row: row[0])
        return TasksView(
            job_id=array.job_id,
            slurm_id=array.slurm_id,
            counts=array.array.counts,
            total=started.total + len(waiting),
            tasks=[view for _, view in rows[:limit]],
            next_after=rows[limit - 1][0] if len(rows) > limit else None,
        )


def _unstarted(array: Job, only: Collection[str]) -> Iterator[tuple[int, str]]:
    """Return the tasks without a record of their own, each with its state."""
    ids = array.array.unstarted if array.array else {}
    for state, text in ids.items():
        if not only or state in only:
            yield from ((task_id, state) for task_id in task_ids.expand(text))


def _state(word: str) -> str:
    """Return the state that a long or a short word names."""
    found = states.named(word)
    if found is None:
        raise InvalidRequest(
            f"'{word}' is no state of a job. Use Slurm's words, such as RUNNING or R.",
            [{"field": "state", "message": "no such state"}],
        )
    return found
