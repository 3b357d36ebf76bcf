"""How a stored job looks to who asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .. import states, task_ids
from ..job import Job
from ..views import Freshness, JobView
from .places import Places


class Viewer:
    """Shows stored jobs, with how fresh that is.

    ``own_slurm_id`` is the job in which this server itself runs, if it does;
    ``estimate`` returns when Slurm thinks that a job starts, ``places`` knows what of its is
    below Jupyter's root.
    """

    def __init__(
        self,
        freshness: Callable[[], Freshness],
        own_slurm_id: str | None,
        estimate: Callable[[str], datetime | None],
        places: Places,
    ) -> None:
        self.freshness = freshness
        self._own_slurm_id = own_slurm_id
        self._estimate = estimate
        self._places = places

    def view(self, job: Job, **shown: Any) -> JobView:
        """Show a stored job: one that goes on as of the last look at Slurm."""
        shown = self._places.of(job) | shown
        if job.is_over:
            return JobView.of(job, **shown)
        fresh = self.freshness()
        seen = [moment for moment in (job.synced_at, fresh.synced_at) if moment]
        facts = {
            "stale": fresh.stale,
            "synced_at": max(seen, default=None),
            "runs_this_server": self.runs_this_server(job.slurm_id),
            "estimated_start": self.estimated_start(job.status, job.slurm_id),
        }
        return JobView.of(job, **(facts | shown))

    def estimated_start(self, status: str, slurm_id: str | None) -> datetime | None:
        """Return when Slurm thinks that a job starts, as long as it waits."""
        return self._estimate(slurm_id) if slurm_id and states.waits(status) else None

    def runs_this_server(self, slurm_id: str | None) -> bool:
        """Tell whether this server runs in a job, or in a part of it, that goes on."""
        own = self._own_slurm_id
        return bool(own and slurm_id and task_ids.holds(slurm_id, own))
