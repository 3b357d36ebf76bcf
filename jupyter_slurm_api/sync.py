"""Slurm's state into MongoDB: the loop around the pure core in `draft`."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from .clock import utc_now
from .draft import Draft
from .errors import SlurmApiError, SlurmError
from .job import Job
from .known import KnownJobs
from .lookup import Lookup
from .models import ClusterInfo
from .observation import Observation
from .reconcile import Change, Findings
from .slurm.client import Slurm
from .slurm.observing import observe, unstarted
from .slurm.parsing import Record
from .store.jobs import JobStore
from .threads import DaemonThreads

_LONGEST_PAUSE: Final = 120.0
_JITTER: Final = 0.1
_SETTLE_SECONDS: Final = 2.0  # a job that was just submitted needs a moment to start

_Rows: TypeAlias = Mapping[str, tuple[Record, ...]]  # squeue's rows by the job they are of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two looks at Slurm.

    ``active`` while a job of the user moves, ``idle`` otherwise, never less than
    ``floor``, however often somebody asks for an extra look.
    """

    active: float
    idle: float
    floor: float


class Sync:
    """Keeps the stored jobs true to what Slurm says.

    One squeue a tick, for this user's jobs alone. Only changes are written. A
    job that left the queue is looked up in the accounting, then at the
    controller; what nobody knows any more becomes UNKNOWN, never a guess. A tick
    begins after the last one has ended; with Slurm or MongoDB away the pauses grow.

    ``over`` is called with jobs that have just ended.
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
    ) -> None:
        self._slurm = slurm
        self._store = store
        self._known = known
        self._intervals = intervals
        self._user = user
        self._over = over
        self._rows: _Rows = {}
        self._settled: int | None = None  # what was known when nothing was left to find out
        self._lookup = Lookup(slurm, user)
        self._answering_since: datetime | None = None
        self._loaded = False
        self._kicked = asyncio.Event()
        self.first_tick = asyncio.Event()
        """Set when the first tick has ended, however it ended."""
        self._task: asyncio.Task[None] | None = None
        self._threads = DaemonThreads(1, "slurm-api-sync")
        self._failures = 0
        self._status: dict[str, Any] = {
            "last_success": None,
            "last_error": None,
            "slurm_error": None,
            "tick_seconds": None,
            "bad_rows": 0,
        }

    @property
    def status(self) -> dict[str, Any]:
        """What `/health` tells of the sync."""
        return {
            **self._status,
            "accounting_error": self._lookup.error,
            "failures": self._failures,
            "jobs": len(self._known),
        }

    def start(self) -> None:
        """Begin to tick."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Stop ticking, in the middle of a tick if need be: every write stands by itself."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._lookup.stop()
        self._threads.shutdown()

    def soon(self) -> None:
        """Ask for an extra tick, in a moment or as soon as the floor allows."""
        asyncio.get_running_loop().call_later(_SETTLE_SECONDS, self._kicked.set)

    async def _run(self) -> None:
        while True:
            self._kicked.clear()
            try:
                await self.tick()
            except SlurmError as error:
                self._answering_since = None
                self._status["slurm_error"] = error.message
                self._failed(error.message)
            except SlurmApiError as error:
                self._failed(error.message)
            except Exception as error:  # noqa: BLE001 - the loop alone must outlive any fault
                _log.exception("the sync failed; it goes on")
                self._failed(f"internal error: {type(error).__name__}")
            self.first_tick.set()
            await asyncio.sleep(self._intervals.floor)
            pause = self._pause() - self._intervals.floor
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._kicked.wait(), max(0.0, pause))

    def _failed(self, message: str) -> None:
        if message != self._status["last_error"]:
            _log.warning("sync: %s", message)
        self._failures += 1
        self._status["last_error"] = message

    def _pause(self) -> float:
        wanted = self._intervals.active if self._known.any_live() else self._intervals.idle
        grown: float = wanted * 2 ** min(self._failures, 10)
        return min(grown, max(wanted, _LONGEST_PAUSE)) * random.uniform(1, 1 + _JITTER)  # noqa: S311 - no secret

    async def tick(self) -> None:
        """Look at Slurm once and record what changed.

        Raises:
            SlurmError: Slurm does not answer; nothing is changed.
            DatabaseUnavailable: nothing, or not all, could be written; the next tick does.
        """
        began = time.monotonic()
        info = await self._slurm.info()
        await self._load(info)
        seen = await self._slurm.own_jobs()
        self._answering_since = self._answering_since or utc_now()
        changed = await self._off_loop(_changed, seen.value, self._rows)
        if changed or len(seen.value) != len(self._rows) or self._known.version != self._settled:
            await self._take_in(info, seen.value, changed)
        self._failures = 0
        self._status |= {
            "last_success": utc_now(),
            "last_error": None,
            "slurm_error": None,
            "bad_rows": seen.bad,
            "tick_seconds": round(time.monotonic() - began, 3),
        }

    async def _take_in(self, info: ClusterInfo, seen: _Rows, changed: _Rows) -> None:
        """Record what a look at Slurm brought, then what is found out beyond it."""
        observations = await self._off_loop(_observe_all, changed)
        await self._meet(info.name, observations)
        draft = self._draft(info)
        await self._off_loop(_see, draft, observations)
        all_mine = await self._write(info.name, draft)
        is_clear = await self._look_up(info, seen)
        self._rows = _without(seen, draft.postponed) if all_mine else {}
        self._known.forget_ended(set(seen), has_accounting=info.accounting)
        is_settled = all_mine and is_clear and not draft.postponed
        self._settled = self._known.version if is_settled else None

    async def _look_up(self, info: ClusterInfo, seen: _Rows) -> bool:
        """Record what is found out about jobs in doubt; True where none is left."""
        waiting = await self._off_loop(_waiting, seen)
        in_doubt = self._known.in_doubt(seen.keys(), waiting, has_accounting=info.accounting)
        unanswered = self._known.unanswered()
        if not in_doubt and not unanswered:
            return True
        findings = await self._lookup.find(in_doubt, unanswered, info, waiting)
        if findings is None:
            return False
        draft = self._draft(info)
        since = self._answering_since or utc_now()
        await self._off_loop(_settle, draft, in_doubt, findings, since)
        all_mine = await self._write(info.name, draft)
        left = self._known.in_doubt(seen.keys(), waiting, has_accounting=info.accounting)
        return all_mine and not left and not self._known.unanswered()

    def _draft(self, info: ClusterInfo) -> Draft:
        return Draft(self._known, info, user=self._user, now=utc_now())

    async def _off_loop(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def _load(self, info: ClusterInfo) -> None:
        if not self._loaded:
            await self._put(await self._store.live(info.name))
            if info.accounting:
                await self._put(await self._store.unaccounted(info.name))
            self._over(await self._store.unkept(info.name))
            self._loaded = True

    async def _meet(self, cluster: str, observations: Sequence[Observation]) -> None:
        """Fetch jobs that are new to this server but not to the database; arrays with tasks."""
        new = [seen for seen in observations if not self._known.has(seen)]
        if new:
            tags = {seen.tag for seen in new if seen.tag}
            ids = {seen.slurm_id for seen in new} | {seen.array_slurm_id for seen in new}
            await self._put(await self._store.find(cluster, ids, tags))

    async def _put(self, jobs: Sequence[Job]) -> None:
        """Note jobs from the database, arrays with the states of their tasks."""
        self._known.put(jobs)
        arrays = [job.job_id for job in jobs if job.array]
        if arrays:
            for array_job_id, tasks in (await self._store.task_states(arrays)).items():
                self._known.put_tasks(array_job_id, tasks)

    async def _write(self, cluster: str, draft: Draft) -> bool:
        """Write; where another server was first, read what it wrote and return False."""
        changes, new = draft.changes, draft.new
        all_mine = await self._store.write(changes, new)
        after = [*await self._off_loop(_written, changes), *new]
        if all_mine:
            self._known.put(after)
        else:
            after = await self._read_again(cluster, after)
        self._over([job for job in after if job.is_over and not job.output_kept])
        return all_mine

    async def _read_again(self, cluster: str, jobs: Sequence[Job]) -> list[Job]:
        ids = [job.slurm_id for job in jobs if job.slurm_id]
        for job in jobs:
            self._known.drop(job.job_id)
        found = await self._store.find(cluster, ids, [job.job_id for job in jobs])
        await self._put(found)
        self.soon()
        return found


def _written(changes: Sequence[Change]) -> list[Job]:
    return [change.written for change in changes]


def _see(draft: Draft, observations: Sequence[Observation]) -> None:
    draft.see(observations)
    draft.finish()


def _settle(draft: Draft, jobs: Sequence[Job], findings: Findings, since: datetime) -> None:
    draft.settle(jobs, findings)
    draft.answer(findings, since)
    draft.finish()


def _waiting(seen: _Rows) -> dict[str, str]:
    """Return by array the ids of the tasks that its row shows as not started."""
    found = ((slurm_id, unstarted(rows)) for slurm_id, rows in seen.items())
    return {slurm_id: ids for slurm_id, ids in found if ids is not None}


def _without(groups: _Rows, left_out: Collection[str | None]) -> _Rows:
    if not left_out:
        return groups
    return {slurm_id: rows for slurm_id, rows in groups.items() if slurm_id not in left_out}


def _changed(seen: _Rows, before: _Rows) -> _Rows:
    return {slurm_id: rows for slurm_id, rows in seen.items() if rows != before.get(slurm_id)}


def _observe_all(groups: _Rows) -> list[Observation]:
    return [observe(slurm_id, rows) for slurm_id, rows in groups.items()]
