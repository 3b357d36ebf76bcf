"""What there is to say of a job that is over: how long, how well, why not, and what next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from .models import Model, ParameterValue


class Timeline(Model):
    """When a job was where, as Slurm says; durations are in seconds."""

    submit_time: datetime | None
    eligible_time: Annotated[
        datetime | None, Field(description="From when on nothing but its turn kept it waiting")
    ]
    start_time: datetime | None
    end_time: datetime | None
    queued_seconds: Annotated[float | None, Field(description="From its submit to its start")]
    waited_seconds: Annotated[float | None, Field(description="Of that, since it could start")]
    ran_seconds: float | None


class Efficiency(Model):
    """How much of something a job used of what it had.

    CPU time is in seconds over all CPUs. Memory is in bytes: the most that any one of
    its tasks held, of what the whole job had.
    """

    used: float | None
    available: float | None
    percent: float | None


class Failure(Model):
    """Why a job did not end well."""

    explanation: str
    reason: Annotated[str | None, Field(description="Slurm's word for it")]
    exit_code: int | None
    exit_signal: int | None
    last_lines: Annotated[
        list[str], Field(description="The end of what it wrote to its standard error")
    ]


class Suggestion(Model):
    """One of sbatch's parameters for the next run, and why."""

    parameter: str
    value: ParameterValue
    reason: str


class JobReport(Model):
    """The answer of ``GET job/{id}/report``.

    ``parameters`` are all suggestions as a submit takes them, and a resubmit.
    ``note`` says what is missing, and why.
    """

    job_id: str
    slurm_id: str | None
    name: str | None
    status: str
    timeline: Timeline
    cpu: Efficiency
    memory: Efficiency
    failure: Failure | None
    suggestions: list[Suggestion]
    parameters: dict[str, ParameterValue]
    note: str | None
