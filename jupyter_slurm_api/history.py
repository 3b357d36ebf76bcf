"""What a job has been through: the states it was in, the runs that a requeue ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from . import states
from .models import Model
from .observation import Observation

_HAS_RUN: Final = states.ENDED | {"COMPLETING", "SUSPENDED", "STAGE_OUT", "STOPPED", "SIGNALING"}


class Transition(Model):
    """The moment when a job came into a state: Slurm's own time for it, else when it was seen."""

    state: str
    at: datetime


class Run(Model):
    """One run of a job that was requeued, and how it ended."""

    status: str
    submit_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    exit_code: int | None = None
    exit_signal: int | None = None
    node_list: str | None = None

    @classmethod
    def of(cls, seen: Observation) -> Run:
        """Return the run that an observation is of."""
        return cls(**{name: getattr(seen, name) for name in cls.model_fields})


Transitions: TypeAlias = tuple[Transition, ...]


def extended(past: Transitions, status: str, seen: Observation, now: datetime) -> Transitions:
    """Return the transitions with those that an observation adds; ``status`` is the last state.

    A short job's RUNNING falls between two looks: its start tells of it.
    """
    added: list[Transition] = []
    if seen.start_time and seen.status in _HAS_RUN and not _ran_since(past, seen.start_time):
        added.append(Transition(state="RUNNING", at=seen.start_time))
    if seen.status != status:
        moved = Transition(state=seen.status, at=time_of(seen) or now)
        # A job that is resumed or released comes into a state for the second time.
        added.append(Transition(state=seen.status, at=now) if moved in past else moved)
    return (*past, *added) if added else past


def with_runs(past: Transitions, runs: Iterable[Observation]) -> Transitions:
    """Return the transitions with those of earlier runs that were not seen, in order of time."""
    added = [
        Transition(state=state, at=at)
        for run in runs
        if run.start_time and not _ran_at(past, run.start_time)
        for state, at in (
            ("PENDING", run.submit_time),
            ("RUNNING", run.start_time),
            (run.status, run.end_time),
        )
        if at and Transition(state=state, at=at) not in past
    ]
    return tuple(sorted((*past, *added), key=lambda one: one.at)) if added else past


def first_times(past: Transitions, status: str, at: datetime) -> Transitions:
    """Return the transitions of an array, which comes into each state once: it may do so often."""
    if any(one.state == status for one in past):
        return past
    return (*past, Transition(state=status, at=at))


def time_of(seen: Observation) -> datetime | None:
    """Return when a job entered the state it was seen in, where Slurm says so."""
    if seen.status == "PENDING":
        return seen.submit_time
    if seen.status == "RUNNING":
        return seen.start_time
    return seen.end_time if states.is_over(seen.status) else None


def _ran_since(past: Sequence[Transition], start: datetime) -> bool:
    return any(one.state == "RUNNING" and one.at >= start for one in past)


def _ran_at(past: Sequence[Transition], start: datetime) -> bool:
    return any(one.state == "RUNNING" and one.at == start for one in past)
