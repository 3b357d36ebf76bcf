"""The cluster's whole queue: one squeue for however many ask."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from pydantic_core import to_json

from ..models import QueueRow
from ..representation import Representation
from ..search import QueueSearch
from ..selection import Lines, select
from ..slurm.client import Slurm
from ..slurm.words import id_of, job_of
from ..threads import DaemonThreads
from .snapshots import Seen, Snapshots, represented

_Wanted: TypeAlias = tuple[str, bool]  # the question, and whether the lines are stale

_SLICE: Final = 500
_MOST_BODIES: Final = 32

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue as it was at one moment, and the answers that were made of it."""

    lines: Lines
    bad_rows: int
    bodies: dict[_Wanted, asyncio.Future[Representation]] = field(default_factory=dict)


class QueueService:
    """Answers for the queue from a snapshot that lives some seconds; it is never shown empty.

    ``api_ids`` returns the UUIDs of the jobs we know, by Slurm id. ``turned`` is
    called when squeue begins to fail, and when it answers again; ``answered`` each
    time that it does.
    """

    def __init__(
        self,
        slurm: Slurm,
        user: str,
        api_ids: Callable[[], Mapping[str, str]],
        *,
        turned: Callable[[], None],
        answered: Callable[[], None],
        min_life: float,
    ) -> None:
        self._slurm = slurm
        self._answered = answered
        self._user = user
        self._api_ids = api_ids
        self._bad_rows = 0
        self._row_count = math.nan
        self._one_by_one = asyncio.Lock()
        self._threads = DaemonThreads(1, "slurm-api-queue")
        self._snapshots = Snapshots(self._look, name="squeue", min_life=min_life, turned=turned)

    async def body(self, search: QueueSearch) -> Representation:
        """Return what is asked of the queue as JSON.

        Raises:
            InvalidRequest: the cursor is none of ours.
            SlurmError: Slurm has not answered once since this server started.
        """
        return await self._written(await self._snapshots.current(), search)

    async def turn(self) -> None:
        """Wait until a body may be sent.

        Two hundred who waited for one squeue would be answered in one turn of the loop,
        megabytes each, and nobody else would have a turn: so they come one a turn.
        """
        async with self._one_by_one:
            await asyncio.sleep(0)

    def outdated(self) -> None:
        """Have the next who asks wait for a new look: something was done to jobs."""
        self._snapshots.outdated()

    def row_count(self) -> float:
        """Return how many lines the queue had when it was last seen; NaN where it never was."""
        return self._row_count

    async def row(self, slurm_id: str) -> tuple[QueueRow, datetime, bool] | None:
        """Return one line of the queue, when it was seen and whether that is stale."""
        seen = await self._snapshots.current()
        for row in seen.value.lines.rows:
            if slurm_id in (row["job_id"], job_of(row["job_id"])):
                return row, seen.synced_at, seen.stale
        return None

    async def _written(self, seen: Seen[Queue], search: QueueSearch) -> Representation:
        """Write an answer once, off the loop, for all who want the same."""
        bodies = seen.value.bodies
        wanted = (search.model_dump_json(exclude_defaults=True), seen.stale)
        if wanted not in bodies:
            if len(bodies) >= _MOST_BODIES:
                del bodies[next(iter(bodies))]
            writing = asyncio.get_running_loop().run_in_executor(
                self._threads, partial(_body, seen, search, self._user)
            )
            bodies[wanted] = asyncio.ensure_future(writing)
        return await asyncio.shield(bodies[wanted])

    async def _look(self) -> Queue:
        found = await self._slurm.queue()
        self._answered()
        if found.bad not in (0, self._bad_rows):
            _log.warning("queue: rows of squeue that cannot be read are left out: %d", found.bad)
        self._bad_rows, self._row_count = found.bad, len(found.value)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._name_ours, found.value, found.bad
        )

    def _name_ours(self, rows: list[QueueRow], bad: int) -> Queue:
        api_ids = self._api_ids()
        for row in rows:
            if row["user"] == self._user:
                row["api_job_id"] = api_ids.get(id_of(row["job_id"]))
        return Queue(Lines(rows), bad)


def _body(seen: Seen[Queue], search: QueueSearch, user: str) -> Representation:
    """Write the answer to this user's question as JSON."""
    found = select(seen.value.lines, search, user)
    about = {
        "total": found.total,
        "summary": {"states": found.states, "partitions": found.partitions},
        "next_cursor": found.next_place.cursor() if found.next_place else None,
        "bad_rows": seen.value.bad_rows,
    }
    return represented("jobs", _json(found.rows), seen, about)


def _json(rows: Sequence[QueueRow]) -> bytes:
    # In slices: the encoder holds the interpreter's lock, and the event loop wants it too.
    slices = [to_json(rows[at : at + _SLICE])[1:-1] for at in range(0, len(rows), _SLICE)]
    return b"[" + b",".join(slices) + b"]"
