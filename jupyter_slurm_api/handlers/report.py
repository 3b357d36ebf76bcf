"""``GET job/{job_id}/report``."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..representation import Representation
from .base import SlurmHandler


class ReportHandler(SlurmHandler):
    """Tells how a job went that is over."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with its times, what it used, why it failed, and what to ask for next time."""
        report = await (await self.services()).report.report(job_id)
        await self.send_new(Representation.of(report))
