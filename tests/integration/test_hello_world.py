"""The whole way: a script goes through the API to a real Slurm, and its output comes back."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from servers import wait_for

HELLO = "#!/bin/bash\n#SBATCH --time=00:10:00\n#SBATCH --ntasks=1\n\necho 'Hello World'\n"


@pytest.fixture(scope="module")
def hello(server):
    """The specification's example, as it looks when it is over and its output is kept."""
    parameters = {"time": "00:10:00", "ntasks": 1, "partition": "debug"}
    job_id = server.submit(HELLO + "sleep 1\n", name="test-job", parameters=parameters)
    server.wait_for_status(job_id, "COMPLETED")
    return wait_for("the output", lambda: (job := server.job(job_id))["output"] and job)


def test_the_job_is_completed_and_says_hello(hello):
    assert hello["output"] == "Hello World\n"
    assert (hello["output_size"], hello["output_truncated"]) == (12, False)
    assert (hello["exit_code"], hello["exit_signal"]) == (0, None)
    assert (hello["status_code"], hello["base_state"]) == ("CD", "COMPLETED")


def test_the_job_keeps_what_was_sent(hello):
    assert hello["script"] == HELLO + "sleep 1\n"
    assert hello["name"] == "test-job"
    assert hello["parameters"] == {"time": "00:10:00", "ntasks": 1, "partition": "debug"}
    assert hello["origin"] == {"kind": "api"}
    assert hello["comment"] is None


def test_the_job_tells_what_slurm_made_of_it(hello, server):
    assert hello["partition"] == "debug"
    assert hello["time_limit"] == "00:10:00"
    assert (hello["nodes"], hello["cpus"]) == (1, 1)
    assert hello["node_list"]
    assert hello["work_dir"] == str(server.work_dir)
    assert hello["stdout_path"] == f"{server.work_dir}/slurm-{hello['slurm_id']}.out"
    assert hello["submit_time"] <= hello["start_time"] <= hello["end_time"]


def test_its_transitions_are_in_order(hello):
    states = [moved["state"] for moved in hello["transitions"]]
    assert states[0] == "PENDING"
    assert states[-1] == "COMPLETED"
    assert len(states) == len(set(states))


def test_it_is_found_by_its_slurm_id(hello, server):
    assert server.job(hello["slurm_id"])["job_id"] == hello["job_id"]


def test_its_output_outlives_the_file(server):
    job_id = server.submit(HELLO)
    done = server.wait_for_status(job_id, "COMPLETED")
    path = done["stdout_path"]
    wait_for("the output to be kept", lambda: _is_kept(server, job_id, path))
    assert server.job(job_id)["output"] == "Hello World\n"


def _is_kept(server, job_id, path):
    away = Path(path).rename(f"{path}.away")
    kept = server.job(job_id)["output"]
    away.rename(path)
    return kept


def test_stdout_and_stderr_may_go_to_patterned_paths(server):
    script = "#!/bin/sh\necho out; echo err >&2\n"
    parameters = {"output": "o %x-%j.txt", "error": "e-%j.txt"}
    job_id = server.submit(script, name="a job", parameters=parameters)
    done = server.wait_for_status(job_id, "COMPLETED")
    assert done["stdout_path"] == f"{server.work_dir}/o a job-{done['slurm_id']}.txt"
    assert done["stderr_path"] == f"{server.work_dir}/e-{done['slurm_id']}.txt"
    assert wait_for("output", lambda: server.job(job_id)["output"]) == "out\n"


@pytest.mark.parametrize(
    ("body", "status", "code", "signal"),
    [
        ("exit 3", "FAILED", 3, None),
        ("kill -9 $$", "FAILED", 0, 9),
        ("exit 0", "COMPLETED", 0, None),
    ],
)
def test_how_a_job_ended_is_told(server, body, status, code, signal):
    job = server.wait_for_status(server.submit(f"#!/bin/sh\n{body}\n"), "FAILED", "COMPLETED")
    assert (job["status"], job["exit_code"], job["exit_signal"]) == (status, code, signal)


def test_a_cancelled_job_is_cancelled(server, run_slurm):
    job_id = server.submit("#!/bin/sh\nsleep 100\n")
    job = server.wait_for_status(job_id, "RUNNING")
    run_slurm("scancel", job["slurm_id"])
    server.wait_for_status(job_id, "CANCELLED")


def test_a_held_job_that_is_cancelled_never_started(server, run_slurm):
    job_id = server.submit("#!/bin/sh\n", parameters={"hold": True})
    job = wait_for("the reason", lambda: (job := server.job(job_id))["reason"] and job)
    assert (job["status"], job["reason"]) == ("PENDING", "JobHeldUser")
    run_slurm("scancel", job["slurm_id"])
    assert server.wait_for_status(job_id, "CANCELLED")["start_time"] is None


@pytest.mark.parametrize(
    ("line", "parameters"),
    [("#SBATCH --comment='of mine'", {}), ("#SBATCH --comment=old", {"comment": "of mine"})],
)
def test_the_users_comment_stands_beside_our_tag_in_slurm_and_alone_in_the_answer(
    server, run_slurm, line, parameters
):
    job_id = server.submit(f"#!/bin/sh\n{line}\n", parameters={"hold": True, **parameters})
    slurm_id = server.job(job_id)["slurm_id"]
    in_slurm = run_slurm("squeue", "--noheader", "--format=%k", f"--jobs={slurm_id}")
    assert in_slurm == f"of mine jupyter-slurm-api={job_id}"
    job = wait_for("Slurm's view", lambda: (job := server.job(job_id))["reason"] and job)
    assert job["comment"] == "of mine"


def test_parameters_win_over_the_script_and_the_name_over_both(server):
    script = "#!/bin/sh\n#SBATCH --time=5 --job-name=in-script --comment='of mine'\n"
    parameters = {"time": "7", "job-name": "in-parameters", "hold": True}
    job_id = server.submit(script, name="given", parameters=parameters)
    job = wait_for("Slurm's view", lambda: (job := server.job(job_id))["time_limit"] and job)
    assert (job["name"], job["time_limit"], job["comment"]) == ("given", "00:07:00", "of mine")


def test_a_script_that_waits_for_its_end_is_answered_at_once(server):
    began = time.monotonic()
    job_id = server.submit("#!/bin/sh\n#SBATCH --wait\nsleep 3\necho done\n")
    assert time.monotonic() - began < 3
    server.wait_for_status(job_id, "COMPLETED")
    assert wait_for("output", lambda: server.job(job_id)["output"]) == "done\n"


def test_an_array_is_one_job_with_counts(server):
    job_id = server.submit("#!/bin/sh\n", parameters={"array": "0-3"})
    job = server.wait_for_status(job_id, "COMPLETED")
    assert job["array"]["counts"] == {"COMPLETED": 4}


def test_a_job_submitted_by_hand_is_picked_up(server, run_slurm, tmp_path):
    slurm_id = run_slurm(
        "sbatch", "--parsable", "--job-name=by hand", cwd=tmp_path, stdin="#!/bin/sh\necho mine\n"
    )

    def look():
        answer = server.call("GET", f"job/{slurm_id}").json()
        return answer.get("job_id") and answer["status"] == "COMPLETED" and answer

    job = wait_for("the job by hand", look)
    assert job["origin"] == {"kind": "slurm"}
    assert (job["name"], job["script"]) == ("by hand", None)
    assert wait_for("output", lambda: server.job(slurm_id)["output"]) == "mine\n"


def test_the_queue_shows_the_job_as_slurm_does(server):
    job_id = server.submit("#!/bin/sh\n", name="in-queue", parameters={"hold": True, "time": 5})
    slurm_id = server.job(job_id)["slurm_id"]

    def look():
        queue = server.call("GET", "queue?user=me").json()
        return next((job for job in queue["jobs"] if job["job_id"] == slurm_id), None)

    row = wait_for("the row", look)
    assert (row["name"], row["state"], row["state_code"]) == ("in-queue", "PENDING", "PD")
    assert (row["time"], row["time_limit"], row["nodes"]) == ("00:00:00", "00:05:00", "1")
    assert (row["partition"], row["reason"]) == ("debug", "JobHeldUser")
    assert row["api_job_id"] == job_id


def test_slurms_own_sentence_comes_through(server):
    answer = server.call(
        "POST", "submit", json={"script": HELLO, "parameters": {"partition": "nowhere"}}
    )
    assert answer.status_code == 422
    assert "Invalid partition name specified" in answer.json()["message"]


def test_a_script_that_submits_nothing_is_refused(server):
    answer = server.call("POST", "submit", json={"script": "#!/bin/sh\n#SBATCH --test-only\n"})
    assert answer.status_code == 422
    assert "nothing was submitted" in answer.json()["message"]


def test_a_directory_that_is_not_writable_is_refused(server, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    answer = server.call("POST", "submit", json={"script": HELLO, "work_dir": str(closed)})
    assert answer.status_code == (201 if os.geteuid() == 0 else 422)


def test_a_hostile_name_is_one_row_and_stays_as_it_is(server, run_slurm, tmp_path):
    name = 'a|b\n"99999" <script>alert(1)</script>\x1f\x1e é'
    slurm_id = run_slurm(
        "sbatch", "--parsable", "--hold", f"--job-name={name}", cwd=tmp_path, stdin="#!/bin/sh\n"
    )

    def look():
        queue = server.call("GET", "queue").json()
        return [job for job in queue["jobs"] if job["job_id"] == slurm_id] and queue

    queue = wait_for("the row", look)
    assert queue["bad_rows"] == 0
    assert [job["name"] for job in queue["jobs"] if job["job_id"] == slurm_id] == [name]
    run_slurm("scancel", slurm_id)
