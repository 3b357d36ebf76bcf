"""What goes to Slurm and what it says: a job as it is wanted, seen, listed.

Times are aware UTC datetimes, memory is in bytes, ids are strings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import BaseModel, ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr
from typing_extensions import TypedDict  # pydantic takes that of typing from Python 3.12 on

ParameterScalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | None
ParameterValue: TypeAlias = ParameterScalar | list[StrictInt | StrictFloat | StrictStr]


_RELEASE: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")


class Model(BaseModel):
    """Base of our models: valid once built, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job as it is wanted, checked and ready for sbatch.

    ``argv`` is the whole command; ``work_dir`` the directory that it is started in.
    ``array`` are the ids of its tasks as they were asked for, empty where it is none;
    ``stdout`` and ``stderr`` the file name patterns of its output, absolute.
    """

    script: bytes
    argv: tuple[str, ...]
    work_dir: str
    array: str = ""
    stdout: str | None = None
    stderr: str | None = None


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
    estimated_start: str | None
    api_job_id: str | None


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """What the controller says of itself.

    ``accounting`` tells whether sacct can answer, ``min_job_age`` for how many
    seconds at least the queue shows a job that has ended.
    """

    name: str
    version: str
    accounting: bool
    min_job_age: int = 0

    @property
    def keeps_submit_lines(self) -> bool:
        """Whether the accounting has the command line of each sbatch, as it does since 21.08."""
        release = _RELEASE.match(self.version)
        if not self.accounting or release is None:
            return False
        return (int(release[1]), int(release[2])) >= (21, 8)


@dataclass(frozen=True, slots=True)
class Submitted:
    """sbatch's answer; ``cluster`` only where it names one."""

    slurm_id: str
    cluster: str | None = None
