"""An array as a whole: what follows from the states of its tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from . import history, states, task_ids
from .array import Array
from .job import Job
from .observation import Observation

_NOTHING = Array(counts={})


def submitted(ids: str) -> Array | None:
    """Return an array that was just submitted with these ids; None where they are none."""
    tasks = task_ids.expand(ids)
    if not tasks:
        return None
    waiting = task_ids.compress(tasks)
    return Array(
        tasks=waiting,
        throttle=task_ids.throttle(ids),
        counts={"PENDING": len(tasks)},
        unstarted={"PENDING": waiting},
    )


def with_row(array: Array | None, row: Observation, started: Iterable[int]) -> Array:
    """Return an array after a row that shows what became of tasks that have not started.

    Ids that have left the row and have not started stay PENDING, as they were
    last known, until somebody says what became of them. A row without ids is of
    all that is left.
    """
    array = array or _NOTHING
    waiting = task_ids.expand(array.unstarted.get("PENDING", ""))
    shown = waiting if row.unstarted is None else task_ids.expand(row.unstarted)
    unstarted = {state: task_ids.expand(ids) - shown for state, ids in array.unstarted.items()}
    unstarted[row.status] = unstarted.get(row.status, set()) | shown
    update: dict[str, Any] = {
        "tasks": task_ids.compress(task_ids.expand(array.tasks) | shown),
        "unstarted": _written(unstarted, started),
    }
    if limit := task_ids.throttle(row.unstarted or ""):
        update["throttle"] = limit
    return array.model_copy(update=update)


def moved(array: Array, ids: Iterable[int], state: str) -> Array:
    """Return an array of which unstarted tasks are known to have come into a state."""
    gone = set(ids)
    unstarted = {name: task_ids.expand(text) - gone for name, text in array.unstarted.items()}
    unstarted[state] = unstarted.get(state, set()) | gone
    return array.model_copy(update={"unstarted": _written(unstarted, ())})


def lost(array: Array, row_ids: str) -> set[int]:
    """Return the tasks that wait as far as we know, but not in the row that Slurm shows."""
    return task_ids.expand(array.unstarted.get("PENDING", "")) - task_ids.expand(row_ids)


def counted(job: Job, tasks: Mapping[int, str], now: datetime, *, confirmed: bool) -> Job:
    """Return an array's job with its counts, and the state that speaks for all its tasks.

    ``tasks`` are the states of those that have a record of their own. That all
    tasks are over must be ``confirmed``, since there may be others of which
    nothing was seen.
    """
    array = job.array or _NOTHING
    unstarted = {state: task_ids.expand(ids) for state, ids in array.unstarted.items()}
    counts = Counter(tasks.values())
    unstarted = {state: ids - tasks.keys() for state, ids in unstarted.items()}
    counts.update({state: len(ids) for state, ids in unstarted.items() if ids})
    after = array.model_copy(
        update={
            "tasks": task_ids.compress(task_ids.expand(array.tasks) | tasks.keys()),
            "counts": dict(sorted(counts.items())),
            "unstarted": _written(unstarted, ()),
        }
    )
    changes: dict[str, Any] = {"array": after} if after != job.array else {}
    status = states.state_of_many(set(counts)) if counts else job.status
    if status != job.status and (confirmed or not states.is_over(status)):
        changes |= _in_state(job, status, now)
    return job.model_copy(update=changes | {"synced_at": now}) if changes else job


def _in_state(job: Job, status: str, now: datetime) -> dict[str, Any]:
    return {
        "status": status,
        "base_state": status if status in states.BASE_STATES else job.base_state,
        "transitions": history.first_times(job.transitions, status, now),
        "end_time": None,
        "accounted": states.is_over(status),
    }


def with_times(job: Job, tasks: Iterable[Job]) -> Job:
    """Return an array's job with its tasks' first start and, where it is over, last end."""
    starts = [one.start_time for one in (job, *tasks) if one.start_time]
    ends = [one.end_time for one in (job, *tasks) if one.end_time]
    times = {
        "start_time": min(starts, default=None),
        "end_time": max(ends, default=None) if job.is_over else None,
    }
    changes = {name: time for name, time in times.items() if time != getattr(job, name)}
    return job.model_copy(update=changes) if changes else job


def _written(unstarted: Mapping[str, set[int]], started: Iterable[int]) -> dict[str, str]:
    left = {state: ids.difference(started) for state, ids in unstarted.items()}
    return {state: task_ids.compress(ids) for state, ids in sorted(left.items()) if ids}
