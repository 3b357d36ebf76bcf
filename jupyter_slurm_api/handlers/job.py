"""``GET``, ``PATCH`` and ``DELETE job/{job_id}``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from .actions import answer_of
from .base import SlurmHandler, etag_of

if TYPE_CHECKING:
    from ..actions import CancelQuery, ChangeRequest, Verb
    from ..views import JobView


class JobHandler(SlurmHandler):
    """Shows one job, changes it, cancels it."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with a job, by its UUID or its Slurm id."""
        job = await (await self.services()).jobs.show(job_id)
        data, etag = await asyncio.to_thread(_written, job)
        if not self.has_already(etag):
            await self.send(data)

    @web.authenticated
    @authorized
    async def patch(self, job_id: str) -> None:
        """Change what a job asks for."""
        request: ChangeRequest = self.asked_body()
        await self.reply(answer_of(await (await self.services()).actions.change(job_id, request)))

    @web.authenticated
    @authorized
    async def delete(self, job_id: str) -> None:
        """Cancel a job, or with ``?signal=`` send it that signal."""
        query: CancelQuery = self.asked_query()
        verb: Verb = "signal" if query.signal else "cancel"
        actions = (await self.services()).actions
        await self.reply(answer_of(await actions.act(verb, job_id, query.signal)))


def _written(job: JobView) -> tuple[bytes, str]:
    """Return a job as JSON, and an ETag that stays while no more than the look at it is new."""
    return (
        job.model_dump_json().encode(),
        etag_of(job.model_dump_json(exclude={"synced_at"}).encode()),
    )
