"""What became of jobs of which Slurm's queue does not tell all: asked for, and not guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from . import reconcile
from .cancelling import cancel
from .clock import utc_now
from .errors import SlurmError, SlurmTimeout
from .job import Job
from .models import ClusterInfo
from .observation import Observation
from .reconcile import Findings
from .slurm.client import Slurm
from .slurm.parsing import Parsed

_GRACE: Final = timedelta(seconds=300)  # the accounting record of an ended job may come late
_ASK_AT_ONCE: Final = 500  # jobs at most, an array counting as one
_PATIENCE_SECONDS: Final = 2.0
_ANSWER_IS_LATE: Final = timedelta(seconds=10)


class Lookup:
    """Asks the accounting, then the controller; one question at a time.

    Where the accounting cannot be asked, a job keeps its last known state and is
    asked for again. Where nobody knows it any more it becomes UNKNOWN, with
    accounting after some minutes of asking. Its end is never guessed.

    A slow accounting holds up nobody: who asks waits for some seconds, and takes
    the answer another time. Where it is too slow for a question, the next one is
    for half as many jobs.
    """

    def __init__(self, slurm: Slurm, user: str) -> None:
        self._slurm = slurm
        self._user = user
        self._since: dict[str, datetime] = {}
        self._at_once = _ASK_AT_ONCE
        self._asking: asyncio.Task[Findings] | None = None
        self.error: str | None = None
        self.bad_rows = 0
        """How many rows of the accounting's last answer could not be read."""

    async def find(
        self,
        jobs: Sequence[Job],
        unanswered: Sequence[Job],
        info: ClusterInfo,
        waiting: Mapping[str, str],
    ) -> Findings | None:
        """Return what is found out about jobs; None while the answer is on its way.

        ``unanswered`` are submits of which no Slurm id is known; ``waiting`` is
        handed on with the findings.
        """
        if self._asking is None:
            now = utc_now()
            self._since = {job.job_id: self._since.get(job.job_id, now) for job in jobs}
            some = _some(jobs, self._at_once)
            self._asking = asyncio.ensure_future(self._ask(some, unanswered, info, waiting))
        done, _ = await asyncio.wait({self._asking}, timeout=_PATIENCE_SECONDS)
        if not done:
            return None
        asked, self._asking = self._asking, None
        return asked.result()

    async def stop(self) -> None:
        """Ask no longer."""
        await cancel(self._asking)

    async def _ask(
        self,
        jobs: Sequence[Job],
        unanswered: Sequence[Job],
        info: ClusterInfo,
        waiting: Mapping[str, str],
    ) -> Findings:
        found = Findings(waiting=waiting)
        try:
            if info.accounting:
                await self._ask_accounting(found, jobs)
                await self._ask_for_tags(found, unanswered, info)
            await self._ask_controller(found, jobs)
        except SlurmError as error:
            self.error = error.message
            self._since = {}  # an accounting that was away needs its time to catch up
            return found
        self.error, self.bad_rows = None, found.bad_rows
        return found

    async def _ask_accounting(self, found: Findings, jobs: Sequence[Job]) -> None:
        if jobs:
            recorded = await self._recorded(jobs)
            found.runs = recorded.value
            found.bad_rows += recorded.bad
        now = utc_now()
        found.patient = {job.job_id for job in jobs if now - self._since[job.job_id] < _GRACE}

    async def _recorded(self, jobs: Sequence[Job]) -> Parsed[dict[str, list[Observation]]]:
        first = min(job.first_submit_time or job.submit_time or utc_now() for job in jobs)
        ids = sorted({_whole(job) for job in jobs})
        try:
            recorded = await self._slurm.recorded(ids, first - reconcile.CLOCKS_DIFFER)
        except SlurmTimeout:
            self._at_once = max(1, self._at_once // 2)
            raise
        self._at_once = _ASK_AT_ONCE
        return recorded

    async def _ask_for_tags(
        self, found: Findings, unanswered: Sequence[Job], info: ClusterInfo
    ) -> None:
        times = [job.submit_time for job in unanswered if job.submit_time]
        if times and info.keeps_submit_lines and utc_now() - min(times) > _ANSWER_IS_LATE:
            tagged = await self._slurm.tagged(min(times) - reconcile.CLOCKS_DIFFER)
            found.tagged = tagged.value
            found.bad_rows += tagged.bad

    async def _ask_controller(self, found: Findings, jobs: Iterable[Job]) -> None:
        """Ask for what the accounting does not know, each array once."""
        unknown: dict[str, list[Job]] = {}
        for job in jobs:
            if job.job_id in found.patient or job.is_over or _has_ended(found, job):
                found.asked.add(job.job_id)
            else:
                unknown.setdefault(_whole(job), []).append(job)
        for slurm_id, asked_for in unknown.items():
            found.shown |= await self._slurm.shown(slurm_id)
            found.asked.update(job.job_id for job in asked_for)


def _some(jobs: Sequence[Job], at_once: int) -> Sequence[Job]:
    """Return as many as are asked for at once, those that are not over before others."""
    if len(jobs) <= at_once:
        return jobs
    wholes = [_whole(job) for job in jobs]
    urgent = (whole for job, whole in zip(jobs, wholes, strict=True) if not job.is_over)
    chosen = set(islice(dict.fromkeys([*urgent, *wholes]), at_once))
    return [job for job, whole in zip(jobs, wholes, strict=True) if whole in chosen]


def _whole(job: Job) -> str:
    """Return the id under which Slurm is asked for a job: a task's is its array's."""
    return (job.slurm_id or "").partition("_")[0]


def _has_ended(found: Findings, job: Job) -> bool:
    runs = reconcile.own_runs(job, found.runs.get(job.slurm_id or "", ()))
    return bool(runs) and runs[-1].is_over
