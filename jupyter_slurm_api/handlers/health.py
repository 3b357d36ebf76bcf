"""``GET health``."""

from __future__ import annotations

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import allow_unauthenticated

from ..errors import NotReady
from .base import SlurmHandler


class HealthHandler(SlurmHandler):
    """Tells whether the service and its parts are well."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Answer with the status alone, and to people who may read with each part's."""
        from pydantic_core import to_json

        try:
            health = (await self.services()).health
            answer = await health.full() if await self._may_read() else health.brief()
        except NotReady as error:
            answer = {"status": "degraded"}
            if await self._may_read():
                answer["error"] = error.message
        self.finish(to_json(answer))

    async def _may_read(self) -> bool:
        user = self.current_user
        return bool(user) and await ensure_async(
            self.authorizer.is_authorized(self, user, "read", self.auth_resource)
        )
