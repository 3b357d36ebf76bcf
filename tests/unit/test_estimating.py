"""What Slurm thinks of a job that is not submitted: recorded answers, and any bytes at all."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.slurm.estimating import asking, estimate

NOON = datetime(2025, 11, 24, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("label", "cpus", "nodes", "partition"),
    [
        ("plain", 1, "n1", "debug"),
        ("gpu", 1, "n1", "gpu"),
        ("array", 1, "n1", "debug"),
        ("het", 3, "n1", None),
    ],
)
def test_when_and_where_a_job_would_start(slurm, label, cpus, nodes, partition):
    found = estimate(slurm[f"estimate_{label}"].stderr, None)
    assert (found.cpus, found.node_list, found.partition) == (cpus, nodes, partition)
    assert found.start_time.tzinfo is timezone.utc
    assert found.refusal is None


@pytest.mark.parametrize("label", ["partition", "memory", "account"])
def test_a_refusal_is_no_estimate(slurm, label):
    case = slurm[f"refused_estimate_{label}"]
    assert case.code == 1
    assert estimate(case.stderr, None) is None


def test_slurm_s_own_way_to_write_a_time_is_read_too():
    stderr = b"Welcome!\nsbatch: Job 1 to start at 2025-11-24T12:00:00 using 1 processors on n1\n"
    local = NOON.replace(tzinfo=None).astimezone()
    assert estimate(stderr, "debug").start_time == local
    assert estimate(stderr, "debug").partition == "debug"


def test_a_time_that_is_none_leaves_the_rest():
    found = estimate(b"sbatch: Job 1 to start at Unknown using 1 processors on nodes n1", None)
    assert (found.start_time, found.node_list) == (None, "n1")


def test_the_command_only_asks_and_its_partition_is_the_last_word():
    argv = ["sbatch", "--parsable", "--partition=debug"]
    assert asking(argv, None) == ["sbatch", "--test-only", *argv[1:]]
    assert asking(argv, "long")[-1] == "--partition=long"


@given(st.binary() | st.binary().map(lambda some: b"sbatch: Job 1 to start at " + some))
def test_no_bytes_make_it_raise(stderr):
    estimate(stderr, None)
