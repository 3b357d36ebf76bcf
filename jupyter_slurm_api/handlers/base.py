"""What all handlers share: the services, JSON answers, errors as problems."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..errors import SlurmApiError
from . import problems

if TYPE_CHECKING:  # the services bring pydantic and pymongo, which the first request loads
    from pydantic import BaseModel

    from ..services import Services

SERVICES: Final = "jupyter_slurm_api_services"
"""The application's setting that holds a function returning the services."""

AUTH_RESOURCE: Final = "slurm"


class SlurmHandler(APIHandler):
    """Base of our handlers. Every verb of each is authenticated and authorized on its own class."""

    auth_resource = AUTH_RESOURCE

    async def services(self) -> Services:
        """Return the services, built when they are first needed."""
        build: Callable[[], Awaitable[Services]] = self.settings[SERVICES]
        return await build()

    def reply(self, answer: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Answer with a model as JSON."""
        self.set_status(status)
        self.finish(answer.model_dump_json())

    def has_already(self, etag: str) -> bool:
        """Tell whether who asks has the answer with this ETag, which is then said by 304."""
        self._etag = etag
        self.set_header("Cache-Control", "no-cache")
        self.set_etag_header()
        if not self.check_etag_header():
            return False
        self.set_status(HTTPStatus.NOT_MODIFIED)
        self.finish()
        return True

    def compute_etag(self) -> str | None:
        """Return the ETag that was told: hashing megabytes for each answer would hold the loop."""
        etag: str | None = getattr(self, "_etag", None) or super().compute_etag()
        return etag

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a problem, and never with a traceback."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, SlurmApiError):
            described = problems.problem_of(error)
        else:
            described = problems.problem(status_code, _sentence(status_code, error))
        self.set_status(described["status"])
        if described["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
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
            self.log.info("%s: %s", type(value).__name__, value.message)
        else:
            super().log_exception(typ, value, tb)


def _sentence(status: int, error: BaseException | None) -> str:
    if isinstance(error, web.HTTPError) and error.log_message:
        message = str(error.log_message)
        return message % error.args if error.args else message
    if status == HTTPStatus.FORBIDDEN:
        return "Log in to Jupyter first, or send its token as 'Authorization: token ...'."
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return "This server met an error of its own; its log says which."
    return f"{HTTPStatus(status).phrase}."
