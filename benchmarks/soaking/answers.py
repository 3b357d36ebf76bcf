"""What must hold of answers: in time, not refused without need, nothing hidden, fresh or stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .evidence import Evidence
from .site import COMMAND_TIMEOUT
from .traffic import INVALID, NOBODY
from .watch import Seen
from .wording import sendings

BOUNDS: Final = {
    "queue": COMMAND_TIMEOUT + 3,
    "health": 5.0,
    "job": 15.0,
    "tasks": 15.0,
    "submit": 2 * COMMAND_TIMEOUT + 25,
}
"""The longest that an answer may take, in seconds, on a machine that is busy."""

OK: Final = 200
AWAY: Final = (503, 504)
MIN_INTERVAL: Final = 5.0  # as the servers have it, by default
_SLOW_MACHINE: Final = 1.0
_DATABASE_BACK_WITHIN: Final = 15.0


def answers_in_time(evidence: Evidence) -> Iterator[str]:
    for seen in evidence.seen:
        if seen.seconds > BOUNDS[seen.kind]:
            yield f"{seen} (at most {BOUNDS[seen.kind]:g} s)"
    for sent in evidence.sent.values():
        for one in sent:
            if one.seconds > BOUNDS["submit"]:
                yield f"{sendings([one])} (at most {BOUNDS['submit']:g} s)"


def answered(evidence: Evidence) -> Iterator[str]:
    for seen in evidence.seen:
        if seen.status == OK or _may_refuse(evidence, seen):
            continue
        if seen.kind == "tasks" and seen.status == INVALID:
            evidence.notes["questions for the tasks of arrays that were not known as such yet"] += 1
            continue
        yield f"{seen}, at {seen.asked_at:.1f}"


def _may_refuse(evidence: Evidence, seen: Seen) -> bool:
    since, until = seen.asked_at, seen.ended_at
    if seen.status == NOBODY:
        return evidence.broken(f"server {seen.server + 1}", since=since, until=until)
    if seen.kind == "queue" and seen.status in AWAY:
        # Only a server that has not seen the queue since it was started has none to show.
        # A controller may hang for as long as its slurmdbd does.
        slurm_away = evidence.broken("slurmctld", "slurmdbd", since=since - 60, until=until)
        return slurm_away and _is_young(evidence, seen)
    if seen.status != 503:
        return False
    back = _DATABASE_BACK_WITHIN
    return seen.kind != "health" and (
        evidence.broken("mongod", since=since - back, until=until) or _is_young(evidence, seen)
    )


def _is_young(evidence: Evidence, seen: Seen) -> bool:
    """Tell whether a server was started again not long before."""
    part = f"server {seen.server + 1}"
    return evidence.broken(part, since=seen.asked_at - 60, until=seen.asked_at)


def nothing_hidden(evidence: Evidence) -> Iterator[str]:
    for seen in evidence.seen:
        if missing := seen.facts.get("missing"):
            yield f"{seen} does not show {missing}"


def fresh_for_its_time(evidence: Evidence) -> Iterator[str]:
    """Complain of queues that are called fresh for longer than they live.

    That is five times as long as squeue took. When it began is not seen, but that was
    not before the last answer for which nobody had to look.
    """
    for server in {one.server for one in evidence.seen}:
        synced_at, no_look_until, life = 0.0, 0.0, 0.0
        for seen in _queues(evidence, server):
            if seen.facts["synced_at"] != synced_at:
                synced_at = seen.facts["synced_at"]
                took = min(synced_at - no_look_until, COMMAND_TIMEOUT)
                life = max(MIN_INTERVAL, 5 * took)
            if seen.stale:
                continue
            no_look_until = seen.asked_at
            if (age := seen.asked_at - synced_at) > life + _SLOW_MACHINE:
                yield f"{seen} is called fresh after {age:.1f} s, of a life of {life:.1f} s"


def _queues(evidence: Evidence, server: int) -> list[Seen]:
    found = (
        one
        for one in evidence.seen
        if one.kind == "queue" and one.status == OK and one.server == server
    )
    return sorted(found, key=lambda one: one.asked_at)
