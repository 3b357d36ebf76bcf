"""What becomes of jobs that left the queue: known, not to be asked now, or gone."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from jupyter_slurm_api import lookup
from jupyter_slurm_api.errors import SlurmUnavailable
from jupyter_slurm_api.lookup import Lookup
from jupyter_slurm_api.observation import Observation
from jupyter_slurm_api.reconcile import CLOCKS_DIFFER
from jupyter_slurm_api.slurm.parsing import Parsed

A_WHILE = timedelta(seconds=301)


@dataclass
class FakeSlurm:
    """The accounting has ``runs``, the controller ``jobs``; an error in their place is raised."""

    runs: dict = field(default_factory=dict)
    jobs: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    shown_ids: list = field(default_factory=list)

    async def recorded(self, slurm_ids, since):
        self.asked.append((list(slurm_ids), since))
        if isinstance(self.runs, Exception):
            raise self.runs
        return Parsed({each: self.runs[each] for each in slurm_ids if each in self.runs}, 0)

    async def shown(self, slurm_id):
        self.shown_ids.append(slurm_id)
        if isinstance(self.jobs, Exception):
            raise self.jobs
        return self.jobs.get(slurm_id)


@pytest.fixture
def fake():
    return FakeSlurm()


@pytest.fixture
def clock(monkeypatch, now):
    """A clock that a test sets."""

    class Clock:
        time = now

    monkeypatch.setattr(lookup, "utc_now", lambda: Clock.time)
    return Clock


@pytest.fixture
def ask(fake, clock):
    """Ask for what became of jobs: each job's new state."""
    looking = Lookup(fake)

    def run(*jobs, has_accounting=True, tasks=0):
        tasks = {job.job_id: tasks for job in jobs}
        found = asyncio.run(looking.changes(jobs, tasks, has_accounting=has_accounting))
        return {change.after.job_id: change.after.status for change in found}

    run.lookup = looking
    return run


@pytest.fixture
def running(make_job):
    def make(job_id="aaaa", **changes):
        return make_job(job_id, **({"status": "RUNNING", "base_state": "RUNNING"} | changes))

    return make


def run(now, status="COMPLETED", slurm_id="42", **changes):
    return Observation(slurm_id=slurm_id, status=status, submit_time=now, **changes)


def test_nothing_is_missing_and_nobody_is_asked(fake, ask):
    assert ask() == {}
    assert fake.asked == []


def test_the_accounting_knows_the_end(fake, ask, running, now):
    fake.runs = {"42": [run(now, "FAILED", exit_code=3)]}
    assert ask(running()) == {"aaaa": "FAILED"}
    assert fake.shown_ids == []


def test_the_accounting_is_asked_once_for_many_from_the_first_submit_on(fake, ask, running, now):
    jobs = [
        running("a", slurm_id="1", first_submit_time=now - timedelta(days=2)),
        running("b", slurm_id="2", first_submit_time=now),
    ]
    ask(*jobs)
    assert fake.asked == [(["1", "2"], now - timedelta(days=2) - CLOCKS_DIFFER)]


def test_a_thousand_jobs_are_asked_for_in_parts(fake, ask, running, now):
    jobs = [running(f"job-{each}", slurm_id=str(each)) for each in range(1000)]
    fake.runs = {str(each): [run(now, slurm_id=str(each))] for each in range(1000)}
    assert len(ask(*jobs)) == 1000
    assert max(len(ids) for ids, _ in fake.asked) <= 200


def test_a_job_of_which_the_accounting_says_nothing_yet_keeps_its_state(fake, ask, running):
    assert ask(running()) == {}
    assert fake.shown_ids == []


def test_a_job_that_the_accounting_still_has_running_keeps_its_state(fake, ask, running, now):
    fake.runs = {"42": [run(now, "RUNNING")]}
    assert ask(running()) == {}


def test_after_a_while_the_controller_s_word_beats_a_record_without_an_end(
    fake, ask, running, clock, now
):
    fake.runs = {"42": [run(now, "RUNNING")]}
    ask(running())
    clock.time += A_WHILE
    assert ask(running()) == {"aaaa": "UNKNOWN"}


def test_another_job_s_end_under_the_same_id_is_not_this_job_s(fake, ask, running, now):
    fake.runs = {"42": [run(now - timedelta(days=900), "COMPLETED")]}
    assert ask(running()) == {}


def test_after_a_while_the_controller_is_asked(fake, ask, running, clock):
    assert ask(running()) == {}
    clock.time += A_WHILE
    fake.jobs = {"42": Observation(slurm_id="42", status="TIMEOUT")}
    assert ask(running()) == {"aaaa": "TIMEOUT"}


def test_after_a_while_of_asking_everywhere_it_is_unknown(fake, ask, running, clock):
    ask(running())
    clock.time += A_WHILE - timedelta(seconds=2)
    assert ask(running()) == {}
    clock.time += timedelta(seconds=2)
    assert ask(running()) == {"aaaa": "UNKNOWN"}
    assert fake.shown_ids == ["42"]


def test_a_job_that_came_back_in_between_gets_its_while_anew(fake, ask, running, clock):
    ask(running())
    ask()
    clock.time += A_WHILE
    assert ask(running()) == {}


def test_an_array_has_not_ended_before_the_accounting_has_all_its_tasks(fake, ask, running, now):
    fake.runs = {"42": [run(now, "COMPLETED", array={"COMPLETED": 3})]}
    assert ask(running(), tasks=4) == {}
    fake.runs = {"42": [run(now, "FAILED", array={"COMPLETED": 3, "FAILED": 1})]}
    assert ask(running(), tasks=4) == {"aaaa": "FAILED"}


def test_after_a_while_an_array_ends_with_the_tasks_that_the_accounting_has(
    fake, ask, running, now, clock
):
    fake.runs = {"42": [run(now, "COMPLETED", array={"COMPLETED": 3})]}
    ask(running(), tasks=4)
    clock.time += A_WHILE
    assert ask(running(), tasks=4) == {"aaaa": "COMPLETED"}


def test_without_accounting_the_controller_is_asked_at_once(fake, ask, running):
    fake.jobs = {"42": Observation(slurm_id="42", status="COMPLETED")}
    assert ask(running(), has_accounting=False) == {"aaaa": "COMPLETED"}
    assert fake.asked == []


def test_without_accounting_what_the_controller_does_not_know_is_unknown(ask, running):
    assert ask(running(), has_accounting=False) == {"aaaa": "UNKNOWN"}


def test_another_job_that_the_controller_has_under_the_same_id_is_not_this_job(
    fake, ask, running, now
):
    later = now + timedelta(days=1)
    fake.jobs = {"42": Observation(slurm_id="42", status="PENDING", submit_time=later, restarts=0)}
    assert ask(running(), has_accounting=False) == {"aaaa": "UNKNOWN"}


def test_a_job_whose_state_is_as_it_was_is_no_write(fake, ask, running):
    fake.jobs = {"42": Observation(slurm_id="42", status="RUNNING")}
    assert ask(running(), has_accounting=False) == {}


@pytest.mark.parametrize("part", ["runs", "jobs"])
def test_while_slurm_is_away_no_job_becomes_unknown(fake, ask, running, clock, part):
    setattr(fake, part, SlurmUnavailable("away"))
    ask(running())
    clock.time += A_WHILE
    assert ask(running()) == {}
    assert ask.lookup.error == "away"


def test_what_was_found_before_slurm_went_away_counts(fake, ask, running, clock, now):
    fake.runs = {str(each): [run(now, slurm_id=str(each))] for each in range(200)}
    fake.jobs = SlurmUnavailable("away")
    jobs = [running(f"job-{each}", slurm_id=str(each)) for each in range(200)]
    late = running("late", slurm_id="999")
    ask(late)
    clock.time += A_WHILE
    assert set(ask(*jobs, late)) == {job.job_id for job in jobs}


def test_the_error_goes_when_slurm_answers_again(fake, ask, running):
    fake.runs = SlurmUnavailable("away")
    ask(running())
    fake.runs = {}
    ask(running())
    assert ask.lookup.error is None
