"""Finds out what there is to tell to followers, and tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from ..cancelling import cancel
from ..events import (
    MOST_CHANGES,
    HealthEvent,
    JobChange,
    JobsEvent,
    QueueEvent,
    ResetEvent,
    Told,
)
from ..hub import Event, EventHub
from ..job import Job
from ..known import KnownJobs

_KEPT: Final = 500
_TOGETHER_SECONDS: Final = 0.1

_Pair = tuple[Job | None, Job | None]


class EventService:
    """Tells whoever follows what changes: jobs, their counts, the health of the parts.

    Each change that ``known`` notes is told; those of a tick come together, as do
    all within a tenth of a second. ``health`` returns how the parts are, from what
    is known. ``emit`` is told the same in less detail, for Jupyter's event bus.
    """

    def __init__(
        self,
        known: KnownJobs,
        health: Callable[[], HealthEvent],
        emit: Callable[[Told], None],
    ) -> None:
        self._known = known
        self._health = health
        self._emit = emit
        self._hub = EventHub(kept=_KEPT)
        self._changes: dict[str, _Pair] = {}
        self._telling: asyncio.Task[None] | None = None
        self._last_health: HealthEvent | None = None
        self._last_queue: QueueEvent | None = None
        known.listen(self._changed)

    def place(self, last_id: str | None) -> int:
        """Return the place from which to follow, as `EventHub.place` does."""
        return self._hub.place(last_id)

    def id_of(self, place: int) -> str:
        """Return the id that leads back to a place."""
        return self._hub.id_of(place)

    def follow(self, place: int, patience: float) -> AsyncIterator[Event | None]:
        """Yield what is told from a place on, as `EventHub.follow` does."""
        return self._hub.follow(place, patience)

    def looked(self, *, well: bool) -> None:
        """Note that the sync has looked at Slurm, and whether all went well.

        After the first time that it did, whoever follows already reads all again: what
        others wrote before this server read it could not be told.
        """
        self._look_at_health()
        if well and self._last_queue is None:
            self._tell(ResetEvent(reason="started"))
            self._look_at_queue()

    def database_used(self, *, well: bool) -> None:
        """Note whether the database has answered: it may be away, or back."""
        last = self._last_health
        if last is not None and (last.database == "ok") != well:
            self._look_at_health()

    async def stop(self) -> None:
        """Let all who follow go."""
        await cancel(self._telling)
        self._hub.close()

    def _changed(self, before: Job | None, after: Job | None) -> None:
        if after is None and before is not None and before.is_over:
            return  # it is kept, and only left the memory
        job = after or before
        assert job is not None  # noqa: S101 - what never was does not change
        first, _ = self._changes.get(job.job_id, (before, after))
        self._changes[job.job_id] = (first, after)
        if self._telling is None:
            self._telling = asyncio.ensure_future(self._tell_changes())

    async def _tell_changes(self) -> None:
        try:
            await self._tell_all()
        finally:  # in the same turn of the loop: the next change finds nobody who tells it
            self._telling = None

    async def _tell_all(self) -> None:
        while self._changes:
            await asyncio.sleep(_TOGETHER_SECONDS)
            changes = [pair for pair in self._changes.values() if _is_news(*pair)]
            self._changes = {}
            if len(changes) > MOST_CHANGES:
                self._emit(ResetEvent(reason="many"))
            for at in range(0, len(changes), MOST_CHANGES):
                jobs = [JobChange.of(*pair) for pair in changes[at : at + MOST_CHANGES]]
                self._hub.publish(JobsEvent(jobs=jobs))
                if len(changes) <= MOST_CHANGES:
                    self._emit(JobsEvent(jobs=jobs))
                await asyncio.sleep(0)  # others want the event loop too
            if self._last_queue is not None:
                self._look_at_queue()

    def _look_at_queue(self) -> None:
        queue = QueueEvent(counts=self._known.counts())
        if queue != self._last_queue:
            self._last_queue = queue
            self._tell(queue)

    def _look_at_health(self) -> None:
        health = self._health()
        if health != self._last_health:
            self._last_health = health
            self._tell(health)

    def _tell(self, told: Told) -> None:
        self._hub.publish(told)
        self._emit(told)


def _is_news(before: Job | None, after: Job | None) -> bool:
    """Tell whether anything has become of a job: it may have come and gone, or come again."""
    if before is None or after is None:
        return before is not after
    return before.revision != after.revision
