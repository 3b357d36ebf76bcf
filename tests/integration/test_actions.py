"""Doing something to jobs of a real Slurm, and seeing it at once."""

from __future__ import annotations

import os

import pytest

SLEEP = "#!/bin/sh\nexec sleep 600\n"
SMALL = {"mem": "20M"}


@pytest.fixture
def job(server):
    """A job that runs, and is cancelled in the end."""
    job_id = server.submit(SLEEP, parameters=SMALL)
    yield server.wait_for_status(job_id, "RUNNING")
    server.call("DELETE", f"job/{job_id}")


@pytest.fixture
def held(server):
    job_id = server.submit(SLEEP, parameters={"hold": True, **SMALL})
    yield job_id
    server.call("DELETE", f"job/{job_id}")


def act(server, job_id, verb, **body):
    return server.call("POST", f"slurm/job/{job_id}/{verb}", json=body or None)


def test_a_cancelled_job_is_cancelled_in_the_next_answer(server, job):
    answer = server.call("DELETE", f"slurm/job/{job['job_id']}")
    assert answer.status_code == 200, answer.text
    assert server.job(job["job_id"])["status"] in ("CANCELLED", "COMPLETING")
    rows = server.call("GET", "queue").json()["jobs"]
    states = [row["state"] for row in rows if row["job_id"] == job["slurm_id"]]
    assert states in ([], ["COMPLETING"])
    server.wait_for_status(job["job_id"], "CANCELLED")
    assert server.call("DELETE", f"slurm/job/{job['job_id']}").status_code == 409


def test_a_job_is_not_met_by_a_number_whose_lower_bits_it_has(server, held):
    slurm_id = int(server.job(held)["slurm_id"])
    assert server.call("DELETE", f"slurm/job/{2**32 + slurm_id}").status_code == 404
    assert server.call("DELETE", f"slurm/job/0{slurm_id}").status_code == 422
    assert server.job(held)["status"] == "PENDING"


def test_a_job_is_released_and_held_again(server, held):
    assert act(server, held, "hold").status_code == 200
    assert server.job(held)["reason"] == "JobHeldUser"
    assert act(server, held, "release").status_code == 200
    assert server.job(held)["reason"] != "JobHeldUser"


def test_a_waiting_job_is_changed(server, held):
    body = {"time_limit": "00:07:00", "name": "a new name"}
    answer = server.call("PATCH", f"slurm/job/{held}", json=body)
    assert answer.status_code == 200, answer.text
    job = server.job(held)
    assert (job["time_limit"], job["name"]) == ("00:07:00", "a new name")


def test_a_held_job_is_not_released_by_a_nice_value(server, held):
    assert server.call("PATCH", f"slurm/job/{held}", json={"nice": 3}).status_code == 409
    assert server.job(held)["reason"] == "JobHeldUser"


def test_what_a_user_may_not_do_is_refused_in_slurm_s_own_words(server, job):
    suspended = act(server, job["job_id"], "suspend")
    raised = server.call("PATCH", f"slurm/job/{job['job_id']}", json={"time_limit": "2:00:00"})
    for answer in (suspended, raised):
        assert (answer.status_code, answer.json()["message"]) == (403, "Access/permission denied")


@pytest.mark.other_user
def test_another_users_job_is_not_the_users_to_cancel(server):
    answer = server.call("DELETE", f"slurm/job/{os.environ['SLURM_TEST_OTHER_JOB']}")
    assert (answer.status_code, answer.json()["message"]) == (403, "Access/permission denied")


def test_a_signal_reaches_the_script(server):
    script = "#!/bin/bash\ntrap 'echo told; exit 3' USR1\nwhile :; do sleep 0.1; done\n"
    job_id = server.submit(script, parameters=SMALL)
    server.wait_for_status(job_id, "RUNNING")
    assert act(server, job_id, "signal", signal="USR1").status_code == 200
    assert server.wait_for_status(job_id, "FAILED")["exit_code"] == 3


def test_a_signal_to_a_job_that_waits_is_refused_at_once(server, held):
    answer = act(server, held, "signal", signal="USR1")  # scancel itself would try for a minute
    assert (answer.status_code, "waits" in answer.json()["message"]) == (409, True)


def test_many_at_once(server, job, held):
    array = server.submit(SLEEP, parameters={"array": "0-9", "hold": True, **SMALL})
    slurm_id = server.job(array)["slurm_id"]
    ids = [job["job_id"], held, f"{slurm_id}_[3-9]", "999999"]
    body = {"action": "cancel", "ids": ids}
    answer = server.call("POST", "slurm/jobs/actions", json=body).json()
    assert [(one["id"], one["status"]) for one in answer["results"]] == [
        *((name, 200) for name in ids[:3]),
        ("999999", 404),
    ]
    server.wait_for_status(held, "CANCELLED")
    assert server.job(f"{slurm_id}_1")["status"] == "PENDING"
    server.call("DELETE", f"slurm/job/{array}")


def test_the_job_in_which_the_server_runs_is_marked_and_left_out(make_server, server, job):
    inside = make_server(environment={"SLURM_JOB_ID": job["slurm_id"]}).start()
    body = {"action": "cancel", "ids": [job["slurm_id"]]}
    (result,) = inside.call("POST", "slurm/jobs/actions", json=body).json()["results"]
    assert (result["done"], result["status"]) == (False, 409)
    assert inside.job(job["slurm_id"])["runs_this_server"]
    assert not server.job(job["slurm_id"])["runs_this_server"]
    inside.stop()
