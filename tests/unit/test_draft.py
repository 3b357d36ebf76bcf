"""What we knew and what was seen and found: at most one write a job, and none without need."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import task_ids
from jupyter_slurm_api.array import Array, ArrayTask, Component
from jupyter_slurm_api.clock import utc_now
from jupyter_slurm_api.draft import Draft
from jupyter_slurm_api.job import Origin
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.models import ClusterInfo
from jupyter_slurm_api.observation import Observation, Usage
from jupyter_slurm_api.reconcile import Findings

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
LATER = timedelta(minutes=5)
USAGE = Usage(elapsed=9)


@pytest.fixture
def known():
    return KnownJobs()


@pytest.fixture
def make_draft(known, now):
    def make(*, accounting=True):
        info = ClusterInfo("here", "22.05.8", accounting, min_job_age=300)
        return Draft(known, info, user="alice", now=now + LATER)

    return make


@pytest.fixture
def look(known, make_draft):
    """Look at Slurm once and note what is written; the draft."""

    def look(*observations, **options):
        draft = make_draft(**options)
        draft.see(observations)
        draft.finish()
        known.put([*(change.written for change in draft.changes), *draft.new])
        return draft

    return look


@pytest.fixture
def find_out(known, make_draft):
    """Take in findings about jobs, all of which were asked for, and note what is written."""

    def find_out(*jobs, accounting=True, **found):
        draft = make_draft(accounting=accounting)
        findings = Findings(**({"asked": {job.job_id for job in jobs}} | found))
        draft.settle(jobs, findings, visible=())
        draft.finish()
        known.put([*(change.written for change in draft.changes), *draft.new])
        return draft

    return find_out


@pytest.fixture
def seen(now):
    def see(slurm_id="42", status="PENDING", **changes):
        return Observation(slurm_id=slurm_id, status=status, **({"submit_time": now} | changes))

    return see


@pytest.fixture
def make_array(make_job):
    def make(waiting="0-9", **changes):
        ids = task_ids.expand(waiting)
        array = Array(tasks=waiting, counts={"PENDING": len(ids)}, unstarted={"PENDING": waiting})
        return make_job(UUID, **({"array": array} | changes))

    return make


@pytest.fixture
def make_task(make_job):
    def make(task_id=0, status="RUNNING", **changes):
        task = ArrayTask(array_job_id=UUID, array_slurm_id="42", task_id=task_id)
        slurm_id = f"42_{task_id}"
        return make_job(f"task-{task_id}", slurm_id=slurm_id, status=status, task=task, **changes)

    return make


def writes(draft):
    """The jobs that a draft writes, by Slurm id."""
    jobs = [*(change.after for change in draft.changes), *draft.new]
    return {job.slurm_id: job for job in jobs}


class TestJobs:
    def test_nothing_seen_is_no_write(self, look):
        assert writes(look()) == {}

    def test_a_job_that_is_as_it_was_is_no_write(self, look, known, make_job, seen):
        known.put([make_job()])
        assert writes(look(seen())) == {}

    def test_a_change_is_a_write_from_what_was_read(self, look, known, make_job, seen):
        job = make_job()
        known.put([job])
        draft = look(seen(status="RUNNING"))
        ((change,), new) = draft.changes, draft.new
        assert (change.before, change.after.status, new) == (job, "RUNNING", [])

    def test_what_follows_one_another_in_a_draft_is_one_write(
        self, known, make_draft, make_job, seen
    ):
        job = make_job()
        known.put([job])
        draft = make_draft()
        draft.see([seen(status="RUNNING")])
        draft.see([seen(status="RUNNING", reason="x")])
        ((change,), _) = draft.changes, draft.new
        assert change.before is job

    def test_a_stranger_is_adopted(self, look, seen):
        draft = look(seen("7", "RUNNING", name="theirs"))
        ((job,), changes) = draft.new, draft.changes
        assert (job.slurm_id, job.name, job.user, job.cluster) == ("7", "theirs", "alice", "here")
        assert (job.origin.kind, changes) == ("slurm", [])

    def test_an_id_used_again_is_a_stranger_s(self, look, known, make_job, seen, now):
        known.put([make_job(first_submit_time=now - LATER, submit_time=now - LATER)])
        draft = look(seen())
        assert (len(draft.new), draft.changes) == (1, [])

    def test_a_job_never_seen_whose_id_slurm_has_given_to_another_is_unknown(
        self, look, known, make_job, seen, now
    ):
        """A controller that was killed before it saved a job gives the next one its id."""
        api = {"first_submit_time": None, "origin": Origin(kind="api")}
        known.put([make_job("forgotten", **api), make_job("new", submit_time=now + LATER, **api)])
        draft = look(seen(status="RUNNING", tag="new", submit_time=now + LATER))
        after = {change.before.job_id: change.after for change in draft.changes}
        assert {job_id: job.status for job_id, job in after.items()} == {
            "forgotten": "UNKNOWN",
            "new": "RUNNING",
        }
        assert "given its id to another" in after["forgotten"].reason
        assert after["forgotten"].accounted

    def test_a_heterogeneous_job_is_one_job(self, look, seen):
        parts = tuple(
            Component(offset=at, slurm_id=str(42 + at), status="RUNNING") for at in (0, 1)
        )
        (job,) = look(seen(status="RUNNING", components=parts)).new
        assert (job.slurm_id, job.components, job.array) == ("42", parts, None)

    def test_a_new_job_is_left_alone_while_it_may_be_a_submit_of_ours(
        self, look, known, make_job, seen, now
    ):
        known.put([make_job(UUID, slurm_id=None, status="SUBMITTING", first_submit_time=None)])
        recent = {"submit_time": now + LATER}
        draft = look(seen("7", **recent), seen("8"), seen("9_0", "RUNNING", **recent))
        assert draft.postponed == {"7", "9", "9_0"}
        assert set(writes(draft)) == {"8"}

    def test_the_submit_itself_postpones_nobody_once_it_is_seen(
        self, look, known, make_job, seen, now
    ):
        known.put([make_job(UUID, slurm_id=None, status="SUBMITTING", first_submit_time=None)])
        recent = {"submit_time": now + LATER}
        draft = look(seen("7", tag=UUID, **recent), seen("8", **recent))
        assert draft.postponed == set()
        assert writes(draft)["7"].job_id == UUID
        assert set(writes(draft)) == {"7", "8"}


class TestArrays:
    def test_what_waits_is_one_job(self, look, seen):
        (job,) = look(seen(unstarted="0-9999%4", name="job")).new
        assert (job.slurm_id, job.status, job.name, job.task) == ("42", "PENDING", "job", None)
        assert job.array == Array(
            tasks="0-9999", throttle=4, counts={"PENDING": 10_000}, unstarted={"PENDING": "0-9999"}
        )

    def test_a_task_that_starts_is_a_job_beside_it(self, look, known, make_array, seen):
        known.put([make_array()])
        found = writes(look(seen(unstarted="1-9"), seen("42_0", "RUNNING", own_slurm_id="57")))
        assert set(found) == {"42", "42_0"}
        assert found["42"].array.counts == {"PENDING": 9, "RUNNING": 1}
        assert found["42"].status == "RUNNING"
        assert found["42_0"].task.array_job_id == UUID

    def test_tasks_whose_array_has_no_row_any_more_bring_it_with_them(self, look, seen):
        found = writes(look(seen("42_0", "RUNNING", name="job"), seen("42_5", "COMPLETED")))
        assert set(found) == {"42", "42_0", "42_5"}
        assert (found["42"].name, found["42"].array.tasks) == ("job", "0,5")
        assert found["42"].array.counts == {"COMPLETED": 1, "RUNNING": 1}

    @pytest.mark.parametrize("order", [1, -1])
    def test_in_which_order_rows_come_is_all_the_same(self, look, seen, order):
        rows = [seen(unstarted="2-9"), seen("42_0", "RUNNING"), seen("42_1", "COMPLETED")]
        found = writes(look(*rows[::order]))
        assert found["42"].array.counts == {"COMPLETED": 1, "PENDING": 8, "RUNNING": 1}

    def test_a_task_without_news_is_no_write_and_its_array_neither(
        self, look, known, make_array, make_task, seen
    ):
        known.put([make_array("1-9"), make_task(0)])
        rows = [seen(unstarted="1-9"), seen("42_0", "RUNNING")]
        look(*rows)
        assert writes(look(*rows)) == {}

    def test_a_task_of_an_array_under_an_id_used_again_is_another_array_s(
        self, look, known, make_array, seen, now
    ):
        known.put([make_array(first_submit_time=now - LATER, submit_time=now - LATER)])
        draft = look(seen("42_0", "RUNNING"))
        assert {job.slurm_id for job in draft.new} == {"42", "42_0"}
        assert draft.changes == []

    def test_without_accounting_what_was_seen_of_all_tasks_is_the_end(
        self, look, known, make_array, seen
    ):
        ends = [seen("42_0", "COMPLETED"), seen("42_1", "FAILED")]
        known.put([make_array("0-1")])
        assert writes(look(*ends, accounting=False))["42"].status == "FAILED"

    def test_with_accounting_it_has_to_confirm_the_end(self, look, known, make_array, seen):
        known.put([make_array("0-1", status="RUNNING")])
        after = writes(look(seen("42_0", "COMPLETED"), seen("42_1", "FAILED")))["42"]
        assert (after.status, after.array.counts) == ("RUNNING", {"COMPLETED": 1, "FAILED": 1})

    def test_a_requeued_task_moves_again(self, look, known, make_array, make_task, seen, now):
        known.put([make_array("1"), make_task(0, "COMPLETED", start_time=now)])
        found = writes(look(seen(unstarted="1"), seen("42_0", submit_time=now + LATER, restarts=1)))
        assert (found["42_0"].status, len(found["42_0"].runs)) == ("PENDING", 1)
        assert found["42"].array.counts == {"PENDING": 2}

    def test_a_requeued_task_may_stand_in_its_array_s_row_again(
        self, look, known, make_array, make_task, seen
    ):
        known.put([make_array("5-9"), make_task(0, "RUNNING")])
        assert writes(look(seen(unstarted="0,5-9")))["42"].array.counts == {"PENDING": 6}

    @given(
        st.lists(
            st.tuples(
                st.sets(st.integers(0, 9)),
                st.dictionaries(
                    st.integers(0, 9), st.sampled_from(["RUNNING", "COMPLETED", "FAILED"])
                ),
            ),
            max_size=5,
        ),
        st.booleans(),
    )
    def test_each_task_is_counted_once_whatever_the_looks_show(self, looks, accounting):
        known, now = KnownJobs(), utc_now()
        info = ClusterInfo("here", "22.05.8", accounting)
        heard_of = set()
        for some, started in looks:
            waiting = some - started.keys()
            rows = [
                Observation(slurm_id=f"42_{task_id}", status=status, submit_time=now)
                for task_id, status in started.items()
            ]
            if waiting:
                row = {"unstarted": task_ids.compress(waiting), "submit_time": now}
                rows.append(Observation(slurm_id="42", status="PENDING", **row))
            draft = Draft(known, info, user="alice", now=now)
            draft.see(rows)
            draft.finish()
            known.put([*(change.written for change in draft.changes), *draft.new])
            heard_of |= waiting | started.keys()
            if heard_of:
                array = known.get("42").array
                assert array.size == len(heard_of)
                assert task_ids.expand(array.tasks) == heard_of


class TestSettle:
    @pytest.fixture
    def job(self, known, make_job):
        job = make_job(status="RUNNING", base_state="RUNNING")
        known.put([job])
        return job

    def test_what_was_not_asked_for_stays(self, job, find_out):
        assert writes(find_out(job, asked=set())) == {}

    def test_what_may_still_be_recorded_stays(self, job, find_out):
        assert writes(find_out(job, patient={job.job_id})) == {}

    def test_its_end_is_what_the_accounting_says(self, job, find_out, seen):
        end = seen(status="FAILED", exit_code=3, usage=USAGE, cancelled_by="root")
        after = writes(find_out(job, runs={"42": [end]}))["42"]
        assert (after.status, after.exit_code, after.accounted) == ("FAILED", 3, True)
        assert (after.usage, after.cancelled_by) == (USAGE, "root")

    def test_the_runs_before_it_are_told_too(self, job, find_out, seen, now):
        runs = [
            seen(status="REQUEUED", start_time=now, end_time=now),
            seen(status="COMPLETED", submit_time=now + LATER),
        ]
        after = writes(find_out(job, runs={"42": runs}))["42"]
        assert [run.status for run in after.runs] == ["REQUEUED"]

    @pytest.mark.parametrize("patient", [True, False])
    def test_a_record_without_an_end_is_no_end(self, job, find_out, seen, patient):
        found = {"runs": {"42": [seen(status="RUNNING")]}, "shown": {"42": seen(status="RUNNING")}}
        patient = {job.job_id} if patient else set()
        assert writes(find_out(job, **found, patient=patient)) == {}

    def test_another_job_s_end_under_its_id_is_not_its_own(self, job, find_out, seen, now):
        end = seen(status="COMPLETED", submit_time=now - LATER)
        assert writes(find_out(job, runs={"42": [end]}))["42"].status == "UNKNOWN"

    def test_what_the_controller_shows_counts_where_nothing_is_recorded(self, job, find_out, seen):
        after = writes(find_out(job, shown={"42": seen(status="TIMEOUT")}))["42"]
        assert (after.status, after.accounted) == ("TIMEOUT", False)

    def test_another_job_that_the_controller_shows_is_not_this_one(self, job, find_out, seen, now):
        other = seen(status="PENDING", submit_time=now + LATER, restarts=0)
        assert writes(find_out(job, shown={"42": other}))["42"].status == "UNKNOWN"

    def test_what_nobody_knows_is_unknown(self, job, find_out):
        after = writes(find_out(job))["42"]
        assert (after.status, after.base_state) == ("UNKNOWN", "RUNNING")

    def test_of_a_job_that_is_over_the_accounting_tells_the_rest(
        self, known, make_job, find_out, seen
    ):
        job = make_job(status="CANCELLED", exit_signal=15)
        known.put([job])
        record = seen(status="COMPLETED", usage=USAGE, exit_code=0)
        after = writes(find_out(job, runs={"42": [record]}))["42"]
        assert (after.status, after.exit_signal, after.usage) == ("CANCELLED", 15, USAGE)
        assert after.accounted

    def test_a_job_that_is_over_is_not_lost_when_no_record_comes(self, known, make_job, find_out):
        job = make_job(status="COMPLETED")
        known.put([job])
        assert writes(find_out(job, patient={job.job_id})) == {}
        after = writes(find_out(job))["42"]
        assert after == job.model_copy(update={"accounted": True})


class TestSettleArrays:
    @pytest.fixture
    def array(self, known, make_array):
        array = make_array()
        known.put([array])
        return array

    def test_tasks_of_which_the_queue_told_nothing_are_added(self, array, find_out, seen):
        ends = {f"42_{each}": [seen(f"42_{each}", "COMPLETED", usage=USAGE)] for each in (0, 1)}
        found = writes(find_out(array, runs=ends, waiting={"42": "2-9"}))
        assert set(found) == {"42", "42_0", "42_1"}
        assert (found["42_1"].usage, found["42_1"].accounted) == (USAGE, True)
        assert found["42"].array.counts == {"COMPLETED": 2, "PENDING": 8}

    def test_a_task_that_still_runs_is_not_yet_accounted(self, array, find_out, seen):
        runs = {"42_0": [seen("42_0", "RUNNING")]}
        after = writes(find_out(array, runs=runs, waiting={"42": "1-9"}))["42_0"]
        assert (after.status, after.accounted) == ("RUNNING", False)

    def test_a_task_that_only_the_controller_shows_is_added(self, array, find_out, seen):
        shown = {"42_0": seen("42_0", "FAILED")}
        found = writes(find_out(array, shown=shown, waiting={"42": "1-9"}))
        assert found["42"].array.counts == {"FAILED": 1, "PENDING": 9}

    def test_what_is_known_of_a_task_is_not_read_again(
        self, array, known, make_task, find_out, seen
    ):
        known.put([make_task(0)])
        runs = {"42_0": [seen("42_0", "COMPLETED")]}
        assert "42_0" not in writes(find_out(array, runs=runs, patient={UUID}))

    def test_another_array_s_tasks_under_its_id_are_not_its_own(self, array, find_out, seen, now):
        runs = {"42_0": [seen("42_0", "COMPLETED", submit_time=now - LATER)]}
        assert set(writes(find_out(array, runs=runs, waiting={"42": "0-9"}))) <= {"42"}

    def test_who_cancelled_what_had_not_started(self, array, find_out, seen):
        row = seen(status="CANCELLED", unstarted="0-9", cancelled_by="root")
        after = writes(find_out(array, runs={"42": [row]}))["42"]
        assert (after.status, after.array.counts) == ("CANCELLED", {"CANCELLED": 10})
        assert after.cancelled_by == "root"

    def test_tasks_of_which_nobody_has_a_record_are_unknown(self, array, find_out, seen):
        runs = {"42_0": [seen("42_0", "COMPLETED")]}
        after = writes(find_out(array, runs=runs, waiting={"42": "5-9"}))["42"]
        assert after.array.counts == {"COMPLETED": 1, "PENDING": 5, "UNKNOWN": 4}
        assert after.array.unstarted == {"PENDING": "5-9", "UNKNOWN": "1-4"}
        assert "no record of some tasks" in after.reason

    def test_while_a_record_may_still_come_they_wait(self, array, find_out):
        assert writes(find_out(array, patient={UUID}, waiting={"42": "5-9"})) == {}

    def test_an_array_is_over_when_each_task_seen_has_its_record(
        self, known, make_job, make_task, find_out, seen
    ):
        counts = {"COMPLETED": 1, "FAILED": 1}
        array = make_job(UUID, status="RUNNING", array=Array(tasks="0-1", counts=counts))
        known.put([array, make_task(0, "COMPLETED"), make_task(1, "FAILED")])
        ends = {f"42_{each}": [seen(f"42_{each}", "COMPLETED")] for each in (0, 1)}
        late = {key: ends[key] for key in ("42_0",)}
        assert writes(find_out(array, runs=late, patient={UUID})) == {}
        assert writes(find_out(array, runs=ends, patient={UUID}))["42"].status == "FAILED"

    def test_an_array_that_was_never_seen_is_what_its_tasks_are(
        self, known, make_job, find_out, seen
    ):
        job = make_job(UUID)
        known.put([job])
        runs = {"42_0": [seen("42_0", "COMPLETED")], "42_1": [seen("42_1", "FAILED")]}
        after = writes(find_out(job, runs=runs))["42"]
        assert (after.status, after.array.counts) == ("FAILED", {"COMPLETED": 1, "FAILED": 1})

    def test_an_earlier_array_s_tasks_make_no_array_of_a_job(
        self, known, make_job, find_out, seen, now
    ):
        job = make_job(UUID, status="RUNNING")
        known.put([job])
        runs = {
            "42": [seen(status="COMPLETED")],
            "42_0": [seen("42_0", "COMPLETED", submit_time=now - timedelta(days=900))],
        }
        after = writes(find_out(job, runs=runs))["42"]
        assert (after.status, after.array) == ("COMPLETED", None)

    def test_a_task_s_end_is_counted(self, known, make_array, make_task, find_out, seen):
        task = make_task(0)
        known.put([make_array("1-9", status="RUNNING"), task])
        found = writes(find_out(task, runs={"42_0": [seen("42_0", "FAILED", exit_code=3)]}))
        assert (found["42_0"].status, found["42_0"].exit_code) == ("FAILED", 3)
        assert found["42"].array.counts == {"FAILED": 1, "PENDING": 9}
        assert found["42"].status == "PENDING"


class TestAnswer:
    @pytest.fixture
    def answer(self, known, make_draft, make_job, now):
        """Judge a submit without an answer that is ten minutes old."""
        submit = {"slurm_id": None, "status": "SUBMITTING", "first_submit_time": None}
        known.put([make_job(UUID, **submit, submit_time=now - 2 * LATER), make_job("other")])

        def answer(*looks, **found):
            draft = make_draft()
            draft.see(looks)
            draft.answer(Findings(**found), now - LATER)
            return writes(draft)

        return answer

    def test_its_job_is_found_by_the_tag(self, answer):
        assert answer(tagged={UUID: "57"})["57"].job_id == UUID

    def test_no_job_came_of_it(self, answer):
        assert answer(tagged={})[None].status == "NOT_SUBMITTED"

    def test_it_waits(self, answer):
        assert answer() == {}

    def test_what_the_queue_shows_is_not_asked_for(self, answer, seen):
        found = answer(seen("57", tag=UUID), tagged={})
        assert found["57"].job_id == UUID
        assert found["57"].status == "PENDING"
