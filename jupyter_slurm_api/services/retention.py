"""Keeps to the setting for how long ended jobs and their outputs stay."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from ..cancelling import cancel
from ..errors import DatabaseUnavailable
from ..store.retention import Keep, RetentionStore

_PAUSE_SECONDS: Final = 60.0 * 60
_PAUSE_WITHOUT_DATABASE: Final = 60.0

_log = logging.getLogger(__name__)


class RetentionService:
    """Has what has ended dated when the server starts, and every hour."""

    def __init__(self, store: RetentionStore, keep: Keep) -> None:
        self._store = store
        self._keep = keep
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Stop; what has no date yet gets it from the next server."""
        await cancel(self._task)

    async def _run(self) -> None:
        while True:
            pause = await self._apply()
            await asyncio.sleep(pause)

    async def _apply(self) -> float:
        """Have it done; return the seconds until it is to be done again."""
        try:
            await self._store.apply(self._keep)
        except DatabaseUnavailable:
            return _PAUSE_WITHOUT_DATABASE
        except Exception:  # noqa: BLE001 - one fault must not end the keeping for good
            _log.exception("the dates of ended jobs could not be brought up to date")
        return _PAUSE_SECONDS
