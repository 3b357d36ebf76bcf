"""GET queue: one squeue for all who ask, and never an empty list in place of an unknown one."""

from __future__ import annotations

import asyncio

import pytest

from fakes import queue_row
from jupyter_slurm_api import errors
from jupyter_slurm_api.job import Job, Origin


@pytest.fixture
def rows(slurm):
    slurm.rows = [queue_row("101", "ada"), queue_row("102", "grace", name="a|b <i>")]
    return slurm.rows


async def test_the_queue_has_the_specifications_columns_and_ours(call, rows):
    answer = await call("queue")
    assert answer.status == 200
    assert answer.body["jobs"] == [{**row, "flags": []} for row in rows]
    assert answer.body["stale"] is False
    assert answer.body["bad_rows"] == 0
    assert answer.body["synced_at"].endswith("Z")


async def test_an_empty_queue_is_an_empty_list(call):
    assert (await call("slurm", "queue")).body["jobs"] == []


async def test_user_me_narrows_the_queue(call, rows):
    answer = await call("queue", params={"user": "me"})
    assert [job["job_id"] for job in answer.body["jobs"]] == ["101"]


async def test_another_user_s_part_can_be_asked_for(call, rows):
    answer = await call("queue", params={"user": "grace"})
    assert [job["job_id"] for job in answer.body["jobs"]] == ["102"]


async def test_a_page_tells_how_many_lines_there_are_in_all_and_how_to_go_on(call, rows):
    first = (await call("queue", params={"limit": "1", "sort": "job_id"})).body
    assert ([job["job_id"] for job in first["jobs"]], first["total"]) == (["101"], 2)
    assert first["summary"] == {"states": {"RUNNING": 2}, "partitions": {"debug": 2}}
    params = {"limit": "1", "sort": "job_id", "cursor": first["next_cursor"]}
    last = (await call("queue", params=params)).body
    assert ([job["job_id"] for job in last["jobs"]], last["next_cursor"]) == (["102"], None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"sort": "nonsense"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"state": "NAPPING"}, "state.0"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
async def test_what_cannot_be_asked_is_named(call, rows, params, field):
    answer = await call("queue", params=params)
    assert answer.status == 422
    assert [fault["field"] for fault in answer.body["errors"]] == [field]


async def test_a_cursor_that_is_none_is_refused(call, rows):
    answer = await call("queue", params={"limit": "1", "cursor": "nonsense"})
    assert (answer.status, "cursor" in answer.body["message"]) == (422, True)


async def test_jobs_that_we_know_carry_their_uuid(call, rows, known):
    known.put(
        [Job(job_id="u-1", slurm_id="101", status="RUNNING", user="ada", origin=Origin(kind="api"))]
    )
    answer = await call("queue")
    assert [job["api_job_id"] for job in answer.body["jobs"]] == ["u-1", None]


@pytest.mark.parametrize("queue_life", [60.0])
async def test_fifty_at_once_cost_one_squeue(call, slurm, rows):
    answers = await asyncio.gather(*(call("queue") for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert slurm.looks == 1


async def test_an_unchanged_queue_is_304(call, rows):
    first = await call("queue")
    again = await call("queue", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, None)


async def test_a_changed_queue_has_another_etag(call, slurm, rows):
    first = await call("queue")
    slurm.rows = rows[:1]
    await asyncio.sleep(0.3)
    again = await call("queue", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 200
    assert len(again.body["jobs"]) == 1


async def test_with_slurm_away_the_last_queue_is_shown_as_stale(call, slurm, rows):
    first = await call("queue")
    slurm.failure = errors.SlurmUnavailable("Slurm cannot be reached")
    await asyncio.sleep(0.3)
    again = await call("queue")
    assert again.status == 200
    assert again.body["stale"] is True
    assert again.body["jobs"] == [{**row, "flags": []} for row in rows]
    assert again.body["synced_at"] == first.body["synced_at"]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (errors.SlurmUnavailable("Slurm cannot be reached"), 503),
        (errors.SlurmTimeout("squeue did not answer within 20 s."), 504),
    ],
)
async def test_with_slurm_never_reached_it_says_so(call, slurm, failure, status):
    slurm.failure = failure
    answer = await call("queue")
    assert answer.status == status
    assert answer.body["message"] == failure.message
    assert ("Retry-After" in answer.headers) == (status == 503)


async def test_slurm_back_again_is_seen(call, slurm, rows):
    slurm.failure = errors.SlurmUnavailable("Slurm cannot be reached")
    assert (await call("queue")).status == 503
    slurm.failure = None
    await asyncio.sleep(0.5)
    assert (await call("queue")).body["stale"] is False
