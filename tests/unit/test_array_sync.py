"""Arrays through the sync: one document for the array, one a task, none counted twice."""

import asyncio
from datetime import timedelta

import pytest

from fake_cluster import SUBMIT, SUBMITTED, UUID
from jupyter_slurm_api import lookup
from jupyter_slurm_api.array import Array
from jupyter_slurm_api.observation import Observation
from jupyter_slurm_api.slurm.commands import tag


def nothing():
    """A step in which nothing happens."""


@pytest.fixture
def show(cluster):
    """Show rows of the array 42: ``waiting`` ids in one row, tasks by index in their states."""

    def look(waiting=None, state="PENDING", **tasks):
        cluster.rows.clear()
        if waiting:
            cluster.show("42", state=state, JobArrayID=f"42_[{waiting}]", JobID="42")
        for name, status in tasks.items():
            task_id = name.removeprefix("t")
            times = {"StartTime": str(SUBMIT + 5), "NodeList": "n1"}
            if status == "COMPLETED":
                times["EndTime"] = str(SUBMIT + 60 + int(task_id))
            cluster.show(
                f"42_{task_id}",
                state=status,
                JobArrayID=f"42_{task_id}",
                JobID=str(100 + int(task_id)),
                **times,
            )

    return look


@pytest.fixture
def array(store):
    def find():
        return store.by_slurm_id("42")

    return find


def end(task_id, status="COMPLETED", **changes):
    """What the accounting says of a task that is over."""
    facts = {
        "submit_time": SUBMITTED,
        "start_time": SUBMITTED + timedelta(seconds=5),
        "end_time": SUBMITTED + timedelta(seconds=60),
        "node_list": "n1",
        "own_slurm_id": str(100 + task_id),
    }
    return [Observation(slurm_id=f"42_{task_id}", status=status, **(facts | changes))]


@pytest.fixture
def later(monkeypatch):
    """Let ten minutes pass for who waits for the accounting."""

    def skip():
        there = lookup.utc_now() + timedelta(minutes=10)
        monkeypatch.setattr(lookup, "utc_now", lambda: there)

    return skip


class TestWaiting:
    def test_tasks_that_wait_are_one_document_however_many(self, ticks, show, store, array):
        ticks(lambda: show("0-9999%4"))
        assert len(store.jobs) == 1
        assert array().array.counts == {"PENDING": 10_000}
        assert (array().array.tasks, array().array.throttle) == ("0-9999", 4)
        assert (array().status, array().name) == ("PENDING", "job")

    def test_a_task_that_starts_is_a_job_of_its_own(self, ticks, show, store, array):
        ticks(lambda: show("0-9%1"), lambda: show("1-9%1", t0="RUNNING"))
        task = store.by_slurm_id("42_0")
        assert (task.status, task.user, task.name) == ("RUNNING", "alice", "job")
        assert task.task.model_dump() == {
            "array_job_id": array().job_id,
            "array_slurm_id": "42",
            "task_id": 0,
            "own_slurm_id": "100",
        }
        assert array().array.counts == {"PENDING": 9, "RUNNING": 1}
        assert (array().status, array().start_time) == ("RUNNING", task.start_time)

    def test_every_server_gives_a_task_the_same_uuid(self, make_sync, show, store, cluster):
        show("1", t0="RUNNING")

        async def run():
            one = make_sync()
            await one.tick()
            task = store.by_slurm_id("42_0")
            del store.jobs[task.job_id]
            other = make_sync()
            await other.tick()
            await one.stop()
            await other.stop()
            return task

        task = asyncio.run(run())
        assert store.by_slurm_id("42_0").job_id == task.job_id

    def test_a_task_that_left_its_row_unseen_is_still_counted(self, ticks, show, array):
        ticks(lambda: show("0-9"), lambda: show("2-9", t0="RUNNING"))
        assert array().array.counts == {"PENDING": 9, "RUNNING": 1}

    def test_a_range_that_is_cancelled_is_one_write(self, ticks, show, store, array):
        ticks(lambda: show("0-9999"), lambda: show("0-9999", state="CANCELLED"))
        assert array().array.counts == {"CANCELLED": 10_000}
        assert len(store.jobs) == 1


class TestEnds:
    def test_counts_stay_when_tasks_leave_the_queue(self, ticks, show, cluster, array):
        cluster.runs = {"42_0": end(0), "42_1": end(1)}
        ticks(
            lambda: show("1-2", t0="COMPLETED"),
            lambda: show("2", t1="COMPLETED"),
            lambda: show("2"),
        )
        assert array().array.counts == {"COMPLETED": 2, "PENDING": 1}
        assert array().status == "PENDING"

    def test_an_array_is_over_when_all_its_tasks_are(self, ticks, show, cluster, array, over):
        cluster.runs = {f"42_{each}": end(each) for each in range(3)}
        ticks(
            lambda: show(t0="RUNNING", t1="RUNNING", t2="RUNNING"),
            lambda: show(t0="COMPLETED", t1="COMPLETED", t2="COMPLETED"),
            nothing,
        )
        assert (array().status, array().array.counts) == ("COMPLETED", {"COMPLETED": 3})
        assert array().end_time == SUBMITTED + timedelta(seconds=62)
        assert [moved.state for moved in array().transitions] == [
            "PENDING",
            "RUNNING",
            "COMPLETED",
        ]
        assert array().job_id in over

    def test_one_failure_is_the_array_s(self, ticks, show, cluster, array):
        cluster.runs = {"42_0": end(0), "42_1": end(1, "FAILED", exit_code=3)}
        ticks(lambda: show(t0="RUNNING", t1="RUNNING"), lambda: show(t0="COMPLETED", t1="FAILED"))
        assert array().status == "FAILED"

    def test_what_ran_before_it_was_first_seen_comes_from_the_accounting(
        self, ticks, show, cluster, store, array
    ):
        cluster.runs = {"42_0": end(0, "FAILED", exit_code=1), "42_1": end(1), "42_2": end(2)}
        ticks(lambda: show(t2="RUNNING"), lambda: show(t2="COMPLETED"))
        assert array().array.counts == {"COMPLETED": 2, "FAILED": 1}
        assert (array().status, array().array.tasks) == ("FAILED", "0-2")
        assert store.by_slurm_id("42_0").exit_code == 1

    def test_a_task_that_came_and_went_between_two_looks_is_looked_up(
        self, ticks, show, cluster, store, array
    ):
        cluster.runs = {"42_0": end(0)}
        ticks(lambda: show("0-2"), lambda: show("1-2"))
        assert store.by_slurm_id("42_0").status == "COMPLETED"
        assert array().array.counts == {"COMPLETED": 1, "PENDING": 2}

    def test_a_late_record_is_waited_for(self, ticks, show, cluster, array):
        ticks(
            lambda: show(t0="RUNNING", t1="RUNNING"),
            lambda: show(t0="COMPLETED", t1="COMPLETED"),
            lambda: cluster.runs.update({"42_0": end(0), "42_1": end(1)}),
        )
        assert array().status == "COMPLETED"

    def test_without_accounting_what_was_seen_counts(self, ticks, show, cluster, array):
        cluster.accounting = False
        ticks(lambda: show(t0="RUNNING", t1="RUNNING"), lambda: show(t0="COMPLETED", t1="FAILED"))
        assert array().status == "FAILED"

    def test_a_task_of_which_nobody_has_a_record_is_unknown_in_the_end(
        self, ticks, show, cluster, array, later
    ):
        cluster.runs = {"42_0": end(0), "42_2": end(2)}
        ticks(
            lambda: show("1-2", t0="RUNNING"),
            lambda: show("2", t0="COMPLETED"),  # 1 was cancelled while it waited
            lambda: show(t2="COMPLETED"),
            later,
        )
        assert array().array.counts == {"COMPLETED": 2, "UNKNOWN": 1}
        assert array().array.unstarted == {"UNKNOWN": "1"}
        assert "no record" in array().reason

    def test_who_cancelled_what_waited(self, ticks, show, cluster, array):
        cluster.runs = {
            "42": [
                Observation(
                    slurm_id="42",
                    status="CANCELLED",
                    unstarted="0-4",
                    submit_time=SUBMITTED,
                    cancelled_by="root",
                )
            ]
        }
        ticks(lambda: show("0-4"), cluster.rows.clear)
        assert array().array.counts == {"CANCELLED": 5}
        assert (array().status, array().cancelled_by) == ("CANCELLED", "root")


class TestServers:
    def test_a_new_server_counts_what_left_the_queue_before_it(
        self, make_sync, show, cluster, array
    ):
        cluster.runs = {"42_0": end(0)}

        async def run():
            one = make_sync()
            show("1-2", t0="COMPLETED")
            await one.tick()
            await one.stop()
            other = make_sync()
            show("2", t1="RUNNING")
            await other.tick()
            await other.stop()

        asyncio.run(run())
        assert array().array.counts == {"COMPLETED": 1, "PENDING": 1, "RUNNING": 1}

    def test_a_submit_without_an_answer_is_found_by_the_tag_of_a_task(
        self, ticks, cluster, store, stored
    ):
        store.has(stored(slurm_id=None, status="SUBMITTING", first_submit_time=None))
        cluster.show("42_0", JobArrayID="42_0", JobID="100", Comment=tag(UUID))
        ticks(nothing)
        assert store.jobs[UUID].slurm_id == "42"
        assert store.by_slurm_id("42_0").task.array_job_id == UUID

    def test_an_array_under_an_id_used_again_is_another_one(
        self, ticks, show, store, stored, cluster
    ):
        earlier = SUBMITTED - timedelta(days=900)
        old = stored(
            status="COMPLETED", submit_time=earlier, first_submit_time=earlier, accounted=True
        )
        store.has(old)
        show("1", t0="RUNNING")
        ticks(nothing)
        assert store.jobs[UUID] == old
        assert store.by_slurm_id("42_0").task.array_job_id != UUID


def test_an_array_of_our_own_that_was_gone_before_the_first_look(ticks, cluster, store, stored):
    store.has(stored(slurm_id="42"))
    cluster.runs = {"42_0": end(0), "42_1": end(1, "FAILED")}
    ticks(nothing)
    assert store.jobs[UUID].status == "FAILED"
    assert store.jobs[UUID].array.counts == {"COMPLETED": 1, "FAILED": 1}


def test_an_array_that_was_submitted_while_squeue_ran_is_not_lost(ticks, cluster, store, stored):
    cluster.accounting = False
    waiting = Array(tasks="0-9", counts={"PENDING": 10}, unstarted={"PENDING": "0-9"})
    store.has(stored(status="PENDING", array=waiting))
    cluster.held = {"42": Observation(slurm_id="42", status="PENDING", unstarted="0-9%2")}
    ticks(nothing)
    assert store.jobs[UUID].array.counts == {"PENDING": 10}
