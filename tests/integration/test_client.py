"""The main road by the Python client and by `jupyter slurm`, on a real server and a real Slurm."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from jupyter_slurm_api.client import Conflict, Denied, Invalid, NotFound, SlurmClient
from servers import wait_for

SCRIPT = "#!/bin/sh\n#SBATCH --mem=20M\n"


@pytest.fixture
def client(server):
    with SlurmClient(server.url, server.token) as client:
        yield client


@pytest.fixture
def jupyter_slurm(server):
    """Run the command line as in a terminal of the server's; what it exits with and prints."""

    def run(*words, stdin="", **environment):
        done = subprocess.run(
            [sys.executable, "-m", "jupyter", "slurm", *words],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(server.home),
                "JUPYTER_RUNTIME_DIR": str(server.home / f"runtime-{server.port}"),
                **environment,
            },
            cwd=server.work_dir,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


class TestClient:
    def test_submit_look_and_wait(self, client, server):
        answer = client.submit(f"{SCRIPT}sleep 2; echo hello; exit 4", name="by client", tags=["t"])
        assert client.job(answer.job_id).name == "by client"
        assert client.wait(answer.job_id, timeout=60).exit_code == 4
        assert [job.job_id for job in client.iter_jobs(tag="t", limit=1)] == [answer.job_id]
        wait_for("the output", lambda: client.job(answer.slurm_id).output == "hello\n")

    def test_a_job_is_held_changed_and_cancelled(self, client):
        job_id = client.submit(SCRIPT, parameters={"hold": True}).job_id
        assert client.change(job_id, name="other").done
        assert client.job(job_id).name == "other"
        assert client.hold(job_id).done
        assert client.act("cancel", [job_id, "99999999"]).failed == 1
        assert client.wait(job_id, timeout=60).status == "CANCELLED"
        with pytest.raises(Conflict, match="is over"):
            client.cancel(job_id)

    def test_the_queue_is_the_same_object_until_it_changes(self, client):
        job_id = client.submit(SCRIPT, parameters={"hold": True}).job_id

        def is_still():
            return client.queue(user="me") is client.queue(user="me")

        assert wait_for("two looks without a change", is_still)
        client.cancel(job_id)

    def test_an_array_and_its_tasks(self, client):
        job_id = client.submit(SCRIPT, parameters={"array": "0-3"}).job_id
        assert client.wait(job_id, timeout=60).status == "COMPLETED"
        tasks = list(client.iter_tasks(job_id, limit=3))
        assert [task.task.task_id for task in tasks] == [0, 1, 2, 3]

    def test_what_changes_is_heard(self, client):
        events = client.events()
        assert next(events).kind == "reset"
        job_id = client.submit(SCRIPT).job_id
        told = (one for event in events if event.kind == "jobs" for one in event.jobs)
        states = [next(one.status for one in told if one.job_id == job_id)]
        while states[-1] != "COMPLETED":
            states.append(next(one.status for one in told if one.job_id == job_id))
        events.close()
        assert states[0] in ("SUBMITTING", "PENDING")

    def test_a_template_is_kept_and_deleted(self, client):
        client.put_template("short", {"parameters": {"time": 5}})
        assert "short" in [line.name for line in client.templates().templates]
        assert client.template("short").spec.parameters == {"time": 5}
        client.delete_template("short")
        with pytest.raises(NotFound):
            client.template("short")

    def test_what_the_cluster_has_and_would_make_of_a_job(self, client):
        partition = next(one["name"] for one in client.partitions().partitions)
        assert [node["name"] for node in client.iter_nodes(partition=partition, limit=1)]
        assert client.limits().user
        (estimate,) = client.estimate(SCRIPT, partitions=[partition]).estimates
        assert (estimate.partition, estimate.refusal) == (partition, None)

    def test_a_job_is_reported_on_and_submitted_once_more(self, client):
        job_id = client.submit(f"{SCRIPT}exit 3", parameters={"time": 5}).job_id
        client.wait(job_id, timeout=60)
        assert client.report(job_id).failure.exit_code == 3
        again = client.resubmit(job_id, parameters={"time": 7, "hold": True})
        assert client.job(again.job_id).parameters == {"time": 7, "hold": True}
        client.cancel(again.job_id)

    def test_an_output_is_followed_while_it_is_written(self, client):
        script = f"{SCRIPT}for i in 1 2 3; do echo line $i; sleep 0.5; done\n"
        job_id = client.submit(script).job_id
        *pieces, end = client.follow(job_id)
        assert "".join(piece.text for piece in pieces) == "line 1\nline 2\nline 3\n"
        assert (end.status, end.offset) == ("COMPLETED", 21)
        assert client.output(job_id, tail=1).text == "line 3\n"

    def test_errors_have_classes_and_sentences(self, client, server):
        with pytest.raises(NotFound, match="no job"):
            client.job("99999999")
        with pytest.raises(Invalid, match="Did you mean 'time'"):
            client.submit(SCRIPT, parameters={"tme": 1})
        with SlurmClient(server.url, "wrong") as stranger:
            assert stranger.health().slurm is None
            with pytest.raises(Denied, match="JUPYTER_SLURM_TOKEN"):
                stranger.submit(SCRIPT)

    def test_two_submits_with_one_key_are_one_job(self, client):
        first = client.submit(SCRIPT, idempotency_key="k")
        assert client.submit(SCRIPT, idempotency_key="k").job_id == first.job_id


class TestCommandLine:
    def test_submit_show_and_the_lists(self, jupyter_slurm, server):
        (server.work_dir / "job.sh").write_text(f"{SCRIPT}echo out; exit 3\n")
        status, said, told = jupyter_slurm("submit", "--wait", "-t", "5", "--tag=cli", "job.sh")
        assert (status, told) == (3, "")
        slurm_id = said.removeprefix("Submitted batch job ").strip()
        shown = jupyter_slurm("show", slurm_id)[1]
        assert f"Job {slurm_id}  job.sh" in shown
        assert "FAILED" in shown
        assert f"{server.work_dir}/slurm-{slurm_id}.out" in shown
        listed = jupyter_slurm("jobs", "--tag", "cli")[1]
        assert listed.splitlines()[1].split()[:5] == [slurm_id, "job.sh", "debug", "FAILED", "3:0"]

    def test_what_waits_is_in_the_queue_and_is_cancelled(self, jupyter_slurm):
        status, said, _ = jupyter_slurm("submit", "--parsable", "-H", stdin=SCRIPT)
        slurm_id = said.strip()
        assert status == 0
        head, *rows = jupyter_slurm("queue", "--me")[1].splitlines()
        assert head.split()[-1] == "NODELIST(REASON)"
        assert slurm_id in [row.split()[0] for row in rows]
        assert jupyter_slurm("cancel", slurm_id) == (0, "", "")
        status, _, told = jupyter_slurm("cancel", slurm_id)
        assert (status, told) == (1, f"{slurm_id}: Job {slurm_id} is over: CANCELLED.\n")

    def test_an_output_is_printed_and_followed(self, jupyter_slurm):
        script = f"{SCRIPT}echo one; sleep 2; echo two\n"
        slurm_id = jupyter_slurm("submit", "--parsable", stdin=script)[1].strip()
        status, said, told = jupyter_slurm("output", "-f", slurm_id)
        assert (status, said, told) == (0, "one\ntwo\n", "The job is over: COMPLETED.\n")
        assert jupyter_slurm("output", "-n1", slurm_id) == (0, "two\n", "")

    def test_json_is_the_api_s_answer(self, jupyter_slurm, server):
        said = json.loads(jupyter_slurm("jobs", "--json", "--limit=1")[1])
        answer = server.call("GET", "slurm/jobs?limit=1").json()
        assert said.keys() == answer.keys()
        assert said["jobs"][0].keys() == answer["jobs"][0].keys()

    def test_when_it_would_start(self, jupyter_slurm):
        status, said, told = jupyter_slurm("submit", "--test-only", stdin=SCRIPT)
        assert (status, told) == (0, "")
        assert said.startswith("It would start at 20")

    def test_slurm_s_own_sentence_comes_through(self, jupyter_slurm):
        status, said, told = jupyter_slurm("submit", "-p", "nowhere", stdin=SCRIPT)
        assert (status, said) == (1, "")
        assert "Invalid partition name specified" in told

    def test_without_a_server_it_says_how_to_start_one(self, jupyter_slurm, tmp_path):
        status, _, told = jupyter_slurm("queue", JUPYTER_RUNTIME_DIR=str(tmp_path))
        assert status == 1
        assert "jupyter lab" in told


def test_a_server_without_a_login_takes_submits_too(make_server):
    with (
        make_server(arguments=("--IdentityProvider.token=",)) as server,
        SlurmClient(server.url) as client,
    ):
        assert client.cancel(client.submit(SCRIPT, parameters={"hold": True}).job_id).done
