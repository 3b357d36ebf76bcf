"""What can go wrong when the API is asked.

    ApiError
    ├── Invalid           what was asked cannot be; ``problem.errors`` says where
    ├── Denied            Jupyter, or Slurm, does not let this user do that
    ├── NotFound          no such job
    ├── Conflict          not in the job's present state
    ├── Unavailable       Slurm, MongoDB or the server itself is away; later may go well
    └── ServerNotFound    there is no server to ask, or none with this API

``str()`` of each is one sentence for the person who asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import httpx
from pydantic import ValidationError

from ..views import Problem

_LOGIN_NEEDED: Final = (
    "The server asks for a login: its token is missing or wrong. Set JUPYTER_SLURM_URL and"
    " JUPYTER_SLURM_TOKEN as `jupyter server list` shows them."
)


class ApiError(Exception):
    """Root of the client's errors.

    ``status`` is the HTTP status, None where nothing was answered; ``error`` the
    kind as the API names it; ``problem`` the whole answer, where it was one of ours;
    ``retry_after`` in how many seconds the server wants to be asked again.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        problem: Problem | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.problem = problem
        self.retry_after = retry_after

    @property
    def error(self) -> str | None:
        """The kind of error, such as ``job_not_found``."""
        return self.problem.error if self.problem else None


class Invalid(ApiError):
    """What was asked cannot be."""


class Denied(ApiError):
    """Jupyter or Slurm does not let this user do that."""


class NotFound(ApiError):
    """There is no such job, or it is not one that this user may see."""


class Conflict(ApiError):
    """It cannot be done in the job's present state, or contradicts another request."""


class Unavailable(ApiError):
    """Slurm, MongoDB or the server is away, or did not answer in time."""


class ServerNotFound(ApiError):
    """There is no server to ask, or it has no Slurm API."""


_NOT_LOGGED_IN: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    HTTPStatus.BAD_REQUEST: Invalid,
    HTTPStatus.UNAUTHORIZED: Denied,
    HTTPStatus.FORBIDDEN: Denied,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.PRECONDITION_FAILED: Conflict,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Invalid,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: Invalid,
    HTTPStatus.UNPROCESSABLE_ENTITY: Invalid,
    HTTPStatus.TOO_MANY_REQUESTS: Unavailable,
    HTTPStatus.BAD_GATEWAY: Unavailable,
    HTTPStatus.SERVICE_UNAVAILABLE: Unavailable,
    HTTPStatus.GATEWAY_TIMEOUT: Unavailable,
}


def refusal(response: httpx.Response) -> ApiError:
    """Return the error that an answer tells of; its body has been read."""
    status = response.status_code
    problem = _problem(response)
    by_jupyter = problem is None or problem.error is None
    if response.is_redirect or (by_jupyter and status in _NOT_LOGGED_IN):
        return Denied(_LOGIN_NEEDED, status=status, problem=problem)
    if problem:
        kind = _BY_STATUS.get(status, ApiError)
        retry_after = _seconds(response.headers.get("Retry-After"))
        return kind(problem.message, status=status, problem=problem, retry_after=retry_after)
    if status == HTTPStatus.NOT_FOUND:
        return ServerNotFound(
            f"There is no Slurm API at {response.url.copy_with(raw_path=b'/')}: install"
            " jupyter-slurm-api where that Jupyter server runs, and start it again.",
            status=status,
        )
    phrase = response.reason_phrase or "no reason"
    sentence = f"The server answered {status} ({phrase}), which is none of the API's answers."
    return _BY_STATUS.get(status, ApiError)(sentence, status=status)


def unreachable(url: str, error: httpx.TransportError) -> Unavailable:
    """Return the error for a server that did not answer."""
    if isinstance(error, httpx.TimeoutException):
        return Unavailable(f"The server at {url} did not answer in time.")
    hint = ""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        hint = " Name the file of its certificate in SSL_CERT_FILE."
    return Unavailable(f"The server at {url} cannot be reached ({error}).{hint}")


def _problem(response: httpx.Response) -> Problem | None:
    try:
        return Problem.model_validate_json(response.content, extra="ignore")
    except ValidationError:
        return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
