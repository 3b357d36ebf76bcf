"""``GET ws``, one WebSocket for all that a page follows, and ``GET ws/schema.json``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..cancelling import cancel
from ..errors import InvalidRequest, SlurmApiError
from ..representation import Representation, etag_of
from .base import SlurmHandler
from .problems import problem_of

if TYPE_CHECKING:
    from ..messages import Follow, Message, Unfollow


class SocketHandler(WebSocketMixin, WebSocketHandler, SlurmHandler):
    """Follows outputs for a page, as many as it asks for, each at its own pace."""

    def initialize(self, route: str = "") -> None:
        """Follow nothing yet."""
        super().initialize(route)
        self._followed: dict[tuple[str, str], asyncio.Future[None]] = {}

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler has it
        """Let the login be checked as for any handler; the origin is when the socket opens."""
        await JupyterHandler.prepare(self, _redirect_to_login=False)

    @ws_authenticated
    @authorized
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open the socket."""
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise web.HTTPError(HTTPStatus.UPGRADE_REQUIRED, "Here only a WebSocket can be opened.")
        await super().get(*args, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a problem, before there is a socket."""
        if status_code == HTTPStatus.UPGRADE_REQUIRED:
            self.set_header("Upgrade", "websocket")
        super().write_error(status_code, **kwargs)

    async def on_message(self, message: str | bytes) -> None:
        """Do what the page asks for."""
        from pydantic import ValidationError

        from ..messages import client_messages

        try:
            asked = client_messages.validate_json(message)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in fault["loc"])
            sentence = f"This is no message: '{where}': {fault['msg']}. See ws/schema.json."
            await self._refuse(InvalidRequest(sentence))
        else:
            await self._ANSWERS[asked.type](self, asked)

    def on_close(self) -> None:
        """Follow nothing any more."""
        for following in self._followed.values():
            following.cancel()

    async def _follow(self, asked: Follow) -> None:
        await self._unfollow(asked)
        key = (asked.job_id, asked.stream)
        self._followed[key] = asyncio.ensure_future(self._send_output(asked))

    async def _unfollow(self, asked: Follow | Unfollow) -> None:
        await cancel(self._followed.pop((asked.job_id, asked.stream), None))

    _ANSWERS: ClassVar[dict[str, Callable[[SocketHandler, Any], Awaitable[None]]]] = {
        "follow": _follow,
        "unfollow": _unfollow,
    }
    """What is done on each type of message."""

    async def _send_output(self, asked: Follow) -> None:
        try:
            with suppress(WebSocketClosedError):  # on_close is told
                await self._try_to_send(asked)
        finally:
            key = (asked.job_id, asked.stream)
            if self._followed.get(key) is asyncio.current_task():
                del self._followed[key]

    async def _try_to_send(self, asked: Follow) -> None:
        try:
            following = (await self.services()).following
            await following.follow(asked.job_id, asked.stream, asked.offset, self._send)
        except SlurmApiError as error:
            await self._refuse(error, job_id=asked.job_id, stream=asked.stream)

    async def _send(self, message: Message | None) -> None:
        """Send a message, and wait until the page's connection has taken it."""
        if message is not None:
            await self.write_message(message.encoded)

    async def _refuse(self, error: SlurmApiError, **output: str) -> None:
        from ..messages import Failed

        said = problem_of(error)
        facts = {name: said[name] for name in ("status", "error", "message")}
        await self._send(Failed.model_validate(output | facts))


class SocketSchemaHandler(SlurmHandler):
    """Brings the schema of what goes over the WebSocket."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the JSON Schema."""
        from ..messages import schema

        data = json.dumps(schema()).encode()
        await self.send_new(Representation(data, etag_of(data)))
