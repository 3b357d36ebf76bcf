"""squeue's rows of this user's jobs, by the job they are of: which changed, what they show."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from ..observation import Observation
from .observing import observe, unstarted
from .parsing import Record

Rows: TypeAlias = dict[str, tuple[Record, ...]]


def changed(seen: Rows, before: Rows) -> Rows:
    """Return the rows that do not stand as they stood."""
    return {slurm_id: rows for slurm_id, rows in seen.items() if rows != before.get(slurm_id)}


def without(all_: Rows, left_out: Collection[str | None]) -> Rows:
    """Return the rows of all but some jobs."""
    if not left_out:
        return all_
    return {slurm_id: rows for slurm_id, rows in all_.items() if slurm_id not in left_out}


def waiting(seen: Rows) -> dict[str, str]:
    """Return by array the ids of the tasks that its row shows as not started."""
    found = ((slurm_id, unstarted(rows)) for slurm_id, rows in seen.items())
    return {slurm_id: ids for slurm_id, ids in found if ids is not None}


def observe_all(seen: Rows) -> list[Observation]:
    """Return what the rows show, job by job."""
    return [observe(slurm_id, rows) for slurm_id, rows in seen.items()]
