"""``GET health``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import allow_unauthenticated

from ..errors import NotReady
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..search import HealthQuery


class HealthHandler(SlurmHandler):
    """Tells whether the service and its parts are well."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Answer with the status alone, and to people who may read with each part's.

        The service runs, so this is 200; with ``?ready`` it is 503 where a part is away.
        """
        from ..wellbeing import HealthView

        query: HealthQuery = self.asked_query()
        health = HealthView(**await self._health(whole=await self._may_read()))
        if health.status != "ok" and query.ready:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        await self.send(health.model_dump_json(exclude_unset=True).encode())

    async def _health(self, *, whole: bool) -> dict[str, Any]:
        try:
            health = (await self.services()).health
        except NotReady as error:
            return {"status": "degraded", **({"error": error.message} if whole else {})}
        return await (health.full() if whole else health.brief())

    async def _may_read(self) -> bool:
        user = self.current_user
        return bool(user) and await ensure_async(
            self.authorizer.is_authorized(self, user, "read", self.auth_resource)
        )
