"""Errors as HTTP answers: RFC 9457 problem details, with Jupyter's own ``message`` beside."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from .. import errors

STATUS: Final[dict[type[errors.SlurmApiError], HTTPStatus]] = {
    errors.SlurmApiError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.JobNotFound: HTTPStatus.NOT_FOUND,
    errors.TemplateNotFound: HTTPStatus.NOT_FOUND,
    errors.NotebookNotFound: HTTPStatus.NOT_FOUND,
    errors.OutputGone: HTTPStatus.NOT_FOUND,
    errors.RangeNotSatisfiable: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Outdated: HTTPStatus.PRECONDITION_FAILED,
    errors.SlurmError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SlurmRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SlurmDenied: HTTPStatus.FORBIDDEN,
    errors.SlurmUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SlurmMissing: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SlurmBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SlurmTimeout: HTTPStatus.GATEWAY_TIMEOUT,
    errors.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.MongodUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.FilesUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DevClusterError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of every error that we raise."""

TRY_AGAIN: Final = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
"""The statuses that say when to try again."""

RETRY_AFTER_SECONDS: Final = 15
CONTENT_TYPE: Final = "application/problem+json"

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


def status_of(error: errors.SlurmApiError) -> HTTPStatus:
    """Return the status that an error is answered with."""
    return STATUS[type(error)]


def problem(status: int, message: str) -> dict[str, Any]:
    """Describe a problem that has a status and a sentence."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "message": message,
    }


def problem_of(error: errors.SlurmApiError) -> dict[str, Any]:
    """Describe one of our errors; ``error`` names its kind for programs."""
    kind = _WORD.sub("_", type(error).__name__).lower()
    described = problem(status_of(error), error.message) | {"error": kind}
    if isinstance(error, errors.InvalidRequest) and error.errors:
        described["errors"] = error.errors
    if error.job_id:
        described["job_id"] = error.job_id
    return described
