"""What happened while nobody could see it: found out afterwards, and never guessed."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator

import httpx
import pytest

import audit
import faults
from fault_site import FaultSite, running_site
from faults import Poller, now
from servers import wait_for

pytestmark = pytest.mark.slow

AT_ONCE = 3.0
LONGER_THAN_ANY_PATIENCE = 330  # than the longest pause, and than a job is asked for in vain

# Becomes a real sbatch, whose server then ends before it hears the answer.
UNHEARD = """#!/bin/sh
{sbatch} "$@" >{heard}
kill -KILL $PPID
"""


@pytest.fixture(scope="module")
def site() -> Iterator[FaultSite]:
    with running_site() as site:
        site.forget_soon()
        yield site


def end_unseen(site, gate, job_id):
    """Let a job end and leave the queue while the server sleeps."""
    slurm_id = site.server.job(job_id)["slurm_id"]
    site.freeze_server()
    gate.touch()
    wait_for("the job to leave the queue", lambda: not site.is_queued(slurm_id))
    site.thaw_server()


def accounting_error(site):
    return site.server.call("GET", "health").json()["slurm"]["accounting_error"]


@pytest.mark.parametrize(
    ("breaks", "repairs"),
    [
        pytest.param(
            lambda site: site.signal("slurmdbd", signal.SIGSTOP),
            lambda site: site.signal("slurmdbd", signal.SIGCONT),
            id="hangs",
        ),
        pytest.param(
            lambda site: site.signal("slurmdbd", signal.SIGKILL),
            lambda site: site.cluster.up(),
            id="is killed",
        ),
    ],
)
def test_while_the_accounting_is_away_a_job_that_left_the_queue_stays_as_it_was(
    site, tmp_path, breaks, repairs
):
    unseen = site.submit_gated(tmp_path / "unseen")
    seen = site.submit_gated(tmp_path / "seen")
    paths = {"health": "health", "queue": "queue"}
    paths |= {"unseen": f"job/{unseen}", "seen": f"job/{seen}"}
    with Poller(site.server, *([path] for path in paths.values())) as poller:
        breaks(site)
        end_unseen(site, tmp_path / "unseen", unseen)
        awake_at = now()
        wait_for("health to tell", lambda: accounting_error(site))
        (tmp_path / "seen").touch()
        ended_at = now()
        wait_for("the queue's news", lambda: site.server.job(seen)["status"] == "COMPLETED")
        assert (now() - ended_at).total_seconds() < 10
        assert {one.body["status"] for one in poller.of(paths["unseen"])} == {"RUNNING"}
        repairs(site)
        job = site.server.wait_for_status(unseen, "COMPLETED")
        assert (job["exit_code"], job["output"]) == (0, "through\n")
        wait_for("health to be well", lambda: not accounting_error(site))
    assert faults.slow(poller.of(paths["unseen"], since=awake_at), AT_ONCE) == []
    assert faults.refused(poller.answers, {200}) == []
    assert faults.backward(poller.of(paths["unseen"])) == []
    wait_for("all outputs", site.outputs_are_kept)
    assert audit.audit(site.kept(), site.slurm_jobs()) == []


@pytest.mark.timeout(LONGER_THAN_ANY_PATIENCE + 240)
def test_an_accounting_that_is_long_away_makes_no_job_unknown(site, tmp_path):
    """Neither one of which it had the start, nor one that it never heard of until it is back."""
    gates = {"known": tmp_path / "known", "unheard": tmp_path / "unheard"}
    jobs = {"known": site.submit_gated(gates["known"])}
    site.signal("slurmdbd", signal.SIGKILL)
    broken = time.monotonic()
    jobs["unheard"] = site.submit_gated(gates["unheard"])
    paths = {name: f"job/{job_id}" for name, job_id in jobs.items()}
    with Poller(site.server, ["health"], ["queue"], *([path] for path in paths.values())) as poller:
        for name, job_id in jobs.items():
            end_unseen(site, gates[name], job_id)
        awake_at = now()
        wait_for("health to tell", lambda: accounting_error(site))
        time.sleep(max(0.0, broken + LONGER_THAN_ANY_PATIENCE - time.monotonic()))
        assert {one.body["status"] for path in paths.values() for one in poller.of(path)} == {
            "RUNNING"
        }
        site.cluster.up()
        for job_id in jobs.values():
            job = site.server.wait_for_status(job_id, "COMPLETED", "UNKNOWN")
            shown = (job["status"], job["exit_code"], job["output"])
            assert shown == ("COMPLETED", 0, "through\n")
        wait_for("health to be well", lambda: not accounting_error(site))
    for path in paths.values():
        assert {one.body["status"] for one in poller.of(path)} == {"RUNNING", "COMPLETED"}
    assert faults.slow([one for one in poller.answers if one.asked_at > awake_at], AT_ONCE) == []
    assert faults.refused(poller.answers, {200}) == []
    wait_for("all outputs", site.outputs_are_kept)
    assert audit.audit(site.kept(), site.slurm_jobs()) == []


@pytest.fixture(scope="module")
def unheard(site, tmp_path_factory):
    """A job that came, ended and left the queue while its server was dead; its id in Slurm."""
    directory = tmp_path_factory.mktemp("bin")
    heard, wrapper = directory / "heard", directory / "sbatch"
    wrapper.write_text(UNHEARD.format(sbatch=shutil.which("sbatch"), heard=heard))
    wrapper.chmod(0o755)
    site.server.stop()
    doomed = site.make_server(PATH=f"{directory}:{os.environ['PATH']}").start()
    with pytest.raises(httpx.TransportError):
        doomed.submit("#!/bin/sh\necho unheard\n", name="unheard")
    doomed.process.wait(30)
    slurm_id = heard.read_text().strip()
    wait_for("the job to leave the queue", lambda: not site.is_queued(slurm_id))
    site.server.start()
    (job_id,) = [job["_id"] for job in site.kept().jobs if job["name"] == "unheard"]
    return slurm_id, site.server.wait_for_status(job_id, "COMPLETED")


def test_a_submit_whose_answer_nobody_heard_is_found_in_the_accounting(site, unheard):
    slurm_id, job = unheard
    assert (job["slurm_id"], job["exit_code"]) == (slurm_id, 0)
    assert audit.audit(site.kept(), site.slurm_jobs()) == []


def test_its_output_is_found_too(unheard):
    assert unheard[1]["output"] == "unheard\n"


def test_a_job_that_the_controller_forgot_does_not_get_the_end_of_the_next_one_with_its_id(site):
    site.save_state()
    forgotten = site.server.submit("#!/bin/sh\nsleep 100\n")
    slurm_id = site.server.wait_for_status(forgotten, "RUNNING")["slurm_id"]
    site.signal("slurmctld", signal.SIGKILL)
    site.cluster.up()
    assert not site.is_queued(slurm_id)
    other = site.server.submit("#!/bin/sh\necho other\n")
    assert site.server.job(other)["slurm_id"] == slurm_id
    with Poller(site.server, ["health"], [f"job/{forgotten}"]) as poller:
        site.server.wait_for_status(other, "COMPLETED", "FAILED")
        wait_for("the job to leave the queue", lambda: not site.is_queued(slurm_id))
        left_at = now()
        wait_for("two ticks", lambda: len(poller.ticks(left_at)) >= 2)
    assert {one.body["status"] for one in poller.of(f"job/{forgotten}")} == {"RUNNING"}
    assert site.server.job(slurm_id)["job_id"] == other
