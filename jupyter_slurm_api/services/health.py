"""How the service and what it stands on are doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import SlurmError
from ..slurm.client import Slurm
from ..store.mongo import Mongo


class HealthService:
    """Tells the state of the parts.

    ``sync_status`` returns the sync's own figures, ``database_note`` a sentence
    that people should know about where the jobs are kept.
    """

    def __init__(
        self,
        slurm: Slurm,
        mongo: Mongo,
        sync_status: Callable[[], dict[str, Any]],
        database_note: Callable[[], str | None],
    ) -> None:
        self._slurm = slurm
        self._mongo = mongo
        self._sync_status = sync_status
        self._database_note = database_note

    def brief(self) -> dict[str, Any]:
        """Return what anybody may know, from what the last look showed."""
        failing = self._mongo.last_error or self._sync_status()["last_error"]
        return {"status": "degraded" if failing else "ok"}

    async def full(self) -> dict[str, Any]:
        """Return the state of each part, for people who are logged in."""
        sync = self._sync_status()
        return {
            **self.brief(),
            "slurm": await self._slurm_part(sync["slurm_error"]),
            "database": {
                "reachable": self._mongo.last_error is None,
                "error": self._mongo.last_error,
                "note": self._database_note(),
            },
            "sync": sync,
        }

    async def _slurm_part(self, last_error: str | None) -> dict[str, Any]:
        try:
            info = await self._slurm.info()
        except SlurmError as error:
            return {"reachable": False, "error": error.message}
        return {
            "reachable": last_error is None,
            "error": last_error,
            "cluster": info.name,
            "version": info.version,
            "accounting": info.accounting,
        }
