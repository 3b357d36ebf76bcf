"""What one look at Slurm says of one job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import states
from .array import Component
from .models import Model


class Usage(Model):
    """What a run asked for and what it used, as the accounting says.

    ``elapsed`` and ``total_cpu`` are in seconds, the latter over all CPUs;
    memory is in bytes: ``max_rss`` is the most that any task of any step held at
    once, ``requested_memory`` what the whole job was given.
    """

    elapsed: int | None = None
    total_cpu: float | None = None
    max_rss: int | None = None
    requested_memory: int | None = None
    requested_cpus: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one look at Slurm said of one job; None where it said nothing.

    ``tag`` is the UUID that we wrote into the job's comment when we submitted it;
    ``estimated_start`` is when Slurm thinks that a job which waits will start.
    ``slurm_id`` is ``123_7`` for a task of an array, which has an id of its own
    besides. For an array, ``unstarted`` are the ids of the tasks that this is said
    of, as squeue writes them, throttle included.
    """

    slurm_id: str
    status: str
    own_slurm_id: str | None = None
    unstarted: str | None = None
    user: str | None = None
    name: str | None = None
    reason: str | None = None
    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    nodes: int | None = None
    node_list: str | None = None
    cpus: int | None = None
    memory: int | None = None
    gres: str | None = None
    time_limit: str | None = None
    submit_time: datetime | None = None
    eligible_time: datetime | None = None
    estimated_start: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    exit_code: int | None = None
    exit_signal: int | None = None
    restarts: int | None = None
    work_dir: str | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    comment: str | None = None
    tag: str | None = None
    dependency: str | None = None
    cancelled_by: str | None = None
    usage: Usage | None = None
    components: tuple[Component, ...] | None = None

    @property
    def is_over(self) -> bool:
        """Whether this shows the job at its end."""
        return states.is_over(self.status)

    @property
    def is_task(self) -> bool:
        """Whether this is of one task of an array."""
        return "_" in self.slurm_id

    @property
    def array_slurm_id(self) -> str:
        """The id of the job as a whole: 123 for ``123_7``."""
        return self.slurm_id.partition("_")[0]

    @property
    def task_id(self) -> int:
        """The task's index in its array; only where this `is_task`."""
        return int(self.slurm_id.partition("_")[2])
