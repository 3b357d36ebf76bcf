"""Every state of Slurm on a site: an ordinary account's server, and root, who administers.

All jobs start at once, then each is done what brings it into its state, and the tests look
at what became of it. A second server of the account is away while its jobs end: what it
shows is what the accounting says.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

import pytest

from jupyter_slurm_api import states
from servers import Server, wait_for
from slurm_site import SlurmSite, running_site
from state_cases import ENDS, PASSES, REASONS, RUNS, SLEEP, STAYS, Case

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can administer a cluster")

# Slurm looks at time limits and reservations every thirty seconds.
PATIENCE = 50
A_LOOK_AT_THE_ACCOUNTING = 20
A_MOMENT = 5


@dataclass
class Jobs:
    """Jobs of one server, by the names of their cases; ``due`` is when all shows."""

    server: Server
    ids: dict[str, str] = field(default_factory=dict)
    slurm_ids: dict[str, str] = field(default_factory=dict)
    due: float = 0

    def submit(self, name: str, case: Case) -> None:
        parameters = dict(case.parameters)
        if case.after:
            kind, other = case.after
            parameters["dependency"] = f"{kind}:{self.slurm_ids[other]}"
        script = f"#!/bin/sh\n{case.script}\n"
        self.ids[name] = self.server.submit(script, name=name, parameters=parameters)
        self.slurm_ids[name] = self.server.job(self.ids[name])["slurm_id"]

    def wait(self, name: str, wanted: Mapping[str, Any], known: str = "status") -> dict[str, Any]:
        """Return a job when it shows what is wanted, and has something in ``known``."""
        due = max(self.due, time.monotonic() + A_MOMENT)
        while True:
            job = self.server.job(self.ids[name])
            shown = {key: job[key] for key in wanted}
            if (shown == dict(wanted) and job[known]) or time.monotonic() > due:
                break
            time.sleep(0.1)
        assert shown == dict(wanted), job["transitions"]
        return job


@pytest.fixture(scope="module")
def site():
    with running_site() as site:
        yield site


@pytest.fixture(scope="module")
def late(site):
    """Jobs of a server that is away while they end."""
    with site.server("late") as server:
        jobs = Jobs(server)
        for name, case in ENDS.items():
            jobs.submit(name, case)
        server.stop()
        yield jobs


@pytest.fixture(scope="module")
def jobs(site, late):
    """All jobs, with what brings them into their states under way."""
    with site.server("alice") as server:
        jobs = Jobs(server)
        site.reserve_briefly("brief")
        cases = STAYS | PASSES | ENDS
        for name, case in sorted(cases.items(), key=lambda one: one[1].after is not None):
            jobs.submit(name, case)
        disturb(site)
        carry_out(site, jobs, cases)
        carry_out(site, late, ENDS)
        jobs.due = time.monotonic() + PATIENCE
        yield jobs


def disturb(site: SlurmSite) -> None:
    """Close a partition, let a node die under its jobs, and a better job take others' place."""
    site.as_admin("scontrol", "update", "PartitionName=inactive", "State=INACTIVE")
    # A node with a job that is completing takes no other.
    partitions = "--partition=doomed,low_cancel,low_requeue,slow_epilog"
    shown = ("squeue", "--noheader", "--states=all", "--format=%T", partitions)
    wait_for("them to run", lambda: set(site.as_admin(*shown).split()) == {"RUNNING"})
    site.kill_node("n4")
    better = ("--partition=high", "--exclusive", "--output=/dev/null")
    site.as_admin("sbatch", *better, f"--wrap={SLEEP}")


def carry_out(site: SlurmSite, jobs: Jobs, cases: Mapping[str, Case]) -> None:
    """Do to each job what its case says, step after step."""
    steps = max(len(case.once) for case in cases.values())
    due = [
        (name, *case.once[step])
        for step in range(steps)
        for name, case in cases.items()
        if len(case.once) > step
    ]
    for name, state, act in due:
        await_state(site, name, jobs.slurm_ids[name], state)
        act(site, jobs.slurm_ids[name])


def await_state(site: SlurmSite, name: str, slurm_id: str, state: str) -> None:
    wait_for(f"{name} to be {state}", lambda: site.state(slurm_id) == state, 20)


@pytest.fixture(scope="module")
def released(site, jobs):
    """All jobs, with nothing that holds any of them up."""
    site.open("slow_prolog")
    site.open("slow_epilog")
    return jobs


@pytest.fixture(scope="module")
def found(site, late, jobs):
    """The jobs that ended while their server was away, and of which the queue shows no more."""
    ids = set(late.slurm_ids.values())
    wait_for("the jobs to leave the queue", lambda: ids.isdisjoint(site.queue()), 90)
    late.server.start()
    late.due = time.monotonic() + A_LOOK_AT_THE_ACCOUNTING
    return late


@pytest.fixture(params=["seen in the queue", "found in the accounting"])
def either(request):
    """The jobs of the server that was there, then of the one that was away."""
    return request.getfixturevalue("found" if "accounting" in request.param else "jobs")


@pytest.mark.parametrize("name", STAYS)
def test_a_state(jobs, name):
    jobs.wait(name, STAYS[name].shows)


@pytest.mark.parametrize("name", PASSES)
def test_a_state_that_passes(jobs, name):
    jobs.wait(name, PASSES[name].shows)


def test_a_signal_on_its_way(site, jobs):
    slurm_id = jobs.slurm_ids["signaled"]
    with site.frozen("n5"):
        site.as_user("scancel", "--signal=STOP", slurm_id)
        jobs.wait("signaled", {"status": "SIGNALING", "base_state": "RUNNING"})
    jobs.wait("signaled", {"status": "STOPPED", "base_state": "RUNNING"})
    site.as_user("scancel", "--signal=CONT", slurm_id)
    jobs.wait("signaled", {"status": "RUNNING", "base_state": "RUNNING"})


def test_an_array_of_which_one_task_may_run_at_a_time(jobs):
    job = jobs.wait("array", {"status": "RUNNING", "reason": "JobArrayTaskLimit"})
    assert job["array"]["counts"] == {"PENDING": 3, "RUNNING": 1}


@pytest.mark.parametrize("name", PASSES)
def test_what_comes_of_a_job_that_nothing_holds_up_any_more(released, name):
    released.wait(name, PASSES[name].later)


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_of_an_end(jobs, name):
    jobs.wait(name, {"reason": REASONS[name]})


@pytest.mark.parametrize("name", ENDS)
def test_an_end(either, name):
    job = either.wait(name, {"base_state": ENDS[name].shows["status"], **ENDS[name].shows})
    assert job["end_time"] is not None
    assert job["status_code"] == states.BASE_STATES[job["status"]]


@pytest.mark.parametrize("name", ["boot fail", "deadline"])
def test_what_slurm_itself_gave_up_was_killed_by_no_signal(either, name):
    """For want of an exit status Slurm has written a 1, which the queue reads as a signal."""
    either.wait(name, {**ENDS[name].shows, "exit_signal": None})


def test_the_accounting_does_not_change_an_exit_code_that_was_seen(jobs):
    """It takes 128 off what is as large or larger: 200 becomes 72, and 128 becomes 0."""
    name = "exit code of 128 and more"
    assert jobs.wait(name, STAYS[name].shows, known="usage")["usage"]
    jobs.wait(name, STAYS[name].shows)


@pytest.mark.parametrize("name", ["cancelled by its user", "cancelled while suspended", "resized"])
def test_a_job_that_its_user_cancelled(site, either, name):
    either.wait(name, {"cancelled_by": site.account})


@pytest.mark.parametrize("name", ["cancelled by root", "cancelled before it ran"])
def test_a_job_that_root_cancelled(either, name):
    either.wait(name, {"cancelled_by": "root"})


@pytest.mark.parametrize("name", ["completed", "dependency that kills", "preempted", "timeout"])
def test_a_job_that_nobody_cancelled(either, name):
    either.wait(name, {**ENDS[name].shows, "cancelled_by": None})


@pytest.mark.parametrize(
    ("name", "kind", "other"),
    [("depends", "afterany", "held by its user"), ("depends in vain", "afterok", "failed")],
)
def test_what_a_job_waits_for(jobs, name, kind, other):
    job = jobs.wait(name, {"status": "PENDING"}, known="dependency")
    assert (job["dependency"] or "").partition("(")[0] == f"{kind}:{jobs.slurm_ids[other]}"


@pytest.mark.parametrize("name", [name for name in RUNS if name != "special exit"])
def test_the_transitions_of_a_job_that_was_requeued(site, released, name):
    job = released.wait(name, {"restarts": 1})
    assert_passed_through(job, recorded(site, released.slurm_ids[name]))


def test_the_transitions_of_a_job_that_ran_again_while_nobody_looked(site, found):
    job = found.wait("requeued", {"status": "COMPLETED"}, known="runs")
    assert_passed_through(job, recorded(site, found.slurm_ids["requeued"]))


def assert_passed_through(job: Mapping[str, Any], runs: Sequence[Recorded]) -> None:
    """Each run was submitted, and most started; the last may have ended."""
    *earlier, last = runs
    expected = [
        (state, at)
        for run in runs
        for state, at in (("PENDING", run.submit_time), ("RUNNING", run.start_time))
        if at
    ]
    if last.end_time:
        expected.append((last.status, last.end_time))
    ends = {run.status for run in earlier}
    seen = [
        (one["state"], _time(one["at"]))
        for one in job["transitions"]
        if one["state"] in states.BASE_STATES and one["state"] not in {*ends, "SUSPENDED"}
    ]
    # On a busy machine a flag stands between, such as CONFIGURING.
    seen = [one for before, one in pairwise([("", None), *seen]) if before[0] != one[0]]
    assert [state for state, _ in seen] == [state for state, _ in expected], job["transitions"]
    late_by = [
        abs(at - due).total_seconds() for (_, at), (_, due) in zip(seen, expected, strict=True)
    ]
    assert max(late_by) < 1, job["transitions"]


def test_no_transition_is_from_before_the_one_it_follows(released):
    """To the second, which is all that Slurm says."""
    passed = {name: released.wait(name, {})["transitions"] for name in released.ids}
    seconds = {name: [one["at"][:19] for one in states] for name, states in passed.items()}
    disordered = [passed[name] for name, times in seconds.items() if times != sorted(times)]
    assert disordered == []


def test_a_job_that_is_held_for_its_special_exit_does_not_run(jobs):
    job = jobs.wait("special exit", STAYS["special exit"].shows)
    assert (job["base_state"], job["start_time"], job["node_list"]) == ("PENDING", None, None)


@pytest.mark.parametrize("name", RUNS)
def test_the_run_before_a_requeue(site, released, name):
    job = released.wait(name, {"restarts": 1}, known="runs")
    earlier = recorded(site, released.slurm_ids[name])[0]
    assert earlier.status == RUNS[name]
    assert [shown(run) for run in job["runs"]] == [earlier]


def test_the_run_before_a_requeue_is_found_in_the_accounting(site, found):
    job = found.wait("requeued", {"status": "COMPLETED"}, known="runs")
    assert [shown(run) for run in job["runs"]] == recorded(site, found.slurm_ids["requeued"])[:1]


def test_a_resize_is_no_run(site, either):
    """The accounting has a line for each size, and takes the resize for a submit."""
    job = either.wait("resized", ENDS["resized"].shows)
    before, after = recorded(site, either.slurm_ids["resized"])
    assert before.status == "RESIZING"
    assert job["runs"] == []
    assert _time(job["submit_time"]) == _time(job["first_submit_time"]) == before.submit_time
    assert _time(job["start_time"]) == before.start_time
    assert _time(job["end_time"]) == after.end_time


@pytest.fixture
def usage(either):
    """Return what the job used that kept two CPUs busy."""
    return either.wait("busy", ENDS["busy"].shows, known="usage")["usage"]


def test_what_a_job_used(usage):
    assert usage["requested_memory"] == 200 << 20
    assert usage["requested_cpus"] == 2
    assert 2 <= usage["total_cpu"] <= 10
    assert 4 <= usage["elapsed"] <= 60


@pytest.mark.measures
def test_the_memory_that_a_job_took(usage):
    assert 60 << 20 <= usage["max_rss"] < 200 << 20


@dataclass(frozen=True)
class Recorded:
    """What sacct itself says of one run of a job."""

    status: str
    submit_time: datetime | None
    start_time: datetime | None
    end_time: datetime | None
    node_list: str


def recorded(site: SlurmSite, slurm_id: str) -> list[Recorded]:
    """Return both runs of a job that was requeued or resized, once the accounting has them."""
    return wait_for("both runs", lambda: len(runs := _runs(site, slurm_id)) == 2 and runs)


def _runs(site: SlurmSite, slurm_id: str) -> list[Recorded]:
    options = ("--duplicates", "--allocations", "--noheader", "--parsable2", f"--jobs={slurm_id}")
    said = site.as_admin("sacct", *options, "--format=State,Submit,Start,End,NodeList")
    rows = [line.split("|") for line in said.splitlines()]
    return [Recorded(row[0].split()[0], *map(_time, row[1:4]), row[4]) for row in rows]


def shown(run: Mapping[str, Any]) -> Recorded:
    times = (run["submit_time"], run["start_time"], run["end_time"])
    return Recorded(run["status"], *map(_time, times), run["node_list"])


def _time(word: str | None) -> datetime | None:
    if word is None or word == "Unknown":
        return None
    if word.isdigit():
        return datetime.fromtimestamp(int(word), timezone.utc)
    return datetime.fromisoformat(word)
