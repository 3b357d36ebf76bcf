"""``GET job/{job_id}/report``."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler, etag_of


class ReportHandler(SlurmHandler):
    """Tells how a job went that is over."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with its times, what it used, why it failed, and what to ask for next time."""
        report = await (await self.services()).report.report(job_id)
        data = report.model_dump_json().encode()
        if not self.has_already(etag_of(data)):
            await self.send(data)
