"""Hearing what changes, as it changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from ..events import HealthEvent, JobsEvent, QueueEvent, ResetEvent, Told
from .answers import read
from .calls import Calls
from .following import follow

_KINDS: Final[dict[str, type[Told]]] = {
    kind.kind: kind for kind in (JobsEvent, QueueEvent, HealthEvent, ResetEvent)
}


class EventCalls(Calls):
    """The call about events."""

    def events(self) -> Iterator[Told]:
        """Yield what changes, for as long as it is wanted.

        The first is a `ResetEvent`, as soon as the server is listened to: who reads the
        lists then, and at each that follows, misses nothing. A connection that breaks is
        made anew, and goes on where it broke.
        """
        listens = False
        for event in follow(partial(self._session.events, "events")):
            if event is None and not listens:
                listens = True
                yield ResetEvent(reason="started")
            if event and event.kind in _KINDS:  # a newer server may tell of more
                yield read(_KINDS[event.kind], event.data.encode())
