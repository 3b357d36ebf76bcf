"""``POST estimate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler

if TYPE_CHECKING:
    from ..requests import EstimateRequest


class EstimateHandler(SlurmHandler):
    """Tells what Slurm thinks of a job before it is submitted."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer when the job in the body would start, or why it cannot."""
        request: EstimateRequest = self.asked_body()
        await self.reply(await (await self.services()).estimate.estimate(request))
