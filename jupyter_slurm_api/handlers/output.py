"""``GET job/{job_id}/output`` and ``GET job/{job_id}/output/stream``."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import InvalidRequest, RangeNotSatisfiable
from .base import SlurmHandler
from .event_stream import EventStreamHandler

if TYPE_CHECKING:
    from ..messages import FollowMessage
    from ..outputs import FollowQuery, OutputQuery
    from ..services.reading import Part

_TEXT: Final = "text/plain; charset=utf-8"
_DIGITS: Final = 18


class OutputHandler(SlurmHandler):
    """Sends a job's output, or a part of it, as the bytes that it is."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with the whole, a range (206), or the part that the query asks for."""
        asked: OutputQuery = self.asked_query()
        reading = (await self.services()).reading
        part = await reading.part(job_id, asked, self.request.headers.get("Range"))
        self._describe(part)
        with suppress(StreamClosedError):
            async for chunk in reading.chunks(part):
                self.write(chunk)
                await self.flush()
            self.finish(set_content_type=_TEXT)

    def _describe(self, part: Part) -> None:
        """Tell by headers what is sent of how much, from where, and where it goes on."""
        span, place = part.span, part.place
        self.set_header("Content-Type", _TEXT)
        self.set_header("Content-Length", span.length)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Output-Source", place.source)
        self.set_header("Output-Size", place.size)
        self.set_header("Output-Offset", span.first)
        self.set_header("Output-Next", span.end)
        if part.by_range:
            self.set_status(HTTPStatus.PARTIAL_CONTENT)
            self.set_header("Content-Range", f"bytes {span.first}-{span.end - 1}/{place.size}")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a problem, and with the output's size to whom asked for what is not in it."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, RangeNotSatisfiable):
            self.set_header("Content-Range", f"bytes */{error.size}")
        super().write_error(status_code, **kwargs)


class StreamHandler(EventStreamHandler):
    """Follows a job's output by Server-Sent Events."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Send events until the job is over; the id of each is the offset to go on from."""
        asked: FollowQuery = self.asked_query()
        offset = self._last_event_id(asked.offset)
        following = (await self.services()).following
        await self.stay(following.follow(job_id, asked.stream, offset, self._send))

    async def _send(self, message: FollowMessage | None) -> None:
        if message is None:
            return await self.say(": nothing new\n\n")
        at = getattr(message, "next_offset", message.offset)
        head = f"event: {message.type}\nid: {at}\ndata: ".encode()
        return await self.say(b"".join((head, message.encoded, b"\n\n")))

    def _last_event_id(self, offset: int) -> int:
        """Return where a client goes on that was here before."""
        sent = self.request.headers.get("Last-Event-ID")
        if not sent:
            return offset
        if not (sent.isascii() and sent.isdigit() and len(sent) <= _DIGITS):
            raise InvalidRequest("The header Last-Event-ID must be the id of an event, a number.")
        return int(sent)
