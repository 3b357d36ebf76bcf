"""Whose an observation is, and what follows from what was seen and what was not."""

import uuid
from datetime import timedelta

import pytest

from jupyter_slurm_api import reconcile
from jupyter_slurm_api.history import Run
from jupyter_slurm_api.job import Origin
from jupyter_slurm_api.models import ClusterInfo
from jupyter_slurm_api.observation import Observation, Usage
from jupyter_slurm_api.reconcile import CLOCKS_DIFFER, Change, Findings

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
LATER = timedelta(minutes=10)
MOMENT = timedelta(seconds=1)


def seen(slurm_id="42", status="RUNNING", **changes):
    return Observation(slurm_id=slurm_id, status=status, **changes)


def test_a_written_job_is_one_revision_on(make_job):
    before = make_job(revision=6)
    after = before.model_copy(update={"status": "RUNNING"})
    written = Change(before, after).written
    assert (written.revision, written.status) == (7, "RUNNING")
    assert after.revision == 6


class TestAdopt:
    def test_a_job_submitted_without_us_is_adopted(self, now):
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

    def test_two_adopted_jobs_are_two(self, now):
        first, second = (
            reconcile.adopt(seen(), cluster="here", user="alice", now=now) for _ in range(2)
        )
        assert first.job_id != second.job_id

    def test_a_task_belongs_to_its_array(self, make_job, now):
        array = make_job(UUID, name="job", work_dir="/work")
        look = seen("42_7", own_slurm_id="57", submit_time=now, start_time=now)
        job = reconcile.adopt_task(array, look, now)
        assert (job.slurm_id, job.status, job.first_submit_time) == ("42_7", "RUNNING", now)
        assert (job.name, job.user, job.cluster) == ("job", "alice", "here")
        assert (job.work_dir, job.origin) == ("/work", array.origin)
        assert job.task.model_dump() == {
            "array_job_id": UUID,
            "array_slurm_id": "42",
            "task_id": 7,
            "own_slurm_id": "57",
        }

    def test_every_server_gives_a_task_the_same_uuid_and_each_task_its_own(self, make_job, now):
        array = make_job(UUID)
        first, again, other = (
            reconcile.adopt_task(array, seen(slurm_id), now).job_id
            for slurm_id in ("42_0", "42_0", "42_1")
        )
        assert first == again != other
        assert uuid.UUID(first)

    def test_what_a_task_says_of_its_array_leaves_out_what_is_the_task_s_own(self, now):
        look = seen(
            "42_7",
            "FAILED",
            name="job",
            partition="debug",
            submit_time=now,
            start_time=now,
            end_time=now,
            exit_code=3,
            exit_signal=9,
            nodes=1,
            node_list="n1",
            restarts=1,
            stdout_path="/w/42_7.out",
            stderr_path="/w/42_7.err",
            usage=Usage(elapsed=1),
        )
        facts = reconcile.facts_of_array(look, "PENDING")
        assert facts == seen("42", "PENDING", name="job", partition="debug", submit_time=now)


@pytest.mark.parametrize("slurm_id", ["42", None])
def test_a_job_that_nobody_knows_any_more_is_unknown_never_a_guess(make_job, now, slurm_id):
    job = make_job(slurm_id=slurm_id, status="RUNNING", base_state="RUNNING")
    after = reconcile.gone(job, now)
    assert (after.status, after.base_state) == ("UNKNOWN", "RUNNING")
    assert after.is_over
    assert "no longer knows" in after.reason
    assert (after.end_time, after.exit_code) == (None, None)


class TestOwnRuns:
    def test_no_runs(self, make_job):
        assert reconcile.own_runs(make_job(), []) == []

    def test_all_from_the_first_submit_on(self, make_job, now):
        runs = [seen(submit_time=now, end_time=now + LATER), seen(submit_time=now + LATER)]
        assert reconcile.own_runs(make_job(), runs) == runs

    def test_what_follows_a_run_without_an_end_is_another_job(self, make_job, now):
        runs = [seen(submit_time=now), seen(submit_time=now + LATER)]
        assert reconcile.own_runs(make_job(), runs) == runs[:1]
        newer = make_job(first_submit_time=now + LATER, submit_time=now + LATER)
        assert reconcile.own_runs(newer, runs) == runs[1:]
        assert reconcile.own_runs(make_job(first_submit_time=None, submit_time=None), runs) == []

    def test_of_jobs_under_one_id_an_unseen_one_is_the_latest(self, make_job, now):
        runs = [seen(submit_time=now - MOMENT), seen(submit_time=now)]
        job = make_job(first_submit_time=None, submit_time=now + MOMENT)
        assert reconcile.own_runs(job, runs) == runs[1:]

    def test_what_was_submitted_after_its_end_is_another_job(self, make_job, now):
        job = make_job(status="FAILED", end_time=now + MOMENT)
        runs = [
            seen(submit_time=now, end_time=now + MOMENT),
            seen(submit_time=now + LATER, end_time=now + LATER),
        ]
        assert reconcile.own_runs(job, runs) == runs[:1]

    def test_a_later_submit_alone_is_another_job(self, make_job, now):
        assert reconcile.own_runs(make_job(), [seen(submit_time=now + LATER)]) == []

    def test_a_job_that_was_first_seen_after_a_requeue_was_submitted_before(self, make_job, now):
        runs = [seen(submit_time=now - MOMENT, end_time=now), seen(submit_time=now)]
        assert reconcile.own_runs(make_job(restarts=1), runs) == runs

    def test_nor_is_it_a_run_of_one_that_was_requeued_since(self, make_job, now):
        runs = [
            seen(submit_time=now - MOMENT, end_time=now - MOMENT),
            seen(submit_time=now, end_time=now + LATER),
            seen(submit_time=now + LATER),
        ]
        requeued = make_job(restarts=1, runs=(Run(status="REQUEUED"),))
        assert reconcile.own_runs(requeued, runs) == runs[1:]

    def test_what_was_submitted_before_is_another_job_under_this_id(self, make_job, now):
        runs = [seen(submit_time=now - timedelta(seconds=1)), seen(submit_time=now)]
        assert reconcile.own_runs(make_job(), runs) == runs[1:]

    def test_a_run_without_a_submit_time_proves_nothing(self, make_job):
        assert reconcile.own_runs(make_job(), [seen()]) == []

    def test_a_job_without_any_time_has_no_run(self, make_job, now):
        job = make_job(submit_time=None, first_submit_time=None)
        assert reconcile.own_runs(job, [seen(submit_time=now)]) == []

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
        assert (reconcile.own_runs(job, [run]) == [run]) is is_it


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

    def test_of_two_with_the_tag_of_a_lost_answer_the_first_is_the_job(self, make_job, now):
        job = make_job("bbbb", slurm_id=None, status="SUBMITTING", first_submit_time=None)
        own = seen("43", tag="bbbb", submit_time=now)
        copy = seen("44", tag="bbbb", submit_time=now + LATER)
        assert self.match([own, copy], job) == ([(job, own)], [copy])

    def test_a_tag_that_nobody_knows(self, make_job):
        look = seen("43", tag="cccc")
        assert self.match([look], make_job("bbbb")) == ([], [look])

    def test_a_lost_answer_is_found_though_its_id_was_another_job_s(self, make_job, now):
        old = make_job("aaaa")
        lost = make_job("bbbb", slurm_id=None, first_submit_time=None)
        look = seen(tag="bbbb", submit_time=now + LATER)
        assert self.match([look], old, lost) == ([(lost, look)], [])

    def test_the_tag_tells_which_of_two_jobs_has_an_id_whatever_the_clocks_say(self, make_job, now):
        ours = make_job("aaaa", first_submit_time=None, origin=Origin(kind="api"))
        late = make_job("bbbb", submit_time=now + LATER, first_submit_time=now + LATER)
        look = seen(tag="aaaa", submit_time=now)
        assert self.match([look], ours, late) == ([(ours, look)], [])

    def test_an_id_used_again_is_the_newer_job_s(self, make_job, now):
        old, new = make_job("aaaa"), make_job("bbbb", first_submit_time=now + LATER)
        look = seen(submit_time=now + LATER)
        assert self.match([look], new, old) == ([(new, look)], [])


def test_of_jobs_under_one_id_the_newest_has_it(make_job, now):
    old, new = make_job("old"), make_job("new", first_submit_time=now + LATER)
    lost = make_job("lost", slurm_id=None)
    assert reconcile.newest([old, new, lost]) == {"42": new}
    assert reconcile.newest([new, old]) == {"42": new}


class TestFindings:
    def test_an_array_s_runs_are_by_task(self):
        zero, one = [seen("42_0")], [seen("42_1", "REQUEUED"), seen("42_1")]
        found = Findings(runs={"42_0": zero, "42_1": one, "42": [seen()], "7_3": [seen("7_3")]})
        assert found.by_array() == {"42": {0: zero, 1: one}, "7": {3: [seen("7_3")]}}

    def test_what_only_the_controller_knows_is_among_them(self):
        shown = {"42_0": seen("42_0"), "42_1": seen("42_1"), "42": seen()}
        found = Findings(runs={"42_0": [seen("42_0", "COMPLETED")]}, shown=shown)
        assert found.by_array() == {
            "42": {0: [seen("42_0", "COMPLETED")], 1: [seen("42_1")]},
        }


def test_a_new_job_may_be_the_one_whose_answer_is_on_its_way(make_job, now):
    waiting = [make_job(slurm_id=None, status="SUBMITTING")]
    strangers = [
        seen("1", submit_time=now),
        seen("2", submit_time=now - timedelta(seconds=61)),
        seen("3"),
    ]
    assert reconcile.perhaps_ours(strangers, waiting, now) == {"1", "3"}
    assert reconcile.perhaps_ours(strangers, [], now) == set()


def test_a_job_of_another_name_is_not_the_one_whose_answer_is_on_its_way(make_job, now):
    waiting = [make_job(slurm_id=None, status="SUBMITTING", name="ours")]
    strangers = [seen("1", submit_time=now, name="ours"), seen("2", submit_time=now, name="theirs")]
    assert reconcile.perhaps_ours(strangers, waiting, now) == {"1"}


class TestUnanswered:
    @pytest.fixture
    def judge(self, make_job, now):
        """Judge a submit without an answer by its age and that of the controller's, in seconds."""

        def judge(age=600, answering=600, tagged=None, info=None, **changes):
            facts = {
                "slurm_id": None,
                "status": "SUBMITTING",
                "base_state": None,
                "submit_time": now - timedelta(seconds=age),
                "first_submit_time": None,
                "idempotency_key": "key",
            }
            return reconcile.unanswered(
                make_job(UUID, **(facts | changes)),
                Findings(tagged=tagged),
                info or ClusterInfo("here", "22.05.8", accounting=True, min_job_age=300),
                answering_since=now - timedelta(seconds=answering),
                now=now,
            )

        return judge

    @pytest.mark.parametrize("age", [11, 600])
    def test_it_is_found_by_its_tag_in_the_accounting(self, judge, age):
        job = judge(age, tagged={UUID: "42", "another": "43"})
        assert (job.slurm_id, job.status, job.idempotency_key) == ("42", "PENDING", "key")

    @pytest.mark.parametrize(
        ("age", "answering", "status"),
        [
            (0, 600, "SUBMITTING"),
            (269, 600, "SUBMITTING"),  # sbatch may have sent it just before it was killed
            (270, 600, "NOT_SUBMITTED"),
            (86400, 600, "NOT_SUBMITTED"),
            (86400, 0, "SUBMITTING"),  # a controller that hung works off what it was sent
            (86400, 29, "SUBMITTING"),
            (86400, 30, "NOT_SUBMITTED"),
        ],
    )
    def test_that_no_job_came_of_it_is_certain_only_after_a_while(
        self, judge, age, answering, status
    ):
        assert judge(age, answering, tagged={}).status == status

    @pytest.mark.parametrize(
        ("age", "min_job_age", "status"),
        [
            (280, 300, "NOT_SUBMITTED"),
            (299, 300, "NOT_SUBMITTED"),
            (300, 300, "UNKNOWN"),
            (280, 2, "UNKNOWN"),
            (86400, 0, "UNKNOWN"),
            (3599, 3600, "NOT_SUBMITTED"),
        ],
    )
    def test_without_accounting_only_while_the_queue_would_still_show_it(
        self, judge, age, min_job_age, status
    ):
        info = ClusterInfo("here", "22.05.8", accounting=False, min_job_age=min_job_age)
        assert judge(age, info=info).status == status

    def test_while_the_accounting_cannot_be_asked_it_waits(self, judge):
        assert judge(86400).status == "SUBMITTING"
        assert judge(280).status == "NOT_SUBMITTED"  # since the queue would show it

    def test_an_accounting_that_keeps_no_submit_lines_is_not_waited_for(self, judge):
        info = ClusterInfo("here", "20.11.9", accounting=True, min_job_age=300)
        assert judge(86400, info=info).status == "UNKNOWN"

    @pytest.mark.parametrize(
        "found", [{"tagged": {}}, {"info": ClusterInfo("here", "22.05.8", accounting=False)}]
    )
    def test_what_never_had_an_id_is_not_looked_up(self, judge, found):
        job = judge(86400, **found)
        assert job.is_over
        assert (job.slurm_id, job.accounted) == (None, True)

    def test_what_was_not_submitted_may_be_submitted_again_under_its_key(self, judge):
        job = judge(tagged={})
        assert (job.status, job.slurm_id, job.idempotency_key) == ("NOT_SUBMITTED", None, None)
        assert job.is_over
        assert "Submit it again" in job.reason

    def test_what_may_have_been_submitted_keeps_its_key(self, judge):
        job = judge(info=ClusterInfo("here", "22.05.8", accounting=False))
        assert (job.status, job.slurm_id, job.idempotency_key) == ("UNKNOWN", None, "key")
        assert job.is_over
        assert "no longer be found out" in job.reason

    def test_a_submit_of_unknown_age_is_an_old_one(self, judge):
        assert judge(tagged={}, submit_time=None).status == "NOT_SUBMITTED"

    def test_what_stays_as_it_is_is_no_write(self, judge, make_job, now):
        job = make_job(slurm_id=None, status="SUBMITTING")
        after = reconcile.unanswered(
            job,
            Findings(),
            ClusterInfo("here", "22.05.8", accounting=True),
            answering_since=now,
            now=now,
        )
        assert after is job
