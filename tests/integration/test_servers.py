"""Servers on real parts: loading, restarts, two at once, parts away, and what must not leak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pymongo import MongoClient

from jupyter_slurm_api.local.mongod import EmbeddedMongod
from servers import wait_for

HELLO = "#!/bin/sh\necho hello\n"


@pytest.mark.parametrize("command", ["server", "lab", "slurm-api"])
def test_every_way_to_start_jupyter_loads_the_extension(make_server, command):
    server = make_server(command=(command,)).start()
    assert server.call("GET", "slurm/queue").status_code == 200
    server.stop()


def test_a_base_url_stands_before_every_route(make_server):
    server = make_server(base_url="/user/ada/").start()
    answer = server.call("POST", "submit", json={"script": HELLO})
    assert answer.headers["Location"].startswith("/user/ada/slurm/job/")
    assert server.call("GET", answer.headers["Location"].removeprefix("/user/ada/")).is_success
    server.stop()


def test_loading_the_extension_imports_nothing_heavy():
    code = (
        "import sys, jupyter_server.serverapp; before = set(sys.modules);"
        "import jupyter_slurm_api; jupyter_slurm_api._jupyter_server_extension_points();"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"pydantic", "pymongo", "httpx", "ipywidgets"} & set(done.stdout.split())


def test_a_job_that_ended_while_no_server_ran_is_found_in_the_accounting(make_server, run_slurm):
    server = make_server().start()
    job_id = server.submit("#!/bin/sh\nsleep 2\nexit 4\n")
    slurm_id = server.job(job_id)["slurm_id"]
    server.stop()
    wait_for("the job to leave the queue", lambda: slurm_id not in _queue_ids(run_slurm), 90)
    server.start()
    job = server.wait_for_status(job_id, "FAILED")
    assert (job["exit_code"], job["script"]) == (4, "#!/bin/sh\nsleep 2\nexit 4\n")
    server.stop()


def _queue_ids(run_slurm):
    return run_slurm("squeue", "--me", "--states=all", "--noheader", "--format=%A").split()


def test_jobs_outlive_the_server(make_server):
    server = make_server().start()
    job_id = server.submit(HELLO)
    server.wait_for_status(job_id, "COMPLETED")
    server.stop()
    server.start()
    assert server.job(job_id)["status"] == "COMPLETED"
    server.stop()


def test_two_servers_on_one_database_record_each_transition_once(make_server):
    one = make_server().start()
    other = make_server(home=one.home).start()
    script = "#!/bin/sh\nsleep 1\necho done\n"
    with ThreadPoolExecutor(10) as threads:
        ids = list(
            threads.map(
                lambda number: (one, other)[number % 2].submit(script, parameters={"mem": "50M"}),
                range(100),
            )
        )
    jobs = [other.wait_for_status(job_id, "COMPLETED") for job_id in ids]
    for job in jobs:
        states = [moved["state"] for moved in job["transitions"]]
        assert len(states) == len(set(states)), states
        assert states[0] == "PENDING"
        assert states[-1] == "COMPLETED"
    assert len({job["slurm_id"] for job in jobs}) == 100
    assert len({job["job_id"] for job in jobs}) == 100
    assert all(job["origin"] == {"kind": "api"} for job in jobs)
    wait_for("all outputs to be kept", lambda: _kept(one.home).keys() >= set(ids))
    kept = _kept(one.home)  # with those of other tests' jobs, which these servers picked up
    assert {kept[job_id] for job_id in ids} == {b"done\n"}
    one.stop()
    other.stop()


def _kept(home):
    """Return the kept standard outputs by job, as they stand in the database."""
    mongod = EmbeddedMongod(home / "data" / "slurm-api")
    with MongoClient(mongod.start()) as client:
        kept = {one["job_id"]: one["data"] for one in client["outputs"]["outputs"].find()}
    mongod.stop()
    return kept


@pytest.mark.other_user
def test_another_users_job_shows_what_squeue_shows(server):
    job_id = os.environ["SLURM_TEST_OTHER_JOB"]
    job = server.call("GET", f"job/{job_id}").json()
    assert (job["user"], job["name"]) == (os.environ["SLURM_TEST_OTHER_USER"], "bob-secret-run")
    assert [job[name] for name in ("job_id", "script", "output", "parameters")] == [None] * 4
    mine = server.call("GET", "queue?user=me").json()["jobs"]
    assert job_id not in [row["job_id"] for row in mine]


@pytest.mark.other_user
def test_another_users_job_that_left_the_queue_is_not_found(server):
    job_id = os.environ["SLURM_TEST_OTHER_GONE_JOB"]
    wait_for("404", lambda: server.call("GET", f"job/{job_id}").status_code == 404)


SHOW_ENVIRONMENT = "#!/bin/sh\nenv\n"
SECRETS = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "CONFIGPROXY_AUTH_TOKEN")


@pytest.fixture(scope="module")
def trusted_server(make_server):
    """A server whose environment is full of secrets and of the job that it runs in."""
    secrets = dict.fromkeys((*SECRETS, "JUPYTER_TOKEN"), "s3cr3t")
    inside_a_job = {"SLURM_JOB_ID": "77", "SLURM_CPU_BIND": "mask", "SLURM_NTASKS": "9"}
    kept = {"SBATCH_PARTITION": "long", "MY_SETTING": "kept"}
    return make_server(environment={**secrets, **inside_a_job, **kept}, token="s3cr3t").start()


def test_a_jobs_environment_holds_no_secret_and_no_other_job(trusted_server):
    job_id = trusted_server.submit(SHOW_ENVIRONMENT)
    assert trusted_server.wait_for_status(job_id, "COMPLETED")["partition"] == "long"
    output = wait_for("output", lambda: trusted_server.job(job_id)["output"])
    assert "s3cr3t" not in output
    assert "MY_SETTING=kept" in output
    assert "SLURM_NTASKS=9" not in output
    assert "SLURM_JOB_ID=77" not in output


def test_a_kernels_environment_holds_no_database_address(make_server):
    given = {"MONGO_URI": "mongodb://ada:s3cr3t@127.0.0.1:1/", "MONGO_DB": "hidden"}
    server = make_server(environment=given).start()
    answer = server.call("POST", "api/terminals", json={})
    assert answer.status_code == 200, answer.text
    shells = subprocess.run(
        ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
    )
    environments = [_environment(pid) for pid in shells.stdout.split()]
    assert environments
    assert not any("s3cr3t" in environment for environment in environments)
    assert "s3cr3t" not in server.log
    assert "s3cr3t" not in server.call("GET", "health").text
    server.stop()


def _environment(pid):
    return Path(f"/proc/{pid}/environ").read_text()


@pytest.fixture(scope="module")
def without_database(make_server):
    return make_server(environment={"MONGO_URI": "mongodb://127.0.0.1:1/"}).start()


class TestWithoutADatabase:
    def test_the_queue_still_answers(self, without_database):
        assert without_database.call("GET", "queue").status_code == 200

    def test_nothing_is_submitted(self, without_database, run_slurm):
        before = _queue_ids(run_slurm)
        answer = without_database.call("POST", "submit", json={"script": HELLO, "name": "lost"})
        assert answer.status_code == 503
        assert "database" in answer.json()["message"]
        names = run_slurm("squeue", "--me", "--states=all", "--noheader", "--format=%j").split()
        assert "lost" not in names, before

    def test_health_says_so(self, without_database):
        body = without_database.call("GET", "health").json()
        assert body["status"] == "degraded"
        assert body["database"]["reachable"] is False
        assert body["slurm"]["reachable"] is True


@pytest.fixture(scope="module")
def without_slurm(make_server, tmp_path_factory):
    empty = tmp_path_factory.mktemp("bin")
    for program in ("mongod", "sh"):
        found = subprocess.run(
            ["/usr/bin/which", program], capture_output=True, text=True, check=False
        )
        if found.returncode == 0:
            (empty / program).symlink_to(found.stdout.strip())
    return make_server(environment={"PATH": str(empty)}).start()


class TestWithoutSlurm:
    def test_every_question_says_what_is_missing(self, without_slurm):
        for answer in (
            without_slurm.call("GET", "queue"),
            without_slurm.call("POST", "submit", json={"script": HELLO}),
        ):
            assert answer.status_code == 503
            assert "is not on this server's PATH" in answer.json()["message"]

    def test_health_says_so(self, without_slurm):
        assert "PATH" in without_slurm.call("GET", "health").json()["slurm"]["error"]


@pytest.fixture(scope="module")
def without_controller(make_server, slurm_environment, tmp_path_factory):
    """A server whose slurm.conf names a port where nobody listens."""
    lines = Path(slurm_environment["SLURM_CONF"]).read_text().splitlines()
    conf = tmp_path_factory.mktemp("conf") / "slurm.conf"
    other = [line for line in lines if not line.lower().startswith("slurmctldport")]
    conf.write_text("\n".join([*other, "SlurmctldPort=1", "MessageTimeout=2", ""]))
    return make_server(environment={"SLURM_CONF": str(conf)}).start()


class TestWithTheControllerDown:
    def test_it_is_said_and_nothing_is_recorded(self, without_controller):
        answer = without_controller.call("POST", "submit", json={"script": HELLO})
        assert answer.status_code in (503, 504)
        assert "try again" in answer.json()["message"].lower()

    def test_the_queue_is_not_shown_empty(self, without_controller):
        assert without_controller.call("GET", "queue").status_code in (503, 504)

    def test_health_is_degraded_and_answers_at_once(self, without_controller):
        wait_for(
            "the first look",
            lambda: without_controller.call("GET", "health").json()["status"] != "ok",
        )
        began = time.monotonic()
        anybody = without_controller.call("GET", "health")
        assert anybody.status_code == 200
        assert time.monotonic() - began < 30


def test_a_wrong_setting_is_said_in_the_log_and_in_every_answer(make_server):
    server = make_server(arguments=("--SlurmApi.mongo_uri=localhost",)).start()
    answer = server.call("GET", "queue")
    assert answer.status_code == 503
    assert "mongo_uri must begin with mongodb://" in answer.json()["message"]
    assert "mongo_uri must begin with mongodb://" in server.log
    assert server.call("GET", "health").json()["status"] == "degraded"
    server.stop()


def test_no_traceback_and_no_token_in_the_log(server):
    for body in ("{", "{}", json.dumps({"script": "x"}), json.dumps({"script": HELLO, "name": 5})):
        server.call("POST", "submit", content=body)
    server.call("GET", "job/nothing")
    assert "Traceback" not in server.log
    assert server.token not in server.log
