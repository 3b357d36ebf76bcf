"""Slurm's state into MongoDB, again and again: the loop around `tick`."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from .cancelling import cancel
from .clock import utc_now
from .errors import SlurmApiError, SlurmError
from .job import Job
from .known import KnownJobs
from .slurm.client import Slurm
from .store.jobs import JobStore
from .tick import Tick
from .views import Freshness

_LONGEST_PAUSE: Final = 120.0
_JITTER: Final = 0.1  # by which a pause is shorter, so that servers do not all ask at once
_SETTLE_SECONDS: Final = 2.0  # a job that was just submitted needs a moment to start
_AFTER_ACTION_SECONDS: Final = 1.0  # the least between two looks, where users act
_ACTED_SECONDS: Final = 5.0
_MISSED: Final = 2  # pauses without a look, after which what is known counts as old

Outcome: TypeAlias = Literal["ok", "slurm_error", "database_error", "internal_error"]
"""How a tick ended."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two looks at Slurm.

    ``active`` while a job of the user moves or there is still something to find out,
    ``idle`` otherwise, never less than ``floor``, however often somebody asks for an extra look.
    """

    active: float
    idle: float
    floor: float


class Sync:
    """Keeps the stored jobs true to what Slurm says.

    A tick begins after the last one has ended; with Slurm or MongoDB away the
    pauses grow, and who waits for a look does not shorten them: only a sign that
    Slurm is not as it was does. ``over`` is called with jobs that have just ended,
    ``looked`` after each tick with its outcome and how many seconds it took.
    """

    def __init__(
        self,
        slurm: Slurm,
        store: JobStore,
        known: KnownJobs,
        intervals: Intervals,
        *,
        user: str,
        over: Callable[[Iterable[Job]], None],
        looked: Callable[[Outcome, float], None],
    ) -> None:
        self._known = known
        self._intervals = intervals
        self._looked = looked
        self._tick = Tick(slurm, store, known, user=user, over=over, conflict=self.soon)
        self._asked = asyncio.Event()
        self._turned = asyncio.Event()
        self._acted = asyncio.Event()
        self.first_tick = asyncio.Event()
        """Set when the first tick has ended, however it ended."""
        self._task: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._failures = 0
        self._bad_rows = 0
        self._seconds: float | None = None
        self._last_success: datetime | None = None
        self._last_error: dict[str, Any] | None = None
        self._slurm_error: str | None = None
        self._slurm_last_success: datetime | None = None
        self._slurm_last_error: dict[str, Any] | None = None

    @property
    def status(self) -> dict[str, Any]:
        """What `/health` tells of the sync and of what it saw of Slurm."""
        return {
            "last_success": self._last_success,
            "last_error": self._last_error,
            "failures": self._failures,
            "interval": round(self._wanted_pause(), 3),
            "backed_off": self._failures > 0,
            "tick_seconds": self._seconds,
            "bad_rows": self._tick.bad_rows,
            "jobs": len(self._known),
            "slurm_error": self._slurm_error,
            "slurm_last_success": self._slurm_last_success,
            "slurm_last_error": self._slurm_last_error,
            "accounting_error": self._tick.accounting_error,
        }

    def freshness(self) -> Freshness:
        """Return how old what is known of Slurm's jobs is."""
        last = self._last_success
        old = _MISSED * max(self._intervals.idle, self._intervals.floor)
        is_old = last is None or (utc_now() - last).total_seconds() > old
        return Freshness(last, self._failures > 0 or is_old)

    def start(self) -> None:
        """Begin to tick."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Stop ticking, in the middle of a tick if need be: every write stands by itself."""
        await cancel(self._task)
        await self._tick.stop()

    async def look(self, seconds: float) -> None:
        """Wait for a look at Slurm that begins from now on, but not longer than that."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._asked.set()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(waiting, seconds)

    async def acted(self) -> None:
        """Wait for a look that shows what a user has just had Slurm do; it comes before its turn.

        Not longer than some seconds: what was done is done.
        """
        self._acted.set()
        self.hurry()
        await self.look(_ACTED_SECONDS)

    def hurry(self) -> None:
        """Tick as soon as the floor allows: Slurm is not as the last tick saw it."""
        self._asked.set()
        self._turned.set()

    def answered(self) -> None:
        """Tick as soon as the floor allows, if Slurm did not answer the last one: now it does."""
        if self._slurm_error is not None:
            self._turned.set()

    def soon(self) -> None:
        """Tick in a moment, or as soon as the floor allows: Slurm has just done something."""
        asyncio.get_running_loop().call_later(_SETTLE_SECONDS, self.hurry)

    async def tick(self) -> None:
        """Look at Slurm once and record what changed.

        Raises:
            SlurmError: Slurm does not answer; nothing is changed.
            DatabaseUnavailable: nothing, or not all, could be written; the next tick does.
        """
        began = time.monotonic()
        try:
            await self._tick.run()
        finally:
            if self._tick.answering_since:
                self._slurm_error, self._slurm_last_success = None, utc_now()
            self._tell_of_bad_rows()
        self._seconds = round(time.monotonic() - began, 3)
        self._failures = 0
        self._last_success = self._tick.seen_at  # what came in between is not in it

    async def _run(self) -> None:
        while True:
            self._asked.clear()
            self._turned.clear()
            self._acted.clear()
            waiting, self._waiting = self._waiting, []
            began = time.monotonic()
            outcome = await self._try()
            self._looked(outcome, time.monotonic() - began)
            self.first_tick.set()
            for one in waiting:
                if not one.done():
                    one.set_result(None)
            await self._rest()

    async def _try(self) -> Outcome:
        """Tick, and note what the matter is where that fails."""
        try:
            await self.tick()
        except SlurmError as error:
            self._slurm_error = error.message
            self._slurm_last_error = {"message": error.message, "at": utc_now()}
            self._failed(error.message)
            return "slurm_error"
        except SlurmApiError as error:
            self._failed(error.message)
            return "database_error"
        except Exception as error:  # noqa: BLE001 - the loop alone must outlive any fault
            _log.exception("the sync failed; it goes on")
            self._failed(f"internal error: {type(error).__name__}")
            return "internal_error"
        return "ok"

    async def _rest(self) -> None:
        floor = self._intervals.floor
        await asyncio.sleep(min(_AFTER_ACTION_SECONDS, floor))
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._acted.wait(), floor - min(_AFTER_ACTION_SECONDS, floor))
            return
        sign = self._turned if self._failures else self._asked
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(sign.wait(), self._pause() - floor)

    def _tell_of_bad_rows(self) -> None:
        bad = self._tick.bad_rows
        if bad not in (0, self._bad_rows):
            _log.warning("sync: rows of squeue and sacct that cannot be read are left out: %d", bad)
        self._bad_rows = bad

    def _failed(self, message: str) -> None:
        if not self._failures or not self._last_error or message != self._last_error["message"]:
            _log.warning("sync: %s", message)
        self._failures += 1
        self._last_error = {"message": message, "at": utc_now()}

    def _pause(self) -> float:
        pause = self._wanted_pause() * random.uniform(1 - _JITTER, 1)  # noqa: S311 - no secret
        return max(pause, self._intervals.floor)

    def _wanted_pause(self) -> float:
        is_active = self._known.any_live() or not self._tick.is_settled
        wanted = self._intervals.active if is_active else self._intervals.idle
        grown: float = wanted * 2 ** min(self._failures, 10)
        return max(min(grown, max(wanted, _LONGEST_PAUSE)), self._intervals.floor)
