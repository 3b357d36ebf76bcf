"""``GET queue``."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import InvalidRequest
from .base import SlurmHandler


class QueueHandler(SlurmHandler):
    """Shows the cluster's queue."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the whole queue, or with ``?user=me`` one's own part of it."""
        user = self.get_query_argument("user", None)
        if user not in (None, "me"):
            raise InvalidRequest("'user' can only be 'me'; leave it out for the whole queue.")
        body = await (await self.services()).queue.body(mine=user == "me")
        if not self.has_already(body.etag):
            self.finish(body.data)
