"""The cluster's whole queue: one squeue for however many ask."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from pydantic_core import to_json

from ..clock import utc_now
from ..errors import SlurmError
from ..models import QueueRow
from ..search import QueueSearch
from ..selection import select
from ..slurm.client import Slurm
from ..slurm.words import id_of, job_of
from ..threads import DaemonThreads

_Wanted: TypeAlias = tuple[str, bool]  # the question, and whether the lines are stale

_PATIENCE_SECONDS: Final = 1.0
_SLICE: Final = 500
_LONGEST_WAIT: Final = 120.0
_MOST_BODIES: Final = 32

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueueBody:
    """A queue as JSON, made once and served as often as asked, with the ETag of its rows."""

    data: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The queue as it was at one moment."""

    rows: Sequence[QueueRow]
    bad_rows: int
    synced_at: datetime

    def body(self, search: QueueSearch, user: str, *, stale: bool) -> QueueBody:
        """Write the answer to this user's question as JSON."""
        found = select(self.rows, search, user)
        rows = _json(found.rows)
        about = to_json(
            {
                "total": found.total,
                "summary": {"states": found.states, "partitions": found.partitions},
                "next_cursor": found.next_place.cursor() if found.next_place else None,
                "synced_at": self.synced_at,
                "stale": stale,
                "bad_rows": self.bad_rows,
            }
        )
        etag = hashlib.blake2b(rows, digest_size=12)
        etag.update(repr((found.total, found.states, found.partitions)).encode())
        data = b'{"jobs":' + rows + b"," + about[1:]
        return QueueBody(data, f'W/"{etag.hexdigest()}{"-stale" if stale else ""}"')


class QueueService:
    """Answers for the queue from a snapshot that lives some seconds.

    However many ask, one squeue runs, and the next not before five times its
    duration. With the controller away the last known queue is the answer, marked
    stale, and squeue is tried again with growing pauses; it is never shown empty.

    ``api_ids`` returns the UUIDs of the jobs we know, by Slurm id. ``turned`` is
    called when squeue begins to fail, and when it answers again.
    """

    def __init__(
        self,
        slurm: Slurm,
        user: str,
        api_ids: Callable[[], Mapping[str, str]],
        *,
        turned: Callable[[], None],
        min_life: float,
    ) -> None:
        self._slurm = slurm
        self._user = user
        self._api_ids = api_ids
        self._turned = turned
        self._min_life = min_life
        self._life = min_life
        self._snapshot: Snapshot | None = None
        self._bodies: dict[_Wanted, asyncio.Future[QueueBody]] = {}
        self._one_by_one = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._next_look = 0.0
        self._failures = 0
        self._error: SlurmError | None = None
        self._threads = DaemonThreads(1, "slurm-api-queue")

    async def body(self, search: QueueSearch) -> QueueBody:
        """Return what is asked of the queue as JSON.

        Raises:
            InvalidRequest: the cursor is none of ours.
            SlurmError: Slurm has not answered once since this server started.
        """
        snapshot = await self._current()
        body = await self._written(snapshot, search)
        # Two hundred who waited for one squeue would be answered in one turn of the loop,
        # megabytes each, and nobody else would have a turn: so they come one a turn.
        async with self._one_by_one:
            await asyncio.sleep(0)
        return body

    def outdated(self) -> None:
        """Have the next who asks wait for a new look: something was done to jobs."""
        if self._error is None:
            self._next_look = 0.0

    def row_count(self) -> float:
        """Return how many lines the queue had when it was last seen; NaN where it never was."""
        return len(self._snapshot.rows) if self._snapshot else math.nan

    async def row(self, slurm_id: str) -> tuple[QueueRow, datetime, bool] | None:
        """Return one line of the queue, when it was seen and whether that is stale."""
        snapshot = await self._current()
        for row in snapshot.rows:
            if slurm_id in (row["job_id"], job_of(row["job_id"])):
                return row, snapshot.synced_at, self._is_stale()
        return None

    async def _current(self) -> Snapshot:
        await self._be_fresh()
        if self._snapshot is None:
            raise self._error or SlurmError("The queue is not known yet; try again in a moment.")
        return self._snapshot

    async def _written(self, snapshot: Snapshot, search: QueueSearch) -> QueueBody:
        """Write an answer once, off the loop, for all who want the same."""
        stale = self._is_stale()
        wanted = (search.model_dump_json(exclude_defaults=True), stale)
        if wanted not in self._bodies:
            if len(self._bodies) >= _MOST_BODIES:
                del self._bodies[next(iter(self._bodies))]
            writing = asyncio.get_running_loop().run_in_executor(
                self._threads, partial(snapshot.body, search, self._user, stale=stale)
            )
            self._bodies[wanted] = asyncio.ensure_future(writing)
        return await asyncio.shield(self._bodies[wanted])

    def _is_stale(self) -> bool:
        return self._error is not None or time.monotonic() >= self._next_look

    async def _be_fresh(self) -> None:
        if time.monotonic() < self._next_look:
            return
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._refresh())
            self._refreshing.add_done_callback(self._done)
        # Who can be answered from the last snapshot does not wait for a slow Slurm.
        patience = _PATIENCE_SECONDS if self._snapshot else None
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._refreshing), patience)

    def _done(self, _: asyncio.Task[None]) -> None:
        self._refreshing = None

    async def _refresh(self) -> None:
        began, was_well = time.monotonic(), self._error is None
        try:
            found = await self._slurm.queue()
            self._tell_of_bad_rows(found.bad)
            self._snapshot = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._name_ours, found.value, found.bad
            )
        except SlurmError as error:
            self._failures += 1
            if self._error is None:
                _log.warning("squeue failed: %s", error.message)
            self._error = error
        else:
            self._failures, self._error = 0, None
            self._life = max(self._min_life, 5 * (time.monotonic() - began))
        if was_well != (self._error is None):
            self._turned()
        self._bodies.clear()
        self._next_look = time.monotonic() + self._pause()

    def _tell_of_bad_rows(self, bad: int) -> None:
        before = self._snapshot.bad_rows if self._snapshot else 0
        if bad not in (0, before):
            _log.warning("queue: rows of squeue that cannot be read are left out: %d", bad)

    def _pause(self) -> float:
        # How long a squeue hung that did not answer says nothing of what one costs.
        grown: float = self._life * 2 ** min(self._failures, 10)
        return min(grown, max(self._life, _LONGEST_WAIT))

    def _name_ours(self, rows: list[QueueRow], bad: int) -> Snapshot:
        api_ids = self._api_ids()
        for row in rows:
            if row["user"] == self._user:
                row["api_job_id"] = api_ids.get(id_of(row["job_id"]))
        return Snapshot(rows, bad, utc_now())


def _json(rows: Sequence[QueueRow]) -> bytes:
    # In slices: the encoder holds the interpreter's lock, and the event loop wants it too.
    slices = [to_json(rows[at : at + _SLICE])[1:-1] for at in range(0, len(rows), _SLICE)]
    return b"[" + b",".join(slices) + b"]"
