"""The same four jobs as releases of Slurm write them that cannot be had: files built by hand.

What is said of the files stands in tests/by_hand/README.md.
"""

from datetime import datetime, timezone
from pathlib import Path

import pytest

from jupyter_slurm_api import states
from jupyter_slurm_api.slurm import accounting, observing, parsing
from jupyter_slurm_api.slurm.commands import Separators

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
BY_HAND = Path(__file__).parent.parent / "by_hand"
RELEASES = sorted(path.name for path in BY_HAND.iterdir() if path.is_dir())
WITH_SUBMIT_LINES = [release for release in RELEASES if release != "20.11"]
GIB = 1024**3


def at(seconds):
    return datetime.fromtimestamp(1795492000 + seconds, timezone.utc)


@pytest.fixture(params=RELEASES)
def release(request):
    return request.param


@pytest.fixture
def said(release):
    return lambda name: (BY_HAND / release / f"{name}.out").read_bytes()


@pytest.fixture
def queued(said):
    """Observe a job as squeue shows it."""
    parsed = observing.own_jobs(said("squeue_own"), Separators("|", "@"))
    assert parsed.bad == 0
    return lambda slurm_id: observing.observe(slurm_id, parsed.value[slurm_id])


@pytest.fixture
def recorded(said):
    """Return the one run of a job that the accounting has."""
    parsed = accounting.recorded(said("sacct"), Separators("|", "|\n"), "alice")
    assert parsed.bad == 0

    def run(slurm_id):
        (one,) = parsed.value[slurm_id]
        return one

    return run


def test_what_the_controller_says_of_itself(release, said):
    info = parsing.cluster_info(said("config"))
    assert info.name == "site"
    assert info.version.startswith(release)
    assert (info.accounting, info.min_job_age) == (True, 300)
    assert info.keeps_submit_lines == (release in WITH_SUBMIT_LINES)


def test_a_job_that_runs(queued):
    seen = queued("42")
    assert (seen.status, seen.reason, seen.exit_code) == ("RUNNING", None, None)
    assert (seen.cpus, seen.memory, seen.node_list) == (2, 2 * GIB, "n1")
    assert (seen.submit_time, seen.start_time, seen.end_time) == (at(0), at(10), None)
    assert (seen.comment, seen.tag) == ("mine JobState=COMPLETED", UUID)
    assert seen.stdout_path == seen.stderr_path == "/home/alice/logs/train-42.out"


def test_a_job_that_failed(queued):
    seen = queued("43")
    assert (seen.status, seen.reason, seen.exit_code) == ("FAILED", "NonZeroExitCode", 3)
    assert (seen.start_time, seen.end_time) == (at(10), at(15))
    assert seen.stdout_path == seen.stderr_path == "/home/alice/slurm-43.out"


def test_a_task_of_an_array(queued):
    seen = queued("44_1")
    assert (seen.status, seen.own_slurm_id, seen.task_id) == ("COMPLETED", "45", 1)
    assert seen.stdout_path == seen.stderr_path == "/home/alice/slurm-44_1.out"


@pytest.mark.parametrize(
    ("name", "slurm_id", "shown"),
    [
        ("job_running", "42", ("RUNNING", at(10), None, None)),
        ("job_failed", "43", ("FAILED", at(10), at(15), 3)),
        ("job_array", "44", ("COMPLETED", at(10), at(15), 0)),
    ],
)
def test_what_the_controller_shows_of_a_job(said, name, slurm_id, shown):
    ((key, seen),) = observing.shown(said(name), slurm_id).items()
    assert key == ("44_1" if name == "job_array" else slurm_id)
    assert (seen.status, seen.start_time, seen.end_time, seen.exit_code) == shown
    assert (seen.submit_time, seen.restarts, seen.node_list) == (at(0), 0, "n1")


@pytest.mark.parametrize(
    ("slurm_id", "status", "code", "memory"),
    [("42", "RUNNING", None, 2), ("43", "FAILED", 3, 1), ("44_1", "COMPLETED", 0, 1)],
)
def test_what_the_accounting_has(recorded, slurm_id, status, code, memory):
    run = recorded(slurm_id)
    assert (run.status, run.exit_code) == (status, code)
    assert run.usage.requested_memory == memory * GIB


def test_what_a_step_used(recorded):
    usage = recorded("43").usage
    assert (usage.total_cpu, usage.max_rss) == (4.5, 3128 * 1024)


@pytest.mark.parametrize("release", WITH_SUBMIT_LINES, indirect=True)
def test_our_tag_is_found_in_the_command_line(said):
    parsed = accounting.tagged(said("sacct_tags"), Separators("|", "|\n"), "alice")
    assert (parsed.value, parsed.bad) == ({UUID: "42"}, 0)


@pytest.mark.parametrize("release", ["25.11", "26.05"], indirect=True)
def test_a_new_flag_is_known_and_no_end(queued):
    seen = queued("46")
    assert seen.status == "EXPEDITING"
    assert seen.status in states.FLAGS
    assert not seen.is_over
