"""Faults, done to real processes while jobs run, clients ask and others submit.

Each fault of the table is done once, watched from outside, and repaired; then every promise
is checked against what was seen. Times are in seconds.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

import audit
import faults
from fault_site import FaultSite, running_site
from faults import NOBODY, Answer, Poller, Submitter, now
from servers import wait_for

ASLEEP = 5.0  # longer than a command may take
AT_ONCE, PATIENT = 3.0, 10.0  # the slowest answers that are promised, on a busy machine


@pytest.fixture(scope="module")
def site() -> Iterator[FaultSite]:
    with running_site() as site:
        yield site


Noticed = Callable[[FaultSite, Poller, datetime], bool]


@dataclass(frozen=True)
class Fault:
    """What breaks, how that is noticed from outside, and what repairs it.

    ``bound`` is the slowest answer that is promised, ``stale`` what is answered from memory
    meanwhile. ``refuses`` are the statuses that a question may get beside 200, a submit beside
    201; ``refuses_ended`` and ``refuses_submits`` those of jobs that are over, and of submits
    alone. ``forgets`` is for a Slurm that loses what it was told in its last seconds: nothing is
    submitted then.
    """

    breaks: Callable[[FaultSite], object]
    noticed: Noticed = lambda *_: True
    repairs: Callable[[FaultSite], object] = lambda _: None
    bound: float = AT_ONCE
    refuses: frozenset[int] = frozenset()
    refuses_ended: frozenset[int] = frozenset()
    refuses_submits: frozenset[int] = frozenset()
    stale: tuple[str, ...] = ()
    forgets: bool = False


def slurm_is_away(_: FaultSite, poller: Poller, since: datetime) -> bool:
    """Tell whether `health` has it, and everything was asked for once more since then."""
    told = [one for one in poller.of("health", since=since) if not _reaches(one, "slurm")]
    return bool(told) and all(poller.of(path, since=told[0].answered_at) for path in poller.paths)


def mongod_is_away(_: FaultSite, poller: Poller, since: datetime) -> bool:
    """Tell whether `health` has it, and everything is answered that was asked for since then."""
    told = [one for one in poller.of("health", since=since) if not _reaches(one, "database")]
    return bool(told) and all(poller.of(path, since=told[0].asked_at) for path in poller.paths)


def _reaches(answer: Answer, part: str) -> bool:
    return bool(answer.body[part]["reachable"])


def slept(_: FaultSite, __: Poller, since: datetime) -> bool:
    return (now() - since).total_seconds() > ASLEEP


slurm_away = {
    "noticed": slurm_is_away,
    "repairs": lambda site: site.cluster.up(),
    "stale": ("queue", "running"),
    "refuses_submits": frozenset({503, 504}),
}
mongod_gone = {
    "bound": PATIENT,
    "refuses_ended": frozenset({503}),
    "refuses_submits": frozenset({503}),
}
server_gone = {
    "repairs": lambda site: site.server.start(),
    "bound": PATIENT,
    "refuses": frozenset({NOBODY}),
}
FAULTS = {
    "the controller hangs": Fault(
        lambda site: site.signal("slurmctld", signal.SIGSTOP), **slurm_away
    ),
    "the controller is killed": Fault(
        lambda site: site.signal("slurmctld", signal.SIGKILL), forgets=True, **slurm_away
    ),
    "mongod hangs": Fault(
        lambda site: site.mongod.suspend(),
        noticed=mongod_is_away,
        repairs=lambda site: site.mongod.resume(),
        stale=("running",),
        **mongod_gone,
    ),
    "mongod is killed": Fault(lambda site: site.mongod.kill(), **mongod_gone),
    "mongod and its keeper are killed": Fault(FaultSite.kill_keeper_and_mongod, **mongod_gone),
    "the server sleeps": Fault(
        FaultSite.freeze_server,
        noticed=slept,
        repairs=FaultSite.thaw_server,
        bound=ASLEEP + AT_ONCE,
    ),
    "the server is killed": Fault(FaultSite.kill_server, **server_gone),
    "the power fails": Fault(FaultSite.lose_power, **server_gone),
}
# Others break nearly the same.
ALIKE = {"mongod and its keeper are killed", "the power fails", "the server sleeps"}


@dataclass(frozen=True)
class Episode:
    """A fault from its begin to the moment at which all should be as if it had not been.

    ``paths`` names what was asked for: the queue, health, and jobs that ``ended`` before, got
    ``through`` meanwhile, or were ``running`` and ``held`` all the time. ``meanwhile`` are the
    answers between the break and the repair, ``states`` those of all jobs two ticks after
    Slurm had ended them.
    """

    fault: Fault
    paths: dict[str, str]
    poller: Poller
    submitter: Submitter
    meanwhile: Sequence[Answer]
    broken_at: datetime
    repaired_at: datetime
    states: dict[str, str]
    complaints: Sequence[str]

    def answers(self, name: str) -> list[Answer]:
        return self.poller.of(self.paths[name])

    @property
    def away(self) -> float:
        """How long it was broken."""
        return (self.repaired_at - self.broken_at).total_seconds()

    def until(self, name: str, is_good: Callable[[Answer], bool]) -> float:
        """Return the seconds from the repair to the first good answer."""
        answers = self.poller.of(self.paths[name], since=self.repaired_at)
        good = next(answer for answer in answers if answer.status == 200 and is_good(answer))
        return (good.asked_at - self.repaired_at).total_seconds() + good.seconds

    @property
    def until_fresh(self) -> float:
        return self.until("queue", lambda answer: not answer.body["stale"])

    @property
    def figures(self) -> dict[str, float]:
        return {
            "away": self.away,
            "slowest answer": self.poller.slowest.seconds,
            "queue fresh after": self.until_fresh,
            "job up to date after": self.until(
                "through", lambda answer: answer.body["status"] == "COMPLETED"
            ),
            "answers": len(self.poller.answers),
            "submits": len(self.submitter.submits),
        }


def go_through(site: FaultSite, name: str, fault: Fault) -> Episode:
    gate = site.directory / name.replace(" ", "-")
    through = site.submit_gated(gate)
    jobs = {"running": site.running, "held": site.held, "ended": site.ended, "through": through}
    paths = {name: f"job/{job_id}" for name, job_id in jobs.items()}
    paths |= {
        "queue": "queue",
        "health": "health",
        "by its Slurm id": f"job/{site.always_queued[0]}",
    }
    if fault.forgets:
        site.save_state()
    submitter = Submitter(site.server, gate.name)
    with Poller(site.server, *([path] for path in paths.values())) as poller:
        with ExitStack() as submitting:
            wait_for("an answer to each", lambda: all(map(poller.of, poller.paths)))
            if not fault.forgets:
                submitting.enter_context(submitter)
                wait_for("submits", lambda: len(submitter.submits) > 3)
            broken_at = now()
            fault.breaks(site)
            if fault.forgets:
                submitting.enter_context(submitter)
            gate.touch()
            wait_for("it to be noticed", lambda: fault.noticed(site, poller, broken_at))
            meanwhile = [one for one in poller.answers[:] if one.asked_at >= broken_at]
            fault.repairs(site)
            repaired_at, done = now(), len(submitter.submits)
            wait_for("more submits", lambda: len(submitter.submits) > done + 3)
        wait_for("Slurm to be through with its jobs", site.is_quiet)
        quiet_at = now()
        wait_for("two ticks", lambda: len(poller.ticks(quiet_at)) >= 2)
        states = {job["_id"]: job["status"] for job in site.kept().jobs}
        wait_for("a fresh queue", lambda: not poller.last("queue")["stale"])
        wait_for("all outputs", site.outputs_are_kept)
        wait_for("refused submits to go", lambda: site.has_none_left_over(submitter.submits))
    complaints = audit.audit(site.kept(), site.slurm_jobs(), submitter.submits)
    return Episode(
        fault, paths, poller, submitter, meanwhile, broken_at, repaired_at, states, complaints
    )


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.slow if name in ALIKE else ()) for name in FAULTS],
)
def episode(request, site, record_testsuite_property) -> Episode:
    began = time.monotonic()
    episode = go_through(site, request.param, FAULTS[request.param])
    figures = episode.figures | {"in all": time.monotonic() - began}
    record_testsuite_property(request.param, {name: round(x, 1) for name, x in figures.items()})
    return episode


def test_no_request_hangs(episode):
    assert faults.slow(episode.poller.answers, episode.fault.bound) == []


def test_the_queue_is_answered_and_never_shown_empty(episode, site):
    answers = episode.answers("queue")
    assert faults.refused(answers, {200} | episode.fault.refuses) == []
    assert faults.hidden(answers, site.always_queued) == []


@pytest.mark.parametrize("name", ["running", "held", "through", "by its Slurm id"])
def test_a_job_that_goes_on_is_answered_and_moves_forward_only(episode, name):
    answers = episode.answers(name)
    assert faults.refused(answers, {200} | episode.fault.refuses) == []
    assert faults.backward(answers) == []


def test_a_job_that_is_over_stays_so(episode):
    answers = episode.answers("ended")
    allowed = {200} | episode.fault.refuses | episode.fault.refuses_ended
    assert faults.refused(answers, allowed) == []
    assert {one.body["status"] for one in answers if one.status == 200} == {"COMPLETED"}


def test_a_submit_is_accepted_where_nothing_is_in_its_way(episode):
    allowed = {201} | episode.fault.refuses | episode.fault.refuses_submits
    assert [one for one in episode.submitter.submits if one.status not in allowed] == []


def test_what_cannot_be_seen_just_now_says_so_and_how_old_it_is(episode):
    for name in episode.fault.stale:
        answer = [one for one in episode.meanwhile if one.path == episode.paths[name]][-1]
        assert answer.body["stale"]
        # While MongoDB alone hangs, a look at Slurm that finds nothing new goes well.
        sees_slurm = "queue" not in episode.fault.stale
        # An answer that Slurm had given before is read, and so dated, a moment after.
        broken_at = episode.broken_at + timedelta(seconds=1)
        assert answer.synced_at <= (answer.asked_at if sees_slurm else broken_at)


def test_after_the_repair_the_queue_is_soon_fresh(episode):
    assert episode.until_fresh < 2 * episode.away + AT_ONCE


def test_what_slurm_knows_is_known_two_ticks_later(episode):
    expected = {"running": "RUNNING", "held": "PENDING", "through": "COMPLETED"}
    job_ids = {name: episode.paths[name].removeprefix("job/") for name in expected}
    assert {name: episode.states[job_id] for name, job_id in job_ids.items()} == expected


def test_no_job_is_lost_doubled_or_given_a_state_it_never_had(episode):
    assert episode.complaints == []
