"""What a real cluster has, what one may use of it, and when a job would start."""

from __future__ import annotations

import getpass
import tempfile
from pathlib import Path

import pytest

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec
from servers import wait_for

SLEEP = "#!/bin/sh\nsleep 600\n"


@pytest.fixture(scope="module")
def gpus(make_server):
    """A server on a cluster with GPUs, and without accounting."""
    directory = Path(tempfile.mkdtemp(prefix="jsa-gpus-"))
    directory.chmod(0o755)
    cluster = DevCluster(directory)
    cluster.up(ClusterSpec(nodes=2, gpus=2, accounting=False))
    with make_server(environment=cluster.environment()) as server:
        yield server
    cluster.down(purge=True)


def listed(server, path, **params):
    answer = server.call("GET", f"slurm/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def estimated(server, **body):
    answer = server.call("POST", "slurm/estimate", json={"script": SLEEP, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_partitions_have_their_limits_and_what_their_nodes_have(server):
    body = listed(server, "partitions")
    assert (body["stale"], body["bad_rows"]) == (False, 0)
    debug, long = body["partitions"]
    assert (debug["name"], debug["is_default"], debug["state"]) == ("debug", True, "UP")
    assert (debug["time_limit"], long["default_time"]) == ("01:00:00", "01:00:00")
    assert (debug["nodes"], debug["cpus"]["total"], debug["gpus"]["total"]) == (4, 16, 0)


def test_a_running_job_takes_from_its_node(server):
    job_id = server.submit(SLEEP, parameters={"ntasks": 1, "mem": "512M", "exclusive": False})
    node = server.wait_for_status(job_id, "RUNNING")["node_list"]

    def taken():
        nodes = listed(server, "nodes", state="mixed,allocated")["nodes"]
        return next((one for one in nodes if one["name"] == node), None)

    found = wait_for("the node", taken)
    assert found["cpus"]["used"] >= 1
    assert found["memory"]["used"] >= 512 * 1024**2
    assert found["partitions"] == ["debug", "long"]
    server.call("DELETE", f"job/{job_id}")


def test_nodes_come_in_pages(server):
    first = listed(server, "nodes", limit=3)
    second = listed(server, "nodes", limit=3, cursor=first["next_cursor"])
    names = [one["name"] for one in (*first["nodes"], *second["nodes"])]
    assert (names, second["next_cursor"]) == (["n1", "n2", "n3", "n4"], None)


def test_limits_are_those_of_the_accounting(server):
    body = listed(server, "limits")
    assert (body["accounting"], body["user"]) == (True, getpass.getuser())
    assert body["default_account"] in {one["account"] for one in body["associations"]}
    assert "normal" in {one["name"] for one in body["qos"]}
    assert body["bad_rows"] == 0


class TestAnEstimate:
    def test_nothing_is_queued(self, server, run_slurm):
        queued = run_slurm("squeue", "--me", "--states=all", "--noheader", "--format=%i")
        body = estimated(server)
        (found,) = body["estimates"]
        assert (found["partition"], found["refusal"], body["best"]) == ("debug", None, "debug")
        assert found["start_time"]
        assert found["node_list"].startswith("n")
        now = run_slurm("squeue", "--me", "--states=all", "--noheader", "--format=%i")
        assert set(now.split()) <= set(queued.split())

    def test_of_every_partition_that_takes_jobs(self, server):
        body = estimated(server, partitions="all", parameters={"ntasks": 2})
        assert [one["partition"] for one in body["estimates"]] == ["debug", "long"]
        assert {one["cpus"] for one in body["estimates"]} == {2}

    def test_slurm_s_refusal_is_an_answer(self, server):
        body = estimated(server, parameters={"ntasks": 999})
        (found,) = body["estimates"]
        assert found["refusal"] == "Requested node configuration is not available"
        assert body["best"] is None


class TestAClusterWithGpusAndNoAccounting:
    def test_gpus_are_counted_by_type_and_use(self, gpus):
        job_id = gpus.submit(SLEEP, parameters={"gpus": 1})
        node = gpus.wait_for_status(job_id, "RUNNING")["node_list"]

        def used():
            (debug, _) = listed(gpus, "partitions")["partitions"]
            return debug["gpus"] if debug["gpus"]["used"] else None

        assert wait_for("the GPU", used) == {"total": 4, "used": 1, "free": 3}
        nodes = {one["name"]: one for one in listed(gpus, "nodes")["nodes"]}
        assert nodes[node]["gpus_by_type"] == {"fake": {"total": 2, "used": 1, "free": 1}}

    def test_a_job_that_wants_more_is_refused_before_it_is_queued(self, gpus):
        assert estimated(gpus, parameters={"gpus": 2})["estimates"][0]["start_time"]
        (found,) = estimated(gpus, parameters={"gpus": 9})["estimates"]
        assert found["refusal"] == "Requested node configuration is not available"

    def test_limits_say_that_there_are_none(self, gpus):
        body = listed(gpus, "limits")
        assert (body["accounting"], body["associations"]) == (False, [])
        assert "keeps no accounting" in body["note"]
