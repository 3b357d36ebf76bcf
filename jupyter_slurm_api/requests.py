"""Requests that build on a submit's: what would become of one, and one made of a stored job."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictStr

from .estimate import Estimate
from .models import Model, ParameterValue
from .views import SubmitRequest, Tags

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
