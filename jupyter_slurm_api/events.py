"""What followers are told: that jobs, their counts or this service's health have changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field

from .job import Job
from .models import Model

MOST_CHANGES: Final = 100
"""How many changed jobs one event tells of."""

Level: TypeAlias = Literal["ok", "degraded"]


class JobChange(Model):
    """One job as it is now, and the status it had before.

    ``status`` is null where there is no such job: Slurm has refused it after all.
    ``previous_status`` is null of a job that was not known before, and ``status``
    itself where something else has changed.
    """

    job_id: str
    slurm_id: str | None
    name: str | None
    status: str | None
    previous_status: str | None
    revision: int
    synced_at: datetime | None

    @classmethod
    def of(cls, before: Job | None, after: Job | None) -> JobChange:
        """Tell the difference between two looks at a job, one of which may be none."""
        job = after or before
        assert job is not None  # noqa: S101 - what never was does not change
        return cls(
            job_id=job.job_id,
            slurm_id=job.slurm_id,
            name=job.name,
            status=after.status if after else None,
            previous_status=before.status if before else None,
            revision=job.revision,
            synced_at=job.synced_at,
        )


class JobsEvent(Model):
    """Jobs of this user have changed."""

    kind: ClassVar = "jobs"

    jobs: Annotated[list[JobChange], Field(max_length=MOST_CHANGES)]


class QueueEvent(Model):
    """How many jobs of this user that are not over are in each state; tasks of arrays singly."""

    kind: ClassVar = "queue"

    counts: dict[str, int]


class HealthEvent(Model):
    """This service, or a part that it stands on, is well or is no more."""

    kind: ClassVar = "health"

    status: Level
    slurm: Level
    database: Level
    sync: Level

    @classmethod
    def of(cls, *, slurm: bool, database: bool, sync: bool) -> HealthEvent:
        """Tell which of the parts are well."""
        return cls(
            status=_level(slurm and database and sync),
            slurm=_level(slurm),
            database=_level(database),
            sync=_level(sync),
        )


class ResetEvent(Model):
    """Something is not told here: read the lists again.

    ``started``: this server has just read what it knows. ``missed``: what came
    behind the Last-Event-ID is not kept here, or not any more. ``many``: more has
    changed at once than is told.
    """

    kind: ClassVar = "reset"

    reason: Literal["started", "missed", "many"]


Told: TypeAlias = JobsEvent | QueueEvent | HealthEvent | ResetEvent


def _level(is_well: bool) -> Level:  # noqa: FBT001 - one word for one fact
    return "ok" if is_well else "degraded"
