"""Asking over HTTP: the login, time limits, errors, and what may be sent a second time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import httpx

from .._version import __version__
from .discovery import Server
from .failures import Unavailable, refusal, unreachable

QueryValue: TypeAlias = str | int | datetime | Sequence[str] | None
Query: TypeAlias = Mapping[str, QueryValue]

_CONNECT_SECONDS: Final = 5.0
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 15.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent, and for how many seconds new tries are begun."""

    tries: int
    seconds: float


ONCE: Final = Patience(1, 0)
READING: Final = Patience(2, 5)
"""A connection that was kept may end just when it is used again."""
SUBMITTING: Final = Patience(6, 90)


class Session:
    """A connection to one server; as safe among threads as httpx's.

    ``timeout`` is in seconds and holds for each silence of the server's.
    ``heard`` is given the body of each answer as it came.
    """

    def __init__(
        self,
        server: Server,
        *,
        timeout: float,
        transport: httpx.BaseTransport | None = None,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        self.server = server
        self._heard = heard
        if transport is None and server.is_here:  # given one, httpx asks no proxy for the way
            transport = httpx.HTTPTransport(uds=server.socket)
        self._client = httpx.Client(
            base_url=f"{server.url}slurm/",
            headers={"User-Agent": f"jupyter-slurm-api/{__version__}", **_login(server.token)},
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            transport=transport,
        )

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def ask(
        self,
        verb: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        patience: Patience = ONCE,
    ) -> httpx.Response:
        """Return the answer, 304 included.

        With ``patience`` it is asked again if the connection broke, no answer came, or
        the server wants to be asked later: that must do no harm.

        Raises:
            ApiError: the server refused it, or cannot be reached.
        """
        request = self._client.build_request(
            verb, path, params=_params(query or {}), json=body, headers=headers
        )
        deadline = time.monotonic() + patience.seconds
        tries = 1
        while True:
            try:
                return self._once(request)
            except Unavailable as error:
                pause = _pause(error, tries)
                if pause is None or tries == patience.tries or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            tries += 1

    @contextmanager
    def events(
        self, path: str, last_id: str, *, query: Query | None = None
    ) -> Iterator[httpx.Response]:
        """Give a stream of events, from behind the one with the last id.

        Raises:
            ApiError: the server refused it, or the connection broke.
        """
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        params = _params(query or {})
        try:
            with self._client.stream("GET", path, params=params, headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    raise refusal(answer)
                yield answer
        except httpx.TransportError as error:
            raise unreachable(self.server.url, error) from error

    def _once(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = self._client.send(request)
        except httpx.TransportError as error:
            raise unreachable(self.server.url, error) from error
        if not answer.is_success and answer.status_code != HTTPStatus.NOT_MODIFIED:
            raise refusal(answer)
        if self._heard and answer.is_success:
            self._heard(answer.content)
        return answer


def _login(token: str) -> dict[str, str]:
    if token:
        return {"Authorization": f"token {token}"}
    # A server without a login still wants to see one word twice, which no other site could send.
    word = secrets.token_hex(16)
    return {"Cookie": f"_xsrf={word}", "X-XSRFToken": word}


def _params(query: Query) -> httpx.QueryParams:
    """Write a query; what is None is not asked for, a list is sent one by one."""
    return httpx.QueryParams({name: list(_words(value)) for name, value in query.items()})


def _words(value: QueryValue) -> Iterator[str]:
    if isinstance(value, datetime):
        yield value.isoformat()
    elif isinstance(value, (str, int)):
        yield str(value)
    else:
        yield from value or ()


def _pause(error: Unavailable, tries: int) -> float | None:
    """Return the seconds until a request may be sent again, None if it should not be."""
    if error.retry_after is not None:
        return error.retry_after
    if error.status in (None, HTTPStatus.GATEWAY_TIMEOUT):
        return min(_FIRST_PAUSE * 2.0 ** (tries - 1), _LONGEST_PAUSE)
    return None
