"""What Slurm said a moment ago: one question for however many want to know."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic_core import to_json

from ..clock import utc_now
from ..errors import SlurmError
from ..representation import Representation, etag_of

T = TypeVar("T")

_PATIENCE_SECONDS: Final = 1.0
_LONGEST_WAIT: Final = 120.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """What Slurm said, when that was, and whether it was asked in vain since."""

    value: T
    synced_at: datetime
    stale: bool


def represented(
    name: str, rows: bytes, seen: Seen[Any], about: Mapping[str, Any]
) -> Representation:
    """Write an answer of rows, which are JSON already, and of what there is to say of them.

    Its ETag tells what it says, whenever that was seen.
    """
    when = to_json({**about, "synced_at": seen.synced_at, "stale": seen.stale})
    data = b'{"' + name.encode() + b'":' + rows + b"," + when[1:]
    return Representation(data, etag_of(rows, to_json({**about, "stale": seen.stale})))


class Snapshots(Generic[T]):
    """Asks Slurm one question, and keeps the answer for some seconds.

    However many want it, the question is asked once, and next not before five times
    as long as it takes, ``min_life`` seconds at least. With Slurm away the last answer
    stays, marked stale, and the question is asked again with growing pauses.

    ``name`` is what the log calls the question. With ``retry`` one that failed is asked
    again sooner than one that was answered. ``turned`` is called when it begins to fail,
    and when it is answered again.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[T]],
        *,
        name: str,
        min_life: float,
        retry: float | None = None,
        turned: Callable[[], None] = lambda: None,
    ) -> None:
        self._ask = ask
        self._name = name
        self._min_life = min_life
        self._retry = min_life if retry is None else retry
        self._took = math.inf
        self._cost = 0.0  # the pause that an answer is worth, by how long they take
        self._turned = turned
        self._value: T | None = None
        self._synced_at: datetime | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._next_look = 0.0
        self._failures = 0
        self._error: SlurmError | None = None

    async def current(self) -> Seen[T]:
        """Return the answer, asked for anew where it is too old.

        Raises:
            SlurmError: Slurm has not answered once since this server started.
        """
        await self._be_fresh()
        if self._value is None or self._synced_at is None:
            sentence = "Slurm has not answered yet; try again in a moment."
            raise self._error or SlurmError(sentence)
        is_stale = self._error is not None or time.monotonic() >= self._next_look
        return Seen(self._value, self._synced_at, is_stale)

    def outdated(self) -> None:
        """Have the next who wants to know wait for a new answer."""
        if self._error is None:
            self._next_look = 0.0

    async def _be_fresh(self) -> None:
        if time.monotonic() < self._next_look:
            return
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._refresh())
            self._refreshing.add_done_callback(self._done)
        # Who can be given the last answer does not wait for a slow Slurm.
        patience = None if self._value is None else _PATIENCE_SECONDS
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._refreshing), patience)

    def _done(self, _: asyncio.Task[None]) -> None:
        self._refreshing = None

    async def _refresh(self) -> None:
        began, was_well = time.monotonic(), self._error is None
        try:
            self._value = await self._ask()
        except SlurmError as error:
            self._failures += 1
            if self._error is None:
                _log.warning("%s failed: %s", self._name, error.message)
            self._error = error
        else:
            self._failures, self._error = 0, None
            self._synced_at = utc_now()
            took = time.monotonic() - began
            # One that was slow alone hung for a while, as no other does.
            self._cost, self._took = 5 * min(took, self._took), took
        if was_well != (self._error is None):
            self._turned()
        self._next_look = time.monotonic() + self._pause()

    def _pause(self) -> float:
        if not self._failures:
            return max(self._min_life, self._cost)
        # How long a command hung that did not answer says nothing of what one costs.
        first = max(self._retry, self._cost)
        grown: float = first * 2 ** min(self._failures, 10)
        return min(grown, max(first, _LONGEST_WAIT))
