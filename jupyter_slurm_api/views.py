"""What goes in and out over HTTP: a submit's body and answer, and a job as it is shown."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, StrictStr

from . import reasons, states
from .dependencies import Dependency
from .job import Job, JobFacts
from .models import Model, ParameterValue, QueueRow

_SHARED: Final = (
    "name",
    "user",
    "partition",
    "account",
    "reason",
    "cpus",
    "time_limit",
    "submit_time",
    "start_time",
    "end_time",
    "estimated_start",
)
"""What a line of the queue calls as a job does."""


_INTERNAL: Final = set(Job.model_fields) - set(JobFacts.model_fields) - {"job_id"}
"""What we note about a job for ourselves."""


_MOST_TAGS: Final = 20


def _one_word(tag: str) -> str:
    if not tag.isprintable() or "," in tag or tag != tag.strip():
        raise ValueError("a tag is printable, without commas and without spaces around it")
    return tag


_Tag: TypeAlias = Annotated[
    StrictStr, Field(min_length=1, max_length=500), AfterValidator(_one_word)
]
Tags: TypeAlias = Annotated[
    tuple[_Tag, ...],
    Field(max_length=_MOST_TAGS, description="Words to find the job by with GET jobs?tag="),
    AfterValidator(lambda tags: tuple(dict.fromkeys(tags))),
]


class SubmitRequest(Model):
    """The body of ``POST submit``."""

    script: Annotated[
        StrictStr,
        Field(
            description="The batch script, beginning with #!",
            json_schema_extra={"pattern": "^#!"},
        ),
    ]
    name: Annotated[StrictStr | None, Field(description="The job's name; wins over all else")] = (
        None
    )
    parameters: Annotated[
        dict[str, ParameterValue],
        Field(
            default_factory=dict,
            description="sbatch's long options, without dashes; they win over #SBATCH lines",
        ),
    ]
    work_dir: Annotated[
        StrictStr | None,
        Field(description="Where the job runs; default: the server's root directory"),
    ] = None
    tags: Tags = ()

    @cached_property
    def sha256(self) -> str:
        """The same for requests that say the same, in whatever order they say it."""
        # What is not said is left out: a field that a later release adds changes nothing.
        said = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


class SubmitAnswer(Model):
    """The answer of ``POST submit``; ``slurm_id`` is the id that squeue shows."""

    message: str
    job_id: str
    slurm_id: str | None

    @classmethod
    def of(cls, job: Job) -> SubmitAnswer:
        """Answer with a job, of which Slurm may not have told yet whether it has it."""
        message = "Job submitted successfully"
        if job.status == states.SUBMITTING:
            message = (
                "The job is being submitted, and Slurm has not answered yet: look at"
                f" GET slurm/job/{job.job_id} to see what became of it"
            )
        return cls(message=message, job_id=job.job_id, slurm_id=job.slurm_id)


@dataclass(frozen=True, slots=True)
class Freshness:
    """When Slurm was last seen, and whether that is too long ago to be called its present state."""

    synced_at: datetime | None
    stale: bool


class JobView(JobFacts):
    """The answer of ``GET job/{id}``.

    ``job_id`` is null for a job that is not in our store. ``output`` is the last
    part of its standard output, ``output_size`` the whole of it in bytes.
    ``explanation`` says in plain words what a reason means and what one can do.
    ``stale`` says that this is the state of ``synced_at``, and Slurm or the database
    could not be asked since. ``runs_this_server`` marks the job that holds the
    Jupyter server which answers.
    """

    job_id: str | None
    status_code: str
    explanation: str | None = None
    output: str | None = None
    output_size: int | None = None
    output_truncated: bool = False
    stale: bool = False
    runs_this_server: bool = False
    estimated_start: Annotated[
        datetime | None, Field(description="When Slurm thinks that it starts; moves as others end")
    ] = None
    waits_for: Annotated[
        tuple[Dependency, ...], Field(description="The jobs that it depends on, as long as it does")
    ] = ()
    work_path: Annotated[
        str | None, Field(description="``work_dir`` as Jupyter has it, if it is below its root")
    ] = None
    notebook_path: Annotated[
        str | None, Field(description="The notebook that it was submitted from, likewise")
    ] = None
    notebook_cell: Annotated[str | None, Field(description="The id of the cell in it")] = None

    @classmethod
    def of(cls, job: Job, **shown: Any) -> JobView:
        """Show a job of this user, with what is ``shown`` beside or instead of what it holds."""
        facts = {
            **job.model_dump(exclude=_INTERNAL),
            "status_code": states.code_of(job.status),
            "explanation": reasons.explanation(job.reason, over=states.is_over(job.status)),
        }
        return cls.model_validate(facts | shown)

    @classmethod
    def of_queue(cls, row: QueueRow, synced_at: datetime, *, stale: bool) -> JobView:
        """Show another user's job, as far as squeue does."""
        return cls.model_validate(
            {
                "job_id": row["api_job_id"],
                "slurm_id": row["job_id"],
                "status": row["state"],
                "status_code": row["state_code"],
                "base_state": row["state"] if row["state"] in states.BASE_STATES else None,
                "nodes": int(row["nodes"]) if row["nodes"].isdecimal() else None,
                "node_list": row["nodelist"] or None,
                "synced_at": synced_at,
                "stale": stale,
                **{name: row[name] for name in _SHARED},
            }
        )


class TasksView(Model):
    """The answer of ``GET job/{id}/tasks``: one page of an array's tasks, in their order.

    ``counts`` has the whole array's tasks by state, ``total`` how many match the
    question; ``next_after`` is the ``after`` of the next page, null on the last.
    A task's ``script`` and ``parameters`` are null here: they are the array's.
    """

    job_id: str
    slurm_id: str | None
    counts: dict[str, int]
    total: int
    tasks: list[JobView]
    next_after: int | None


class Problem(Model):
    """An error as an answer: RFC 9457, with Jupyter's own ``message`` beside.

    ``error`` names its kind for programs, ``errors`` the faults of a request one by one,
    ``job_id`` the job that it is about. ``request_id`` finds it in the server's log.
    """

    type: str
    title: str
    status: int
    detail: str
    message: str
    request_id: str
    error: str | None = None
    errors: list[dict[str, str]] | None = None
    job_id: str | None = None


class JobsView(Model):
    """The answer of ``GET jobs``: one page, ``total`` of all pages.

    ``script``, ``parameters``, ``transitions``, ``runs``, ``waits_for``, ``output`` and the paths
    below Jupyter's root stand with a single job.
    """

    jobs: list[JobView]
    total: int
    next_cursor: str | None
    synced_at: datetime | None
    stale: bool


class QueueSummary(Model):
    """How many lines of the queue there are, by state and by partition."""

    states: dict[str, int]
    partitions: dict[str, int]


class QueueView(Model):
    """The answer of ``GET queue``: the queue as squeue showed it at ``synced_at``.

    ``total`` and ``summary`` are of all lines that match the question, on every page.
    ``bad_rows`` of squeue's could not be read.
    """

    jobs: list[QueueRow]
    total: int
    summary: QueueSummary
    next_cursor: str | None
    synced_at: datetime
    stale: bool
    bad_rows: int
