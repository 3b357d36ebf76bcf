"""Jobs that root, preemption, dying nodes and slow scripts brought into their states, as recorded.

The real cluster shows them to tests that root runs; these show them to everybody.
"""

import json

import pytest

from jupyter_slurm_api.slurm import accounting, observing

# By job: its state, exit code, signal, reason and restarts as the queue shows them.
QUEUE = {
    "cancelled_by_root": ("CANCELLED", 0, 15, None, 0),
    "cancelled_held": ("CANCELLED", 0, None, "JobHeldUser", 0),
    "out_of_memory": ("OUT_OF_MEMORY", 0, 125, "OutOfMemory", 0),
    "stopped": ("STOPPED", None, None, None, 0),
    "held_by_root": ("PENDING", None, None, "JobHeldAdmin", 0),
    "boot_fail": ("BOOT_FAIL", None, None, "JobLaunchFailure", 0),
    "resized": ("CANCELLED", 0, 15, None, 0),
    "exit_128": ("FAILED", 128, None, "NonZeroExitCode", 0),
    "exit_200": ("FAILED", 200, None, "NonZeroExitCode", 0),
    "runs_again": ("COMPLETED", 0, None, None, 1),
    "requeued_over": ("PENDING", None, None, "BeginTime", 1),
    "requeued_suspended": ("PENDING", None, None, "JobHeldAdmin", 1),
    "requeue_exit": ("PENDING", None, None, "BeginTime", 1),
    "requeue_exit_hold": ("SPECIAL_EXIT", None, None, "JobHeldUser", 1),
    "too_long": ("PENDING", None, None, "PartitionTimeLimit", 0),
    "never": ("PENDING", None, None, "DependencyNeverSatisfied", 0),
    "never_killed": ("CANCELLED", 0, None, "DependencyNeverSatisfied", 0),
    "deadline": ("DEADLINE", None, None, "DeadLine", 0),
    "node_fail": ("NODE_FAIL", None, None, "NodeDown", 0),
    "node_fail_requeued": ("PENDING", None, None, "BeginTime", 1),
    "preempted": ("PREEMPTED", 0, 15, None, 0),
    "preempted_requeued": ("PENDING", None, None, "BeginTime", 1),
    "partition_down": ("PENDING", None, None, "PartitionDown", 0),
    "configuring": ("CONFIGURING", None, None, None, 0),
}
# By job: the states of its runs in the accounting, where it has other words than the queue.
RUNS = {
    "stopped": ["RUNNING"],
    "configuring": ["RUNNING"],
    "runs_again": ["REQUEUED", "COMPLETED"],
    "requeued_over": ["REQUEUED", "PENDING"],
    "requeued_suspended": ["REQUEUED", "PENDING"],
    "requeue_exit": ["REQUEUED", "PENDING"],
    "requeue_exit_hold": ["REQUEUED", "PENDING"],
    "node_fail_requeued": ["NODE_FAIL", "PENDING"],
    "preempted_requeued": ["PREEMPTED", "PENDING"],
}


@pytest.fixture(scope="module")
def zoo(slurm):
    """The ids of the jobs by their names."""
    return json.loads((slurm.directory / "zoo_states.json").read_text())


@pytest.fixture(scope="module")
def queued(slurm, zoo):
    """Observe a job as squeue shows it."""

    def observe(label, case="states"):
        answer = slurm[f"squeue_own_{case}"]
        parsed = observing.own_jobs(answer.stdout, answer.separators)
        assert parsed.bad == 0
        return observing.observe(zoo[label], parsed.value[zoo[label]])

    return observe


@pytest.fixture(scope="module")
def recorded(slurm, zoo):
    """Return the runs of a job that the accounting has."""
    answer = slurm["sacct_states"]
    parsed = accounting.recorded(answer.stdout, answer.separators, "alice")
    assert parsed.bad == 0
    return lambda label: parsed.value[zoo[label]]


@pytest.mark.parametrize("label", QUEUE)
def test_what_the_queue_shows(queued, label):
    seen = queued(label)
    shown = (seen.status, seen.exit_code, seen.exit_signal, seen.reason, seen.restarts)
    assert shown == QUEUE[label]


@pytest.mark.parametrize("label", QUEUE)
def test_the_controller_shows_the_same(slurm, zoo, queued, label):
    (seen,) = observing.shown(slurm[f"states_job_{label}"].stdout, zoo[label]).values()
    assert (seen.status, seen.restarts) == (QUEUE[label][0], QUEUE[label][-1])


@pytest.mark.parametrize("label", QUEUE)
def test_what_the_accounting_has_of_its_runs(recorded, label):
    runs = [run.status for run in recorded(label)]
    assert runs == RUNS.get(label, [QUEUE[label][0]])


def test_a_signal_that_waits_for_a_node_that_does_not_answer(queued):
    assert queued("signaling", "signaling").status == "SIGNALING"


def test_the_accounting_takes_from_a_large_exit_code(recorded):
    (run,) = recorded("exit_200")
    assert (run.exit_code, run.exit_signal) == (200 - 128, None)


def test_of_an_exit_code_of_128_the_accounting_knows_nothing(recorded):
    (run,) = recorded("exit_128")
    assert (run.exit_code, run.exit_signal) == (None, None)
