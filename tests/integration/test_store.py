"""Jobs and outputs in a real MongoDB: written together, kept for as long as is set, brought up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from bson import json_util
from stores import NOW, make, moved
from waiting import Waiting

from jupyter_slurm_api.array import Array, ArrayTask
from jupyter_slurm_api.job import Job, Origin
from jupyter_slurm_api.store import jobs as jobs_module
from jupyter_slurm_api.store.outputs import OutputStore, Tail
from jupyter_slurm_api.store.retention import Keep, RetentionStore
from jupyter_slurm_api.store.schema import SCHEMA
from servers import wait_for

DOCUMENTS = Path(__file__).parent.parent / "documents"


@pytest.fixture
def outputs(mongo):
    return Waiting(OutputStore(mongo, "ada"))


def _number(job):
    return int(job.job_id)


class TestManyWritesAtOnce:
    @pytest.fixture(autouse=True)
    def _in_slices(self, monkeypatch):
        monkeypatch.setattr(jobs_module, "_AT_ONCE", 100)

    @pytest.fixture
    def known(self, jobs):
        known = [make(str(number)) for number in range(250)]
        assert jobs.write([], known)
        return known

    def test_all_are_written(self, jobs, known):
        new = [make(str(number)) for number in range(1000, 1250)]
        assert jobs.write([moved(job, status="COMPLETING") for job in known], new)
        stored = jobs.live("here")
        assert len(stored) == 500
        assert {job.status for job in stored if job.revision} == {"COMPLETING"}

    def test_what_another_server_has_written_stays(self, jobs, known):
        assert jobs.replace(known[150], known[150].model_copy(update={"status": "FAILED"}))
        assert not jobs.write([moved(job, status="COMPLETING") for job in known], [])
        assert jobs.get("150").status == "FAILED"
        assert {jobs.get(job_id).status for job_id in ("0", "149", "151", "249")} == {"COMPLETING"}

    def test_a_job_of_ours_that_was_taken_for_a_strangers_gets_its_place(self, jobs, known):
        ours = make("ours", slurm_id=None, first_submit_time=None)
        twin = make("twin", slurm_id="7777", origin=Origin(kind="slurm"))
        assert jobs.write([], [ours, twin])
        answered = moved(ours, slurm_id="7777", first_submit_time=NOW)
        others = [moved(job, status="COMPLETING") for job in known]
        assert not jobs.write([*others, answered], [])
        assert jobs.get("twin") is None
        assert jobs.write([answered], [])


class TestRetention:
    @pytest.fixture
    def keep(self, mongo):
        """Apply a setting, as a server does at its start and every hour."""
        store = RetentionStore(mongo, "ada")
        return lambda jobs=0.0, outputs=0.0: asyncio.run(store.apply(Keep(jobs, outputs)))

    @pytest.fixture
    def has(self, jobs):
        """Store jobs that ended some days ago, or are not over."""

        def store(**days):
            for name, ago in days.items():
                end = ago is not None and {
                    "status": "COMPLETED",
                    "end_time": NOW - timedelta(days=ago),
                }
                jobs.insert(make(name, **(end or {})))

        return store

    @pytest.fixture
    def dates(self, in_mongo):
        """Return in how many days from now each document is deleted."""

        def look(collection="jobs"):
            found = in_mongo(lambda database: list(database[collection].find()))
            return {
                one.get("job_id", one["_id"]): round((one["expire_at"] - NOW) / timedelta(days=1))
                for one in found
                if "expire_at" in one
            }

        return look

    @pytest.fixture
    def array(self, jobs, has):
        """A running array, a task of which ended ten days ago."""
        jobs.insert(make("array", array=Array(counts={"RUNNING": 1, "COMPLETED": 1})))
        task = ArrayTask(array_job_id="array", array_slurm_id="1", task_id=1)
        end = {"status": "COMPLETED", "end_time": NOW - timedelta(days=10)}
        jobs.insert(make("task", task=task, **end))
        return jobs.get("array")

    def test_what_ended_long_ago_goes_and_nothing_else(self, keep, has, jobs, outputs):
        has(old=31, young=29, live=None)
        outputs.keep({("old", "stdout"): Tail(b"hello", 5)})
        keep(jobs=30)
        wait_for("the old job to go", lambda: jobs.get("old") is None, 15)
        assert jobs.get("young") is not None
        assert jobs.get("live") is not None
        assert outputs.get("old", "stdout") is not None

    def test_outputs_go_when_their_own_days_are_over(self, keep, outputs, in_mongo, has, jobs):
        has(job=1)
        outputs.keep({("job", "stdout"): Tail(b"old", 3)})
        outputs.keep({("other", "stdout"): Tail(b"new", 3)})
        kept_at = {"$set": {"kept_at": NOW - timedelta(days=8)}}
        in_mongo(lambda database: database["outputs"].update_one({"job_id": "job"}, kept_at))
        keep(outputs=7)
        wait_for("the output to go", lambda: outputs.get("job", "stdout") is None, 15)
        assert outputs.get("other", "stdout") is not None
        assert jobs.get("job") is not None

    def test_by_default_nothing_has_a_date(self, keep, has, outputs, dates):
        has(old=3000)
        outputs.keep({("old", "stdout"): Tail(b"", 0)})
        keep()
        assert dates() == dates("outputs") == {}

    def test_dates_follow_the_setting(self, keep, has, outputs, dates):
        has(job=1)
        outputs.keep({("job", "stdout"): Tail(b"", 0)})
        keep(jobs=30, outputs=7)
        assert (dates(), dates("outputs")) == ({"job": 29}, {"job": 7})
        keep(jobs=10, outputs=9)
        assert (dates(), dates("outputs")) == ({"job": 9}, {"job": 9})
        keep(jobs=60)
        assert (dates(), dates("outputs")) == ({"job": 59}, {"job": 60})
        keep()
        assert dates() == dates("outputs") == {}

    @pytest.mark.parametrize(("setting", "days"), [((30, 0), 30), ((0, 7), 7), ((5, 7), 5)])
    def test_an_output_is_not_kept_longer_than_jobs(self, keep, outputs, dates, setting, days):
        outputs.keep({("job", "stdout"): Tail(b"", 0)})
        keep(*setting)
        assert dates("outputs") == {"job": days}

    def test_an_output_of_an_earlier_version_counts_from_now_on(self, keep, in_mongo, dates):
        old = {"_id": "job:stdout", "job_id": "job", "stream": "stdout", "user": "ada"}
        in_mongo(lambda database: database["outputs"].insert_one({**old, "data": b"", "size": 0}))
        keep(outputs=7)
        assert dates("outputs") == {"job": 7}

    def test_a_job_whose_end_nobody_saw_counts_from_when_that_was_noted(self, keep, jobs, dates):
        jobs.insert(make("lost", status="UNKNOWN", synced_at=NOW - timedelta(days=2)))
        keep(jobs=10)
        assert dates() == {"lost": 8}

    def test_other_users_jobs_are_left_alone(self, keep, jobs, dates):
        jobs.insert(make("theirs", user="bob", status="COMPLETED", end_time=NOW))
        keep(jobs=10)
        assert dates() == {}

    def test_any_number_of_jobs_gets_its_dates(self, keep, jobs, dates):
        ended = {"status": "COMPLETED", "end_time": NOW}
        assert jobs.write([], [make(str(number), **ended) for number in range(2500)])
        keep(jobs=10)
        assert len(dates()) == 2500

    def test_a_job_that_runs_again_loses_its_date(self, keep, has, jobs, dates):
        has(job=1)
        keep(jobs=10)
        jobs.mark_output_kept([jobs.get("job")])
        ended = jobs.get("job")
        again = {"status": "PENDING", "end_time": None, "output_kept": False}
        assert jobs.replace(ended, ended.model_copy(update=again))
        assert dates() == {}
        assert not jobs.get("job").output_kept
        keep(jobs=10)
        assert dates() == {}

    def test_tasks_stay_as_long_as_their_array(self, keep, jobs, array, dates):
        keep(jobs=5)
        assert dates() == {}
        over = {"status": "COMPLETED", "end_time": NOW}
        assert jobs.replace(array, array.model_copy(update=over))
        keep(jobs=5)
        assert dates() == {"array": 5, "task": 5}
        over = jobs.get("array")
        assert jobs.replace(over, over.model_copy(update={"status": "RUNNING"}))
        keep(jobs=5)
        assert dates() == {}

    def test_a_task_whose_array_is_gone_goes_by_its_own_end(self, keep, in_mongo, array, dates):
        in_mongo(lambda database: database["jobs"].delete_one({"_id": array.job_id}))
        keep(jobs=30)
        assert dates() == {"task": 20}


class TestOutputKept:
    """What is noted is of one end of a job: it may have been requeued since."""

    ENDED = make("job", status="NODE_FAIL", end_time=NOW)

    @pytest.mark.parametrize(
        ("facts", "wanted"),
        [
            ({}, True),
            ({"status": "PENDING", "end_time": None}, False),
            ({"status": "RUNNING", "end_time": None}, False),
            ({"end_time": NOW + timedelta(minutes=1)}, False),
        ],
    )
    def test_it_is_noted_of_that_end_alone(self, jobs, facts, wanted):
        jobs.insert(self.ENDED.model_copy(update=facts))
        assert jobs.wanting_output([self.ENDED]) == ({"job"} if wanted else set())
        jobs.mark_output_kept([self.ENDED])
        assert jobs.get("job").output_kept is wanted
        assert jobs.wanting_output([self.ENDED]) == set()

    def test_of_a_job_whose_end_nobody_saw_too(self, jobs):
        jobs.insert(lost := make("job", status="UNKNOWN"))
        assert jobs.wanting_output([lost]) == {"job"}
        jobs.mark_output_kept([lost])
        assert jobs.wanting_output([lost]) == set()

    def test_of_many_those_that_ended_so(self, jobs):
        ended = [
            make(str(number), status="COMPLETED", end_time=NOW + timedelta(minutes=number % 7))
            for number in range(300)
        ]
        again = [job.model_copy(update={"end_time": NOW - timedelta(1)}) for job in ended[::3]]
        assert jobs.write([], ended)
        asked = sorted({job.job_id: job for job in [*ended, *again]}.values(), key=_number)
        so = {job.job_id for job in ended} - {job.job_id for job in again}
        assert jobs.wanting_output(asked) == so
        jobs.mark_output_kept(asked)
        assert {job.job_id for job in ended if jobs.get(job.job_id).output_kept} == so


class TestDocumentsOfVersion1:
    def test_are_brought_up_to_date_by_their_first_write(self, jobs, in_mongo):
        old = json_util.loads((DOCUMENTS / "schema-1.json").read_text())
        in_mongo(lambda database: database["jobs"].insert_many(old["jobs"]))
        known = jobs.live("here")
        assert jobs.write([moved(job, status="COMPLETED") for job in known], [])
        stored = in_mongo(lambda database: list(database["jobs"].find({"revision": {"$gt": 0}})))
        written = [one for one in stored if one["_id"] in {job.job_id for job in known}]
        assert len(written) == len(known) == 4
        assert {one["schema"] for one in written} == {SCHEMA}
        scripts = [one["script"] for one in written if one["origin"]["kind"] == "api"]
        assert scripts == ["#!/bin/sh\necho hello\n"] * 3
        for job in known:
            now = jobs.get(job.job_id)
            assert (type(now), now.status, now.revision) == (Job, "COMPLETED", job.revision + 1)
