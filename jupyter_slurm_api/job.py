"""A job as we keep it, from its submit to its end.

Field names of the service's first specification are kept (``job_id``,
``slurm_id``, ``status``, ``submit_time``, ...); ours stand beside them. Times
are aware UTC datetimes, memory is in bytes, ids are strings.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from pydantic import ConfigDict

from . import states
from .array import Array, ArrayTask, Component
from .models import Model, Observation, ParameterValue

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


class Run(Model):
    """One run of a job that was requeued, and how it ended."""

    status: str
    submit_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    exit_code: int | None = None
    exit_signal: int | None = None
    node_list: str | None = None


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
    dependency: str | None = None
    cancelled_by: str | None = None
    array: Array | None = None
    task: ArrayTask | None = None
    components: tuple[Component, ...] | None = None
    origin: Origin | None = None
    transitions: tuple[Transition, ...] = ()
    runs: tuple[Run, ...] = ()
    usage: Usage | None = None
    synced_at: datetime | None = None


class Job(JobFacts):
    """A job as we know it, from its submit to its end: one document for its whole life.

    ``revision`` counts the writes of its state; ``output_kept`` tells that there
    is nothing more to keep of its output, ``accounted`` that there is nothing more
    to learn from the accounting. ``idempotency_key`` is what its submit was sent
    with, ``request_sha256`` tells that submit's body from others.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_id: str
    idempotency_key: str | None = None
    request_sha256: str | None = None
    output_kept: bool = False
    accounted: bool = False
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
            changes["array"] = Array(counts=dict(seen.array))
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
