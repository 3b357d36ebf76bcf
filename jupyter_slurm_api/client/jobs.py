"""Submitting jobs, finding them, waiting for them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .. import states
from ..models import ParameterValue
from ..report import JobReport
from ..views import JobsView, JobView, QueueView, SubmitAnswer, TasksView
from .answers import read
from .calls import Calls, path_of, said
from .failures import Unavailable
from .session import SUBMITTING, QueryValue

_FIRST_LOOK: Final = 0.5
_LAST_LOOK: Final = 10.0
_AWAY_SECONDS: Final = 300.0


class JobCalls(Calls):
    """The calls about jobs."""

    def submit(
        self,
        script: str,
        *,
        name: str | None = None,
        parameters: Mapping[str, ParameterValue] | None = None,
        work_dir: str | None = None,
        tags: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> SubmitAnswer:
        """Submit a batch script; ``parameters`` are sbatch's long options.

        It may be sent several times if the connection breaks or Slurm is away, and
        there is one job: each call has an idempotency key of its own, or yours.
        ``slurm_id`` is null while Slurm has not said whether it has the job.
        """
        body = said(
            script=script,
            name=name,
            parameters=dict(parameters) if parameters else None,
            work_dir=work_dir,
            tags=list(tags) or None,
        )
        return self._submit("submit", body, idempotency_key)

    def queue(self, **filters: QueryValue) -> QueueView:
        """Return the cluster's queue.

        Filters are ``user`` (``me`` for one's own), ``state``, ``partition``, ``account``,
        ``name``, ``q``, ``since``, ``until``; ``sort``, ``limit`` and ``cursor`` make pages.
        """
        return self._get(QueueView, "queue", filters)

    def jobs(self, **filters: QueryValue) -> JobsView:
        """Return a page of one's own jobs, also of those that left Slurm's queue.

        Filters are ``state``, ``partition``, ``account``, ``name``, ``q``, ``tag``, ``since``,
        ``until``; ``sort``, ``limit`` and ``cursor`` make pages.
        """
        return self._get(JobsView, "jobs", filters)

    def iter_jobs(self, **filters: QueryValue) -> Iterator[JobView]:
        """Yield one's own jobs, page by page."""
        while True:
            page = self.jobs(**filters)
            yield from page.jobs
            if page.next_cursor is None:
                return
            filters["cursor"] = page.next_cursor

    def job(self, job_id: str) -> JobView:
        """Return one job, by its UUID or its Slurm id."""
        return self._get(JobView, path_of(job_id))

    def tasks(self, job_id: str, **filters: QueryValue) -> TasksView:
        """Return a page of an array's tasks: ``state``, ``after`` and ``limit``."""
        return self._get(TasksView, path_of(job_id, "tasks"), filters)

    def iter_tasks(self, job_id: str, **filters: QueryValue) -> Iterator[JobView]:
        """Yield an array's tasks, page by page."""
        while True:
            page = self.tasks(job_id, **filters)
            yield from page.tasks
            if page.next_after is None:
                return
            filters["after"] = page.next_after

    def wait(self, job_id: str, *, timeout: float | None = None) -> JobView:
        """Return a job when it is over.

        A server that is away is asked for five minutes more.

        Raises:
            TimeoutError: it is not over after so many seconds.
        """
        began = answered = time.monotonic()
        pause = _FIRST_LOOK
        while True:
            try:
                job = self.job(job_id)
                answered = time.monotonic()
                if states.is_over(job.status):
                    return job
            except Unavailable:
                if time.monotonic() - answered > _AWAY_SECONDS:
                    raise
            left = None if timeout is None else began + timeout - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError(f"Job {job_id} is not over after {timeout:g} s.")
            time.sleep(pause if left is None else min(pause, left))
            pause = min(pause * 1.5, _LAST_LOOK)

    def report(self, job_id: str) -> JobReport:
        """Return how a job went that is over, and what to ask for the next time."""
        return self._get(JobReport, path_of(job_id, "report"))

    def resubmit(
        self,
        job_id: str,
        *,
        script: str | None = None,
        name: str | None = None,
        parameters: Mapping[str, ParameterValue] | None = None,
        work_dir: str | None = None,
        tags: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> SubmitAnswer:
        """Submit a job once more, as `submit` does, with what is to be different.

        A parameter of null takes that of the job away.
        """
        body = said(
            script=script,
            name=name,
            parameters=dict(parameters) if parameters else None,
            work_dir=work_dir,
            tags=None if tags is None else list(tags),
        )
        return self._submit(path_of(job_id, "resubmit"), body, idempotency_key)

    def _submit(self, path: str, body: Mapping[str, Any], key: str | None) -> SubmitAnswer:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        answer = self._session.ask("POST", path, body=body, headers=headers, patience=SUBMITTING)
        return read(SubmitAnswer, answer.content)
