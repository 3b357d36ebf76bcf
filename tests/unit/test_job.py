"""A job as we know it, and what one more look at Slurm makes of it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from jupyter_slurm_api import reconcile
from jupyter_slurm_api.array import Array, ArrayTask, Component
from jupyter_slurm_api.history import Run, Transition
from jupyter_slurm_api.job import OBSERVED, Job, JobFacts, Origin
from jupyter_slurm_api.observation import Observation, Usage

LATER = timedelta(minutes=5)
PATTERNS = {"stdout_path": "/w/%j-%x.out", "stderr_path": "/w/%A_%a.err", "work_dir": "/w"}
USAGE = Usage(elapsed=9, total_cpu=1.5, max_rss=4096)


def seen(status="RUNNING", **changes):
    return Observation(slurm_id="42", status=status, **changes)


def test_what_an_observation_and_a_job_share_is_all_in_the_job():
    assert set(OBSERVED) <= set(JobFacts.model_fields)


def test_what_a_job_learns_in_its_own_way_is_not_among_it():
    assert not {"tag", "slurm_id", "own_slurm_id", "unstarted"} & set(OBSERVED)


def test_a_job_does_not_change(make_job):
    with pytest.raises(ValidationError, match="frozen"):
        make_job().status = "RUNNING"


def test_a_job_from_a_newer_version_s_document_is_read(make_job):
    assert Job.model_validate({**make_job().model_dump(), "from_the_future": 1}) == make_job()


class TestPaths:
    def test_they_are_patterns_until_slurm_has_named_the_job(self, make_job, now):
        job = make_job(slurm_id=None, name="job", **PATTERNS)
        after = job.with_observation(seen("PENDING"), now)
        assert (after.stdout_path, after.stderr_path) == ("/w/42-job.out", "/w/42_4294967294.err")

    def test_what_squeue_says_is_better(self, make_job, now):
        job = make_job(slurm_id=None, **PATTERNS)
        assert job.with_observation(seen(stdout_path="/other"), now).stdout_path == "/other"

    def test_those_of_an_array_stay_patterns(self, make_job, now):
        job = make_job(slurm_id=None, array=Array(counts={}), **PATTERNS)
        assert job.with_observation(seen("PENDING"), now).stdout_path == "/w/%j-%x.out"

    def test_a_submit_of_which_nothing_came_has_none(self, make_job, now):
        job = make_job(slurm_id=None, **PATTERNS)
        lost = Observation(slurm_id="", status="NOT_SUBMITTED")
        assert job.with_observation(lost, now).stdout_path == "/w/%j-%x.out"

    def test_a_task_s_follow_its_array_s(self, make_job, now):
        array = make_job("0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817", name="job", **PATTERNS)
        one = Observation(slurm_id="42_3", own_slurm_id="57", status="COMPLETED")
        task = reconcile.adopt_task(array, one, now)
        assert (task.stdout_path, task.stderr_path) == ("/w/57-job.out", "/w/42_3.err")


class TestIsIn:
    @pytest.mark.parametrize(
        "changes",
        [
            {"slurm_id": None, "first_submit_time": None},
            {"first_submit_time": None, "submit_time": None},
        ],
    )
    def test_a_job_without_a_submit_time_of_slurm_s_takes_any(self, make_job, now, changes):
        assert make_job(**changes).is_in(seen(submit_time=now + LATER))

    def test_the_same_submit_time(self, make_job, now):
        assert make_job().is_in(seen(submit_time=now))

    def test_no_submit_time_is_no_contradiction(self, make_job):
        assert make_job().is_in(seen())

    def test_after_a_requeue_both_submit_times_are_the_job_s(self, make_job, now):
        job = make_job(submit_time=now + LATER)
        assert job.is_in(seen(submit_time=now))
        assert job.is_in(seen(submit_time=now + LATER))

    def test_a_requeue_moves_the_submit_time_and_counts(self, make_job, now):
        assert make_job().is_in(seen(submit_time=now + LATER, restarts=1))

    @pytest.mark.parametrize("restarts", [None, 0])
    def test_another_submit_time_without_a_restart_is_another_job(self, make_job, now, restarts):
        assert not make_job().is_in(seen(submit_time=now + LATER, restarts=restarts))

    def test_our_tag_settles_it(self, make_job, now):
        job = make_job("bbbb")
        assert job.is_in(seen(submit_time=now + LATER, tag="bbbb"))
        assert not job.is_in(seen(submit_time=now + LATER, tag="cccc"))

    @pytest.mark.parametrize("look", [{}, {"restarts": 1}])
    def test_another_submit_s_tag_is_another_job(self, make_job, now, look):
        job = make_job("bbbb", first_submit_time=None, origin=Origin(kind="api"))
        assert job.is_in(seen(submit_time=now + LATER, **look))
        assert not job.is_in(seen(submit_time=now + LATER, tag="cccc", **look))

    def test_a_copied_tag_says_nothing_of_a_job_that_was_submitted_without_us(self, make_job, now):
        job = make_job("bbbb", origin=Origin(kind="slurm"))
        assert job.is_in(seen(submit_time=now, tag="cccc"))

    def test_a_task_has_its_array_s_tag(self, make_job, now):
        task = ArrayTask(array_job_id="aaaa", array_slurm_id="42", task_id=3)
        job = make_job("bbbb", task=task, origin=Origin(kind="api"))
        assert job.is_in(seen(submit_time=now, tag="aaaa"))


class TestWithObservation:
    def test_nothing_new_is_the_same_job(self, make_job, now):
        job = make_job()
        assert job.with_observation(seen("PENDING", submit_time=now), now + LATER) is job

    def test_what_slurm_does_not_say_stays(self, make_job, now):
        job = make_job(partition="long", cpus=4, usage=USAGE, dependency="afterok:7")
        after = job.with_observation(seen("RUNNING"), now)
        assert (after.partition, after.cpus) == ("long", 4)
        assert (after.usage, after.dependency) == (USAGE, "afterok:7")

    @pytest.mark.parametrize("name", [name for name in OBSERVED if name != "status"])
    def test_what_slurm_says_is_taken_over(self, make_job, now, name):
        annotation = str(JobFacts.model_fields[name].annotation)
        kinds = {
            "datetime": now + LATER,
            "Usage": USAGE,
            "Component": (Component(offset=0, slurm_id="42", status="RUNNING"),),
            "int": 7,
            "": "new",
        }
        value = next(value for kind, value in kinds.items() if kind in annotation)
        after = make_job().with_observation(seen("PENDING", **{name: value}), now)
        assert getattr(after, name) == value

    def test_when_it_changed_is_noted(self, make_job, now):
        assert make_job().with_observation(seen("RUNNING"), now + LATER).synced_at == now + LATER

    def test_the_slurm_id_is_learnt_once(self, make_job, now):
        assert make_job(slurm_id=None).with_observation(seen(), now).slurm_id == "42"
        assert make_job(slurm_id="41").with_observation(seen(), now).slurm_id == "41"

    def test_the_first_submit_time_is_learnt_once(self, make_job, now):
        new = make_job(first_submit_time=None)
        assert new.with_observation(seen(submit_time=now), now).first_submit_time == now
        requeued = make_job().with_observation(seen(submit_time=now + LATER, restarts=1), now)
        assert requeued.first_submit_time == now
        assert requeued.submit_time == now + LATER

    def test_a_task_learns_the_id_of_its_own_that_it_gets_when_it_starts(self, make_job, now):
        task = ArrayTask(array_job_id="bbbb", array_slurm_id="42", task_id=3)
        job = make_job(slurm_id="42_3", task=task)
        after = job.with_observation(seen("PENDING", own_slurm_id="57"), now)
        assert after.task.own_slurm_id == "57"
        assert after.with_observation(seen("PENDING", own_slurm_id="57"), now) is after

    def test_no_other_job_has_an_id_beside_its_own(self, make_job, now):
        job = make_job()
        assert job.with_observation(seen("PENDING", own_slurm_id="42"), now) is job

    def test_a_change_of_state_is_a_transition(self, make_job, now):
        start, end = now + LATER, now + 2 * LATER
        job = make_job()
        for look in (seen("RUNNING", start_time=start), seen("COMPLETED", end_time=end)):
            job = job.with_observation(look, now)
        assert [(each.state, each.at) for each in job.transitions] == [
            ("RUNNING", start),
            ("COMPLETED", end),
        ]

    def test_the_same_state_again_is_no_transition(self, make_job, now):
        after = make_job().with_observation(seen("PENDING", reason="Priority"), now)
        assert after.transitions == ()

    def test_a_flag_hides_the_base_state_but_does_not_replace_it(self, make_job, now):
        running = make_job(status="RUNNING", base_state="RUNNING")
        after = running.with_observation(seen("COMPLETING"), now)
        assert (after.status, after.base_state) == ("COMPLETING", "RUNNING")

    def test_an_unknown_word_passes_through(self, make_job, now):
        after = make_job().with_observation(seen("BRAND_NEW"), now)
        assert (after.status, after.base_state) == ("BRAND_NEW", "PENDING")
        assert not after.is_over

    def test_a_reason_goes_when_slurm_says_none(self, make_job, now):
        waiting = make_job(reason="Priority")
        assert waiting.with_observation(seen("RUNNING"), now).reason is None
        assert make_job(reason=None).with_observation(seen("PENDING"), now).reason is None

    def test_the_job_itself_stays_as_it_was(self, make_job, now):
        job = make_job()
        job.with_observation(seen("RUNNING", cpus=4), now)
        assert job == make_job()


class TestRequeue:
    @pytest.fixture
    def again(self, now):
        """A look at a job that waits for its next run."""
        return seen("PENDING", submit_time=now + LATER, restarts=1)

    def test_a_job_that_runs_again_is_not_over(self, make_job, now, again):
        failed = make_job(status="NODE_FAIL", base_state="NODE_FAIL")
        after = failed.with_observation(again, now + LATER)
        assert (after.status, after.base_state, after.is_over) == ("PENDING", "PENDING", False)

    def test_what_was_of_the_last_run_goes(self, make_job, now, again):
        ended = make_job(
            status="FAILED",
            start_time=now,
            end_time=now,
            node_list="n1",
            exit_code=3,
            exit_signal=9,
            cancelled_by="root",
            usage=USAGE,
            output_kept=True,
            accounted=True,
            partition="long",
        )
        after = ended.with_observation(again, now)
        assert (after.start_time, after.end_time, after.node_list) == (None, None, None)
        assert (after.exit_code, after.exit_signal, after.output_kept) == (None, None, False)
        assert (after.cancelled_by, after.usage, after.accounted) == (None, None, False)
        assert after.partition == "long"

    def test_a_run_that_had_ended_is_kept_as_it_was(self, make_job, now, again):
        facts = {
            "status": "FAILED",
            "start_time": now,
            "end_time": now + timedelta(minutes=1),
            "exit_code": 3,
            "node_list": "n1",
        }
        after = make_job(**facts).with_observation(again, now)
        assert after.runs == (Run(submit_time=now, **facts),)

    def test_a_run_that_was_not_seen_to_end_ended_with_the_requeue(self, make_job, now, again):
        running = make_job(status="RUNNING", restarts=0, start_time=now, node_list="n1")
        after = running.with_observation(again, now)
        assert after.runs == (
            Run(
                status="REQUEUED",
                submit_time=now,
                start_time=now,
                end_time=now + LATER,
                node_list="n1",
            ),
        )

    def test_a_job_that_had_not_started_had_no_run(self, make_job, now, again):
        assert make_job().with_observation(again, now).runs == ()

    def test_each_requeue_adds_a_run(self, make_job, now):
        job = make_job()
        for restart in (1, 2):
            running = seen("RUNNING", start_time=now + restart * LATER, restarts=restart - 1)
            waits = seen("PENDING", submit_time=now + (restart + 1) * LATER, restarts=restart)
            job = job.with_observation(running, now).with_observation(waits, now)
        assert [run.status for run in job.runs] == ["REQUEUED", "REQUEUED"]
        assert [run.start_time for run in job.runs] == [now + LATER, now + 2 * LATER]
        assert job.restarts == 2

    def test_a_run_that_was_seen_first_when_it_ran_again_has_the_facts_of_now(self, make_job, now):
        running = make_job(status="RUNNING", restarts=0, start_time=now, node_list="n1")
        look = seen("RUNNING", restarts=1, start_time=now + LATER, node_list="n2")
        after = running.with_observation(look, now)
        assert (after.start_time, after.node_list) == (now + LATER, "n2")
        assert [run.node_list for run in after.runs] == ["n1"]

    def test_within_one_run_what_slurm_leaves_out_stays(self, make_job, now):
        running = make_job(status="RUNNING", restarts=1, start_time=now, node_list="n1")
        after = running.with_observation(seen("COMPLETED", restarts=1), now)
        assert (after.start_time, after.node_list, after.runs) == (now, "n1", ())

    def test_a_job_that_was_lost_and_is_seen_again_has_not_run_twice(self, make_job, now):
        lost = make_job(status="UNKNOWN", start_time=now + LATER, node_list="n1")
        look = seen("RUNNING", submit_time=now, start_time=now + LATER, node_list="n1")
        after = lost.with_observation(look, now)
        assert (after.status, after.runs) == ("RUNNING", ())


class TestWithAccounting:
    def test_nothing_more_is_to_be_learnt_then(self, make_job, now):
        after = make_job(status="COMPLETED").with_accounting([seen("COMPLETED")], now + LATER)
        assert after.accounted
        assert after.synced_at == now + LATER

    def test_what_squeue_saw_stays_and_what_it_did_not_is_filled_in(self, make_job, now):
        job = make_job(status="CANCELLED", exit_code=0, exit_signal=15, end_time=now)
        record = seen(
            "CANCELLED",
            exit_code=0,
            end_time=now + LATER,
            start_time=now,
            cancelled_by="root",
            usage=USAGE,
        )
        after = job.with_accounting([record], now)
        assert (after.exit_code, after.exit_signal, after.end_time) == (0, 15, now)
        assert (after.start_time, after.cancelled_by, after.usage) == (now, "root", USAGE)

    def test_the_state_stays(self, make_job, now):
        job = make_job(status="TIMEOUT", base_state="TIMEOUT")
        after = job.with_accounting([seen("COMPLETED")], now)
        assert (after.status, after.base_state) == ("TIMEOUT", "TIMEOUT")

    def test_earlier_runs_are_the_accounting_s_where_it_has_them_all(self, make_job, now):
        rough = Run(status="REQUEUED", start_time=now)
        record = seen("NODE_FAIL", submit_time=now, start_time=now, end_time=now, exit_code=1)
        job = make_job(status="COMPLETED", runs=(rough,))
        after = job.with_accounting([record, seen("COMPLETED")], now)
        assert after.runs == (Run.of(record),)

    def test_what_the_accounting_has_lost_stays(self, make_job, now):
        run = Run(status="REQUEUED", start_time=now)
        job = make_job(status="COMPLETED", runs=(run,))
        assert job.with_accounting([seen("COMPLETED")], now).runs == (run,)

    def test_the_states_of_earlier_runs_are_told_too(self, make_job, now):
        job = make_job(
            status="COMPLETED", transitions=(Transition(state="COMPLETED", at=now + 3 * LATER),)
        )
        first = seen("REQUEUED", start_time=now, end_time=now + LATER)
        after = job.with_accounting([first, seen("COMPLETED")], now)
        assert [one.state for one in after.transitions] == ["RUNNING", "REQUEUED", "COMPLETED"]


@pytest.mark.parametrize(
    ("mine", "theirs", "newer"),
    [(1, 0, True), (0, 1, False), (0, 0, False), (None, 0, True), (0, None, False)],
)
def test_the_newer_of_two_jobs_under_one_id(make_job, now, mine, theirs, newer):
    one, other = (
        make_job(first_submit_time=None if day is None else now + timedelta(days=day))
        for day in (mine, theirs)
    )
    assert one.is_newer_than(other) is newer


def test_a_job_not_seen_yet_is_older_than_what_was_submitted_after_it(make_job, now):
    forgotten = make_job(first_submit_time=None)
    seen_later = make_job(submit_time=now + LATER, first_submit_time=now + LATER)
    unseen_later = make_job(submit_time=now + LATER, first_submit_time=None)
    assert not forgotten.is_newer_than(seen_later)
    assert unseen_later.is_newer_than(forgotten)
