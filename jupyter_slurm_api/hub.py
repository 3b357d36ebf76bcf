"""What has happened, in order: the last events in memory, for however many follow."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from .events import ResetEvent, Told

_MISSED: Final = -1  # the place of those who cannot be told what they have missed
_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``data`` is JSON on one line."""

    id: str
    kind: str
    data: str


class EventHub:
    """Keeps the last events; whoever follows has a place in them, and no queue of its own.

    So who reads slowly costs nothing; who has fallen behind all that is kept, or
    comes with an id that leads nowhere, gets a ``reset`` instead. An id is
    ``<life>-<number>``: the life is this server's, so that no other's id fits.
    """

    def __init__(self, *, kept: int) -> None:
        self._life = secrets.token_hex(4)
        self._last: deque[Event] = deque(maxlen=kept)
        self._number = 0
        self._news = asyncio.Event()
        self._is_closed = False

    def publish(self, told: Told) -> None:
        """Note what has happened, and wake all who follow."""
        self._number += 1
        self._last.append(self._event(told))
        self._wake()

    def close(self) -> None:
        """Let all who follow go."""
        self._is_closed = True
        self._wake()

    def place(self, last_id: str | None) -> int:
        """Return the place behind the event that has an id; without an id, behind all."""
        if last_id is None:
            return self._number
        life, _, word = last_id.partition("-")
        if life == self._life and word.isascii() and word.isdigit() and len(word) <= _DIGITS:
            return int(word) if int(word) <= self._number else _MISSED
        return _MISSED

    def id_of(self, place: int) -> str:
        """Return the id that leads back to a place."""
        return f"{self._life}-{place}"

    async def follow(self, place: int, patience: float) -> AsyncIterator[Event | None]:
        """Yield each event behind a place, and None where none came for ``patience`` seconds."""
        while not self._is_closed:
            behind = self._number - place
            if behind == 0:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._news.wait(), patience)
                    continue
                yield None
            elif behind > len(self._last):
                place = self._number
                yield self._event(ResetEvent(reason="missed"))
            else:
                place += 1
                yield self._last[-behind]

    def _event(self, told: Told) -> Event:
        return Event(self.id_of(self._number), told.kind, told.model_dump_json())

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
