"""Stores in a real MongoDB, and jobs to put into them."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from pathlib import Path

import pytest
from waiting import Waiting

from jupyter_slurm_api.clock import utc_now
from jupyter_slurm_api.job import Job, Origin
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from jupyter_slurm_api.local.mongod_program import find_program
from jupyter_slurm_api.local.owner import this_host
from jupyter_slurm_api.local.rundir import ALONE, RunDir, try_lock
from jupyter_slurm_api.reconcile import Change
from jupyter_slurm_api.store.jobs import JobStore, create_indexes
from jupyter_slurm_api.store.mongo import Mongo, connect
from jupyter_slurm_api.store.retention import create_date_indexes
from servers import wait_for

NOW = utc_now()
_EVERY_SECOND = "--setParameter ttlMonitorSleepSecs=1"


@pytest.fixture(scope="module")
def uri():
    """A mongod that looks every second for what is past its date, not every minute."""
    path = Path(tempfile.mkdtemp(prefix="jsa-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(path))
        program = path / "mongod"  # told later, it would first sleep its minute out
        program.write_text(f'#!/bin/sh\nexec {find_program()} "$@" {_EVERY_SECOND}\n')
        program.chmod(0o700)
        patch.setenv("PATH", str(path), prepend=os.pathsep)
        mongod = EmbeddedMongod(path / "data")
        yield mongod.start()
        mongod.stop()
        lock = RunDir.of(path / "data", this_host()).mongod_lock
        os.close(wait_for("mongod to end", lambda: try_lock(lock, ALONE)))
    shutil.rmtree(path)


@pytest.fixture
def mongo(uri):
    def prepare(database):
        create_indexes(database)
        create_date_indexes(database)

    with connect(uri) as client:
        name = f"test-{uuid.uuid4()}"
        mongo = Mongo(lambda: client, name, prepare)
        yield mongo
        mongo.close()
        client.drop_database(name)  # each index is an open file of mongod's


@pytest.fixture
def in_mongo(mongo):
    """Do something with the database itself."""
    return lambda work: asyncio.run(mongo.run("read", work))


@pytest.fixture
def jobs(mongo):
    return Waiting(JobStore(mongo, "ada"))


def make(job_id, **changes):
    facts = {
        "slurm_id": job_id,
        "status": "RUNNING",
        "cluster": "here",
        "user": "ada",
        "submit_time": NOW,
        "first_submit_time": NOW,
        "synced_at": NOW,
        "origin": Origin(kind="api"),
    }
    return Job(job_id=job_id, **(facts | changes))


def moved(job, **changes):
    return Change(job, job.model_copy(update=changes))


@pytest.fixture
def documents_read(in_mongo):
    """Do something; how many documents MongoDB read of jobs for it."""

    def count(work):
        in_mongo(lambda database: database.command("profile", 2))
        work()
        in_mongo(lambda database: database.command("profile", 0))
        asked = {"op": {"$in": ["query", "command"]}, "ns": {"$regex": "[.]jobs$"}}
        found = in_mongo(lambda database: list(database["system.profile"].find(asked)))
        in_mongo(lambda database: database.drop_collection("system.profile"))
        assert found
        return sum(one["docsExamined"] for one in found)

    return count
