"""``GET events``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from .base import SlurmHandler

if TYPE_CHECKING:
    from ..hub import Event
    from ..services.events import EventService

_RETRY_MS: Final = 5000
_HEARTBEAT_SECONDS: Final = 15.0
_TAKEN_SECONDS: Final = 60.0


class EventsHandler(SlurmHandler):
    """Tells what changes, as Server-Sent Events, for as long as who asked stays."""

    _track_activity = False  # a page that is left open does not keep the server from being culled
    _following: asyncio.Future[None] | None = None

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Tell each event from now on, or from behind ``Last-Event-ID``."""
        services = await self.services()
        with services.streams.place():
            self._following = asyncio.ensure_future(self._follow(services.events))
            try:
                await self._following
            except asyncio.TimeoutError:
                self.detach().close()
            except (asyncio.CancelledError, StreamClosedError):
                return

    def on_connection_close(self) -> None:
        """Make place for others."""
        super().on_connection_close()
        if self._following is not None:
            self._following.cancel()

    async def _follow(self, events: EventService) -> None:
        place = events.place(self.request.headers.get("Last-Event-ID"))
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("X-Accel-Buffering", "no")  # a proxy would wait for more
        await self._send(f"retry: {_RETRY_MS}\nid: {events.id_of(place)}\n\n")
        async for event in events.follow(place, _HEARTBEAT_SECONDS):
            await self._send(_text(event) if event else ": nothing new\n\n")

    async def _send(self, text: str) -> None:
        """Send, and wait until it is on its way; who takes nothing is let go."""
        self.write(text)
        await asyncio.wait_for(self.flush(), _TAKEN_SECONDS)


def _text(event: Event) -> str:
    return f"id: {event.id}\nevent: {event.kind}\ndata: {event.data}\n\n"
