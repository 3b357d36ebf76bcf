"""What goes to Slurm and what it says: a job as it is wanted, seen, listed.

Times are aware UTC datetimes, memory is in bytes, ids are strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypedDict

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
