"""Submits whose sbatch does not answer: found if they became a job, and never made twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec
from servers import Server, wait_for

HELLO = {"script": "#!/bin/sh\necho hello\n", "parameters": {"mem": "20M", "comment": "my own"}}
CERTAIN_AFTER = 300  # 270 s, and the looks that go with it


@pytest.fixture(scope="module")
def cluster():
    directory = Path(tempfile.mkdtemp(prefix="jsa-cluster-"))
    directory.chmod(0o755)
    made = DevCluster(directory)
    made.up(ClusterSpec(nodes=2, cpus=4, settings={"MessageTimeout": "5"}))
    yield made
    made.down(purge=True)


@pytest.fixture
def impatient(cluster, tmp_path):
    """Start a server that waits for Slurm's commands but three seconds."""
    started = []

    def start(**environment):
        server = Server(
            tmp_path,
            {**cluster.environment(), **environment},
            arguments=("--SlurmApi.command_timeout=3",),
        ).start()
        started.append(server)
        wait_for("the first look", lambda: server.call("GET", "health").json()["slurm"]["cluster"])
        return server

    yield start
    for server in started:
        server.stop()


def submit(server, key):
    return server.call("POST", "submit", json=HELLO, headers={"Idempotency-Key": key})


def jobs_with(cluster, job_id):
    """Slurm's jobs that carry a job's tag."""
    done = subprocess.run(
        ["squeue", "--me", "--states=all", "--noheader", "--format=%A %k"],
        env={**os.environ, **cluster.environment()},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return [line.split()[0] for line in done.stdout.splitlines() if job_id in line]


def test_a_submit_to_a_controller_that_hangs_is_found_and_not_repeated(cluster, impatient):
    server = impatient()
    os.kill(cluster.pid("slurmctld"), signal.SIGSTOP)
    try:
        first = submit(server, "once")
        again = submit(server, "once")
    finally:
        os.kill(cluster.pid("slurmctld"), signal.SIGCONT)
    assert first.status_code == 504
    assert "Idempotency-Key again" in first.json()["message"]
    assert again.status_code == 202
    job_id = again.json()["job_id"]
    assert first.json()["job_id"] == job_id
    assert first.headers["Location"] == again.headers["Location"]
    job = server.wait_for_status(job_id, "COMPLETED")
    assert jobs_with(cluster, job_id) == [job["slurm_id"]]
    assert (job["comment"], job["origin"]) == ("my own", {"kind": "api"})
    last = submit(server, "once")
    assert (last.status_code, last.json()["job_id"]) == (201, job_id)
    assert jobs_with(cluster, job_id) == [job["slurm_id"]]


@pytest.mark.slow
@pytest.mark.timeout(CERTAIN_AFTER + 120)
def test_a_submit_that_never_reached_slurm_is_said_so_and_may_be_sent_again(
    cluster, impatient, tmp_path
):
    programs = tmp_path / "bin"
    programs.mkdir()
    silent = programs / "sbatch"
    silent.write_text("#!/bin/sh\nexec sleep 600\n")
    silent.chmod(0o755)
    server = impatient(PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert submit(server, "twice").status_code == 504
    waiting = submit(server, "twice")
    assert waiting.status_code == 202
    job_id = waiting.json()["job_id"]
    wait_for(
        "certainty",
        lambda: server.job(job_id)["status"] == "NOT_SUBMITTED",
        seconds=CERTAIN_AFTER,
    )
    assert "never got this job" in server.job(job_id)["reason"]
    silent.write_text(f'#!/bin/sh\nexec {shutil.which("sbatch")} "$@"\n')
    answer = submit(server, "twice")
    assert answer.status_code == 201
    assert answer.json()["job_id"] != job_id
    server.wait_for_status(answer.json()["job_id"], "COMPLETED")
