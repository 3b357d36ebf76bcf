"""Parts of a job that have no document of their own: unstarted tasks, components."""

from __future__ import annotations

from typing import Any

from .. import states, task_ids
from ..array import ArrayTask
from ..job import Job


def part_of(whole: Job, slurm_id: str) -> Job | None:
    """Return the part of a job that ``123_7`` or ``123+1`` names; None where there is no such."""
    if "_" in slurm_id:
        return _task(whole, int(slurm_id.partition("_")[2]))
    return component(whole, int(slurm_id.partition("+")[2] or -1))


def _task(array: Job, task_id: int) -> Job | None:
    unstarted_ids = array.array.unstarted if array.array else {}
    for state, ids in unstarted_ids.items():
        if task_id in task_ids.expand(ids):
            return unstarted(array, task_id, state)
    return None


def unstarted(array: Job, task_id: int, state: str) -> Job:
    """Return a task that has not started, of which all is told by its array."""
    slurm_id = array.slurm_id or ""
    task = ArrayTask(array_job_id=array.job_id, array_slurm_id=slurm_id, task_id=task_id)
    base = state if state in states.BASE_STATES else "PENDING"
    changes = {"slurm_id": f"{slurm_id}_{task_id}", "status": state, "base_state": base}
    times = {"start_time": None, "end_time": None, "transitions": ()}
    return array.model_copy(update={**changes, **times, "array": None, "task": task})


def component(whole: Job, offset: int) -> Job | None:
    """Return a heterogeneous job as one of its components has it; None where there is no such."""
    for each in whole.components or ():
        if each.offset == offset:
            own = each.model_dump(exclude={"offset", "slurm_id"}, exclude_none=True)
            return whole.model_copy(update=own | {"slurm_id": f"{whole.slurm_id}+{offset}"})
    return None


def script_of(array: Job) -> dict[str, Any]:
    """Return what a task shares with its array and that is stored with the array alone."""
    names = ("script", "script_sha256", "parameters", "comment", "dependency")
    return {name: getattr(array, name) for name in names}
