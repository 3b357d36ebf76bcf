"""Submits that were refused, and whose records MongoDB may write all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from .. import reconcile
from ..cancelling import cancel
from ..clock import utc_now
from ..errors import DatabaseUnavailable
from ..store.jobs import JobStore

_PAUSE_SECONDS: Final = 5.0
_TIMES: Final = 24  # two minutes: a network that was away sends again what it lost
_REASON: Final = (
    "The server that was first sent this submit refused it, and Slurm never got this job. Submit it"
    " again."
)


class Withdrawn:
    """Takes back the records of submits that were not carried out.

    A write that timed out may still come: a mongod that hung works off what it was
    sent when it wakes. So a record is deleted once MongoDB answers, and again for
    some time. One that has become a job stays. One that another server has answered
    with meanwhile becomes NOT_SUBMITTED: its client was told where to look.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._times: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._times

    async def take_back(self, job_id: str) -> None:
        """Take back a job's record now, or as soon as MongoDB answers."""
        try:
            await self._take_back([job_id])
        except DatabaseUnavailable:
            self.add(job_id)

    def add(self, job_id: str) -> None:
        """Take back a job's record, which may not be there yet, again and again."""
        self._times[job_id] = _TIMES
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Stop; a record that comes from now on stays."""
        await cancel(self._task)

    async def _run(self) -> None:
        while self._times:
            await asyncio.sleep(_PAUSE_SECONDS)
            job_ids = list(self._times)
            with suppress(DatabaseUnavailable):
                await self._take_back(job_ids)
                self._count(job_ids)

    async def _take_back(self, job_ids: Sequence[str]) -> None:
        for job in await self._store.withdraw(job_ids):
            await self._store.replace(job, reconcile.not_submitted(job, _REASON, utc_now()))

    def _count(self, job_ids: list[str]) -> None:
        for job_id in job_ids:
            self._times[job_id] -= 1
            if not self._times[job_id]:
                del self._times[job_id]
