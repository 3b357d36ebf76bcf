"""Jobs of many parts and many runs on a real Slurm: arrays, components, requeues, dependencies."""

from __future__ import annotations

import pytest

from servers import wait_for

TASK = "#!/bin/sh\necho task $SLURM_ARRAY_TASK_ID\n"
SMALL = {"mem": "20M"}


@pytest.fixture(scope="module")
def array(server):
    """An array of eight, two at once; one of them fails."""
    script = TASK + '[ "$SLURM_ARRAY_TASK_ID" != 5 ] || exit 3\n'
    return server.submit(script, name="sweep", parameters={"array": "0-7%2", **SMALL})


@pytest.fixture(scope="module")
def ended(server, array):
    return server.wait_for_status(array, "FAILED")


def tasks_of(server, job_id, **params):
    answer = server.call("GET", f"slurm/job/{job_id}/tasks", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestArray:
    def test_it_is_one_job_with_counts(self, ended):
        assert ended["array"]["counts"] == {"COMPLETED": 7, "FAILED": 1}
        assert (ended["array"]["tasks"], ended["array"]["throttle"]) == ("0-7", 2)
        assert ended["array"]["unstarted"] == {}
        assert ended["start_time"] < ended["end_time"]

    def test_each_task_is_there_once_with_an_id_of_its_own(self, server, ended, array):
        page = tasks_of(server, array)
        assert [task["task"]["task_id"] for task in page["tasks"]] == list(range(8))
        assert len({task["job_id"] for task in page["tasks"]}) == 8
        assert len({task["task"]["own_slurm_id"] for task in page["tasks"]}) == 8
        assert page["total"] == 8

    def test_tasks_can_be_asked_for_by_state(self, server, ended, array):
        page = tasks_of(server, array, state="F")
        (failed,) = page["tasks"]
        assert (failed["slurm_id"], failed["exit_code"]) == (f"{ended['slurm_id']}_5", 3)

    def test_each_task_has_its_own_output(self, server, ended):
        def read(task_id):
            return server.job(f"{ended['slurm_id']}_{task_id}")["output"]

        for task_id in (0, 5, 7):
            wait_for("its output", lambda task_id=task_id: read(task_id))
            assert read(task_id) == f"task {task_id}\n"

    def test_a_task_is_found_by_the_id_it_got_too(self, server, ended, array):
        task = tasks_of(server, array)["tasks"][3]
        assert server.job(task["task"]["own_slurm_id"])["job_id"] == task["job_id"]

    def test_a_task_has_the_array_s_script(self, server, ended):
        assert server.job(f"{ended['slurm_id']}_3")["script"].startswith(TASK)


@pytest.fixture(scope="module")
def unseen(make_server, run_slurm):
    """Arrays that came and went while their server was away, by what their outputs are called."""
    server = make_server().start()
    arrays = {}
    for name in ("part-%a.txt", "%A-%j.txt", None):
        output = {"output": name} if name else {}
        parameters = {"array": "1-2", "hold": True, **SMALL, **output}
        arrays[name] = server.job(server.submit(TASK, parameters=parameters))["slurm_id"]
    server.stop()
    run_slurm("scontrol", "release", ",".join(arrays.values()))
    queue = ("squeue", "--me", "--states=all", "--noheader", "--format=%F")
    wait_for(
        "them to leave the queue",
        lambda: set(arrays.values()).isdisjoint(run_slurm(*queue).split()),
        90,
    )
    return server.start(), arrays


@pytest.mark.parametrize("task_id", [1, 2])
@pytest.mark.parametrize("name", ["part-%a.txt", "%A-%j.txt", None])
def test_a_task_that_nobody_saw_has_its_output_too(unseen, name, task_id):
    server, arrays = unseen
    server.wait_for_status(arrays[name], "COMPLETED")
    task = f"{arrays[name]}_{task_id}"
    wait_for("its output", lambda: server.job(task)["output"])
    assert server.job(task)["output"] == f"task {task_id}\n"


def test_tasks_that_wait_are_shown_before_they_start(server):
    job_id = server.submit(TASK, parameters={"array": "1-9:2", "hold": True, **SMALL})
    job = wait_for("the array", lambda: (found := server.job(job_id))["array"] and found)
    assert job["array"]["counts"] == {"PENDING": 5}
    page = tasks_of(server, job_id)
    assert [task["task"]["task_id"] for task in page["tasks"]] == [1, 3, 5, 7, 9]
    assert server.job(f"{job['slurm_id']}_7")["status"] == "PENDING"
    wait_for("the hold", lambda: server.job(f"{job['slurm_id']}_7")["reason"] == "JobHeldUser")


def test_one_task_cancelled_while_it_waits_does_not_hide_the_others(server, run_slurm):
    job_id = server.submit("#!/bin/sh\nsleep 3\n", parameters={"array": "0-2%1", **SMALL})
    slurm_id = server.job(job_id)["slurm_id"]
    server.wait_for_status(job_id, "RUNNING")
    run_slurm("scancel", f"{slurm_id}_[1-2]")
    wait_for("its end", lambda: server.job(f"{slurm_id}_0")["status"] == "COMPLETED")
    counts = server.job(job_id)["array"]["counts"]
    # Of tasks that were cancelled while they waited, this Slurm keeps no record.
    assert sum(counts.values()) == 3
    assert counts["COMPLETED"] == 1


HET = """#!/bin/sh
#SBATCH --ntasks=1 --mem=20M
#SBATCH hetjob
#SBATCH --ntasks=2 --mem=30M
echo $SLURM_HET_SIZE
"""


def test_a_heterogeneous_job_is_one_job_with_components(server):
    job_id = server.submit(HET)
    job = server.wait_for_status(job_id, "COMPLETED")
    assert [part["offset"] for part in job["components"]] == [0, 1]
    slurm_id = job["slurm_id"]
    assert server.job(f"{slurm_id}+1")["slurm_id"] == f"{slurm_id}+1"
    assert server.job(f"{slurm_id}+1")["job_id"] == job_id
    wait_for("its output", lambda: server.job(job_id)["output"] == "2\n")


def test_a_dependency_is_shown_and_kept(server):
    first = server.submit("#!/bin/sh\nsleep 2\n", parameters=SMALL)
    slurm_id = server.job(first)["slurm_id"]
    after = {"dependency": f"afterok:{slurm_id}", **SMALL}
    job_id = server.submit("#!/bin/sh\ntrue\n", parameters=after)
    wait_for("the reason", lambda: server.job(job_id)["reason"] == "Dependency")
    assert server.job(job_id)["dependency"].startswith(f"afterok:{slurm_id}")
    job = server.wait_for_status(job_id, "COMPLETED")
    assert job["dependency"].startswith(f"afterok:{slurm_id}")


def test_a_dependency_that_can_never_be_satisfied_is_said_so(server):
    first = server.submit("#!/bin/sh\nexit 1\n", parameters={"hold": False, **SMALL})
    slurm_id = server.job(first)["slurm_id"]
    after = {"dependency": f"afterok:{slurm_id}", **SMALL}
    job_id = server.submit("#!/bin/sh\ntrue\n", parameters=after)
    wait_for(
        "the reason", lambda: server.job(job_id)["reason"] == "DependencyNeverSatisfied", seconds=90
    )
    assert "can never start" in server.job(job_id)["explanation"]


@pytest.fixture(scope="module")
def usage(server):
    """Return the usage of a job that had 200 MiB and two CPUs, sorted 20 MB and slept."""
    job_id = server.submit(
        "#!/bin/sh\nhead -c 20000000 /dev/urandom | sort >/dev/null; sleep 3\n",
        parameters={"mem": "200M", "cpus-per-task": 2},
    )
    server.wait_for_status(job_id, "COMPLETED")
    return wait_for("the accounting", lambda: server.job(job_id)["usage"])


def test_a_job_that_ended_has_its_usage(usage):
    assert usage["elapsed"] >= 3
    assert usage["total_cpu"] > 0
    assert usage["requested_cpus"] == 2
    assert usage["requested_memory"] == 200 * 1024**2


@pytest.mark.measures
def test_a_job_that_ended_has_the_memory_it_took(usage):
    assert 1024**2 < usage["max_rss"] <= 200 * 1024**2


def test_who_cancelled_a_job_is_told(server, run_slurm):
    job_id = server.submit("#!/bin/sh\nsleep 60\n", parameters=SMALL)
    server.wait_for_status(job_id, "RUNNING")
    run_slurm("scancel", server.job(job_id)["slurm_id"])
    job = server.wait_for_status(job_id, "CANCELLED")
    who = wait_for("the accounting", lambda: server.job(job_id)["cancelled_by"])
    assert who == job["user"]


def test_a_short_job_has_all_its_transitions(server):
    job_id = server.submit("#!/bin/sh\ntrue\n", parameters=SMALL)
    job = server.wait_for_status(job_id, "COMPLETED")
    states = [moved["state"] for moved in job["transitions"]]
    assert [state for state in states if state != "COMPLETING"] == [
        "PENDING",
        "RUNNING",
        "COMPLETED",
    ]


def test_a_requeued_job_keeps_each_run(server, run_slurm):
    script = '#!/bin/sh\n[ "$SLURM_RESTART_COUNT" ] || sleep 60\necho again\n'
    job_id = server.submit(script, parameters={"requeue": True, **SMALL})
    slurm_id = server.wait_for_status(job_id, "RUNNING")["slurm_id"]
    run_slurm("scontrol", "requeue", slurm_id)
    wait_for("the restart", lambda: server.job(job_id)["restarts"] == 1)
    wait_for("to be pending", lambda: server.job(job_id)["status"] == "PENDING")
    run_slurm("scontrol", "update", f"JobId={slurm_id}", "StartTime=now+2")
    server.wait_for_status(job_id, "COMPLETED")
    job = wait_for("the accounting", lambda: (seen := server.job(job_id))["usage"] and seen)
    (run,) = job["runs"]
    assert run["status"] == "REQUEUED"
    assert run["start_time"] <= run["end_time"] <= job["start_time"]
    assert run["node_list"]
    assert job["first_submit_time"] < job["submit_time"]
    states = [moved["state"] for moved in job["transitions"] if moved["state"] != "COMPLETING"]
    assert states == ["PENDING", "RUNNING", "PENDING", "RUNNING", "COMPLETED"]
    assert job["output"] == "again\n"


def test_a_requeued_task_waits_again_and_is_still_itself(server, run_slurm):
    script = '#!/bin/sh\n[ "$SLURM_RESTART_COUNT" ] || sleep 60\necho again\n'
    parameters = {"requeue": True, "array": "0-3%1", **SMALL}
    job_id = server.submit(script, parameters=parameters)
    slurm_id = server.job(job_id)["slurm_id"]
    first = wait_for("a task", lambda: tasks_of(server, job_id, state="RUNNING")["tasks"])[0]
    assert first["slurm_id"] == f"{slurm_id}_0"
    run_slurm("scontrol", "hold", slurm_id)
    run_slurm("scontrol", "requeue", first["slurm_id"])

    def waits_again():
        task = server.job(first["slurm_id"])
        return task["status"] == "PENDING" and task["runs"] and task

    task = wait_for("the task to wait again", waits_again)
    assert task["job_id"] == first["job_id"]
    assert [run["start_time"] for run in task["runs"]] == [first["start_time"]]
    array = server.job(job_id)["array"]
    assert array["counts"] == {"PENDING": 4}
    run_slurm("scancel", slurm_id)
    server.wait_for_status(job_id, "CANCELLED", "UNKNOWN")
