"""``GET health``."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import allow_unauthenticated

from ..errors import NotReady
from .base import SlurmHandler


class HealthHandler(SlurmHandler):
    """Tells whether the service and its parts are well."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Answer with the status alone, and to people who are logged in with each part's."""
        try:
            health = (await self.services()).health
            answer = await health.full() if self.current_user else health.brief()
        except NotReady as error:
            answer = {"status": "degraded"}
            if self.current_user:
                answer["error"] = error.message
        self.finish(json.dumps(answer, default=str))
