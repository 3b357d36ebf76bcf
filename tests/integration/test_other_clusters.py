"""Clusters that are not like most: without accounting, and with ids that are soon used again."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec
from servers import Server, wait_for

HELLO = "#!/bin/sh\necho hello\n"
SMALL = {"mem": "20M"}


@contextmanager
def cluster(**spec):
    directory = Path(tempfile.mkdtemp(prefix="jsa-cluster-"))
    directory.chmod(0o755)
    made = DevCluster(directory)
    made.up(ClusterSpec(nodes=2, cpus=4, **spec))
    try:
        yield made
    finally:
        made.down(purge=True)


def ids_in_queue(made):
    done = subprocess.run(
        ["squeue", "--me", "--states=all", "--noheader", "--format=%A"],
        env={**os.environ, **made.environment()},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.split()


@pytest.fixture(scope="module")
def made():
    with cluster(accounting=False, settings={"MinJobAge": "4"}) as made:
        yield made


@pytest.fixture(scope="module")
def server(made, tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("home"), made.environment()).start()
    yield server
    server.stop()


class TestWithoutAccounting:
    def test_health_says_what_is_missing_and_is_well(self, server):
        wait_for(
            "the first look", lambda: server.call("GET", "health").json()["sync"]["last_success"]
        )
        body = server.call("GET", "health").json()
        assert (body["status"], body["slurm"]["accounting"]) == ("ok", False)
        assert "keeps no accounting" in body["slurm"]["note"]

    def test_an_end_that_was_seen_is_known_for_ever(self, server, made):
        job_id = server.submit(HELLO + "exit 3\n", parameters=SMALL)
        job = server.wait_for_status(job_id, "FAILED")
        assert (job["exit_code"], job["usage"], job["cancelled_by"]) == (3, None, None)
        wait_for("it to leave the queue", lambda: job["slurm_id"] not in ids_in_queue(made), 90)
        assert server.job(job_id)["status"] == "FAILED"
        wait_for("its output", lambda: server.job(job_id)["output"] == "hello\n")

    def test_an_array_ends_by_what_was_seen_of_it(self, server):
        job_id = server.submit(HELLO, parameters={"array": "0-3", **SMALL})
        job = server.wait_for_status(job_id, "COMPLETED")
        assert job["array"]["counts"] == {"COMPLETED": 4}

    def test_an_end_that_nobody_saw_is_unknown_and_not_guessed(self, server, made):
        job_id = server.submit("#!/bin/sh\nsleep 1\n", parameters=SMALL)
        slurm_id = server.job(job_id)["slurm_id"]
        server.stop()
        wait_for("it to leave the queue", lambda: slurm_id not in ids_in_queue(made), 90)
        server.start()
        job = server.wait_for_status(job_id, "UNKNOWN")
        assert (job["end_time"], job["exit_code"]) == (None, None)
        assert "its end was not seen" in job["reason"]


@pytest.mark.slow
def test_an_id_used_again_is_another_job_and_brings_nobody_else_s_end(tmp_path_factory):
    settings = {"MinJobAge": "2", "FirstJobId": "1", "MaxJobId": "4"}
    home = tmp_path_factory.mktemp("home")
    with cluster(settings=settings) as made, Server(home, made.environment()) as server:
        codes = range(1, 8)  # most ids are used twice
        jobs = {}
        for code in codes:
            job_id = server.submit(f"#!/bin/sh\nexit {code}\n", parameters=SMALL)
            jobs[job_id] = (code, server.wait_for_status(job_id, "FAILED")["slurm_id"])
        assert len({slurm_id for _, slurm_id in jobs.values()}) < len(jobs)
        for job_id, (code, slurm_id) in jobs.items():
            wait_for("its usage", lambda job_id=job_id: server.job(job_id)["usage"])
            job = server.job(job_id)
            assert (job["exit_code"], job["slurm_id"], job["runs"]) == (code, slurm_id, [])
