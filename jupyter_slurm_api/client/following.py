"""A stream of events, over as many connections as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final

import httpx

from .event_stream import EventReader, ServerEvent
from .failures import Unavailable
from .leaving import Leave

PATIENCE: Final = 300.0
"""For how many seconds a server that is away is asked again."""
_RETRY_SECONDS: Final = 1.0


def follow(
    connect: Callable[[str], AbstractContextManager[httpx.Response]],
    last_id: str = "",
    *,
    leave: Leave | None = None,
    patience: float = PATIENCE,
) -> Iterator[ServerEvent | None]:
    """Yield events until leave is taken, and None whenever a connection is made.

    ``connect`` gives a new connection, which goes on behind the id it is told.

    Raises:
        ApiError: the server refused it, or has been away for ``patience`` seconds.
    """
    leave = leave or Leave()
    reader = EventReader(last_id)
    heard = time.monotonic()
    while not leave.taken:
        try:
            with connect(reader.last_id) as answer, leave.during(answer):
                yield None
                for event in reader.events(answer.iter_bytes()):
                    yield event
                    heard = time.monotonic()
                heard = time.monotonic()
        except Unavailable:
            if not leave.taken and time.monotonic() - heard > patience:
                raise
        leave.wait(_RETRY_SECONDS if reader.retry is None else reader.retry)
