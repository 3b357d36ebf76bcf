"""This user's jobs in memory."""

from datetime import timedelta

import pytest

from jupyter_slurm_api.array import Array, ArrayTask
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.observation import Observation


@pytest.fixture
def known():
    return KnownJobs()


@pytest.fixture
def make_array(make_job):
    """An array by the states of its tasks; ``PENDING`` ones have not started."""

    def make(job_id="aaaa", *, waiting="", counts=None, **changes):
        unstarted = {"PENDING": waiting} if waiting else {}
        array = Array(counts=counts or {"PENDING": 1}, unstarted=unstarted)
        return make_job(job_id, array=array, **changes)

    return make


@pytest.fixture
def make_task(make_job):
    def make(task_id=0, job_id="bbbb", **changes):
        task = ArrayTask(array_job_id="aaaa", array_slurm_id="42", task_id=task_id)
        return make_job(job_id, slurm_id=f"42_{task_id}", task=task, **changes)

    return make


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


def test_when_a_job_is_thought_to_start_is_known_while_it_waits(known, now):
    waits = Observation(slurm_id="42", status="PENDING", estimated_start=now)
    later = Observation(slurm_id="43", status="PENDING", estimated_start=now)
    known.put_estimates([waits, later], {"42", "43"})
    known.put_estimates([Observation(slurm_id="42", status="RUNNING")], {"42", "43"})
    assert (known.estimated_start("42"), known.estimated_start("43")) == (None, now)
    known.put_estimates([], {"42"})
    assert known.estimated_start("43") is None


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


class TestEnded:
    def test_what_is_over_and_left_the_queue_may_be_let_go_of(self, known, make_job):
        known.put(
            [
                make_job("live", slurm_id="1", status="RUNNING"),
                make_job("ended", slurm_id="2", status="COMPLETED"),
                make_job("shown", slurm_id="3", status="COMPLETED"),
            ]
        )
        assert known.ended({"3"}, has_accounting=False) == ["ended"]

    @pytest.mark.parametrize("accounted", [True, False])
    def test_with_accounting_not_before_it_has_told_of_its_end(self, known, make_job, accounted):
        known.put([make_job(status="COMPLETED", accounted=accounted)])
        assert known.ended(set(), has_accounting=True) == (["aaaa"] if accounted else [])
        assert known.ended(set(), has_accounting=False) == ["aaaa"]

    def test_a_job_without_a_slurm_id_too(self, known, make_job):
        known.put([make_job(slurm_id=None, status="UNKNOWN")])
        assert known.ended(set(), has_accounting=False) == ["aaaa"]

    @pytest.mark.parametrize(
        ("visible", "ended"),
        [({"42"}, []), ({"42_7"}, []), ({"43_7"}, ["aaaa"]), (set(), ["aaaa"])],
    )
    def test_an_array_is_shown_as_long_as_a_task_of_it_is(self, known, make_array, visible, ended):
        known.put([make_array(status="COMPLETED", counts={"COMPLETED": 9})])
        assert known.ended(visible, has_accounting=False) == ended


def test_the_new_holder_of_an_id_stays_when_the_old_one_is_dropped(known, make_job):
    known.put([make_job("old", status="COMPLETED"), make_job("new", status="RUNNING")])
    known.drop("old")
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


def test_who_had_an_id_last_stays_while_an_older_job_under_it_is_open(known, make_job, now):
    later = now + timedelta(seconds=9)
    known.put([make_job("forgotten", first_submit_time=None)])
    known.put([make_job("new", status="COMPLETED", submit_time=later, first_submit_time=later)])
    assert known.get("42").job_id == "new"
    assert known.ended(set(), has_accounting=False) == []
    known.drop("forgotten")
    assert known.ended(set(), has_accounting=False) == ["new"]


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


def test_every_change_is_a_new_version(known, make_job):
    versions = [known.version]
    for change in (
        lambda: known.put([make_job()]),
        lambda: known.put([make_job(revision=1)]),
        lambda: known.drop("aaaa"),
    ):
        change()
        versions.append(known.version)
    assert versions == sorted(set(versions))


def test_what_is_older_than_what_is_here_is_no_change(known, make_job):
    known.put([make_job(revision=2)])
    before = known.version
    known.put([make_job(revision=1)])
    assert known.version == before


class TestUnanswered:
    @pytest.mark.parametrize(
        ("changes", "is_one"),
        [
            ({"slurm_id": None, "status": "SUBMITTING"}, True),
            ({"slurm_id": "42", "status": "PENDING"}, False),
            ({"slurm_id": None, "status": "UNKNOWN"}, False),
            ({"slurm_id": None, "status": "NOT_SUBMITTED"}, False),
        ],
    )
    def test_a_submit_without_a_slurm_id_is_while_it_is_not_over(
        self, known, make_job, changes, is_one
    ):
        known.put([make_job(**changes)])
        assert bool(known.unanswered()) is is_one


class TestTasks:
    def test_an_array_s_tasks_are_known_by_their_last_state(self, known, make_task):
        known.put([make_task(0, "b", status="RUNNING"), make_task(1, "c", status="RUNNING")])
        known.put([make_task(0, "b", status="COMPLETED", revision=1)])
        assert known.tasks("aaaa") == {0: "COMPLETED", 1: "RUNNING"}
        assert known.tasks("another") == {}

    def test_a_task_that_is_let_go_of_still_counts(self, known, make_task):
        known.put([make_task(0, "b", status="COMPLETED")])
        known.drop("b")
        assert known.tasks("aaaa") == {0: "COMPLETED"}

    def test_those_of_an_array_that_is_let_go_of_do_not(self, known, make_array, make_task):
        known.put([make_array(), make_task(0, "b")])
        known.drop("aaaa")
        assert known.tasks("aaaa") == {}

    def test_what_the_database_has_is_older_than_what_is_here(self, known, make_task):
        known.put([make_task(0, "b", status="COMPLETED")])
        known.put_tasks("aaaa", {0: "RUNNING", 1: "FAILED"})
        assert known.tasks("aaaa") == {0: "COMPLETED", 1: "FAILED"}

    def test_what_was_given_out_does_not_change(self, known, make_task):
        known.put([make_task(0, "b")])
        before = known.tasks("aaaa")
        known.put([make_task(1, "c")])
        assert list(before) == [0]


class TestInDoubt:
    @pytest.fixture
    def doubted(self, known):
        """Tell which of some jobs are in doubt, by what the queue shows."""

        def ask(*jobs, visible=(), waiting=None, has_accounting=True):
            known.put(jobs)
            found = known.in_doubt(set(visible), waiting or {}, has_accounting)
            return [job.job_id for job in found]

        return ask

    def test_a_job_that_the_queue_shows_is_not(self, doubted, make_job):
        assert doubted(make_job(), visible=["42"]) == []

    @pytest.mark.parametrize("has_accounting", [True, False])
    def test_a_job_that_it_does_not_show_is(self, doubted, make_job, has_accounting):
        assert doubted(make_job(), visible=["43"], has_accounting=has_accounting) == ["aaaa"]

    def test_a_submit_without_an_answer_is_not(self, doubted, make_job):
        assert doubted(make_job(slurm_id=None, status="SUBMITTING")) == []

    @pytest.mark.parametrize("visible", [[], ["42"]])
    @pytest.mark.parametrize(
        ("accounted", "has_accounting", "found"),
        [(False, True, ["aaaa"]), (True, True, []), (False, False, [])],
    )
    def test_a_job_that_is_over_is_until_the_accounting_has_told_of_it(
        self, doubted, make_job, visible, accounted, has_accounting, found
    ):
        job = make_job(status="COMPLETED", accounted=accounted)
        assert doubted(job, visible=visible, has_accounting=has_accounting) == found

    def test_a_job_whose_id_a_newer_one_has_is(self, doubted, make_job, now):
        newer = make_job("new", first_submit_time=now + timedelta(days=900))
        assert doubted(make_job("old"), newer, visible=["42"]) == ["old"]

    def test_an_array_of_which_nothing_is_known_is_like_any_job(self, doubted, make_job):
        assert doubted(make_job(array=None), visible=["42_0"]) == ["aaaa"]

    @pytest.mark.parametrize(
        ("row", "found"),
        [("0-9", []), ("0-9%4", []), ("0-19", []), ("1-9", ["aaaa"]), (None, ["aaaa"])],
    )
    def test_an_array_is_when_tasks_left_its_row_unseen(self, doubted, make_array, row, found):
        array = make_array(waiting="0-9", counts={"PENDING": 10})
        assert doubted(array, visible=["42"], waiting={"42": row} if row else {}) == found

    def test_an_array_s_tasks_are_looked_for_in_its_own_row(self, doubted, make_array):
        array = make_array(waiting="0-9", counts={"PENDING": 10})
        assert doubted(array, visible=["42", "43"], waiting={"43": "0-9"}) == ["aaaa"]

    def test_an_array_whose_tasks_run_is_not_though_it_has_no_row(self, doubted, make_array):
        array = make_array(counts={"RUNNING": 2, "COMPLETED": 8})
        assert doubted(array, visible=["42_0", "42_1"]) == []

    @pytest.mark.parametrize(
        "counts", [{"COMPLETED": 9}, {"COMPLETED": 8, "FAILED": 1}, {"UNKNOWN": 1, "CANCELLED": 1}]
    )
    def test_an_array_all_of_whose_tasks_seem_over_is(self, doubted, make_array, counts):
        array = make_array(counts=counts, status="RUNNING")
        assert doubted(array, visible=["42_0"]) == ["aaaa"]

    def test_a_task_is_a_job_like_any_other(self, doubted, make_task):
        assert doubted(make_task(0), visible=["42_0"]) == []
        assert doubted(make_task(0), visible=["42", "42_1"]) == ["bbbb"]

    def test_a_task_that_waits_again_in_its_array_s_row_is_not(
        self, doubted, make_array, make_task
    ):
        array = make_array(counts={"PENDING": 5, "RUNNING": 1}, waiting="5-9")
        task = make_task(0, status="PENDING")
        assert doubted(array, task, visible=["42"], waiting={"42": "0,5-9"}) == []
