"""What a job has been through: the states it was in, the runs that a requeue ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
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


def extended(
    past: Transitions, status: str, seen: Observation, now: datetime, *, again: bool = False
) -> Transitions:
    """Return the transitions with those that an observation adds; ``status`` is the last state.

    A short job's RUNNING falls between two looks: its start tells of it. So does
    the PENDING of a job that runs ``again``: a requeue moves the submit time.
    """
    found = list(past)
    if again and seen.submit_time and not (found and seen.submit_time <= found[-1].at):
        found.append(Transition(state="PENDING", at=seen.submit_time))
        status = "PENDING"
    if seen.start_time and seen.status in _HAS_RUN and not _ran_since(past, seen.start_time):
        last = found[-1].at if found else seen.start_time
        at = last if seen.start_time < _second(last) else seen.start_time
        found.append(Transition(state="RUNNING", at=at))
    if seen.status != status or (again and seen.status != "PENDING"):
        found.append(_moved(found, seen, now))
    return tuple(found) if len(found) > len(past) else past


def _moved(past: Sequence[Transition], seen: Observation, now: datetime) -> Transition:
    """Return the transition to the state that was seen, not before the one that it follows."""
    # Slurm's clock may be ahead of ours, and so may the submit time of what it has requeued.
    seen_at = max(now, past[-1].at) if past else now
    moved = Transition(state=seen.status, at=time_of(seen) or seen_at)
    # A job that is resumed or released comes into a state for the second time.
    if moved in past or (past and moved.at < _second(past[-1].at)):
        return Transition(state=seen.status, at=seen_at)
    return moved


def with_runs(past: Transitions, runs: Sequence[Observation]) -> Transitions:
    """Return the transitions with those of runs that were not seen, each in its place.

    The last of the runs may go on, or have ended as the transitions tell.
    """
    found = list(past)
    at = 0  # what stands before is of earlier runs
    for run, following in zip_longest(runs, runs[1:]):
        if run.submit_time:
            at = _waiting(found, at, run.submit_time, following.submit_time if following else None)
        if run.start_time:
            was_seen = _ran_at(found[at:], run.start_time)
            at = _placed(found, at, "RUNNING", run.start_time)
            if run.end_time and following and not was_seen:
                at = _placed(found, at, run.status, run.end_time)
    return tuple(found) if len(found) > len(past) else past


def _waiting(
    found: list[Transition], since: int, submitted: datetime, following: datetime | None
) -> int:
    """Put a run's PENDING into its place, unless it is there; return the place behind it.

    It may be there by our clock: that of the first submit before Slurm's or after it, that of
    a requeue not after the next one.
    """
    if since < len(found) and found[since].state == "PENDING":
        at = found[since].at
        is_this_run_s = at != following if since == 0 else following is None or at < following
        if is_this_run_s:
            return since + 1
    return _placed(found, since, "PENDING", submitted)


def _placed(found: list[Transition], since: int, state: str, at: datetime) -> int:
    """Put a transition into its place, unless it is there; return the place behind it."""
    for place in range(since, len(found)):
        if found[place].state == state and _second(found[place].at) == at:
            return place + 1
    later = (place for place in range(since, len(found)) if _second(found[place].at) >= at)
    place = next(later, len(found))
    found.insert(place, Transition(state=state, at=at))
    return place + 1


def from_submit(past: Transitions, submitted: datetime) -> Transitions:
    """Return the transitions with Slurm's own time of the first submit, where ours stands."""
    if past and past[0].state == "PENDING":
        return (Transition(state="PENDING", at=submitted), *past[1:])
    return past


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
    return any(one.state == "RUNNING" and _second(one.at) == start for one in past)


def _second(moment: datetime) -> datetime:
    """Return the second that a moment lies in, which is all that Slurm tells."""
    return moment.replace(microsecond=0)
