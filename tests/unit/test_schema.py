"""Documents of every version: read, shown, changed, written and read again.

``documents/schema-1.json`` holds what version 0.1 of this package wrote.
"""

from datetime import datetime, timezone
from pathlib import Path

import mongomock
import pytest
from bson import json_util
from waiting import Waiting

from jupyter_slurm_api.array import Array
from jupyter_slurm_api.job import Job
from jupyter_slurm_api.store.jobs import JobStore
from jupyter_slurm_api.store.mongo import Mongo
from jupyter_slurm_api.store.names import PARTS
from jupyter_slurm_api.store.outputs import OutputStore
from jupyter_slurm_api.store.schema import SCHEMA, STEPS
from jupyter_slurm_api.views import JobView

DOCUMENTS = Path(__file__).parent.parent / "documents"
OVER, LIVE, LIVE_ARRAY, OVER_ARRAY, ADOPTED, SUBMITTING = (
    f"{number:08d}-0000-4000-8000-000000000000" for number in range(1, 7)
)
LATER = datetime(2025, 11, 25, tzinfo=timezone.utc)


@pytest.fixture
def database():
    """A database as version 0.1 left it."""
    database = mongomock.MongoClient(tz_aware=True)["outputs"]
    left = json_util.loads((DOCUMENTS / "schema-1.json").read_text())
    for collection, documents in left.items():
        database[collection].insert_many(documents)
    return database


@pytest.fixture
def mongo(database):
    return Mongo(lambda: database.client, "outputs", lambda database: None)


@pytest.fixture
def store(mongo):
    return Waiting(JobStore(mongo, "ada"))


def document(database, job_id):
    return database["jobs"].find_one({"_id": job_id})


def put(database, job_id, **changes):
    database["jobs"].update_one({"_id": job_id}, {"$set": changes})


def ended(job):
    return job.model_copy(update={"status": "COMPLETED", "exit_code": 0, "end_time": LATER})


def test_there_is_a_step_from_every_older_version():
    assert list(STEPS) == list(range(1, SCHEMA))


class TestAnOlderDocument:
    @pytest.mark.parametrize(
        ("job_id", "status", "accounted"),
        [
            (OVER, "COMPLETED", True),
            (LIVE, "RUNNING", False),
            (LIVE_ARRAY, "RUNNING", False),
            (OVER_ARRAY, "FAILED", True),
            (ADOPTED, "RUNNING", False),
            (SUBMITTING, "SUBMITTING", False),
        ],
    )
    def test_is_read_and_an_end_of_long_ago_is_not_asked_for_again(
        self, store, job_id, status, accounted
    ):
        job = store.get(job_id)
        assert (job.status, job.accounted) == (status, accounted)

    def test_is_shown_like_any_other(self, store):
        shown = JobView.of(store.get(OVER_ARRAY)).model_dump()
        assert shown["array"]["counts"] == {"COMPLETED": 9, "FAILED": 1}
        assert (shown["task"], shown["usage"], shown["runs"]) == (None, None, ())

    def test_keeps_its_output(self, mongo):
        assert Waiting(OutputStore(mongo, "ada")).get(OVER, "stdout").data == b"hello\n"

    def test_stays_as_it_is_until_it_is_written(self, store, database):
        before = document(database, OVER)
        store.get(OVER)
        assert document(database, OVER) == before

    @pytest.mark.parametrize("job_id", [LIVE, LIVE_ARRAY, ADOPTED, SUBMITTING])
    def test_is_brought_up_to_date_by_its_first_write(self, store, database, job_id):
        job = store.get(job_id)
        assert store.replace(job, ended(job))
        after = store.get(job_id)
        assert after.model_dump() == ended(job).model_dump() | {"revision": job.revision + 1}
        written = document(database, job_id)
        database["jobs"].delete_one({"_id": job_id})
        store.insert(after)
        assert written == document(database, job_id)  # as a new job's

    def test_has_every_field_once_it_is_written(self, store, database):
        job = store.get(LIVE_ARRAY)
        store.replace(job, ended(job))
        written = document(database, LIVE_ARRAY)
        assert written.keys() == {*Job.model_fields, "_id", "schema", PARTS} - {"job_id"}
        assert written["array"].keys() == set(Array.model_fields)
        assert written["schema"] == SCHEMA

    def test_keeps_a_script_that_was_not_read(self, store):
        [job] = [one for one in store.live("here") if one.job_id == LIVE]
        assert job.script is None
        assert store.replace(job, ended(job))
        assert store.get(LIVE).script == "#!/bin/sh\necho hello\n"

    def test_keeps_the_note_that_its_output_is_kept(self, store):
        job = store.get(OVER_ARRAY)
        store.mark_output_kept([job])
        store.replace(job, job.model_copy(update={"accounted": True}))
        assert store.get(OVER_ARRAY).output_kept

    def test_is_not_overwritten_where_another_server_was_first(self, store):
        job = store.get(LIVE)
        assert store.replace(job, ended(job))
        assert not store.replace(job, job.model_copy(update={"status": "FAILED"}))
        assert store.get(LIVE).status == "COMPLETED"


class TestALaterDocument:
    @pytest.fixture(autouse=True)
    def _written_by_a_newer_server(self, database):
        put(
            database,
            LIVE,
            schema=SCHEMA + 1,
            mood="good",
            array={"counts": {"RUNNING": 1}, "colour": "red"},
            transitions=[{"state": "RUNNING", "at": LATER, "by": "hand"}],
            usage="plenty",
        )

    def test_is_read_as_far_as_it_is_understood(self, store):
        job = store.get(LIVE)
        assert job.array.counts == {"RUNNING": 1}
        assert [moved.state for moved in job.transitions] == ["RUNNING"]
        assert job.usage is None

    def test_is_changed_only_in_what_changed(self, store, database):
        before = document(database, LIVE)
        job = store.get(LIVE)
        assert store.replace(job, ended(job))
        changed = {"status": "COMPLETED", "exit_code": 0, "end_time": LATER}
        assert document(database, LIVE) == before | changed | {"revision": job.revision + 1}
