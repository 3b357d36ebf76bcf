"""What all handlers share: the services, JSON answers, errors as problems."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from jupyter_server.base.handlers import APIHandler
from tornado import web

from .. import metrics
from ..errors import SlurmApiError
from . import bodies, problems
from .compression import accepts_gzip, compressed

if TYPE_CHECKING:  # the services bring pydantic and pymongo, which the first request loads
    from pydantic import BaseModel

    from ..representation import Representation
    from ..services import Services
    from .contract import Operation

SERVICES: Final = "jupyter_slurm_api_services"
"""The application's setting that holds a function returning the services."""

AUTH_RESOURCE: Final = "slurm"
REQUEST_ID: Final = "X-Request-ID"
_JSON: Final = "application/json"
_LONGEST_ID: Final = 100


class SlurmHandler(APIHandler):
    """Base of our handlers. Every verb of each is authenticated and authorized on its own class."""

    auth_resource = AUTH_RESOURCE

    def initialize(self, route: str = "") -> None:
        """Note the path in the table of routes by which a request came here."""
        self.route = route

    @property
    def operation(self) -> Operation:
        """What the contract says of this verb on this route."""
        from .contract import OPERATIONS

        return OPERATIONS[self.route, (self.request.method or "").lower()]

    def asked_query(self) -> Any:
        """Return the query as the model that the contract names.

        Raises:
            InvalidRequest: it says what cannot be asked.
        """
        model = self.operation.query
        assert model is not None  # noqa: S101 - of an operation that has none, nobody asks
        return bodies.query(model, self.request.query_arguments)

    def asked_body(self) -> Any:
        """Return the body as the model that the contract names.

        Raises:
            InvalidRequest: it is none.
        """
        model = self.operation.body
        assert model is not None  # noqa: S101 - of an operation that has none, nobody asks
        body = self.request.body
        if not body and self.operation.body_may_be_empty:
            body = b"{}"
        return bodies.read(model, body, self.operation.example)

    def asked_header(self, name: str) -> str | None:
        """Return a header that the contract names; None where it was not sent.

        Raises:
            InvalidRequest: it cannot be one.
        """
        return bodies.header(name, self.request.headers)

    async def services(self) -> Services:
        """Return the services, built when they are first needed."""
        build: Callable[[], Awaitable[Services]] = self.settings[SERVICES]
        return await build()

    @cached_property
    def request_id(self) -> str:
        """The id by which answers and the log name this request."""
        return _request_id(self.request.headers.get(REQUEST_ID))

    def set_default_headers(self) -> None:
        """Name the request in every answer, errors included."""
        super().set_default_headers()
        self.set_header(REQUEST_ID, self.request_id)

    async def reply(self, answer: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Answer with a model as JSON."""
        self.set_status(status)
        await self.send(answer.model_dump_json().encode())

    async def send_new(self, answer: Representation, content_type: str = _JSON) -> None:
        """Answer with what is represented, or by 304 to who has it already."""
        if not self.has_already(answer.etag):
            await self.send(answer.data, content_type)

    async def send(self, data: bytes, content_type: str = _JSON) -> None:
        """Answer with data, smaller where who asks takes it so."""
        self.set_header("Vary", "Accept-Encoding")
        if accepts_gzip(self.request.headers.get("Accept-Encoding", "")):
            smaller = await compressed(data)
            if smaller is not None:
                self.set_header("Content-Encoding", "gzip")
                data = smaller
        if "Cache-Control" not in self._headers:
            self.set_header("Cache-Control", "no-store")
        self.finish(data, set_content_type=content_type)

    def has_already(self, etag: str) -> bool:
        """Tell whether who asks has the answer with this ETag, which is then said by 304."""
        self._etag = etag
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Encoding")
        self.set_etag_header()
        if not self.check_etag_header():
            return False
        self.set_status(HTTPStatus.NOT_MODIFIED)
        self.finish()
        return True

    def compute_etag(self) -> str | None:
        """Return the ETag that was told: hashing megabytes for each answer would hold the loop."""
        etag: str | None = getattr(self, "_etag", None)
        return etag

    def on_finish(self) -> None:
        """Measure the request, under the route's own path: of others there is no end."""
        method = self.request.method
        metrics.request(
            self.route or "unknown",
            method if method in self.SUPPORTED_METHODS else "unknown",
            self.get_status(),
            self.request.request_time(),
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a problem, and never with a traceback."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, SlurmApiError):
            described = problems.problem_of(error)
        else:
            described = problems.problem(status_code, _sentence(status_code, error))
        described["request_id"] = self.request_id
        self.set_status(described["status"])
        if described["status"] in problems.TRY_AGAIN:
            self.set_header("Retry-After", problems.RETRY_AFTER_SECONDS)
        self.finish(json.dumps(described), set_content_type=problems.CONTENT_TYPE)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what we raised as a sentence; the rest as Tornado does."""
        if isinstance(value, SlurmApiError):
            self.log.info(
                "request %s: %s: %s", self.request_id, type(value).__name__, value.message
            )
            return
        if not isinstance(value, web.HTTPError):
            self.log.error("request %s met an error of our own:", self.request_id)
        super().log_exception(typ, value, tb)


def _request_id(sent: str | None) -> str:
    """Return the id that a proxy gave the request, or a new one."""
    if sent and len(sent) <= _LONGEST_ID and sent.isascii() and sent.isprintable():
        return sent
    return uuid.uuid4().hex


def _sentence(status: int, error: BaseException | None) -> str:
    if isinstance(error, web.HTTPError) and error.log_message:
        message = str(error.log_message)
        return message % error.args if error.args else message
    if status == HTTPStatus.FORBIDDEN:
        return "Log in to Jupyter first, or send its token as 'Authorization: token ...'."
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return "This server met an error of its own; its log says which."
    return f"{HTTPStatus(status).phrase}."
