"""Requests that build on a submit's: what would become of one, one of a stored job, a notebook."""

from __future__ import annotations

import hashlib
import json
import keyword
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, JsonValue, StrictStr

from .estimate import Estimate
from .job import Job
from .models import Model, ParameterValue
from .views import SubmitAnswer, SubmitRequest, Tags

AT_ONCE: Final = 3
"""How many partitions Slurm is asked for by one question."""


class EstimateRequest(SubmitRequest):
    """The body of ``POST estimate``: a submit's, and the partitions to try."""

    partitions: Annotated[
        Annotated[list[StrictStr], Field(min_length=1, max_length=AT_ONCE)] | Literal["all"] | None,
        Field(description="A few, all that take your jobs, or null for the one it asks for"),
    ] = None


class EstimateAnswer(Model):
    """The answer of ``POST estimate``.

    ``best`` is the partition in which the job would start first. ``not_asked`` are
    those that are left for another question: Slurm is asked for a few at a time. The
    estimates are those of ``asked_at``, as if the job depended on nothing.
    """

    estimates: list[Estimate]
    best: str | None
    not_asked: list[str]
    asked_at: datetime

    @classmethod
    def of(cls, estimates: list[Estimate], **facts: Any) -> EstimateAnswer:
        """Answer with estimates."""
        starts = [(one.start_time, one.partition) for one in estimates if one.start_time]
        best = min(starts, key=lambda start: start[0])[1] if starts else None
        return cls(estimates=estimates, best=best, **facts)


class ResubmitRequest(Model):
    """The body of ``POST job/{id}/resubmit``: what is to be different; all else stays."""

    script: Annotated[StrictStr | None, Field(description="Another script")] = None
    name: Annotated[StrictStr | None, Field(description="Another name")] = None
    parameters: Annotated[
        dict[str, ParameterValue],
        Field(default_factory=dict, description="Over the job's own; null takes one away"),
    ]
    work_dir: Annotated[StrictStr | None, Field(description="Another directory to run in")] = None
    tags: Tags | None = None


class Resubmission(SubmitRequest):
    """A stored job with what is to be different, ready to be submitted."""

    resubmit_of: str
    changes: ResubmitRequest

    @cached_property
    def sha256(self) -> str:
        """The same for requests that say the same of the same job, whatever became of that."""
        said = self.changes.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(json.dumps([self.resubmit_of, said]).encode()).hexdigest()


def _variables(parameters: dict[str, JsonValue]) -> dict[str, JsonValue]:
    for name in parameters:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"{name!r} is no name of a variable in Python")
    json.dumps(parameters, allow_nan=False)  # raises where it holds what no notebook can
    return parameters


class NotebookRequest(Model):
    """The body of ``POST notebooks/run``."""

    path: Annotated[
        StrictStr, Field(description="The notebook, from the server's root directory", min_length=1)
    ]
    parameters: Annotated[
        dict[str, JsonValue],
        Field(
            default_factory=dict,
            description="Variables for the notebook, put behind its cell tagged 'parameters'",
        ),
        AfterValidator(_variables),
    ]
    options: Annotated[
        dict[str, ParameterValue],
        Field(default_factory=dict, description="sbatch's long options, without dashes"),
    ]
    kernel_name: Annotated[
        StrictStr | None, Field(description="Another kernel than the notebook's own")
    ] = None


class NotebookSubmission(SubmitRequest):
    """A notebook that is ready to be submitted."""

    asked: NotebookRequest

    @cached_property
    def sha256(self) -> str:
        """The same for requests that say the same, whatever directory each has made."""
        said = self.asked.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(json.dumps(["notebook", said], sort_keys=True).encode()).hexdigest()


class NotebookAnswer(SubmitAnswer):
    """The answer of ``POST notebooks/run``.

    ``output`` is the path of the notebook that the job writes, cell by cell, when it has
    begun; null while its id is not known, and of an array, whose tasks write one each.
    """

    output: str | None

    @classmethod
    def with_output(cls, job: Job, output: str | None) -> NotebookAnswer:
        """Answer with a job and what it writes."""
        return cls(**SubmitAnswer.of(job).model_dump(), output=output)
