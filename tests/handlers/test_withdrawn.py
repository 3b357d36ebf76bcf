"""A submit that was refused leaves no record, also where MongoDB writes it afterwards."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_slurm_api import errors
from jupyter_slurm_api.services import withdrawn
from jupyter_slurm_api.store.documents import to_document
from jupyter_slurm_api.store.jobs import JobStore

BODY = {"script": "#!/bin/sh\n"}


def key():
    """Jupyter's client adds to the headers that it is given."""
    return {"headers": {"Idempotency-Key": "k"}}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(withdrawn, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def wake(database, monkeypatch):
    """Let MongoDB hang at the next insert, and carry it out when this is called."""
    sent, insert = [], JobStore.insert

    async def hang(store, job):
        if sent:
            return await insert(store, job)
        sent.append(to_document(job))
        raise errors.DatabaseUnavailable("no answer")

    def write(**facts):
        database.client["outputs"]["jobs"].insert_one({**sent[0], **facts})

    monkeypatch.setattr(JobStore, "insert", hang)
    return write


@pytest.fixture
def tell(database):
    """Answer with the only record, as another server does that is sent the same key."""

    def note():
        database.client["outputs"]["jobs"].update_one({}, {"$set": {"told": True}})

    return note


async def until(look):
    for _ in range(200):
        if look():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


@pytest.mark.parametrize("late", [0.0, 0.1])
async def test_a_record_that_comes_late_is_taken_back(submit, slurm, database, wake, late):
    assert (await submit(BODY)).status == 503
    await asyncio.sleep(late)  # deleted before already, since MongoDB answered
    wake()
    await until(lambda: database.jobs == [])
    assert slurm.submits == []


async def test_a_refused_job_s_record_is_taken_back_when_mongodb_answers(submit, slurm, database):
    slurm.hangs, slurm.failure = asyncio.Event(), errors.SlurmRefused("nope")
    sending = asyncio.ensure_future(submit(BODY))
    await slurm.asked.wait()
    database.is_away = True
    slurm.hangs.set()
    assert (await sending).status == 422
    assert len(database.jobs) == 1
    database.is_away = False
    await until(lambda: database.jobs == [])


@pytest.mark.parametrize("facts", [{"status": "PENDING", "slurm_id": "7"}, {"status": "UNKNOWN"}])
async def test_what_has_become_a_job_stays(submit, database, wake, facts):
    assert (await submit(BODY)).status == 503
    wake(**facts)
    await asyncio.sleep(0.1)
    assert len(database.jobs) == 1


async def test_what_another_server_has_answered_with_stays_not_submitted(
    submit, slurm, call, database, wake
):
    assert (await submit(BODY, **key())).status == 503
    wake(told=True)
    await until(lambda: database.jobs[0]["status"] == "NOT_SUBMITTED")
    [told] = database.jobs
    shown = await call("job", told["_id"])
    assert (shown.status, shown.body["status"]) == (200, "NOT_SUBMITTED")
    assert "refused" in shown.body["reason"]
    answer = await submit(BODY, **key())
    assert answer.status == 201
    assert answer.body["job_id"] != told["_id"]
    assert len(slurm.submits) == 1


async def test_a_refused_job_s_record_that_was_told_of_stays(submit, slurm, database, tell):
    slurm.hangs, slurm.failure = asyncio.Event(), errors.SlurmRefused("nope")
    sending = asyncio.ensure_future(submit(BODY, **key()))
    await slurm.asked.wait()
    tell()
    slurm.hangs.set()
    assert (await sending).status == 422
    assert [(job["status"], job["idempotency_key"]) for job in database.jobs] == [
        ("NOT_SUBMITTED", None)
    ]


@pytest.mark.parametrize("told", [False, True])
async def test_its_key_is_free(submit, slurm, database, wake, monkeypatch, told):
    monkeypatch.setattr(withdrawn, "_PAUSE_SECONDS", 60)
    assert (await submit(BODY, **key())).status == 503
    wake(told=told)
    answer = await submit(BODY, **key())
    assert answer.status == 201
    assert "Idempotency-Replayed" not in answer.headers
    jobs = [job["_id"] for job in database.jobs if job["status"] != "NOT_SUBMITTED"]
    assert jobs == [answer.body["job_id"]]
    assert len(database.jobs) == 1 + told
    assert len(slurm.submits) == 1


async def test_a_server_that_stops_waits_for_nothing(submit, services, wake):
    assert (await submit(BODY)).status == 503
    await asyncio.wait_for(services.submit.drain(5), 1)
    wake()
