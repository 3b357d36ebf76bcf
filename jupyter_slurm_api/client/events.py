"""Hearing what changes, as it changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from ..events import HealthEvent, JobsEvent, QueueEvent, ResetEvent, Told
from .answers import read
from .calls import Calls
from .following import PATIENCE, follow
from .leaving import Leave

_KINDS: Final[dict[str, type[Told]]] = {
    kind.kind: kind for kind in (JobsEvent, QueueEvent, HealthEvent, ResetEvent)
}


class EventCalls(Calls):
    """The call about events."""

    def events(self, *, leave: Leave | None = None, patience: float = PATIENCE) -> Iterator[Told]:
        """Yield what changes, until leave is taken.

        The first is a `ResetEvent`, as soon as the server is listened to: who reads the
        lists then, and at each that follows, misses nothing. A connection that breaks is
        made anew, and goes on where it broke, for ``patience`` seconds.
        """
        listens = False
        connect = partial(self._session.events, "events")
        for event in follow(connect, leave=leave, patience=patience):
            if event is None and not listens:
                listens = True
                yield ResetEvent(reason="started")
            if event and event.kind in _KINDS:  # a newer server may tell of more
                yield read(_KINDS[event.kind], event.data.encode())
