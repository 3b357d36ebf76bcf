"""``GET jobs``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import bodies
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..search import JobSearch


class JobsHandler(SlurmHandler):
    """Lists the user's jobs, also those that have left Slurm's queue."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with one page; ``next_cursor`` asks for the next as ``cursor``."""
        search = self._search()
        listing = (await self.services()).listing
        self._etag = listing.etag(search)
        self.set_header("Cache-Control", "no-cache")
        self.set_etag_header()
        if self.check_etag_header():
            self.set_status(HTTPStatus.NOT_MODIFIED)
            self.finish()
        else:
            self.finish(await listing.page(search))

    def _search(self) -> JobSearch:
        from ..search import JobSearch

        return bodies.query(JobSearch, self.request.query_arguments)

    def compute_etag(self) -> str | None:
        """Return the ETag that was told before there was a body."""
        return getattr(self, "_etag", None)
