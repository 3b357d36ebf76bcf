"""``GET``, ``PATCH`` and ``DELETE job/{job_id}``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..representation import Representation
from .actions import answer_of
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..actions import CancelQuery, ChangeRequest, Verb
    from ..search import JobQuery


_UNSAID: Final = {"synced_at": True}


class JobHandler(SlurmHandler):
    """Shows one job, changes it, cancels it."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with a job, by its UUID or its Slurm id."""
        query: JobQuery = self.asked_query()
        job = await (await self.services()).jobs.show(job_id, with_output=query.output)
        # In a thread, since an output of a megabyte and a script of four take a while.
        await self.send_new(await asyncio.to_thread(Representation.of, job, _UNSAID))

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
