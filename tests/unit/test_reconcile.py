"""What we knew, what Slurm shows, what follows."""

import uuid
from datetime import timedelta

import pytest

from jupyter_slurm_api import reconcile
from jupyter_slurm_api.observation import Observation
from jupyter_slurm_api.reconcile import CLOCKS_DIFFER, Change

LATER = timedelta(minutes=10)


def seen(slurm_id="42", status="RUNNING", **changes):
    return Observation(slurm_id=slurm_id, status=status, **changes)


def test_an_observation_without_news_is_no_write(make_job, now):
    assert reconcile.update(make_job(), seen(status="PENDING", submit_time=now), now) is None


def test_news_are_a_write_from_what_was_read_to_what_is(make_job, now):
    job = make_job()
    change = reconcile.update(job, seen(), now)
    assert change.before is job
    assert change.after.status == "RUNNING"


def test_a_written_job_is_one_revision_on(make_job):
    before = make_job(revision=6)
    after = before.model_copy(update={"status": "RUNNING"})
    written = Change(before, after).written
    assert (written.revision, written.status) == (7, "RUNNING")
    assert after.revision == 6


def test_a_job_submitted_without_us_is_adopted(now):
    job = reconcile.adopt(
        seen(submit_time=now, start_time=now, name="theirs", user="alice"),
        cluster="here",
        user="alice",
        now=now,
    )
    assert uuid.UUID(job.job_id)
    assert (job.slurm_id, job.cluster, job.user, job.name) == ("42", "here", "alice", "theirs")
    assert (job.status, job.base_state) == ("RUNNING", "RUNNING")
    assert job.origin.kind == "slurm"
    assert job.first_submit_time == now
    assert [move.state for move in job.transitions] == ["RUNNING"]
    assert job.revision == 0


def test_two_adopted_jobs_are_two(now):
    first, second = (
        reconcile.adopt(seen(), cluster="here", user="alice", now=now) for _ in range(2)
    )
    assert first.job_id != second.job_id


@pytest.mark.parametrize("slurm_id", ["42", None])
def test_a_job_that_nobody_knows_any_more_is_unknown_never_a_guess(make_job, now, slurm_id):
    job = make_job(slurm_id=slurm_id, status="RUNNING", base_state="RUNNING")
    change = reconcile.gone(job, now)
    assert (change.after.status, change.after.base_state) == ("UNKNOWN", "RUNNING")
    assert change.after.is_over
    assert "no longer knows" in change.after.reason
    assert change.after.end_time is None
    assert change.after.exit_code is None


class TestLastRun:
    def test_no_runs(self, make_job):
        assert reconcile.last_run(make_job(), []) is None

    def test_the_latest(self, make_job, now):
        runs = [seen(status="REQUEUED", submit_time=now), seen(submit_time=now + LATER)]
        assert reconcile.last_run(make_job(), runs) is runs[1]

    def test_what_was_submitted_before_is_another_job_under_this_id(self, make_job, now):
        runs = [seen(submit_time=now - timedelta(seconds=1))]
        assert reconcile.last_run(make_job(), runs) is None

    def test_a_run_without_a_submit_time_proves_nothing(self, make_job):
        assert reconcile.last_run(make_job(), [seen()]) is None

    def test_a_job_without_any_time_has_no_run(self, make_job, now):
        job = make_job(submit_time=None, first_submit_time=None)
        assert reconcile.last_run(job, [seen(submit_time=now)]) is None

    @pytest.mark.parametrize(
        ("earlier", "is_it"),
        [
            (timedelta(0), True),
            (CLOCKS_DIFFER, True),
            (CLOCKS_DIFFER + timedelta(seconds=1), False),
        ],
    )
    def test_our_own_submit_time_is_by_another_clock(self, make_job, now, earlier, is_it):
        job = make_job(first_submit_time=None)
        run = seen(submit_time=now - earlier)
        assert (reconcile.last_run(job, [run]) is run) is is_it


class TestMatch:
    @staticmethod
    def match(observations, *jobs):
        found = reconcile.match(observations, jobs)
        return found.pairs, found.strangers

    def test_nothing(self):
        assert self.match([]) == ([], [])

    def test_by_slurm_id(self, make_job, now):
        job, look = make_job(), seen(submit_time=now)
        assert self.match([look], job) == ([(job, look)], [])

    def test_a_stranger(self, make_job):
        look = seen("43")
        assert self.match([look], make_job()) == ([], [look])

    def test_an_id_used_again_is_a_stranger(self, make_job, now):
        look = seen(submit_time=now + LATER)
        assert self.match([look], make_job()) == ([], [look])

    def test_a_job_whose_answer_was_lost_is_found_by_its_tag(self, make_job, now):
        job = make_job("bbbb", slurm_id=None, status="SUBMITTING", first_submit_time=None)
        look = seen(tag="bbbb", submit_time=now)
        assert self.match([look], job) == ([(job, look)], [])

    def test_a_copied_tag_does_not_take_a_job_s_place(self, make_job, now):
        job = make_job("bbbb")
        own, copy = seen(tag="bbbb", submit_time=now), seen("43", tag="bbbb", submit_time=now)
        assert self.match([own, copy], job) == ([(job, own)], [copy])

    def test_a_tag_that_nobody_knows(self, make_job):
        look = seen("43", tag="cccc")
        assert self.match([look], make_job("bbbb")) == ([], [look])

    def test_a_lost_answer_is_found_though_its_id_was_another_job_s(self, make_job, now):
        old = make_job("aaaa")
        lost = make_job("bbbb", slurm_id=None, first_submit_time=None)
        look = seen(tag="bbbb", submit_time=now + LATER)
        assert self.match([look], old, lost) == ([(lost, look)], [])

    def test_an_id_used_again_is_the_newer_job_s(self, make_job, now):
        old, new = make_job("aaaa"), make_job("bbbb", first_submit_time=now + LATER)
        look = seen(submit_time=now + LATER)
        assert self.match([look], new, old) == ([(new, look)], [])

    def test_which_jobs_were_seen(self, make_job, now):
        found = reconcile.match([seen(submit_time=now), seen("43")], [make_job("aaaa")])
        assert found.jobs == {"aaaa"}


class TestMissing:
    @staticmethod
    def missing(observations, visible, *jobs):
        seen = reconcile.match(observations, jobs)
        found = reconcile.missing(jobs, seen, visible, reconcile.ended_arrays(seen))
        return [job.job_id for job in found]

    def test_a_job_that_the_queue_shows_is_not(self, make_job):
        assert self.missing([], {"42"}, make_job()) == []

    def test_a_job_that_it_does_not_show_is(self, make_job):
        assert self.missing([], {"43"}, make_job()) == ["aaaa"]

    @pytest.mark.parametrize("changes", [{"status": "COMPLETED"}, {"status": "UNKNOWN"}])
    def test_a_job_that_is_over_is_not(self, make_job, changes):
        assert self.missing([], set(), make_job(**changes)) == []

    def test_a_job_without_a_slurm_id_is_not(self, make_job):
        assert self.missing([], set(), make_job(slurm_id=None, status="SUBMITTING")) == []

    def test_a_job_whose_id_a_stranger_has_is(self, make_job, now):
        assert self.missing([seen(submit_time=now + LATER)], {"42"}, make_job()) == ["aaaa"]

    def test_a_job_whose_id_a_newer_one_has_is(self, make_job, now):
        new = make_job("bbbb", first_submit_time=now + LATER)
        assert self.missing([], {"42"}, new, make_job("aaaa")) == ["aaaa"]

    def test_an_array_of_which_the_queue_shows_only_ended_tasks_is(self, make_job, now):
        look = seen(status="COMPLETED", submit_time=now, array={"COMPLETED": 2})
        assert self.missing([look], {"42"}, make_job()) == ["aaaa"]

    def test_an_array_that_still_moves_is_not(self, make_job, now):
        look = seen(status="RUNNING", submit_time=now, array={"COMPLETED": 2, "RUNNING": 1})
        assert self.missing([look], {"42"}, make_job()) == []


class TestUnanswered:
    def test_long_after_sbatch_died_a_submit_is_unknown(self, make_job, now):
        job = make_job(slurm_id=None, status="SUBMITTING", base_state=None, first_submit_time=None)
        change = reconcile.unanswered(job, now + timedelta(minutes=5))
        assert (change.after.status, change.after.slurm_id) == ("UNKNOWN", None)
        assert "did not answer" in change.after.reason

    @pytest.mark.parametrize("seconds", [0, 150, 239])
    def test_before_that_it_may_become_a_job_yet(self, make_job, now, seconds):
        job = make_job(slurm_id=None, status="SUBMITTING", first_submit_time=None)
        assert reconcile.unanswered(job, now + timedelta(seconds=seconds)) is None

    def test_a_new_job_may_be_the_one_whose_answer_is_on_its_way(self, make_job, now):
        waiting = [make_job(slurm_id=None, status="SUBMITTING")]
        strangers = [
            seen("1", submit_time=now),
            seen("2", submit_time=now - timedelta(seconds=61)),
            seen("3"),
        ]
        assert reconcile.perhaps_ours(strangers, waiting, now) == {"1", "3"}
        assert reconcile.perhaps_ours(strangers, [], now) == set()
