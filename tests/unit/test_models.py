"""A job as we know it, and what one more look at Slurm makes of it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from jupyter_slurm_api.job import OBSERVED, Job, JobFacts, time_of
from jupyter_slurm_api.observation import Observation

LATER = timedelta(minutes=5)


def seen(status="RUNNING", **changes):
    return Observation(slurm_id="42", status=status, **changes)


def test_what_an_observation_and_a_job_share_is_all_in_the_job():
    assert set(OBSERVED) <= set(JobFacts.model_fields)


def test_a_job_does_not_change(make_job):
    with pytest.raises(ValidationError, match="frozen"):
        make_job().status = "RUNNING"


def test_a_job_from_a_newer_version_s_document_is_read(make_job):
    assert Job.model_validate({**make_job().model_dump(), "from_the_future": 1}) == make_job()


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


class TestWithObservation:
    def test_nothing_new_is_the_same_job(self, make_job, now):
        job = make_job()
        assert job.with_observation(seen("PENDING", submit_time=now), now + LATER) is job

    def test_what_slurm_does_not_say_stays(self, make_job, now):
        job = make_job(partition="long", cpus=4)
        after = job.with_observation(seen("RUNNING"), now)
        assert (after.partition, after.cpus) == ("long", 4)

    @pytest.mark.parametrize("name", [name for name in OBSERVED if name != "status"])
    def test_what_slurm_says_is_taken_over(self, make_job, now, name):
        annotation = str(JobFacts.model_fields[name].annotation)
        value = now + LATER if "datetime" in annotation else 7 if "int" in annotation else "new"
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

    def test_a_change_of_state_is_a_transition(self, make_job, now):
        start, end = now + LATER, now + 2 * LATER
        job = make_job()
        for look in (seen("RUNNING", start_time=start), seen("COMPLETED", end_time=end)):
            job = job.with_observation(look, now)
        assert [(each.state, each.at) for each in job.transitions] == [
            ("RUNNING", start),
            ("COMPLETED", end),
        ]

    def test_a_state_that_has_no_time_of_slurm_s_is_dated_by_us(self, make_job, now):
        after = make_job().with_observation(seen("COMPLETING"), now + LATER)
        assert after.transitions[-1].at == now + LATER

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

    def test_an_array_s_counts(self, make_job, now):
        first = make_job().with_observation(seen("RUNNING", array={"RUNNING": 2}), now)
        assert first.array.counts == {"RUNNING": 2}
        same = first.with_observation(seen("RUNNING", array={"RUNNING": 2}), now + LATER)
        assert same is first
        after = first.with_observation(seen("RUNNING", array={"RUNNING": 1}), now)
        assert after.array.counts == {"RUNNING": 1}

    def test_a_job_that_runs_again_after_a_requeue(self, make_job, now):
        failed = make_job(status="NODE_FAIL", base_state="NODE_FAIL")
        after = failed.with_observation(
            seen("PENDING", submit_time=now + LATER, restarts=1), now + LATER
        )
        assert (after.status, after.base_state, after.is_over) == ("PENDING", "PENDING", False)

    def test_what_was_of_the_last_run_goes_when_it_runs_again(self, make_job, now):
        ended = make_job(
            status="FAILED",
            start_time=now,
            end_time=now,
            node_list="n1",
            exit_code=3,
            exit_signal=9,
            output_kept=True,
            partition="long",
        )
        after = ended.with_observation(seen("PENDING", restarts=1), now)
        assert (after.start_time, after.end_time, after.node_list) == (None, None, None)
        assert (after.exit_code, after.exit_signal, after.output_kept) == (None, None, False)
        assert after.partition == "long"

    def test_a_restart_that_was_not_seen_to_end_is_a_new_run_too(self, make_job, now):
        running = make_job(status="RUNNING", restarts=0, start_time=now, node_list="n1")
        after = running.with_observation(seen("PENDING", restarts=1), now)
        assert (after.start_time, after.node_list) == (None, None)

    def test_within_one_run_what_slurm_leaves_out_stays(self, make_job, now):
        running = make_job(status="RUNNING", restarts=1, start_time=now, node_list="n1")
        after = running.with_observation(seen("COMPLETED", restarts=1), now)
        assert (after.start_time, after.node_list) == (now, "n1")

    def test_the_job_itself_stays_as_it_was(self, make_job, now):
        job = make_job()
        job.with_observation(seen("RUNNING", cpus=4), now)
        assert job == make_job()


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


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("PENDING", "submit_time"),
        ("RUNNING", "start_time"),
        ("COMPLETED", "end_time"),
        ("CANCELLED", "end_time"),
        ("UNKNOWN", "end_time"),
        ("SUSPENDED", None),
        ("COMPLETING", None),
        ("BRAND_NEW", None),
    ],
)
def test_since_when_a_job_is_in_a_state(now, status, name):
    times = {
        each: now + timedelta(hours=hour)
        for hour, each in enumerate(("submit_time", "start_time", "end_time"))
    }
    assert time_of(seen(status, **times)) == times.get(name)
    assert time_of(seen(status)) is None
