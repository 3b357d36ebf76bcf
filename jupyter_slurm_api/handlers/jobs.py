"""``GET jobs``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler

if TYPE_CHECKING:
    from ..search import JobSearch


class JobsHandler(SlurmHandler):
    """Lists the user's jobs, also those that have left Slurm's queue."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with one page; ``next_cursor`` asks for the next as ``cursor``."""
        search: JobSearch = self.asked_query()
        listing = (await self.services()).listing
        if not self.has_already(listing.etag(search)):
            await self.send(await listing.page(search))
