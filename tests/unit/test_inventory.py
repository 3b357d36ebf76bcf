"""What sinfo and scontrol say of nodes and partitions: recorded answers, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.slurm import commands, inventory, words
from jupyter_slurm_api.slurm.commands import Separators

MARKS = Separators("qfield", "qrecord")
GIB = 1024**3
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="q"))
COUNTS = st.sampled_from(["0/4/0/4", "1/2/3", "////", "99999999999999999999999/0/0/1", ""])
GRES = st.sampled_from(["gpu", "gpu:", "gpu:a:b:c", "gpu:4(S:0-1", ")(", "gpu:a100:2,gpu:1", ","])


def line(**fields):
    facts = {"NodeList": "n1", "StateLong": "idle", "CPUsState": "0/4/0/4"} | fields
    return "qfield".join(facts.get(name, "") for name in commands.NODE_FIELDS) + "qrecord\n"


def node(**fields):
    (found,) = inventory.nodes(line(**fields).encode(), MARKS).value
    return found


@pytest.fixture(scope="module")
def nodes(slurm):
    case = slurm["sinfo"]
    parsed = inventory.nodes(case.stdout, case.separators)
    assert parsed.bad == 0
    return {one["name"]: one for one in parsed.value}


@pytest.fixture(scope="module")
def partitions(slurm):
    parsed = inventory.partitions(slurm["partitions"].stdout)
    assert parsed.bad == 0
    return {one["name"]: one for one in parsed.value}


class TestNodes:
    def test_a_node_in_use_has_what_is_left_of_it(self, nodes):
        assert nodes["n1"] == {
            "name": "n1",
            "state": "mixed",
            "flags": [],
            "partitions": ["debug", "gpu", "long"],
            "cpus": {"total": 4, "used": 1, "free": 3},
            "memory": {"total": 8 * GIB, "used": GIB, "free": 7 * GIB},
            "gpus": {"total": 2, "used": 1, "free": 1},
            "gpus_by_type": {"fake": {"total": 2, "used": 1, "free": 1}},
            "features": [],
            "reason": None,
        }
        assert nodes["n2"]["cpus"] == {"total": 4, "used": 4, "free": 0}

    def test_of_a_drained_node_nothing_is_free_and_its_reason_may_hold_anything(self, nodes):
        drained = nodes["n4"]
        assert (drained["state"], drained["reason"]) == ("drained", "a|b\nc d=e")
        assert {drained[what]["free"] for what in ("cpus", "memory", "gpus")} == {0}

    def test_nodes_come_in_the_order_of_their_numbers(self):
        names = ["n10", "n2", "n1", "n1-3", "a", "n02"]
        output = "".join(line(NodeList=name) for name in names).encode()
        found = [one["name"] for one in inventory.nodes(output, MARKS).value]
        assert found == ["a", "n1", "n1-3", "n02", "n2", "n10"]

    @pytest.mark.parametrize(
        ("word", "state", "flags"),
        [
            ("idle", "idle", []),
            ("down*", "down", ["not_responding"]),
            ("idle~", "idle", ["powered_down"]),
            ("mixed-", "mixed", ["planned"]),
            ("idle$*", "idle", ["maint", "not_responding"]),
        ],
    )
    def test_the_signs_behind_a_state_have_names(self, word, state, flags):
        found = node(StateLong=word)
        assert (found["state"], found["flags"]) == (state, flags)

    @pytest.mark.parametrize(
        ("gres", "used", "by_type"),
        [
            ("(null)", "(null)", {}),
            ("gpu:4", "gpu:1", {"gpu": (4, 1)}),
            ("gpu:a100:4(S:0-1)", "gpu:a100:3(IDX:0-1,3)", {"a100": (4, 3)}),
            (
                "gpu:a100:2(S:0),gpu:v100:1,nic:2",
                "gpu:a100:0(IDX:N/A),gpu:v100:1(IDX:2),nic:0",
                {"a100": (2, 0), "v100": (1, 1)},
            ),
            ("gpu", "gpu:0", {"gpu": (1, 0)}),
            ("gpu:a100", "gpu:a100:1", {"a100": (1, 1)}),
            ("shard:8,craynetwork:4", "shard:0", {}),
        ],
    )
    def test_gpus_are_counted_by_type(self, gres, used, by_type):
        found = node(Gres=gres, GresUsed=used)
        assert found["gpus_by_type"] == {
            kind: {"total": total, "used": taken, "free": total - taken}
            for kind, (total, taken) in by_type.items()
        }
        assert found["gpus"]["total"] == sum(total for total, _ in by_type.values())
        assert found["gpus"]["used"] == sum(taken for _, taken in by_type.values())

    @given(st.lists(st.tuples(WORDS, COUNTS | WORDS, WORDS, GRES | WORDS, st.booleans())))
    def test_rows_in_are_nodes_out_and_bad_rows(self, rows):
        output = "".join(
            line(NodeList=f"{at}.", StateLong=state, CPUsState=cpus, Memory=memory, Gres=gres)
            if good
            else f"{at}qfield{state}qrecord\n"
            for at, (state, cpus, memory, gres, good) in enumerate(rows)
        )
        parsed = inventory.nodes(output.encode(), MARKS)
        assert len(parsed.value) == sum(good for *_, good in rows)
        assert len(parsed.value) + parsed.bad == len(rows)

    @given(st.binary() | st.text(alphabet="qfieldrecord01*~gpu:(),/").map(str.encode))
    def test_no_bytes_make_it_raise(self, output):
        inventory.nodes(output, MARKS)

    @given(st.lists(st.text()))
    def test_any_names_have_one_order(self, names):
        keys = [inventory.order(name) for name in names]
        assert len({tuple(key) for key in keys}) == len(set(names))
        sorted(keys)


@given(st.text() | GRES)
def test_no_gres_makes_it_raise(word):
    assert all(count >= 0 for count in words.gpus(word).values())


class TestPartitions:
    def test_a_partition_has_its_limits_and_who_may_use_it(self, partitions):
        assert partitions["debug"] == {
            "name": "debug",
            "state": "UP",
            "is_default": True,
            "time_limit": "01:00:00",
            "default_time": "00:10:00",
            "min_nodes": 0,
            "max_nodes": None,
            "max_cpus_per_node": None,
            "default_memory_per_cpu": None,
            "default_memory_per_node": None,
            "max_memory_per_cpu": None,
            "max_memory_per_node": None,
            "priority_tier": 1,
            "qos": None,
            "allow_accounts": None,
            "deny_accounts": None,
            "allow_groups": None,
            "allow_qos": None,
            "deny_qos": None,
        }

    def test_other_partitions(self, partitions):
        assert list(partitions) == ["debug", "long", "gpu", "empty", "closed"]
        assert partitions["long"]["is_default"] is False
        assert partitions["long"]["time_limit"] == "7-00:00:00"
        assert (partitions["gpu"]["time_limit"], partitions["gpu"]["default_time"]) == (
            "UNLIMITED",
            None,
        )
        assert partitions["closed"]["state"] == "DOWN"
        assert partitions["closed"]["allow_accounts"] == ["root"]

    def test_memory_is_in_bytes(self):
        output = b"PartitionName=p DefMemPerCPU=2048 MaxMemPerNode=65536 DenyQos=a,b\n"
        (found,) = inventory.partitions(output).value
        assert found["default_memory_per_cpu"] == 2 * GIB
        assert found["max_memory_per_node"] == 64 * GIB
        assert found["deny_qos"] == ["a", "b"]

    @given(st.lists(st.sampled_from(["PartitionName=p State=UP", "State=UP", "x", "=", "Name=y"])))
    def test_lines_in_are_partitions_out_and_bad_rows(self, lines):
        parsed = inventory.partitions("\n".join(lines).encode())
        assert len(parsed.value) == sum(line.startswith("PartitionName") for line in lines)
        assert len(parsed.value) + parsed.bad == len(lines)

    @given(st.binary() | st.binary().map(lambda some: b"PartitionName=p MaxTime=" + some))
    def test_no_bytes_make_it_raise(self, output):
        inventory.partitions(output)
