"""``GET job/{job_id}/tasks``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler

if TYPE_CHECKING:
    from ..search import TaskSearch


class TasksHandler(SlurmHandler):
    """Shows the tasks of an array."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with one page of tasks; ``next_after`` asks for the next as ``after``."""
        search: TaskSearch = self.asked_query()
        await self.send_new(await (await self.services()).tasks.page(job_id, search))
