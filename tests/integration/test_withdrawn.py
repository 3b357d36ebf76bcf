"""Submits that were refused since MongoDB hung, and that it carries out when it wakes."""

from __future__ import annotations

import asyncio
import time
import uuid

import psutil
import pytest

from fakes import FakeSlurm
from jupyter_slurm_api.errors import DatabaseUnavailable
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from jupyter_slurm_api.local.owner import OwnerFile, this_host
from jupyter_slurm_api.services.submission import Checks
from jupyter_slurm_api.services.submit import SubmitService
from jupyter_slurm_api.store.jobs import JobStore, create_indexes
from jupyter_slurm_api.store.mongo import Mongo, connect
from jupyter_slurm_api.views import SubmitRequest

REQUEST = SubmitRequest(script="#!/bin/sh\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("mongod")


@pytest.fixture(scope="module")
def uri(data):
    mongod = EmbeddedMongod(data)
    yield mongod.start()
    mongod.stop()


@pytest.fixture
def mongod(data, uri):
    """The process itself, awake again in the end."""
    keeper = OwnerFile(data / "mongod.owner", this_host()).read().pid
    (process,) = psutil.Process(keeper).children()
    yield process
    process.resume()


class Hanging(FakeSlurm):
    """A Slurm that is asked just before a job is recorded, and then stops mongod."""

    mongod: psutil.Process | None = None

    async def info(self):
        if self.mongod:
            self.mongod.suspend()
        return await super().info()


@pytest.fixture
def on_services(uri, tmp_path):
    """Run a test's coroutine on two servers' services, their Slurm and what the database holds."""

    def run(work):
        async def once():
            with connect(uri) as client:
                database = client[f"test-{uuid.uuid4().hex[:8]}"]
                mongo = Mongo(lambda: client, database.name, create_indexes)
                slurm, store = Hanging(), JobStore(mongo, "ada")
                services = [
                    SubmitService(
                        slurm,
                        store,
                        Checks(tmp_path, {}, limit=1000),
                        known=KnownJobs(),
                        user="ada",
                        submitted=lambda: None,
                    )
                    for _ in range(2)
                ]
                assert await store.live("here") == []
                await work(*services, slurm, lambda: list(database["jobs"].find()))
                for service in services:
                    await service.drain(1)
                mongo.close()

        asyncio.run(once())

    return run


@pytest.fixture
def on_service(on_services):
    """Run a test's coroutine on a service, its Slurm and what its database holds."""

    def run(work):
        on_services(lambda service, _, slurm, records: work(service, slurm, records))

    return run


async def until(what, look, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.05)
    return found


def test_the_record_that_comes_after_the_refusal_goes_again(on_service, mongod):
    async def work(service, slurm, records):
        slurm.mongod = mongod
        with pytest.raises(DatabaseUnavailable):
            await service.submit(REQUEST)
        mongod.resume()
        await until("the late record", records, seconds=3)
        await until("it to be taken back", lambda: not records())
        assert slurm.submits == []

    on_service(work)


def test_its_key_is_free_at_once(on_service, mongod):
    async def work(service, slurm, records):
        slurm.mongod = mongod
        with pytest.raises(DatabaseUnavailable):
            await service.submit(REQUEST, "k")
        slurm.mongod = None
        mongod.resume()
        await until("the late record", records, seconds=3)
        receipt = await service.submit(REQUEST, "k")
        assert not receipt.replayed
        assert [(one["_id"], one["slurm_id"]) for one in records()] == [(receipt.job.job_id, "101")]

    on_service(work)


def test_what_another_server_answered_with_meanwhile_stays(on_services, mongod):
    async def work(first, second, slurm, records):
        slurm.mongod = mongod
        with pytest.raises(DatabaseUnavailable):
            await first.submit(REQUEST, "k")
        slurm.mongod = None
        mongod.resume()
        await until("the late record", records, seconds=3)
        told = (await second.submit(REQUEST, "k")).job
        assert told.status == "SUBMITTING"
        [record] = await until(
            "it to be taken back",
            lambda: [one for one in records() if one["status"] != "SUBMITTING"],
        )
        assert (record["_id"], record["status"]) == (told.job_id, "NOT_SUBMITTED")
        assert not (await second.submit(REQUEST, "k")).replayed

    on_services(work)
