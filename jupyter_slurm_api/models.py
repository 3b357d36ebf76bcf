"""What a job is: as somebody wants it, and as Slurm shows it.

Field names of the service's first specification are kept (``job_id``,
``slurm_id``, ``status``, ``submit_time``, ...); ours stand beside them. Times
are aware UTC datetimes, memory is in bytes, ids are strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeAlias, TypedDict

from pydantic import BaseModel, ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr

from . import states

ParameterScalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | None
ParameterValue: TypeAlias = ParameterScalar | list[StrictInt | StrictFloat | StrictStr]


class Model(BaseModel):
    """Base of our models: valid once built, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job as it is wanted, checked and ready for sbatch.

    ``argv`` is the whole command; ``work_dir`` the directory that it is started in.
    """

    script: bytes
    argv: tuple[str, ...]
    work_dir: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one look at Slurm said of one job; None where it said nothing.

    ``tag`` is the UUID that we wrote into the job's comment when we submitted it.
    """

    slurm_id: str
    status: str
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
    array: Mapping[str, int] | None = None

    @property
    def is_over(self) -> bool:
        """Whether this shows the job at its end."""
        return states.is_over(self.status)


OBSERVED: Final = tuple(
    field.name for field in fields(Observation) if field.name not in {"tag", "slurm_id", "array"}
)
"""The fields that an observation and a job have in common."""

_OF_ONE_RUN: Final = ("start_time", "end_time", "exit_code", "exit_signal", "node_list")


class Transition(Model):
    """The moment when a job was first seen in a state."""

    state: str
    at: datetime


class Origin(Model):
    """Where a job came from: ``api``, or ``slurm`` for one submitted without us."""

    kind: str


class ArrayCounts(Model):
    """How many of an array's rows are in which state; a pending range counts its tasks."""

    counts: dict[str, int]

    @property
    def tasks(self) -> int:
        """How many tasks are counted."""
        return sum(self.counts.values())


class JobFacts(Model):
    """What there is to say about a job, stored or shown.

    ``status`` is the one word that Slurm shows, base state or flag, and
    ``base_state`` the last base state seen. ``submit_time`` moves when a job is
    requeued; ``first_submit_time`` does not, and makes the job unique for ever
    beside cluster and Slurm id. ``memory`` is in bytes, ``time_limit`` is
    ``[D-]HH:MM:SS`` or UNLIMITED. What Slurm has not said yet is null.
    """

    slurm_id: str | None = None
    name: str | None = None
    status: str
    base_state: str | None = None
    cluster: str | None = None
    user: str
    submit_time: datetime | None = None
    first_submit_time: datetime | None = None
    eligible_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    script: str | None = None
    script_sha256: str | None = None
    parameters: dict[str, ParameterValue] | None = None
    reason: str | None = None
    exit_code: int | None = None
    exit_signal: int | None = None
    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    nodes: int | None = None
    node_list: str | None = None
    cpus: int | None = None
    memory: int | None = None
    gres: str | None = None
    time_limit: str | None = None
    restarts: int | None = None
    work_dir: str | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    comment: str | None = None
    array: ArrayCounts | None = None
    origin: Origin | None = None
    transitions: tuple[Transition, ...] = ()
    synced_at: datetime | None = None


class Job(JobFacts):
    """A job as we know it, from its submit to its end: one document for its whole life.

    ``revision`` counts the writes of its state; ``output_kept`` tells that there
    is nothing more to keep of its output.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_id: str
    output_kept: bool = False
    revision: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be heard of this job."""
        return states.is_over(self.status)

    def is_in(self, seen: Observation) -> bool:
        """Tell whether an observation under this job's Slurm id is of this job.

        A requeue moves the submit time and counts a restart; another submit
        time without a restart is another job under an id used again.
        """
        known = {self.submit_time, self.first_submit_time}
        return (
            seen.tag == self.job_id
            or self.first_submit_time is None
            or seen.submit_time is None
            or seen.submit_time in known
            or bool(seen.restarts)
        )

    def with_observation(self, seen: Observation, now: datetime) -> Job:
        """Return this job as it looks after an observation; itself where nothing changed."""
        changes = {
            name: value
            for name in OBSERVED
            if (value := getattr(seen, name)) is not None and value != getattr(self, name)
        }
        changes |= self._derived(seen, now)
        if self._runs_again(seen):
            changes |= {name: getattr(seen, name) for name in _OF_ONE_RUN}
            changes["output_kept"] = False
        return self.model_copy(update=changes | {"synced_at": now}) if changes else self

    def is_newer_than(self, other: Job) -> bool:
        """Tell which of two jobs under one Slurm id came later; one not yet seen is the newest."""
        if self.first_submit_time is None or other.first_submit_time is None:
            return self.first_submit_time is None
        return self.first_submit_time > other.first_submit_time

    def _runs_again(self, seen: Observation) -> bool:
        restarted = (seen.restarts or 0) > (self.restarts or 0)
        return restarted or (self.is_over and not seen.is_over)

    def _derived(self, seen: Observation, now: datetime) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if self.slurm_id is None:
            changes["slurm_id"] = seen.slurm_id
        if self.first_submit_time is None and seen.submit_time:
            changes["first_submit_time"] = seen.submit_time
        if seen.status in states.BASE_STATES and seen.status != self.base_state:
            changes["base_state"] = seen.status
        if seen.array is not None and (not self.array or dict(seen.array) != self.array.counts):
            changes["array"] = ArrayCounts(counts=dict(seen.array))
        if seen.status != self.status:
            moved = Transition(state=seen.status, at=time_of(seen) or now)
            changes["transitions"] = (*self.transitions, moved)
        if self.reason and seen.reason is None:
            changes["reason"] = None
        return changes


def time_of(seen: Observation) -> datetime | None:
    """Return when a job entered the state it was seen in, where Slurm says so."""
    if seen.status == "PENDING":
        return seen.submit_time
    if seen.status == "RUNNING":
        return seen.start_time
    return seen.end_time if states.is_over(seen.status) else None


class QueueRow(TypedDict):
    """One line of squeue: the columns of the specification as strings, then ours.

    A dictionary and no model: a queue has tens of thousands of them.
    """

    job_id: str
    name: str
    user: str
    state: str
    time: str
    nodes: str
    nodelist: str
    state_code: str
    flags: tuple[str, ...]
    partition: str
    account: str | None
    reason: str | None
    array_job_id: str | None
    array_task_id: str | None
    priority: int | None
    cpus: int | None
    submit_time: str | None
    start_time: str | None
    end_time: str | None
    time_limit: str | None
    api_job_id: str | None


class Partition(TypedDict):
    """One line of sinfo; ``cpus`` counts allocated, idle, other and all."""

    name: str
    is_default: bool
    available: bool
    time_limit: str | None
    default_time: str | None
    nodes: int | None
    cpus: dict[str, int]


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """What the controller says of itself; ``accounting`` tells whether sacct can answer."""

    name: str
    version: str
    accounting: bool


@dataclass(frozen=True, slots=True)
class Submitted:
    """sbatch's answer; ``cluster`` only where it names one."""

    slurm_id: str
    cluster: str | None = None
