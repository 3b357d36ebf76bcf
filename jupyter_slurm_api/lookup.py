"""What became of jobs that left Slurm's queue: known, not to be asked now, or gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from . import reconcile
from .clock import utc_now
from .errors import SlurmError
from .job import Job
from .models import Observation
from .reconcile import Change
from .slurm.client import Slurm

_GRACE: Final = timedelta(seconds=300)  # the accounting record of an ended job may come late
_ASK_AT_ONCE: Final = 200


class Lookup:
    """Asks the accounting, then the controller.

    Where the accounting cannot be asked, a job keeps its last known state and is
    asked for again. Where nobody knows it any more it becomes UNKNOWN, with
    accounting after some minutes of asking. Its end is never guessed.
    """

    def __init__(self, slurm: Slurm) -> None:
        self._slurm = slurm
        self._missing_since: dict[str, datetime] = {}
        self.error: str | None = None

    async def changes(
        self, missing: Sequence[Job], tasks: Mapping[str, int], *, has_accounting: bool
    ) -> list[Change]:
        """Return what is to be written of jobs that the queue shows no more.

        ``tasks`` tells, by UUID, how many tasks of an array the queue still shows:
        as long as the accounting has fewer, it has not caught up.
        """
        now = utc_now()
        self._missing_since = {
            job.job_id: self._missing_since.get(job.job_id, now) for job in missing
        }
        changes: list[Change] = []
        for at in range(0, len(missing), _ASK_AT_ONCE):
            some = missing[at : at + _ASK_AT_ONCE]
            try:
                runs = await self._recorded(some) if has_accounting else {}
                found = [
                    await self._end_of(
                        job,
                        reconcile.last_run(job, runs.get(job.slurm_id or "", ())),
                        max(
                            tasks.get(job.job_id, 0),
                            job.array.size if job.array else 0,
                        ),
                        patient=has_accounting and now - self._missing_since[job.job_id] < _GRACE,
                    )
                    for job in some
                ]
            except SlurmError as error:
                self.error = error.message
                return changes
            changes += [change for change in found if change]
        self.error = None
        return changes

    async def _recorded(self, jobs: Sequence[Job]) -> Mapping[str, list[Observation]]:
        first = min(job.first_submit_time or job.submit_time or utc_now() for job in jobs)
        ids = [job.slurm_id for job in jobs if job.slurm_id]
        return (await self._slurm.recorded(ids, first - reconcile.CLOCKS_DIFFER)).value

    async def _end_of(
        self, job: Job, run: Observation | None, tasks: int, *, patient: bool
    ) -> Change | None:
        now = utc_now()
        is_whole = run is not None and sum((run.array or {}).values()) >= tasks
        if run and run.is_over and (is_whole or not patient):
            return reconcile.update(job, run, now)
        if patient:
            return None
        shown = await self._slurm.shown(job.slurm_id or "")
        if shown and job.is_in(shown):
            return reconcile.update(job, shown, now)
        return reconcile.gone(job, now)
