"""A stream of events, over as many connections as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final

import httpx

from .event_stream import EventReader, ServerEvent
from .failures import Unavailable

_RETRY_SECONDS: Final = 1.0
_AWAY_SECONDS: Final = 300.0


def follow(
    connect: Callable[[str], AbstractContextManager[httpx.Response]], last_id: str = ""
) -> Iterator[ServerEvent | None]:
    """Yield events for as long as they are wanted, and None whenever a connection is made.

    ``connect`` gives a new connection, which goes on behind the id it is told.

    Raises:
        ApiError: the server refused it, or has been away for five minutes.
    """
    reader = EventReader(last_id)
    heard = time.monotonic()
    while True:
        try:
            with connect(reader.last_id) as answer:
                yield None
                for event in reader.events(answer.iter_bytes()):
                    yield event
                    heard = time.monotonic()
                heard = time.monotonic()
        except Unavailable:
            if time.monotonic() - heard > _AWAY_SECONDS:
                raise
        time.sleep(_RETRY_SECONDS if reader.retry is None else reader.retry)
