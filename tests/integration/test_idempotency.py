"""One Idempotency-Key, one job: on real servers, a real Slurm and a real MongoDB, which crash."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from fakes import FakeSlurm
from jupyter_slurm_api.errors import DatabaseUnavailable
from jupyter_slurm_api.job import Job
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from jupyter_slurm_api.services.submission import Checks
from jupyter_slurm_api.services.submit import SubmitService
from jupyter_slurm_api.store.jobs import JobStore, create_indexes
from jupyter_slurm_api.store.mongo import Mongo, connect
from jupyter_slurm_api.views import SubmitRequest
from servers import ask, wait_for

SCRIPT = "#!/bin/sh\ntrue\n"


@pytest.fixture(scope="module")
def mongo_uri(tmp_path_factory):
    mongod = EmbeddedMongod(tmp_path_factory.mktemp("mongod"))
    yield mongod.start()
    mongod.stop()


@pytest.fixture
def on_store(mongo_uri):
    """Run a test's coroutine on two stores of one empty database, as two servers have them."""
    name = f"test-{uuid.uuid4().hex[:8]}"

    def run(work):
        with connect(mongo_uri) as one, connect(mongo_uri) as other:
            mongos = [
                Mongo(lambda: one, name, create_indexes),
                Mongo(lambda: other, name, create_indexes),
            ]
            try:
                return asyncio.run(work(*(JobStore(mongo, "ada") for mongo in mongos)))
            finally:
                for mongo in mongos:
                    mongo.close()

    return run


def new_job(**facts):
    return Job(job_id=str(uuid.uuid4()), status="SUBMITTING", **{"user": "ada", **facts})


class TestStore:
    def test_a_key_is_one_jobs_of_a_user(self, on_store):
        async def insert(one, other):
            first = new_job(idempotency_key="k")
            assert await one.insert(first)
            assert not await other.insert(new_job(idempotency_key="k"))
            assert await other.insert(new_job(idempotency_key="k2"))
            assert await other.insert(new_job(idempotency_key="k", user="grace"))
            assert await other.by_key("k") == first
            assert await other.by_key("k3") is None

        on_store(insert)

    def test_jobs_without_a_key_are_not_in_each_others_way(self, on_store):
        async def insert(one, other):
            assert await one.insert(new_job())
            assert await other.insert(new_job())

        on_store(insert)

    def test_a_key_that_is_let_go_is_free(self, on_store):
        async def free(one, other):
            first = new_job(idempotency_key="k")
            await one.insert(first)
            assert await one.replace(first, first.model_copy(update={"idempotency_key": None}))
            assert await other.insert(new_job(idempotency_key="k"))

        on_store(free)

    def test_another_duplicate_is_not_taken_for_a_key(self, on_store):
        async def insert(one, other):
            first = new_job(idempotency_key="k")
            await one.insert(first)
            with pytest.raises(DatabaseUnavailable):
                await other.insert(first.model_copy(update={"idempotency_key": "k2"}))

        on_store(insert)

    def test_a_key_is_found_by_the_index(self, on_store, mongo_uri):
        async def plan(one, other):
            await one.insert(new_job(idempotency_key="k"))
            question = {"user": "ada", "idempotency_key": "k"}
            return await one._mongo.run(
                "read", lambda database: database["jobs"].find(question).explain()
            )

        assert '"idempotency_key"' in json.dumps(on_store(plan)["queryPlanner"]["winningPlan"])

    def test_of_two_servers_at_once_one_runs_sbatch(self, on_store, tmp_path):
        slurm, checks = FakeSlurm(), Checks(tmp_path, {}, limit=1000)

        async def race(*stores):
            services = [
                SubmitService(
                    slurm, store, checks, known=KnownJobs(), user="ada", submitted=lambda: None
                )
                for store in stores
            ]
            request = SubmitRequest(script=SCRIPT)
            sending = (services[number % 2].submit(request, "k") for number in range(50))
            return await asyncio.gather(*sending)

        receipts = on_store(race)
        assert len(slurm.submits) == 1
        assert sum(not receipt.replayed for receipt in receipts) == 1
        assert len({receipt.job.job_id for receipt in receipts}) == 1


@pytest.fixture(scope="module")
def new_name(run_slurm):
    """Make names that no other job has; the jobs that got them are cancelled in the end."""
    made = []

    def make(kind):
        made.append(f"{kind}-{uuid.uuid4().hex}")
        return made[-1]

    yield make
    run_slurm("scancel", "--me", *(f"--name={name}" for name in made))


@pytest.fixture(scope="module")
def ids_of(run_slurm):
    """Return the Slurm ids of all jobs under a name: held ones, which do not leave the queue."""
    return lambda name: run_slurm(
        "squeue", "--me", "--states=all", "--noheader", "--format=%A", f"--name={name}"
    ).split()


def send(server, name):
    """Submit a job under a name, with a key of its own."""
    return ask(
        "POST",
        server.url + "submit",
        json={"script": SCRIPT, "name": name, "parameters": {"hold": True}},
        headers={"Authorization": f"token {server.token}", "Idempotency-Key": f"key of {name}"},
    )


@pytest.fixture(scope="module")
def pair(make_server):
    """Two servers of one user, on one database."""
    one = make_server().start()
    return one, make_server(home=one.home).start()


@pytest.fixture(scope="module")
def shared_name(new_name):
    """The name of a job that both servers are asked for."""
    return new_name("fifty")


class TestTwoServers:
    def test_fifty_requests_at_once_make_one_job(self, pair, shared_name, ids_of):
        with ThreadPoolExecutor(50) as threads:
            sending = [threads.submit(send, pair[at % 2], shared_name) for at in range(50)]
        answers = [one.result() for one in sending]
        assert {answer.status_code for answer in answers} <= {201, 202}
        assert len({answer.json()["job_id"] for answer in answers}) == 1
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        assert len(ids_of(shared_name)) == 1

    def test_after_a_restart_the_job_is_still_the_keys(self, pair, shared_name, ids_of):
        for server in pair:
            server.stop()
        one = pair[0].start()
        answer = send(one, shared_name)
        assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
        assert [answer.json()["slurm_id"]] == ids_of(shared_name)
        one.stop()


SBATCH = """#!/bin/sh
# Stands before the real sbatch, and hangs as the job's name says.
at={directory}
case "$*" in
*--job-name=before-*)
    : > $at/before
    exec sleep 60;;
*--job-name=late-*)
    cat > $at/script
    (while [ ! -e $at/thawed ]; do sleep 0.1; done; exec {sbatch} "$@" < $at/script) > /dev/null &
    : > $at/late
    exec sleep 60;;
*--job-name=after-*)
    {sbatch} "$@" > $at/answer
    : > $at/after
    exec sleep 60;;
esac
exec {sbatch} "$@"
"""


@pytest.fixture(scope="module")
def sbatch(tmp_path_factory):
    """An sbatch that hangs before, while or after it submits; it runs in its own directory."""
    directory = tmp_path_factory.mktemp("bin")
    program = directory / "sbatch"
    program.write_text(SBATCH.format(directory=directory, sbatch=shutil.which("sbatch")))
    program.chmod(0o755)
    return program


@pytest.fixture(scope="module")
def names(new_name):
    return {kind: new_name(kind) for kind in ("before", "late", "after")}


@pytest.fixture(scope="module")
def killed(make_server, sbatch, names):
    """A server that was killed while three submits were under way, and has come back."""
    directory = sbatch.parent
    server = make_server(environment={"PATH": f"{directory}:{os.environ['PATH']}"}).start()
    with ThreadPoolExecutor(3) as threads:
        sending = [threads.submit(send, server, name) for name in names.values()]
        wait_for("all sbatches", lambda: all((directory / kind).exists() for kind in names))
        server.process.kill()
        assert all(isinstance(one.exception(), httpx.TransportError) for one in sending)
    server.process.wait()
    server.start()
    wait_for("a tick", lambda: server.call("GET", "health").json()["sync"]["last_success"])
    return server


class TestKilledServer:
    def test_a_job_whose_answer_was_lost_is_found(self, killed, names, ids_of):
        answer = wait_for("its Slurm id", lambda: _created(send(killed, names["after"])))
        assert [answer.json()["slurm_id"]] == ids_of(names["after"])

    def test_a_job_that_slurm_never_got_stays_in_doubt(self, killed, names, ids_of):
        answer = send(killed, names["before"])
        assert answer.status_code == 202
        assert killed.job(answer.json()["job_id"])["status"] == "SUBMITTING"
        assert ids_of(names["before"]) == []

    def test_a_job_that_slurm_gets_later_is_found_then(self, killed, names, sbatch, ids_of):
        before = send(killed, names["late"])
        assert (before.status_code, ids_of(names["late"])) == (202, [])
        (sbatch.parent / "thawed").touch()
        after = wait_for("its Slurm id", lambda: _created(send(killed, names["late"])))
        assert after.json()["job_id"] == before.json()["job_id"]
        assert [after.json()["slurm_id"]] == ids_of(names["late"])


def _created(answer):
    assert answer.status_code in {201, 202}, answer.text
    return answer if answer.status_code == 201 else None
