"""``GET openapi.json`` and ``GET docs``: the API, described."""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..representation import Representation, etag_of
from .base import SlurmHandler

_PAGE: Final = Path(__file__).parent.parent / "apidocs"
_FILES: Final = {
    "": (_PAGE / "index.html", "text/html; charset=utf-8"),
    "page.css": (_PAGE / "page.css", "text/css; charset=utf-8"),
    "page.js": (_PAGE / "page.js", "text/javascript; charset=utf-8"),
    "swagger-ui.css": (_PAGE / "swagger-ui" / "swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": (
        _PAGE / "swagger-ui" / "swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
    ),
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'self'"
)


class OpenApiHandler(SlurmHandler):
    """Brings the OpenAPI document."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the document of this server."""
        data = await asyncio.to_thread(_document, self.base_url)
        await self.send_new(Representation(data, etag_of(data)))


class DocsHandler(SlurmHandler):
    """Brings a page on which the API can be read and tried; all of it is in this package."""

    @web.authenticated
    @authorized
    async def get(self, file: str = "") -> None:
        """Answer with the page, or with one of its parts."""
        if file not in _FILES:
            raise web.HTTPError(HTTPStatus.NOT_FOUND, "There is no 'docs/%s' here.", file)
        path, content_type = _FILES[file]
        data = await asyncio.to_thread(path.read_bytes)
        self.xsrf_token  # noqa: B018 - reading it sets the cookie that the page sends back
        await self.send_new(Representation(data, etag_of(data)), content_type)

    @property
    def content_security_policy(self) -> str:
        """Allow what the page is made of, and nothing from elsewhere."""
        return _POLICY

    def get_login_url(self) -> str:
        """Return where people log in: this is a page, and comes back after that."""
        url: str = JupyterHandler.get_login_url(self)
        return url


@lru_cache(maxsize=1)
def _document(base_url: str) -> bytes:
    from .openapi import document

    return json.dumps(document(base_url)).encode()
