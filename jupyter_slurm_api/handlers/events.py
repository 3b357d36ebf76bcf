"""``GET events``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from .event_stream import EventStreamHandler

if TYPE_CHECKING:
    from ..hub import Event
    from ..services.events import EventService

_RETRY_MS: Final = 5000
_HEARTBEAT_SECONDS: Final = 15.0


class EventsHandler(EventStreamHandler):
    """Tells what changes, as Server-Sent Events, for as long as who asked stays."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Tell each event from now on, or from behind ``Last-Event-ID``."""
        services = await self.services()
        with services.streams.place():
            await self.stay(self._follow(services.events))

    async def _follow(self, events: EventService) -> None:
        place = events.place(self.request.headers.get("Last-Event-ID"))
        await self.say(f"retry: {_RETRY_MS}\nid: {events.id_of(place)}\n\n")
        async for event in events.follow(place, _HEARTBEAT_SECONDS):
            await self.say(_text(event) if event else ": nothing new\n\n")


def _text(event: Event) -> str:
    return f"id: {event.id}\nevent: {event.kind}\ndata: {event.data}\n\n"
