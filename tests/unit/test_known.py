"""This user's jobs in memory."""

from datetime import timedelta

import pytest

from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.observation import Observation


@pytest.fixture
def known():
    return KnownJobs()


def test_nothing_is_known_at_first(known):
    assert len(known) == 0
    assert known.all() == []
    assert known.get("42") is None
    assert not known.any_live()


def test_a_job_is_found_by_either_of_its_ids(known, make_job):
    job = make_job("aaaa")
    known.put([job])
    assert known.get("aaaa") is job
    assert known.get("42") is job
    assert known.ids_by_slurm_id() == {"42": "aaaa"}


def test_a_job_without_a_slurm_id_is_found_by_its_uuid(known, make_job):
    job = make_job("aaaa", slurm_id=None)
    known.put([job])
    assert known.get("aaaa") is job
    assert known.ids_by_slurm_id() == {}


def test_a_slurm_id_is_learnt_later(known, make_job):
    known.put([make_job("aaaa", slurm_id=None)])
    known.put([make_job("aaaa", slurm_id="42", revision=1)])
    assert known.get("42").revision == 1
    assert len(known) == 1


@pytest.mark.parametrize(
    ("first", "second", "stays"), [(1, 2, "second"), (2, 1, "first"), (1, 1, "second")]
)
def test_the_later_revision_stays_whichever_comes_first(known, make_job, first, second, stays):
    known.put([make_job(name="first", revision=first), make_job(name="second", revision=second)])
    assert known.get("aaaa").name == stays


def test_an_observation_is_of_a_job_that_is_here(known, make_job, now):
    known.put([make_job()])
    assert known.has(Observation(slurm_id="42", status="RUNNING", submit_time=now))
    assert not known.has(Observation(slurm_id="43", status="RUNNING", submit_time=now))


def test_an_id_used_again_is_not_the_job_that_is_here(known, make_job, now):
    known.put([make_job()])
    later = now + timedelta(days=1)
    assert not known.has(Observation(slurm_id="42", status="RUNNING", submit_time=later))


def test_a_slurm_id_is_not_taken_for_another_job_s_uuid(known, make_job):
    known.put([make_job("aaaa", slurm_id="42")])
    assert not known.has(Observation(slurm_id="aaaaa", status="RUNNING"))


@pytest.mark.parametrize(
    ("states", "live"),
    [
        (["PENDING"], True),
        (["COMPLETED", "RUNNING"], True),
        (["SUBMITTING"], True),
        (["COMPLETED", "UNKNOWN"], False),
    ],
)
def test_whether_any_job_is_live(known, make_job, states, live):
    known.put([make_job(state, slurm_id=state, status=state) for state in states])
    assert known.any_live() is live


def test_jobs_that_are_over_and_left_the_queue_are_forgotten(known, make_job):
    known.put(
        [
            make_job("live", slurm_id="1", status="RUNNING"),
            make_job("ended", slurm_id="2", status="COMPLETED"),
            make_job("shown", slurm_id="3", status="COMPLETED"),
        ]
    )
    known.forget_ended({"3"})
    assert [job.job_id for job in known.all()] == ["live", "shown"]
    assert known.get("2") is None
    assert known.ids_by_slurm_id() == {"1": "live", "3": "shown"}


def test_an_ended_job_without_a_slurm_id_is_forgotten(known, make_job):
    known.put([make_job(slurm_id=None, status="UNKNOWN")])
    known.forget_ended(set())
    assert len(known) == 0


def test_the_new_holder_of_an_id_stays_when_the_old_one_is_forgotten(known, make_job):
    known.put([make_job("old", status="COMPLETED"), make_job("new", status="RUNNING")])
    known.forget_ended(set())
    assert known.get("42").job_id == "new"
    assert known.get("old") is None


def test_of_two_jobs_under_one_id_the_newer_has_it_whichever_came_first(known, make_job, now):
    old = make_job("old", first_submit_time=now)
    new = make_job("new", first_submit_time=now + timedelta(days=900))
    known.put([new, old])
    assert known.get("42").job_id == "new"
    known.put([old])
    assert known.get("42").job_id == "new"
    assert known.get("old") is old


def test_a_job_is_dropped(known, make_job):
    known.put([make_job("aaaa"), make_job("bbbb", slurm_id="43")])
    known.drop("aaaa")
    known.drop("never here")
    assert (known.get("aaaa"), known.get("42")) == (None, None)
    assert known.get("43").job_id == "bbbb"


def test_what_was_given_out_does_not_change(known, make_job):
    before = known.ids_by_slurm_id()
    known.put([make_job()])
    assert before == {}
