"""GET partitions, GET nodes and GET limits: what there is, and what one may use of it."""

from __future__ import annotations

import asyncio

import pytest

from fakes import node, partition
from jupyter_slurm_api import errors


@pytest.fixture
def cluster(slurm):
    slurm.partitions_ = [partition("debug", is_default=True), partition("gpu"), partition("empty")]
    slurm.nodes_ = [
        node("n1", "debug"),
        node("n2", "debug", "gpu", state="idle"),
        node("n10", "gpu", state="drained", reason="disk | <b>\n"),
    ]
    return slurm


@pytest.fixture
def nodes(call, cluster):
    async def ask(**params):
        body = (await call("slurm", "nodes", params=params)).body
        return [one["name"] for one in body["nodes"]]

    return ask


class TestPartitions:
    async def test_a_partition_has_what_its_nodes_have(self, call, cluster):
        answer = await call("slurm", "partitions")
        assert answer.status == 200
        debug, gpu, empty = answer.body["partitions"]
        assert (debug["name"], debug["is_default"], debug["time_limit"]) == (
            "debug",
            True,
            "01:00:00",
        )
        assert debug["nodes"] == 2
        assert debug["node_states"] == {"mixed": 1, "idle": 1}
        assert debug["cpus"] == {"total": 8, "used": 2, "free": 6}
        assert gpu["gpus_by_type"] == {"a100": {"total": 4, "used": 2, "free": 2}}
        assert (empty["nodes"], empty["gpus"]["total"], empty["gpus_by_type"]) == (0, 0, {})
        assert (answer.body["bad_rows"], answer.body["stale"]) == (1, False)

    @pytest.mark.parametrize("queue_life", [60.0])
    async def test_fifty_at_once_cost_one_look(self, call, cluster):
        paths = ("partitions", "nodes") * 25
        answers = await asyncio.gather(*(call("slurm", path) for path in paths))
        assert {answer.status for answer in answers} == {200}
        assert cluster.looks == 1

    async def test_unchanged_partitions_are_304(self, call, cluster):
        first = await call("slurm", "partitions")
        await asyncio.sleep(0.3)
        tag = {"If-None-Match": first.headers["ETag"]}
        assert (await call("slurm", "partitions", headers=tag)).status == 304
        cluster.nodes_ = cluster.nodes_[:1]
        await asyncio.sleep(0.3)
        assert (await call("slurm", "partitions", headers=tag)).status == 200

    async def test_with_slurm_away_the_last_ones_are_shown_as_stale(self, call, cluster):
        await call("slurm", "partitions")
        cluster.failure = errors.SlurmUnavailable("Slurm cannot be reached")
        await asyncio.sleep(0.3)
        body = (await call("slurm", "partitions")).body
        assert (len(body["partitions"]), body["stale"]) == (3, True)

    async def test_with_slurm_never_reached_it_says_so(self, call, slurm):
        slurm.failure = errors.SlurmUnavailable("Slurm cannot be reached")
        assert (await call("slurm", "partitions")).status == 503
        assert (await call("slurm", "nodes")).status == 503


class TestNodes:
    async def test_a_node_is_shown_whole(self, call, cluster):
        body = (await call("slurm", "nodes")).body
        assert body["nodes"] == cluster.nodes_
        assert (body["total"], body["next_cursor"], body["bad_rows"]) == (3, None, 1)

    @pytest.mark.parametrize(
        ("params", "found"),
        [
            ({"partition": "gpu"}, ["n2", "n10"]),
            ({"partition": "debug,gpu"}, ["n1", "n2", "n10"]),
            ({"state": "IDLE"}, ["n2"]),
            ({"state": "mix,drain"}, ["n1", "n10"]),
            ({"state": "drained", "partition": "debug"}, []),
            ({"partition": "nope"}, []),
        ],
    )
    async def test_filters(self, nodes, params, found):
        assert await nodes(**params) == found

    async def test_pages_follow_each_other(self, call, cluster):
        seen, cursor = [], {}
        while cursor is not None:
            body = (await call("slurm", "nodes", params={"limit": "1", **cursor})).body
            assert body["total"] == 3
            seen += [one["name"] for one in body["nodes"]]
            cursor = {"cursor": body["next_cursor"]} if body["next_cursor"] else None
        assert seen == ["n1", "n2", "n10"]

    async def test_a_node_that_is_gone_meanwhile_takes_no_other_with_it(self, nodes):
        assert await nodes(cursor="n3") == ["n10"]

    @pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "x"}, {"nope": "1"}])
    async def test_what_cannot_be_asked_is_refused(self, call, cluster, params):
        assert (await call("slurm", "nodes", params=params)).status == 422

    async def test_unchanged_nodes_are_304(self, call, cluster):
        first = await call("slurm", "nodes")
        tag = {"If-None-Match": first.headers["ETag"]}
        assert (await call("slurm", "nodes", headers=tag)).status == 304
        assert (await call("slurm", "nodes", params={"limit": "1"}, headers=tag)).status == 200


class TestLimits:
    async def test_accounts_their_limits_and_the_qos_one_may_ask_for(self, call):
        answer = await call("slurm", "limits")
        assert answer.status == 200
        body = answer.body
        assert (body["accounting"], body["default_account"], body["stale"]) == (
            True,
            "physics",
            False,
        )
        (own,) = body["associations"]
        assert (own["account"], own["limits"]) == ("physics", {"max_jobs": "5"})
        assert body["accounts"] == [{"account": "physics", "limits": {"grp_tres": "cpu=12"}}]
        assert [one["name"] for one in body["qos"]] == ["normal"]

    async def test_they_are_asked_for_once(self, call, slurm):
        first = await call("slurm", "limits")
        tag = {"If-None-Match": first.headers["ETag"]}
        assert (await call("slurm", "limits", headers=tag)).status == 304
        assert slurm.looks == 1

    async def test_without_accounting_there_are_none_and_it_says_so(self, call, slurm):
        slurm.accounting = False
        body = (await call("slurm", "limits")).body
        assert (body["accounting"], body["associations"], body["qos"]) == (False, [], [])
        assert "keeps no accounting" in body["note"]
        assert slurm.looks == 0

    async def test_with_the_accounting_away_it_says_so(self, call, slurm):
        slurm.failure = errors.SlurmUnavailable("The accounting cannot be reached")
        answer = await call("slurm", "limits")
        assert (answer.status, answer.body["message"]) == (503, "The accounting cannot be reached")
