"""Why a job waits, how it went, and the same job once more, on a real Slurm."""

from __future__ import annotations

import pytest

from servers import wait_for

FAILS = "#!/bin/sh\necho fine\necho 'no such thing: <b>' >&2\nexit 3\n"
WORKS = "#!/bin/sh\nsleep 2\n"


@pytest.fixture(scope="module")
def report(server):
    """Return a job's report, as soon as the accounting has told what it used."""

    def ask(job_id, *, used=True):
        def whole():
            answer = server.call("GET", f"slurm/job/{job_id}/report")
            assert answer.status_code == 200, answer.text
            return answer.json() if not used or answer.json()["cpu"]["available"] else None

        return wait_for(f"the report of {job_id}", whole)

    return ask


def test_a_job_that_worked(server, report):
    job_id = server.submit(WORKS, parameters={"time": "00:30:00", "mem": "1G"})
    server.wait_for_status(job_id, "COMPLETED")
    found = report(job_id)
    assert (found["failure"], found["note"]) == (None, None)
    assert found["timeline"]["ran_seconds"] >= 2
    assert found["timeline"]["queued_seconds"] >= found["timeline"]["waited_seconds"] >= 0
    assert found["cpu"]["percent"] < 60
    assert found["parameters"]["time"] == "00:05:00"


def test_a_job_that_failed_and_the_same_once_more(server, report):
    job_id = server.submit(FAILS, name="fails", parameters={"error": "fails.err"})
    server.wait_for_status(job_id, "FAILED")
    failure = report(job_id, used=False)["failure"]
    assert (failure["exit_code"], failure["reason"]) == (3, "NonZeroExitCode")
    assert failure["last_lines"] == ["no such thing: <b>"]

    answer = server.call(
        "POST", f"slurm/job/{job_id}/resubmit", json={"script": WORKS, "parameters": {"time": "5"}}
    )
    assert answer.status_code == 201, answer.text
    again = server.wait_for_status(answer.json()["job_id"], "COMPLETED")
    assert (again["resubmit_of"], again["name"]) == (job_id, "fails")
    assert again["parameters"] == {"error": "fails.err", "time": "5"}
    assert again["time_limit"] == "00:05:00"


def test_a_job_whose_output_could_not_be_opened(server, report):
    job_id = server.submit(WORKS, parameters={"output": "/dev/null/out"})
    server.wait_for_status(job_id, "FAILED")
    failure = report(job_id, used=False)["failure"]
    assert failure["exit_signal"] == 53
    assert "could not open the job's output" in failure["explanation"]


def test_a_job_that_waits_has_no_report_but_says_what_for(server):
    first = server.submit(WORKS, parameters={"hold": True})
    first_id = server.job(first)["slurm_id"]
    second = server.submit(WORKS, parameters={"dependency": f"afterok:{first_id}"})
    found = wait_for("the dependency", lambda: server.job(second)["waits_for"])
    assert [(one["kind"], one["job_id"], one["status"]) for one in found] == [
        ("afterok", first, "PENDING")
    ]
    assert server.call("GET", f"slurm/job/{second}/report").status_code == 409
    for job_id in (second, first):
        server.call("DELETE", f"job/{job_id}")


def test_when_a_job_may_start_is_an_estimate(server):
    job_id = server.submit(WORKS, parameters={"begin": "now+1hour"})
    job = wait_for("the estimate", lambda: (j := server.job(job_id))["estimated_start"] and j)
    assert job["start_time"] is None

    def row():
        lines = server.call("GET", "queue", params={"user": "me"}).json()["jobs"]
        return next((one for one in lines if one["api_job_id"] == job_id), None)

    line = wait_for("the line of the queue", row)
    assert (line["start_time"], line["end_time"]) == (None, None)
    assert line["estimated_start"] == job["estimated_start"]
    server.call("DELETE", f"job/{job_id}")


def test_a_job_submitted_elsewhere_needs_its_script(server, run_slurm):
    slurm_id = run_slurm("sbatch", "--parsable", "--hold", "--wrap=true", cwd=server.work_dir)
    wait_for("the job", lambda: server.job(slurm_id)["job_id"])
    answer = server.call("POST", f"slurm/job/{slurm_id}/resubmit")
    assert answer.status_code == 409
    assert "script" in answer.json()["message"]
    server.call("DELETE", f"job/{slurm_id}")
