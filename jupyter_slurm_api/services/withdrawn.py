"""Submits that were refused, and whose records MongoDB may write all the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from ..cancelling import cancel
from ..errors import DatabaseUnavailable
from ..store.jobs import JobStore

_PAUSE_SECONDS: Final = 5.0
_TIMES: Final = 24  # two minutes: a network that was away sends again what it lost


class Withdrawn:
    """Takes back the records of submits that were not carried out.

    A write that timed out may still come: a mongod that hung works off what it was
    sent when it wakes. So a record is deleted once MongoDB answers, and again for
    some time. One that has become a job stays.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._times: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._times

    def add(self, job_id: str) -> None:
        """Take back a job's record as soon as that can be done."""
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
                await self._store.withdraw(job_ids)
                self._count(job_ids)

    def _count(self, job_ids: list[str]) -> None:
        for job_id in job_ids:
            self._times[job_id] -= 1
            if not self._times[job_id]:
                del self._times[job_id]
