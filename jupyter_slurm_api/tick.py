"""One look at Slurm and what it changes in MongoDB: the work around the pure core in `draft`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from . import garbage
from .clock import utc_now
from .draft import Draft
from .errors import SlurmError
from .job import Job
from .known import KnownJobs
from .lookup import Lookup
from .models import ClusterInfo
from .observation import Observation
from .reconcile import Change, Findings
from .slurm import rows
from .slurm.client import Slurm
from .slurm.rows import Rows
from .store.jobs import JobStore
from .threads import DaemonThreads

T = TypeVar("T")

_AT_ONCE: Final = 500


class Tick:
    """Looks at Slurm once, as often as it is run, and records what changed.

    One squeue, for this user's jobs alone; rows that stand as they stood are not
    read again, and only changes are written. What the queue does not tell is
    looked up; what nobody knows any more becomes UNKNOWN, never a guess.

    ``over`` is called with jobs that have just ended, ``conflict`` when another
    server was first to write of a job, so that a further look is due.
    """

    def __init__(
        self,
        slurm: Slurm,
        store: JobStore,
        known: KnownJobs,
        *,
        user: str,
        over: Callable[[Iterable[Job]], None],
        conflict: Callable[[], None],
    ) -> None:
        self._slurm = slurm
        self._store = store
        self._known = known
        self._user = user
        self._over = over
        self._conflict = conflict
        self._rows: Rows = {}
        self._postponed: list[Observation] = []
        # What was known when nothing was left to find out.
        self._settled: int | None = known.version
        self._lookup = Lookup(slurm, user)
        self._loaded = False
        self._threads = DaemonThreads(1, "slurm-api-sync")
        self._uncollected = garbage.Uncollected()
        self.answering_since: datetime | None = None
        """Since when Slurm has answered each look; None while it does not."""
        self.seen_at: datetime | None = None
        """When Slurm answered the last look."""
        self._bad_rows = 0

    @property
    def bad_rows(self) -> int:
        """How many rows of the last look, and of the accounting, could not be read."""
        return self._bad_rows + self._lookup.bad_rows

    @property
    def is_settled(self) -> bool:
        """Whether the last look left nothing that a look soon would find out."""
        return self._known.version == self._settled or self.accounting_error is not None

    @property
    def accounting_error(self) -> str | None:
        """What the accounting said, or the controller, when it was last asked in vain."""
        return self._lookup.error

    async def stop(self) -> None:
        """Let go of what is under way."""
        await self._lookup.stop()
        self._threads.shutdown()

    async def run(self) -> None:
        """Look once.

        Raises:
            SlurmError: Slurm does not answer; nothing is changed.
            DatabaseUnavailable: nothing, or not all, could be written; the next one does.
        """
        began = utc_now()
        info = await self._ask(self._slurm.info())
        await self._load(info)
        seen = await self._ask(self._slurm.own_jobs())
        self.seen_at = utc_now()
        self.answering_since = self.answering_since or began
        self._bad_rows = seen.bad
        changed = await self._off_loop(rows.changed, seen.value, self._rows)
        if changed or len(seen.value) != len(self._rows) or self._known.version != self._settled:
            await self._take_in(info, seen.value, changed)

    async def _ask(self, question: Awaitable[T]) -> T:
        try:
            return await question
        except SlurmError:
            self.answering_since = None
            raise

    async def _take_in(self, info: ClusterInfo, seen: Rows, changed: Rows) -> None:
        """Record what a look at Slurm brought, then what is found out beyond it."""
        observations = await self._off_loop(rows.observe_all, changed)
        await self._off_loop(self._known.put_estimates, observations, seen)
        observations += self._postponed_and_gone(seen)
        met = await self._meet(info.name, observations)
        observations = [one for one in observations if one.slurm_id not in met]
        draft = self._draft(info, self.seen_at)
        await self._off_loop(_see, draft, observations)
        all_mine = await self._write(info.name, draft)
        is_clear = await self._look_up(info, seen)
        postponed = draft.postponed | met
        before, self._rows = self._rows, rows.without(seen, postponed) if all_mine else {}
        self._postponed = [one for one in observations if one.slurm_id in draft.postponed]
        ended = await self._off_loop(self._known.ended, set(seen), info.accounting)
        await _some_at_a_time(ended, self._drop)
        is_settled = all_mine and is_clear and not postponed
        self._settled = self._known.version if is_settled else None
        await self._off_loop(_let_go, draft, before)

    def _postponed_and_gone(self, seen: Rows) -> list[Observation]:
        """Return what was seen of new jobs that were left alone and have left the queue since.

        One that turned out to be a submit of ours is known by now.
        """
        return [
            one for one in self._postponed if one.slurm_id not in seen and not self._known.has(one)
        ]

    async def _look_up(self, info: ClusterInfo, seen: Rows) -> bool:
        """Record what is found out about jobs in doubt; True where none is left."""
        waiting = await self._off_loop(rows.waiting, seen)
        in_doubt = await self._in_doubt(info, seen, waiting)
        unanswered = self._known.unanswered()
        if not in_doubt and not unanswered:
            return True
        findings = await self._lookup.find(in_doubt, unanswered, info, waiting)
        if findings is None:
            return False
        draft = self._draft(info)
        since = self.answering_since or utc_now()
        await self._off_loop(_settle, draft, in_doubt, findings, seen.keys(), since)
        all_mine = await self._write(info.name, draft)
        left = await self._in_doubt(info, seen, waiting)
        return all_mine and not left and not self._known.unanswered()

    async def _in_doubt(
        self, info: ClusterInfo, seen: Rows, waiting: Mapping[str, str]
    ) -> list[Job]:
        found: list[Job] = await self._off_loop(
            self._known.in_doubt, seen.keys(), waiting, info.accounting
        )
        return found

    def _draft(self, info: ClusterInfo, now: datetime | None = None) -> Draft:
        return Draft(self._known, info, user=self._user, now=now or utc_now())

    async def _off_loop(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._uncollected, work, *arguments
        )

    async def _load(self, info: ClusterInfo) -> None:
        """Read what is kept before the first look, which is newer then."""
        if not self._loaded:
            await self._put(await self._store.live(info.name))
            if info.accounting:
                await self._put(await self._store.unaccounted(info.name))
            self._over(await self._store.unkept(info.name))
            self._loaded = True

    async def _meet(self, cluster: str, observations: Sequence[Observation]) -> set[str]:
        """Fetch jobs that are new to this server but not to the database; arrays with tasks.

        Returns their Slurm ids: what is read now may be newer than what was seen, so that
        the next look is the first to tell of them.
        """
        new, ids, tags = await self._off_loop(_strangers, observations, self._known)
        if not new:
            return set()
        found = await self._store.find(cluster, ids, tags)
        submitting = {
            job.job_id for job in found if not (job.slurm_id or self._known.get(job.job_id))
        }
        await self._put(found)
        met: set[str] = await self._off_loop(_met, new, self._known, submitting)
        if met:
            self._conflict()
        return met

    async def _put(self, jobs: Sequence[Job]) -> None:
        """Note jobs from the database, arrays with the states of their tasks."""
        await _some_at_a_time(jobs, partial(self._known.put, news=self._loaded))
        arrays = [job.job_id for job in jobs if job.array]
        if arrays:
            for array_job_id, tasks in (await self._store.task_states(arrays)).items():
                self._known.put_tasks(array_job_id, tasks)

    def _drop(self, job_ids: Sequence[str]) -> None:
        for job_id in job_ids:
            self._known.drop(job_id)

    async def _write(self, cluster: str, draft: Draft) -> bool:
        """Write; where another server was first, read what it wrote and return False."""
        changes, new = await self._off_loop(_drafted, draft)
        all_mine: bool = await self._store.write(changes, new)
        after: list[Job] = await self._off_loop(_written, changes, new)
        if all_mine:
            await _some_at_a_time(after, self._known.put)
        else:
            after = await self._read_again(cluster, after)
        await _some_at_a_time(await self._off_loop(_unkept, after), self._over)
        return all_mine

    async def _read_again(self, cluster: str, jobs: Sequence[Job]) -> list[Job]:
        ids = [job.slurm_id for job in jobs if job.slurm_id]
        found = await self._store.find(cluster, ids, [job.job_id for job in jobs])
        for job in jobs:
            self._known.drop(job.job_id)
        await self._put(found)
        self._conflict()
        return found


def _strangers(
    observations: Sequence[Observation], known: KnownJobs
) -> tuple[list[Observation], set[str], set[str]]:
    """Return what is not known, the Slurm ids to ask for, an array's too, and the tags."""
    new = [seen for seen in observations if not known.has(seen)]
    ids = {seen.slurm_id for seen in new} | {seen.array_slurm_id for seen in new}
    return new, ids, {seen.tag for seen in new if seen.tag}


def _met(new: Sequence[Observation], known: KnownJobs, submitting: Collection[str]) -> set[str]:
    return {seen.slurm_id for seen in new if seen.tag in submitting or known.has(seen)}


async def _some_at_a_time(all_: Sequence[T], work: Callable[[Sequence[T]], object]) -> None:
    """Do what must be done on the event loop with many: others want a turn too."""
    for at in range(0, len(all_), _AT_ONCE):
        work(all_[at : at + _AT_ONCE])
        await asyncio.sleep(0)


def _drafted(draft: Draft) -> tuple[list[Change], list[Job]]:
    return draft.changes, draft.new


def _written(changes: Sequence[Change], new: Sequence[Job]) -> list[Job]:
    return [*(change.written for change in changes), *new]


def _unkept(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if job.is_over and not job.output_kept]


def _see(draft: Draft, observations: Sequence[Observation]) -> None:
    draft.see(observations)
    draft.finish()


def _let_go(draft: Draft, before: Rows) -> None:
    draft.let_go()
    garbage.let_go(before)


def _settle(
    draft: Draft,
    jobs: Sequence[Job],
    findings: Findings,
    visible: Collection[str],
    since: datetime,
) -> None:
    draft.settle(jobs, findings, visible)
    draft.answer(findings, since)
    draft.finish()
