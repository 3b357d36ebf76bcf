"""JupyterHub: two users, each with an own server, and one MongoDB for both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from hub_site import PASSWORD, Hub, HubUser, running_hub
from servers import wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start others' servers")

_PRINTS_ITS_ENVIRONMENT = "#!/bin/sh\nenv\n"
_FINDS_THE_SERVER = """
from jupyter_slurm_api.client import SlurmClient
with SlurmClient() as client:
    print(client.health().status, [job.name for job in client.jobs().jobs])
"""


@pytest.fixture(scope="module")
def hub(slurm_environment) -> Iterator[Hub]:
    with running_hub(slurm_environment["SLURM_CONF"]) as hub:
        yield hub


@pytest.fixture(scope="module")
def alice(hub) -> HubUser:
    return hub.log_in("jsa-alice")


@pytest.fixture(scope="module")
def bob(hub) -> HubUser:
    return hub.log_in("jsa-bob")


@pytest.fixture(scope="module")
def job(alice) -> dict[str, str]:
    """A job of alice's that waits."""
    spec = {"script": "#!/bin/sh\n", "name": "alices", "parameters": {"hold": True}}
    answer = alice.call("POST", "slurm/submit", json=spec)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_shared_database_is_reached_with_a_password_and_tls(alice, bob):
    for user in (alice, bob):
        assert user.call("GET", "slurm/health").json()["status"] == "ok"


def test_each_user_has_the_own_jobs_alone(alice, bob, job):
    assert alice.call("GET", f"slurm/job/{job['job_id']}").json()["name"] == "alices"
    assert [one["name"] for one in alice.call("GET", "slurm/jobs?name=alices").json()["jobs"]]
    assert bob.call("GET", f"slurm/job/{job['job_id']}").status_code == 404
    assert not bob.call("GET", "slurm/jobs?name=alices").json()["jobs"]


def test_the_queue_shows_the_others_too_and_nobody_acts_on_them(bob, job):
    rows = bob.call("GET", f"slurm/queue?q={job['slurm_id']}").json()["jobs"]
    assert ("jsa-alice", "alices") in {(row["user"], row["name"]) for row in rows}
    answer = bob.call("DELETE", f"slurm/job/{job['slurm_id']}")
    assert answer.status_code == 403, answer.text


def test_nobody_asks_another_users_server(alice, bob):
    assert bob.ask("GET", f"user/{alice.name}/slurm/jobs").status_code in (403, 404)


def test_a_named_server_has_the_same_jobs(hub, alice, job):
    hub.start_server("jsa-alice", "second")
    seen = alice.call("GET", f"slurm/job/{job['job_id']}", server="second").json()
    assert seen["slurm_id"] == job["slurm_id"]
    assert alice.call("DELETE", f"slurm/job/{job['job_id']}", server="second").status_code == 200
    wait_for(
        "the first server to see it",
        lambda: alice.call("GET", f"slurm/job/{job['job_id']}").json()["status"] == "CANCELLED",
    )


def test_a_kernel_finds_the_server_it_runs_in(hub, alice, job):
    environment = _kernel_environment(hub, alice)
    done = subprocess.run(
        [sys.executable, "-c", _FINDS_THE_SERVER],
        env=environment,
        user=alice.name,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok ")
    assert "alices" in done.stdout


def test_the_password_is_nowhere_that_it_should_not_be(hub, alice):
    answer = alice.call("POST", "slurm/submit", json={"script": _PRINTS_ITS_ENVIRONMENT}).json()
    job = wait_for("the job's end", lambda: _ended(alice, answer["job_id"]))
    assert "SLURM_JOB_ID=" in job["output"]
    places = {
        "the job's output": job["output"],
        "the kernel's environment": str(_kernel_environment(hub, alice)),
        "health": alice.call("GET", "slurm/health").text,
        "the log": hub.log,
    }
    for place, text in places.items():
        assert PASSWORD not in text, place
        assert PASSWORD.rpartition(":")[2] not in text, place


def _ended(user: HubUser, job_id: str) -> dict[str, str] | None:
    job = user.call("GET", f"slurm/job/{job_id}").json()
    return job if job["status"] == "COMPLETED" and job["output"] else None


def _kernel_environment(hub: Hub, user: HubUser) -> dict[str, str]:
    """Start a kernel, and return what it was given."""
    server = psutil.Process(hub.pid_of(user.name))
    before = set(server.children(recursive=True))
    kernel = user.call("POST", "api/kernels").json()
    try:
        started = wait_for("a kernel", lambda: _kernels(server) - before)
        return started.pop().environ()
    finally:
        user.call("DELETE", f"api/kernels/{kernel['id']}")


def _kernels(server: psutil.Process) -> set[psutil.Process]:
    return {one for one in server.children(recursive=True) if "ipykernel_launcher" in _words(one)}


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has just ended
        return ""
