"""``GET queue``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler

if TYPE_CHECKING:
    from ..search import QueueSearch


class QueueHandler(SlurmHandler):
    """Shows the cluster's queue."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the lines that are asked for, or with the whole queue."""
        search: QueueSearch = self.asked_query()
        queue = (await self.services()).queue
        body = await queue.body(search)
        if not self.has_already(body.etag):
            await queue.turn()
            await self.send(body.data)
