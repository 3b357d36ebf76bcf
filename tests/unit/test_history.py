"""The states that a job came through, and the runs that a requeue ended."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import history, states
from jupyter_slurm_api.history import Run, Transition
from jupyter_slurm_api.observation import Observation

NOW = datetime(2025, 11, 24, 12, tzinfo=timezone.utc)
SEEN_AT = 60
TIMES = ("submit_time", "start_time", "end_time")


def at(minute):
    return NOW + timedelta(minutes=minute)


def moves(*pairs):
    return tuple(Transition(state=state, at=at(minute)) for state, minute in pairs)


def pairs(transitions):
    return [(one.state, (one.at - NOW) // timedelta(minutes=1)) for one in transitions]


def seen(status, submit=None, start=None, end=None, **changes):
    """An observation with times in minutes."""
    times = {
        name: None if minute is None else at(minute)
        for name, minute in zip(TIMES, (submit, start, end), strict=True)
    }
    return Observation(slurm_id="42", status=status, **times, **changes)


def lived(*looks):
    """What is known of a job after several looks, the last at minute 60 and each a minute apart."""
    past, status = (), ""
    for minute, look in enumerate(looks, SEEN_AT - len(looks) + 1):
        past = history.extended(past, status, look, at(minute))
        status = look.status
    return pairs(past)


class TestExtended:
    def test_nothing_new_is_the_same_history(self):
        past = moves(("PENDING", 0))
        assert history.extended(past, "PENDING", seen("PENDING", 0), at(9)) is past

    @pytest.mark.parametrize(
        ("looks", "found"),
        [
            # each state at Slurm's own time
            (
                [seen("PENDING", 0), seen("RUNNING", 0, 5), seen("COMPLETED", 0, 5, 9)],
                [("PENDING", 0), ("RUNNING", 5), ("COMPLETED", 9)],
            ),
            # a short job ran between two looks
            (
                [seen("PENDING", 0), seen("FAILED", 0, 5, 6)],
                [("PENDING", 0), ("RUNNING", 5), ("FAILED", 6)],
            ),
            # and was first seen on its way out
            (
                [seen("PENDING", 0), seen("COMPLETING", 0, 5)],
                [("PENDING", 0), ("RUNNING", 5), ("COMPLETING", SEEN_AT)],
            ),
            # a job that was over when it was first seen
            ([seen("COMPLETED", 0, 5, 9)], [("RUNNING", 5), ("COMPLETED", 9)]),
            # one that never ran
            (
                [seen("PENDING", 0), seen("CANCELLED", 0, None, 9)],
                [("PENDING", 0), ("CANCELLED", 9)],
            ),
            # suspended and resumed: Slurm says when it started, not when it went on
            (
                [seen("RUNNING", 0, 5), seen("SUSPENDED", 0, 5), seen("RUNNING", 0, 5)],
                [("RUNNING", 5), ("SUSPENDED", 59), ("RUNNING", 60)],
            ),
            (
                [
                    seen("RUNNING", 0, 5),
                    seen("SUSPENDED", 0, 5),
                    seen("RUNNING", 0, 5),
                    seen("COMPLETED", 0, 5, 70),
                ],
                [("RUNNING", 5), ("SUSPENDED", 58), ("RUNNING", 59), ("COMPLETED", 70)],
            ),
            # requeued: a new submit time, then a new start
            (
                [seen("RUNNING", 0, 5), seen("PENDING", 20), seen("RUNNING", 20, 25)],
                [("RUNNING", 5), ("PENDING", 20), ("RUNNING", 25)],
            ),
            # requeued, and its second run fell between two looks
            (
                [seen("RUNNING", 0, 5), seen("PENDING", 20), seen("COMPLETED", 20, 25, 26)],
                [("RUNNING", 5), ("PENDING", 20), ("RUNNING", 25), ("COMPLETED", 26)],
            ),
            # a state without a time of Slurm's, twice
            (
                [seen("COMPLETING", 0), seen("SIGNALING", 0), seen("COMPLETING", 0)],
                [("COMPLETING", 58), ("SIGNALING", 59), ("COMPLETING", 60)],
            ),
            # a word that we do not know
            ([seen("BRAND_NEW", 0, 5)], [("BRAND_NEW", SEEN_AT)]),
        ],
    )
    def test_what_a_job_came_through(self, looks, found):
        assert lived(*looks) == found

    def test_what_is_seen_before_slurms_time_of_what_it_follows_does_not_go_back(self):
        past = moves(("PENDING", 9))
        found = history.extended(past, "PENDING", seen("SPECIAL_EXIT", 9), at(8))
        assert pairs(found) == [("PENDING", 9), ("SPECIAL_EXIT", 9)]

    def test_an_estimate_is_no_start(self):
        assert lived(seen("PENDING", 0, 5)) == [("PENDING", 0)]

    @given(
        st.lists(
            st.builds(
                seen,
                st.sampled_from([*states.BASE_STATES, *states.FLAGS, "UNKNOWN", "BRAND_NEW"]),
                st.none() | st.integers(0, 3),
                st.none() | st.integers(3, 6),
                st.none() | st.integers(6, 9),
            )
        )
    )
    def test_no_looks_make_a_moment_twice(self, looks):
        found = lived(*looks)
        assert len(found) == len(set(found))
        assert {look.status for look in looks} <= {state for state, _ in found}


class TestWithRuns:
    def test_no_earlier_runs_change_nothing(self):
        past = moves(("PENDING", 0), ("RUNNING", 5))
        assert history.with_runs(past, []) is past

    def test_a_run_that_was_seen_is_not_told_twice(self):
        past = moves(("PENDING", 0), ("RUNNING", 5), ("PENDING", 20), ("COMPLETED", 30))
        runs = [seen("REQUEUED", 0, 5, 20), seen("CANCELLED", 20, None, 30)]
        assert history.with_runs(past, runs) is past

    def test_a_run_that_was_not_seen_stands_in_its_place(self):
        past = moves(("PENDING", 20), ("RUNNING", 25), ("COMPLETED", 30))
        runs = [seen("NODE_FAIL", 0, 5, 9), seen("COMPLETED", 20, 25, 30)]
        assert pairs(history.with_runs(past, runs)) == [
            ("PENDING", 0),
            ("RUNNING", 5),
            ("NODE_FAIL", 9),
            ("PENDING", 20),
            ("RUNNING", 25),
            ("COMPLETED", 30),
        ]

    def test_what_is_there_of_it_is_not_told_twice(self):
        past = moves(("PENDING", 0), ("PENDING", 20), ("COMPLETED", 30))
        runs = [seen("REQUEUED", 0, 5, 19), seen("COMPLETED", 20, 21, 30)]
        assert pairs(history.with_runs(past, runs)) == [
            ("PENDING", 0),
            ("RUNNING", 5),
            ("REQUEUED", 19),
            ("PENDING", 20),
            ("RUNNING", 21),
            ("COMPLETED", 30),
        ]

    def test_all_in_one_moment_still_comes_one_after_the_other(self):
        past = moves(("PENDING", 0), ("PENDING", 5))
        runs = [seen("REQUEUED", 5, 5, 5), seen("PENDING", 5)]
        states_ = [state for state, _ in pairs(history.with_runs(past, runs))]
        assert states_ == ["PENDING", "RUNNING", "REQUEUED", "PENDING"]

    @pytest.mark.parametrize("minute", [-3, 0, 3, 30])
    def test_our_own_clock_told_of_the_submit(self, minute):
        past = moves(("PENDING", minute), ("RUNNING", 5))
        assert history.with_runs(past, [seen("COMPLETED", 0, 5, 9)]) is past

    @pytest.mark.parametrize("minute", [20, 21])
    def test_and_of_the_requeue(self, minute):
        past = moves(("PENDING", 0), ("RUNNING", 5), ("PENDING", minute), ("CANCELLED", 30))
        runs = [seen("REQUEUED", 0, 5, 20), seen("CANCELLED", 20, None, 30)]
        assert history.with_runs(past, runs) is past

    def test_of_two_requeues_it_told_of_the_second(self):
        past = moves(("PENDING", 0), ("RUNNING", 5), ("PENDING", 21))
        runs = [seen("REQUEUED", 0, 5, 9), seen("REQUEUED", 9, 10, 20), seen("PENDING", 20)]
        assert pairs(history.with_runs(past, runs)) == [
            ("PENDING", 0),
            ("RUNNING", 5),
            ("PENDING", 9),
            ("RUNNING", 10),
            ("REQUEUED", 20),
            ("PENDING", 21),
        ]

    def test_a_run_that_never_started_was_only_submitted(self):
        past = moves(("PENDING", 0))
        assert history.with_runs(past, [seen("CANCELLED", 0, None, 9)]) is past

    def test_a_run_without_an_end_is_told_as_far_as_it_is_known(self):
        assert pairs(history.with_runs((), [seen("REQUEUED", None, 5)])) == [("RUNNING", 5)]


class TestFromSubmit:
    def test_slurms_own_time_stands_where_ours_stood(self):
        past = moves(("PENDING", 1), ("RUNNING", 5))
        assert pairs(history.from_submit(past, at(0))) == [("PENDING", 0), ("RUNNING", 5)]

    def test_a_job_that_was_not_seen_waiting_stays_so(self):
        past = moves(("RUNNING", 5))
        assert history.from_submit(past, at(0)) is past


class TestFirstTimes:
    def test_an_array_comes_into_each_state_once(self):
        past = history.first_times((), "RUNNING", at(5))
        assert pairs(past) == [("RUNNING", 5)]
        assert history.first_times(past, "RUNNING", at(9)) is past
        assert pairs(history.first_times(past, "COMPLETED", at(9))) == [
            ("RUNNING", 5),
            ("COMPLETED", 9),
        ]


class TestTimeOf:
    @pytest.mark.parametrize(
        ("status", "minute"),
        [
            ("PENDING", 0),
            ("RUNNING", 5),
            ("COMPLETED", 9),
            ("CANCELLED", 9),
            ("UNKNOWN", 9),
            ("SUSPENDED", None),
            ("COMPLETING", None),
            ("BRAND_NEW", None),
        ],
    )
    def test_since_when_a_job_is_in_a_state(self, status, minute):
        assert history.time_of(seen(status, 0, 5, 9)) == (None if minute is None else at(minute))
        assert history.time_of(seen(status)) is None


def test_a_run_is_what_was_seen_of_it():
    look = seen("FAILED", 0, 5, 9, exit_code=3, exit_signal=9, node_list="n1", name="job", cpus=4)
    assert Run.of(look) == Run(
        status="FAILED",
        submit_time=at(0),
        start_time=at(5),
        end_time=at(9),
        exit_code=3,
        exit_signal=9,
        node_list="n1",
    )
