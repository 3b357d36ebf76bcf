"""An array as a whole: each task counted once, in the state that was last heard of it."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import states, tally, task_ids
from jupyter_slurm_api.array import Array
from jupyter_slurm_api.history import Transition
from jupyter_slurm_api.job import Job
from jupyter_slurm_api.observation import Observation

LATER = timedelta(minutes=5)
WAIT = {"PENDING": "0-9"}
HALF = {"CANCELLED": "0-4", "PENDING": "5-9"}
GONE = {"CANCELLED": "0-9"}
IDS = st.sets(st.integers(0, 20))
STATES = st.sampled_from(["PENDING", "RUNNING", "COMPLETED", "CANCELLED", "UNKNOWN"])


def row(ids, status="PENDING"):
    """What a row shows of tasks that have not started."""
    return Observation(slurm_id="42", status=status, unstarted=ids)


def array(**unstarted):
    """An array of which no task has started, by the states of its tasks."""
    ids = {state: task_ids.expand(text) for state, text in unstarted.items()}
    return Array(
        tasks=task_ids.compress(set().union(*ids.values())),
        counts={state: len(some) for state, some in ids.items()},
        unstarted=unstarted,
    )


@st.composite
def arrays(draw):
    """An array, and the states of those of its tasks that have started."""
    whole = draw(st.dictionaries(st.integers(0, 20), STATES))
    ids: dict[str, set[int]] = {}
    for task_id, state in whole.items():
        ids.setdefault(state, set()).add(task_id)
    unstarted = {state: task_ids.compress(some) for state, some in ids.items()}
    return array(**unstarted), draw(st.dictionaries(st.integers(0, 20), STATES))


def unstarted(one):
    return {state: task_ids.expand(text) for state, text in one.unstarted.items()}


def all_of(one):
    return [task_id for ids in unstarted(one).values() for task_id in ids]


class TestWithRow:
    def test_the_first_row_tells_of_all_tasks(self):
        found = tally.with_row(None, row("0-9%4"), ())
        assert (found.tasks, found.throttle) == ("0-9", 4)
        assert found.unstarted == {"PENDING": "0-9"}

    @pytest.mark.parametrize(
        ("before", "seen", "started", "after"),
        [
            # as it was
            (WAIT, row("0-9"), (), WAIT),
            # one has started
            (WAIT, row("1-9"), {0}, {"PENDING": "1-9"}),
            # one has left the row, and nobody has said what became of it
            (WAIT, row("1-9"), (), WAIT),
            # a part was cancelled, then the rest
            (WAIT, row("0-4", "CANCELLED"), (), HALF),
            (HALF, row("5-9", "CANCELLED"), (), GONE),
            # a row without ids is of all that is left
            (HALF, row(None, "CANCELLED"), (), GONE),
            # what was given up is seen again
            ({"UNKNOWN": "0-9"}, row("0-3"), (), {"PENDING": "0-3", "UNKNOWN": "4-9"}),
            # a task that has a record of its own is no longer of the row
            (WAIT, row("0-9"), {3}, {"PENDING": "0-2,4-9"}),
            (WAIT, row(""), range(10), {}),
        ],
    )
    def test_what_became_of_tasks_that_have_not_started(self, before, seen, started, after):
        assert tally.with_row(array(**before), seen, started).unstarted == after

    def test_a_task_once_heard_of_stays_one_of_the_array(self):
        found = tally.with_row(array(PENDING="0-4"), row("3-9:2"), ())
        assert found.tasks == "0-5,7,9"

    def test_how_many_may_run_at_once_stays_where_a_row_does_not_say(self):
        limited = tally.with_row(None, row("0-9%4"), ())
        assert tally.with_row(limited, row("5-9"), ()).throttle == 4
        assert tally.with_row(limited, row("5-9%2"), ()).throttle == 2

    @given(arrays(), IDS, STATES)
    def test_no_task_is_lost_and_none_is_in_two_states(self, known, ids, state):
        before, started = known
        after = tally.with_row(before, row(task_ids.compress(ids), state), started)
        assert set(all_of(after)) == (set(all_of(before)) | ids) - started.keys()
        assert len(all_of(after)) == len(set(all_of(after)))
        assert ids - started.keys() <= unstarted(after).get(state, set())
        assert task_ids.expand(after.tasks) == task_ids.expand(before.tasks) | ids


class TestMoved:
    def test_some_come_into_another_state(self):
        assert tally.moved(array(PENDING="0-9"), {1, 2}, "UNKNOWN").unstarted == {
            "PENDING": "0,3-9",
            "UNKNOWN": "1-2",
        }

    @given(arrays(), IDS, STATES)
    def test_no_task_is_lost_and_none_is_in_two_states(self, known, ids, state):
        before, _ = known
        after = tally.moved(before, ids, state)
        assert sorted(all_of(after)) == sorted(set(all_of(before)) | ids)
        assert ids <= unstarted(after).get(state, set())


@pytest.mark.parametrize(
    ("before", "row_ids", "lost"),
    [
        ({"PENDING": "0-4"}, "0-4", set()),
        ({"PENDING": "0-4"}, "2-4%1", {0, 1}),
        ({"PENDING": "0-4"}, "", {0, 1, 2, 3, 4}),
        ({"CANCELLED": "0-4"}, "", set()),
        ({"PENDING": "0-4"}, "0-9", set()),
        ({}, "0-9", set()),
    ],
)
def test_lost_are_the_tasks_that_wait_but_not_in_the_row(before, row_ids, lost):
    assert tally.lost(array(**before), row_ids) == lost


class TestCounted:
    @pytest.fixture
    def count(self, make_job, now):
        def count(tasks, *, confirmed=True, **changes):
            job = make_job(**changes)
            return tally.counted(job, tasks, now + LATER, confirmed=confirmed)

        return count

    def test_tasks_are_counted_whether_they_have_a_record_or_not(self, count):
        after = count({0: "RUNNING", 1: "COMPLETED"}, array=array(PENDING="2-9"))
        assert after.array.counts == {"COMPLETED": 1, "PENDING": 8, "RUNNING": 1}
        assert (after.array.size, after.array.tasks) == (10, "0-9")

    def test_a_task_with_a_record_is_counted_by_that_alone(self, count):
        after = count({0: "COMPLETED"}, array=array(PENDING="0-3"))
        assert after.array.counts == {"COMPLETED": 1, "PENDING": 3}
        assert after.array.unstarted == {"PENDING": "1-3"}

    def test_an_array_of_which_nothing_was_known_is_what_its_tasks_are(self, count):
        after = count({0: "RUNNING", 5: "RUNNING"}, array=None)
        assert (after.array.tasks, after.array.counts) == ("0,5", {"RUNNING": 2})

    def test_without_any_task_its_state_stays(self, count):
        assert count({}, array=array(), status="PENDING").status == "PENDING"

    @pytest.mark.parametrize(
        ("tasks", "waiting", "status"),
        [
            ({0: "RUNNING", 1: "FAILED"}, "2-3", "RUNNING"),
            ({0: "COMPLETED", 1: "FAILED"}, "2-3", "PENDING"),
            ({0: "COMPLETED", 1: "FAILED"}, "", "FAILED"),
            ({0: "COMPLETED", 1: "CANCELLED"}, "", "CANCELLED"),
            ({0: "COMPLETED", 1: "COMPLETED"}, "", "COMPLETED"),
            ({0: "COMPLETING", 1: "COMPLETED"}, "", "COMPLETING"),
        ],
    )
    def test_one_state_speaks_for_all(self, count, tasks, waiting, status):
        after = count(tasks, array=array(PENDING=waiting), status="PENDING")
        assert after.status == status
        assert after.accounted is states.is_over(status)

    def test_an_end_counts_only_when_it_is_certain_that_no_task_was_missed(self, count):
        tasks = {0: "COMPLETED", 1: "FAILED"}
        doubtful = count(tasks, confirmed=False, status="RUNNING")
        assert (doubtful.status, doubtful.array.counts) == (
            "RUNNING",
            {"COMPLETED": 1, "FAILED": 1},
        )
        assert count(tasks, status="RUNNING").status == "FAILED"

    def test_what_moves_needs_no_proof(self, count):
        assert count({0: "RUNNING"}, confirmed=False).status == "RUNNING"

    def test_when_it_came_into_a_state_is_told_once(self, count, now):
        past = (Transition(state="RUNNING", at=now), Transition(state="PENDING", at=now))
        after = count({0: "RUNNING"}, status="PENDING", transitions=past)
        assert after.transitions == past
        after = count({0: "COMPLETED"}, status="RUNNING", transitions=past)
        assert after.transitions == (*past, Transition(state="COMPLETED", at=now + LATER))

    def test_a_flag_does_not_replace_the_base_state(self, count):
        after = count({0: "COMPLETING"}, status="RUNNING", base_state="RUNNING")
        assert (after.status, after.base_state) == ("COMPLETING", "RUNNING")
        assert count({0: "FAILED"}, base_state="RUNNING").base_state == "FAILED"

    def test_an_array_that_goes_on_has_no_end(self, count, now):
        ended = {"status": "FAILED", "end_time": now, "accounted": True}
        after = count({0: "FAILED", 1: "RUNNING"}, **ended)
        assert (after.status, after.end_time, after.accounted) == ("RUNNING", None, False)

    @given(arrays(), st.booleans())
    def test_each_task_is_counted_once_and_twice_is_no_change(self, known, confirmed):
        before, tasks = known
        job = Job(job_id="aaaa", status="PENDING", user="alice", array=before)
        now = Transition(state="", at="2025-11-24T12:00Z").at
        after = tally.counted(job, tasks, now, confirmed=confirmed)
        ids = set(all_of(before)) | tasks.keys()
        assert after.array.size == len(ids)
        assert task_ids.expand(after.array.tasks) == ids
        assert Counter(after.array.counts) == Counter(
            tasks.get(task_id)
            or next(s for s, some in unstarted(before).items() if task_id in some)
            for task_id in ids
        )
        assert tally.counted(after, tasks, now + LATER, confirmed=confirmed) is after


class TestWithTimes:
    def test_it_starts_with_its_first_task_and_ends_with_its_last(self, make_job, now):
        tasks = [
            make_job(start_time=now + 2 * LATER, end_time=now + 3 * LATER),
            make_job(start_time=now + LATER, end_time=now + 9 * LATER),
            make_job(),
        ]
        after = tally.with_times(make_job(status="FAILED"), tasks)
        assert (after.start_time, after.end_time) == (now + LATER, now + 9 * LATER)

    def test_while_it_is_not_over_it_has_no_end(self, make_job, now):
        tasks = [make_job(start_time=now, end_time=now)]
        after = tally.with_times(make_job(status="RUNNING"), tasks)
        assert (after.start_time, after.end_time) == (now, None)

    def test_what_it_has_stays_where_its_tasks_are_not_at_hand(self, make_job, now):
        job = make_job(status="FAILED", start_time=now, end_time=now + 9 * LATER)
        tasks = [make_job(start_time=now + LATER, end_time=now + 2 * LATER)]
        assert tally.with_times(job, tasks) is job

    def test_an_array_of_which_nothing_ran_has_no_times(self, make_job):
        job = make_job(status="CANCELLED")
        assert tally.with_times(job, []) is job
