"""How the service and what it stands on are doing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import SlurmError
from ..events import HealthEvent
from ..models import ClusterInfo
from ..slurm.client import Slurm
from ..store.mongo import Mongo
from ..store.retention import Keep

_WAIT_SECONDS: Final = 0.5  # less than a probe waits
_NO_ACCOUNTING: Final = (
    "This cluster keeps no accounting. How a job ended is known only if this server saw it in the"
    " queue: of a job that left it unseen, the end stays UNKNOWN."
)
_OF_SLURM: Final = ("slurm_error", "slurm_last_success", "slurm_last_error", "accounting_error")


class HealthService:
    """Tells the state of the parts, from what is known: whatever hangs, it answers within a second.

    ``sync_status`` returns the sync's own figures, ``database_note`` a sentence
    that people should know about where the jobs are kept, ``keep`` is for how long.
    """

    def __init__(
        self,
        slurm: Slurm,
        mongo: Mongo,
        sync_status: Callable[[], Mapping[str, Any]],
        database_note: Callable[[], str | None],
        keep: Keep,
    ) -> None:
        self._slurm = slurm
        self._mongo = mongo
        self._sync_status = sync_status
        self._database_note = database_note
        self._keep = keep
        self._info: ClusterInfo | None = None

    async def brief(self) -> dict[str, Any]:
        """Return what anybody may know."""
        await self._mongo.look(_WAIT_SECONDS)
        return _status(self._mongo.contact.error, _error(self._sync_status()))

    def known(self) -> HealthEvent:
        """Return how the parts are, as far as is known without asking."""
        sync = self._sync_status()
        return HealthEvent.of(
            slurm=sync["slurm_error"] is None,
            database=self._mongo.contact.error is None,
            sync=_error(sync) is None,
        )

    async def full(self) -> dict[str, Any]:
        """Return the state of each part, for people who are logged in."""
        _, fault = await asyncio.gather(self._mongo.look(_WAIT_SECONDS), self._ask_slurm())
        sync = self._sync_status()
        parts = {
            "slurm": self._slurm_part(sync, sync["slurm_error"] or fault),
            "database": self._database_part(),
            "sync": _sync_part(sync),
        }
        return _status(*(part["error"] for part in parts.values())) | parts

    async def _ask_slurm(self) -> str | None:
        """Learn what Slurm says of itself; where that fails, what is the matter."""
        try:
            self._info = await asyncio.wait_for(self._slurm.info(), _WAIT_SECONDS)
        except asyncio.TimeoutError:
            return None if self._info else "Slurm has not answered yet."
        except SlurmError as error:
            return error.message
        return None

    def _slurm_part(self, sync: Mapping[str, Any], error: str | None) -> dict[str, Any]:
        info = self._info
        return {
            "reachable": error is None,
            "error": error,
            "cluster": info.name if info else None,
            "version": info.version if info else None,
            "accounting": info.accounting if info else None,
            "accounting_error": sync["accounting_error"],
            "note": _NO_ACCOUNTING if info and not info.accounting else None,
            "last_success": sync["slurm_last_success"],
            "last_error": sync["slurm_last_error"],
        }

    def _database_part(self) -> dict[str, Any]:
        contact = self._mongo.contact
        return {
            "reachable": contact.error is None,
            "error": contact.error,
            "version": self._mongo.version,
            "note": self._database_note(),
            "last_success": contact.last_success,
            "last_error": contact.last_error,
            "keep_jobs_days": self._keep.jobs_days,
            "keep_outputs_days": self._keep.outputs_days,
        }


def _status(*errors: str | None) -> dict[str, Any]:
    return {"status": "degraded" if any(errors) else "ok"}


def _sync_part(sync: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in sync.items() if name not in _OF_SLURM}
    return {**own, "error": _error(sync)}


def _error(sync: Mapping[str, Any]) -> str | None:
    """Return what is the matter with the sync now; its last error stays when all is well again."""
    return str(sync["last_error"]["message"]) if sync["failures"] else None
