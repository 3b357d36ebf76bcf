"""A job as we keep it, from its submit to its end.

Field names of the service's first specification are kept (``job_id``,
``slurm_id``, ``status``, ``submit_time``, ...); ours stand beside them. Times
are aware UTC datetimes, memory is in bytes, ids are strings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timezone
from typing import Any, Final

from pydantic import ConfigDict

from . import filenames, history, states
from .array import Array, ArrayTask, Component
from .history import Run, Transition
from .models import Model, ParameterValue
from .observation import Observation, Usage

_OTHERWISE_KEPT: Final = {"tag", "slurm_id", "own_slurm_id", "unstarted", "estimated_start"}
OBSERVED: Final = tuple(
    field.name for field in fields(Observation) if field.name not in _OTHERWISE_KEPT
)
"""The fields that an observation and a job have in common."""

_OF_ONE_RUN: Final = (
    "start_time",
    "end_time",
    "exit_code",
    "exit_signal",
    "node_list",
    "cancelled_by",
    "usage",
)

_LONG_AGO: Final = datetime.min.replace(tzinfo=timezone.utc)


class Origin(Model):
    """Where a job came from: ``api``, or ``slurm`` for one submitted without us."""

    kind: str


class JobFacts(Model):
    """What there is to say about a job, stored or shown.

    ``status`` is the one word that Slurm shows, base state or flag, and
    ``base_state`` the last base state seen. ``submit_time`` moves when a job is
    requeued; ``first_submit_time`` does not, and makes the job unique for ever
    beside cluster and Slurm id. An array's ``stdout_path`` and ``stderr_path`` are
    the patterns that its tasks' follow. ``memory`` is in bytes, ``time_limit`` is
    ``[D-]HH:MM:SS`` or UNLIMITED. ``tags`` are the user's own words to find jobs by,
    and stay with us; ``resubmit_of`` is the UUID of the job that this one was made of.
    What Slurm has not said yet is null.
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
    tags: tuple[str, ...] = ()
    resubmit_of: str | None = None
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
    with, ``request_sha256`` tells that submit's body from others. ``told`` says that
    a client was given its UUID before sbatch had answered: it must not vanish.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_id: str
    idempotency_key: str | None = None
    request_sha256: str | None = None
    told: bool = False
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
        time without a restart is another job under an id used again. So is what has
        another's tag, where this job was submitted with one.
        """
        if seen.tag and self._tag and seen.tag != self._tag:
            return False
        at = seen.submit_time
        return (
            at is None
            or self.first_submit_time is None
            or at in (self.submit_time, self.first_submit_time)
            or seen.tag == self.job_id
            or bool(seen.restarts)
        )

    def with_observation(self, seen: Observation, now: datetime) -> Job:
        """Return this job as it looks after an observation; itself where nothing changed."""
        changes = {
            name: value
            for name in OBSERVED
            if (value := getattr(seen, name)) is not None and value != getattr(self, name)
        }
        again = self._runs_again(seen)
        changes |= self._derived(seen, now, again=again)
        if again:
            changes |= {name: getattr(seen, name) for name in _OF_ONE_RUN}
            if self.start_time:
                changes["runs"] = (*self.runs, self._ended_run(seen))
        if self.is_over and not seen.is_over:
            changes["output_kept"] = False
        if again or self.is_over != seen.is_over:
            changes["accounted"] = False
        return self.model_copy(update=changes | {"synced_at": now}) if changes else self

    def with_accounting(self, runs: Sequence[Observation], now: datetime) -> Job:
        """Return this job with what the accounting has of its runs, the last of which has ended.

        What squeue said stays: it saw the signal of a cancelled job, which sacct does not keep.
        """
        *earlier, last = runs
        changes: dict[str, Any] = {
            name: value
            for name in OBSERVED
            if getattr(self, name) is None and (value := getattr(last, name)) is not None
        }
        return self.model_copy(update=changes).with_earlier_runs(earlier, runs, now)

    def with_earlier_runs(
        self, earlier: Sequence[Observation], runs: Sequence[Observation], now: datetime
    ) -> Job:
        """Return this job with the runs that ended before, as the accounting has them.

        ``runs`` are all that it has; of two requeues within a second it has one.
        """
        changes: dict[str, Any] = {"accounted": True, "synced_at": now}
        changes["transitions"] = history.with_runs(self.transitions, runs)
        changes["restarts"] = max(self.restarts or 0, len(earlier))
        if len(earlier) >= len(self.runs):
            changes["runs"] = tuple(Run.of(run) for run in earlier)
        return self.model_copy(update=changes)

    def since(self, first: Observation) -> Job:
        """Return this job with its first run's submit time, where none as early was seen."""
        at, known = first.submit_time, self.first_submit_time
        if at is None or (known and known <= at):
            return self
        transitions = history.from_submit(self.transitions, at)
        return self.model_copy(update={"first_submit_time": at, "transitions": transitions})

    def is_newer_than(self, other: Job) -> bool:
        """Tell which of two jobs under one Slurm id came later, in doubt the one not yet seen."""
        return self._age > other._age

    @property
    def _age(self) -> tuple[datetime, bool]:
        at = self.first_submit_time or self.submit_time or _LONG_AGO
        return at, self.first_submit_time is None

    @property
    def _tag(self) -> str | None:
        """The UUID in the comment that we submitted this job with; a task has its array's."""
        if self.origin is None or self.origin.kind != "api":
            return None
        return self.task.array_job_id if self.task else self.job_id

    def _runs_again(self, seen: Observation) -> bool:
        if (seen.restarts or 0) > (self.restarts or 0):
            return True
        if self.is_over:  # but not lost: that was no end
            return self.status in states.ENDED and not seen.is_over
        return bool(self.start_time) and states.waits(seen.status) and not states.waits(self.status)

    def _ended_run(self, again: Observation) -> Run:
        """Return the run that a requeue ended; where that moved the submit time, it was then."""
        moved = again.submit_time if again.submit_time != self.submit_time else None
        return Run(
            status=self.status if self.is_over else "REQUEUED",
            submit_time=self.submit_time,
            start_time=self.start_time,
            end_time=self.end_time or moved,
            exit_code=self.exit_code,
            exit_signal=self.exit_signal,
            node_list=self.node_list,
        )

    def _derived(self, seen: Observation, now: datetime, *, again: bool) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        past = self.transitions
        if self.slurm_id is None:
            changes["slurm_id"] = seen.slurm_id
            if seen.slurm_id and not self.array:
                changes |= self._paths(seen)
        if self.first_submit_time is None and seen.submit_time:
            changes["first_submit_time"] = seen.submit_time
            past = past if again else history.from_submit(past, seen.submit_time)
        base = states.base_of(seen.status)
        if base and base != self.base_state:
            changes["base_state"] = base
        transitions = history.extended(past, self.status, seen, now, again=again)
        if transitions is not self.transitions:
            changes["transitions"] = transitions
        if self.task and seen.own_slurm_id and seen.own_slurm_id != self.task.own_slurm_id:
            changes["task"] = self.task.model_copy(update={"own_slurm_id": seen.own_slurm_id})
        if self.reason and seen.reason is None:
            changes["reason"] = None
        return changes

    def _paths(self, seen: Observation) -> dict[str, str]:
        """Return the paths of the output, of which patterns are known until Slurm has named a job.

        What squeue says is better.
        """
        filled = filenames.path_words(
            slurm_id=seen.own_slurm_id or seen.slurm_id,
            array=(self.task.array_slurm_id, str(self.task.task_id)) if self.task else None,
            name=self.name or "sbatch",
            user=self.user,
            node_list=seen.node_list or "",
        )
        return {
            name: filenames.output_path(pattern, self.work_dir or "", filled)
            for name in ("stdout_path", "stderr_path")
            if (pattern := getattr(self, name)) and getattr(seen, name) is None
        }
