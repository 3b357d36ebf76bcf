"""Server-Sent Events: what the handlers that send them share."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Final

from tornado.iostream import StreamClosedError

from .base import SlurmHandler

_TAKEN_SECONDS: Final = 60.0


class EventStreamHandler(SlurmHandler):
    """Sends events until there are no more, or who asked is gone."""

    _track_activity = False  # a page that is left open does not keep the server from being culled
    _sending: asyncio.Future[None] | None = None

    async def stay(self, sending: Coroutine[None, None, None]) -> None:
        """Send for as long as who asked stays; who takes nothing for a minute is let go."""
        self._sending = asyncio.ensure_future(sending)
        try:
            await self._sending
        except asyncio.TimeoutError:
            self.detach().close()
        except (asyncio.CancelledError, StreamClosedError):
            return

    def on_connection_close(self) -> None:
        """Make place for others."""
        super().on_connection_close()
        if self._sending is not None:
            self._sending.cancel()

    async def say(self, event: bytes | str) -> None:
        """Send an event, or what else belongs on a stream, and wait until it is on its way."""
        if not self._headers_written:
            self.set_header("Content-Type", "text/event-stream")
            self.set_header("Cache-Control", "no-cache")
            self.set_header("X-Accel-Buffering", "no")  # a proxy would wait for more
        self.write(event)
        await asyncio.wait_for(self.flush(), _TAKEN_SECONDS)
