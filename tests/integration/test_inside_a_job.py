"""A Jupyter server that itself runs in a Slurm job, as batchspawner and Open OnDemand start it."""

from __future__ import annotations

import re

import psutil
import pytest

from servers import wait_for

_TELLS = "#!/bin/sh\nenv | grep -E '^(SLURM|SBATCH)' | sort\n"
_OF_EACH_JOB_S_OWN = re.compile(
    r"SLURM_(JOB_?ID|TASK_PID|SUBMIT_DIR|NODELIST|JOB_NODELIST|NODE_ALIASES|TOPOLOGY_ADDR"
    r"|GTIDS|JOB_(START|END)_TIME)|SLURMD_NODENAME"
)
_RESOURCES = ("--ntasks=1", "--cpus-per-task=3", "--mem=200", "--time=30", "--job-name=jupyter")


@pytest.fixture(scope="module")
def inside(make_server):
    return make_server(launcher=("srun", *_RESOURCES)).start()


def variables(server) -> dict[str, str]:
    """What a job that is submitted without any wish is given by Slurm."""
    job_id = server.submit(_TELLS)
    server.wait_for_status(job_id, "COMPLETED")
    output = wait_for("its output", lambda: server.job(job_id)["output"])
    return dict(line.split("=", 1) for line in output.splitlines())


def test_the_server_itself_has_the_variables_of_its_job(inside):
    (program,) = [
        one
        for one in psutil.process_iter(["name", "cmdline"])
        if one.info["name"] != "srun" and f"--port={inside.port}" in (one.info["cmdline"] or ())
    ]
    assert program.environ()["SLURM_CPUS_PER_TASK"] == "3"


def test_its_jobs_are_given_what_any_job_is_given(inside, server):
    here, there = variables(server), variables(inside)
    for one in (here, there):
        for name in [name for name in one if _OF_EACH_JOB_S_OWN.fullmatch(name)]:
            del one[name]
    assert there == here
    assert "SLURM_CPUS_PER_TASK" not in there


def test_its_own_job_is_marked(inside, run_slurm):
    slurm_id = run_slurm("squeue", "--me", "--noheader", "--name=jupyter", "--format=%A")
    assert inside.job(slurm_id)["runs_this_server"]
    body = {"action": "cancel", "ids": [slurm_id]}
    (result,) = inside.call("POST", "slurm/jobs/actions", json=body).json()["results"]
    assert not result["done"]
