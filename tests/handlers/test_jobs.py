"""GET jobs: what was asked for, in its order, page by page."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest

from jupyter_slurm_api.job import Job
from jupyter_slurm_api.store.documents import to_document
from jupyter_slurm_api.views import Freshness

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
USER = "ada"


@pytest.fixture
def kept(database):
    """Keep jobs: number, and what is not as in all others."""

    def keep(number, **changes):
        facts = {
            "job_id": f"00000000-0000-0000-0000-{number:012d}",
            "slurm_id": str(number),
            "name": f"job {number}",
            "status": "COMPLETED",
            "user": USER,
            "submit_time": NOON + timedelta(minutes=number),
            "script": "#!/bin/sh\necho hello\n",
        }
        document = to_document(Job(**(facts | changes)))
        database.client["outputs"]["jobs"].insert_one(document)

    return keep


@pytest.fixture
def five(kept):
    kept(1, status="RUNNING", partition="gpu", account="physics")
    kept(2, status="FAILED", partition="gpu", name="Training (a+b)")
    kept(3, partition="cpu", tags=("paper", "fig 2"), script="#!/bin/sh\npython train.py # 100%\n")
    kept(4, status="PENDING", account="physics", start_time=NOON)
    kept(5, submit_time=None, status="SUBMITTING", slurm_id=None)


@pytest.fixture
def ids(call):
    async def ask(**params):
        body = (await call("slurm", "jobs", params=params)).body
        return [int(job["job_id"][-12:]) for job in body["jobs"]]

    return ask


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [4, 3, 2, 1, 5]),
        ({"state": "RUNNING"}, [1]),
        ({"state": "f,PD"}, [4, 2]),
        ({"partition": "gpu,cpu"}, [3, 2, 1]),
        ({"tag": "paper"}, [3]),
        ({"tag": "else,fig 2"}, [3]),
        ({"tag": "pap"}, []),
        ({"account": "physics", "state": "R"}, [1]),
        ({"name": "TRAIN"}, [2]),
        ({"name": "a+b"}, [2]),
        ({"name": "."}, []),
        ({"q": "train"}, [3, 2]),
        ({"q": "100%"}, [3]),
        ({"since": "2026-11-24T12:03:00Z"}, [4, 3]),
        ({"since": "2026-11-24T13:02:00+01:00", "until": "2026-11-24T12:04:00"}, [3, 2]),
        ({"sort": "submit_time"}, [5, 1, 2, 3, 4]),
        ({"sort": "name"}, [2, 1, 3, 4, 5]),
    ],
)
async def test_what_is_asked_for_in_its_order(five, ids, params, found):
    assert await ids(**params) == found


@pytest.mark.parametrize("sort", ["-submit_time", "submit_time", "-status", "start_time", "-name"])
async def test_pages_hold_every_job_once(five, call, ids, kept, sort):
    seen, params = [], {"sort": sort, "limit": "2"}
    for number in range(6, 10):  # jobs that come meanwhile push nothing out
        body = (await call("slurm", "jobs", params=params)).body
        seen += [int(job["job_id"][-12:]) for job in body["jobs"]]
        if body["next_cursor"] is None:
            break
        params["cursor"] = body["next_cursor"]
        kept(number)
    assert sorted(one for one in seen if one <= 5) == [1, 2, 3, 4, 5]
    assert len(seen) == len(set(seen))


async def test_a_page_begins_behind_a_job_with_a_very_long_name(call, ids, kept):
    for number in (1, 2):
        kept(number, name=number * "\N{GRINNING FACE}" + 1000 * "\N{GRINNING FACE}")
    params = {"sort": "name", "limit": "1"}
    first = (await call("slurm", "jobs", params=params)).body
    assert await ids(**params, cursor=first["next_cursor"]) == [2]


async def test_a_row_is_a_job_without_what_is_heavy(five, call):
    job = (await call("slurm", "jobs", params={"state": "PD"})).body["jobs"][0]
    whole = (await call("slurm", "job", job["job_id"])).body
    assert job.keys() == whole.keys()
    assert (job["script"], job["runs"], job["status_code"]) == (None, [], "PD")
    assert job["start_time"] == whole["start_time"] == "2026-11-24T12:00:00Z"


async def test_another_users_jobs_and_single_tasks_are_not_listed(five, kept, ids):
    kept(7, user="grace")
    task = {"array_job_id": "x", "array_slurm_id": "1", "task_id": 3}
    kept(8, task=task)
    assert {7, 8}.isdisjoint(await ids())


async def test_a_document_of_an_older_version_is_listed_too(call, database, kept):
    kept(1)
    jobs = database.client["outputs"]["jobs"]
    jobs.update_one({}, {"$set": {"schema": 1}, "$unset": {"usage": 1, "components": 1}})
    (job,) = (await call("slurm", "jobs")).body["jobs"]
    assert (job["slurm_id"], job["usage"]) == ("1", None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"state": "TIRED"}, "state.0"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"sort": "script"}, "sort"),
        ({"since": "yesterday"}, "since"),
        ({"since": "1764244800"}, "since"),  # seconds, or milliseconds?
        ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "until"),
        ({"colour": "red"}, "colour"),
        ({"q": ""}, "q"),
        ({"q": "a\0b"}, "q"),  # MongoDB takes no such pattern
    ],
)
async def test_what_cannot_be_asked(call, params, field):
    answer = await call("slurm", "jobs", params=params)
    assert answer.status == 422
    assert field in [fault["field"] for fault in answer.body["errors"]]


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "W10", "WzEsMiwzXQ", "é"])
async def test_a_cursor_that_is_none(call, cursor):
    answer = await call("slurm", "jobs", params={"cursor": cursor})
    assert (answer.status, "cursor" in answer.body["message"]) == (422, True)


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("submit_time", "0001-01-01T00:00:00+14:00"),
        ("submit_time", "1764244800"),
        ("name", 2**63),
        ("name", "\ud800"),
        ("name", ["a"]),
    ],
)
async def test_a_cursor_that_nobody_was_given(call, sort, value):
    text = json.dumps([sort, value, "an id"]).encode()
    cursor = base64.urlsafe_b64encode(text).decode().rstrip("=")
    answer = await call("slurm", "jobs", params={"cursor": cursor, "sort": sort})
    assert (answer.status, "cursor" in answer.body["message"]) == (422, True)


async def test_a_cursor_of_another_order(five, call):
    cursor = (await call("slurm", "jobs", params={"limit": "1"})).body["next_cursor"]
    answer = await call("slurm", "jobs", params={"cursor": cursor, "sort": "name"})
    assert (answer.status, "another 'sort'" in answer.body["message"]) == (422, True)


async def test_who_asks_again_gets_no_body_and_costs_no_database(five, call, database, known):
    etag = (await call("slurm", "jobs")).headers["ETag"]
    database.is_away = True
    again = await call("slurm", "jobs", headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, None)
    known.put([Job(job_id="new", status="PENDING", user=USER)])
    assert (await call("slurm", "jobs", headers={"If-None-Match": etag})).status == 503


async def test_an_answer_is_read_once_as_long_as_its_etag_stands(
    five, call, database, known, freshness
):
    first = await call("slurm", "jobs")
    database.is_away = True
    freshness.append(Freshness(NOON + timedelta(minutes=1), stale=False))
    again = await call("slurm", "jobs")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.body == {**first.body, "synced_at": "2026-11-24T12:01:00Z"}
    known.put([Job(job_id="new", status="PENDING", user=USER)])
    assert (await call("slurm", "jobs")).status == 503
