"""``GET templates``, and ``GET``, ``PUT`` and ``DELETE templates/{name}``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..representation import Representation
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..services.templates import Found
    from ..templates import TemplateSpec


class TemplatesHandler(SlurmHandler):
    """Lists templates."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the names of the site's and of one's own."""
        await self.send_new(Representation.of(await (await self.services()).templates.all()))


class TemplateHandler(SlurmHandler):
    """Shows, writes and deletes one template."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with a template."""
        found = await (await self.services()).templates.get(name)
        if not self.has_already(_etag(found)):
            await self.reply(found.view)

    @web.authenticated
    @authorized
    async def put(self, name: str) -> None:
        """Write a template: 201 where it is new."""
        asked: TemplateSpec = self.asked_body()
        found = await (await self.services()).templates.put(name, asked, self._version())
        self.set_header("ETag", _etag(found))
        await self.reply(found.view, HTTPStatus.CREATED if found.is_new else HTTPStatus.OK)

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Delete a template."""
        await (await self.services()).templates.delete(name, self._version())
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()

    def _version(self) -> str | None:
        """Return the version that is to be changed, where that was said by ``If-Match``."""
        sent = self.asked_header("If-Match") or "*"
        return None if sent == "*" else sent.removeprefix("W/").strip('"') or "none"


def _etag(found: Found) -> str:
    return f'W/"{found.version}"'
