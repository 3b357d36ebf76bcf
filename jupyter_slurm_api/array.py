"""Jobs of many parts: arrays with their tasks, heterogeneous jobs with their components."""

from __future__ import annotations

from pydantic import Field

from .models import Model


class Array(Model):
    """A job array as a whole.

    ``tasks`` are the ids of all its tasks, written as sbatch's ``--array`` takes
    them; ``throttle`` is how many may run at once. ``counts`` has the number of
    tasks by state. Tasks that have not started are no jobs of their own to Slurm
    yet: ``unstarted`` has their ids by state, and no other record exists of them.
    """

    tasks: str = ""
    throttle: int | None = None
    counts: dict[str, int]
    unstarted: dict[str, str] = Field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many tasks are counted."""
        return sum(self.counts.values())


class ArrayTask(Model):
    """Which task of which array a job is.

    ``array_job_id`` is our UUID of the array, ``array_slurm_id`` Slurm's id of
    it; ``own_slurm_id`` the id of its own that the task got when it started.
    """

    array_job_id: str
    array_slurm_id: str
    task_id: int
    own_slurm_id: str | None = None


class Component(Model):
    """One component of a heterogeneous job; ``slurm_id`` is its own, such as 124 for 123+1."""

    offset: int
    slurm_id: str
    status: str
    partition: str | None = None
    nodes: int | None = None
    node_list: str | None = None
    cpus: int | None = None
    memory: int | None = None
    gres: str | None = None
