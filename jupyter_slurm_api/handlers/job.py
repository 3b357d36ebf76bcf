"""``GET job/{job_id}``."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler


class JobHandler(SlurmHandler):
    """Shows one job."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with a job, by its UUID or its Slurm id."""
        self.reply(await (await self.services()).jobs.show(job_id))
