"""A server on a second host with the same home, while the first one's jobs run and clients ask it.

It keeps a history of its own for as long as the first one has the main one open, and has the
main one when it is started again after that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

import audit
import faults
from fault_site import FaultSite, running_site
from faults import Poller, Submitter, now
from servers import Server, wait_for

pytestmark = [
    pytest.mark.isolates,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be on another host"),
]

HOST = "second-host"
AT_ONCE = 3.0  # seconds: the slowest answer that is promised, on a busy machine


@pytest.fixture(scope="module")
def site() -> Iterator[FaultSite]:
    with running_site() as site:
        yield site


@pytest.fixture(scope="module")
def second(site) -> Iterator[Server]:
    server = site.make_server(host=HOST)
    yield server
    server.stop()


@dataclass(frozen=True)
class Episode:
    """What clients saw while both servers ran, and what each history keeps of it."""

    poller: Poller
    submits: Mapping[str, Submitter]
    health: Mapping[str, Mapping[str, Any]]
    complaints: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def episode(site, second) -> Episode:
    jobs = [[f"job/{job_id}"] for job_id in (site.running, site.held, site.ended)]
    submits = {"first": Submitter(site.server, "first"), "second": Submitter(second, "second")}
    with Poller(site.server, ["health"], ["queue"], *jobs) as poller:
        with submits["first"]:
            wait_for("submits", lambda: len(submits["first"].submits) > 3)
            second.start()
            with submits["second"]:
                done = len(submits["first"].submits)
                wait_for("submits there", lambda: len(submits["second"].submits) > 5)
                wait_for("more here", lambda: len(submits["first"].submits) > done + 5)
        wait_for("Slurm to be through with its jobs", site.is_quiet)
        quiet_at = now()
        wait_for("two ticks", lambda: len(poller.ticks(quiet_at)) >= 2)
        wait_for("a tick there", lambda: has_ticked(second, quiet_at.isoformat()))
    servers = {"first": site.server, "second": second}
    health = {name: one.call("GET", "health").json() for name, one in servers.items()}
    slurm_jobs = site.slurm_jobs()
    complaints = {
        name: complaints_of(name, site.kept(host), slurm_jobs, submits[name])
        for name, host in (("first", None), ("second", HOST))
    }
    return Episode(poller, submits, health, complaints)


def has_ticked(server: Server, since: str) -> bool:
    ended = server.call("GET", "health").json()["sync"]["last_success"]
    return bool(ended and ended > since)


def complaints_of(
    name: str, kept: audit.Kept, jobs: Iterable[audit.SlurmJob], submitter: Submitter
) -> list[str]:
    """Audit a history, to which jobs of the other one's are as if no server had sent them."""
    mine = {submit.job_id for submit in submitter.submits}
    seen = [job if job.tag in mine else replace(job, tag=None) for job in jobs]
    return audit.audit(kept, seen, submitter.submits)


def test_the_first_one_goes_on_as_if_it_were_alone(episode, site):
    answers = episode.poller.answers
    assert faults.refused(answers, {200}) == []
    assert faults.slow(answers, AT_ONCE) == []
    assert faults.hidden(episode.poller.of("queue"), site.always_queued) == []
    assert {answer.body["status"] for answer in episode.poller.of("health")} == {"ok"}
    assert episode.health["first"]["database"]["note"] is None


def test_the_second_one_is_well_and_says_where_the_main_history_is(episode, site):
    health = episode.health["second"]
    assert health["status"] == "ok"
    note = health["database"]["note"]
    assert str(site.server.home / "data" / "slurm-api" / "mongod") in note
    assert f"in use by a server on {os.uname().nodename}" in note


def test_both_submit(episode):
    for submitter in episode.submits.values():
        assert {submit.status for submit in submitter.submits} == {faults.SUBMITTED}


@pytest.mark.parametrize("name", ["first", "second"])
def test_each_history_has_every_job_once_and_as_slurm_knows_it(episode, name):
    assert episode.complaints[name] == []


def test_the_second_one_does_not_know_what_the_first_one_kept_for_itself(episode, site, second):
    assert second.call("GET", f"job/{site.running}").status_code == 404
    assert second.job(site.always_queued[0])["origin"] != {"kind": "api"}


def test_started_again_after_the_first_has_stopped_the_second_has_the_main_history(
    episode, site, second
):
    second.stop()
    keeper = site.keeper
    site.server.stop()
    keeper.wait(30)
    second.start()
    assert second.job(site.ended)["output"] == "ended\n"
    assert second.job(site.running)["status"] == "RUNNING"
    assert second.call("GET", "health").json()["database"]["note"] is None
