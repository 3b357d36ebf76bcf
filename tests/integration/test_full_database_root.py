"""A full disk under the user's own mongod, while jobs run, clients ask and others submit."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

import audit
import faults
from fault_site import FaultSite
from faults import REFUSED, SUBMITTED, Poller, Submitter, now
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from servers import remove, wait_for
from small_disk import small_disk

pytestmark = [
    pytest.mark.isolates,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk"),
]

ROOM = "64m"  # mongod begins with eight
PATIENT = 10.0  # seconds: the slowest answer that is promised, on a busy machine


@pytest.fixture(scope="module")
def site() -> Iterator[FaultSite]:
    """A site whose database is on a disk of its own."""
    directory = Path(tempfile.mkdtemp(prefix="jsa-faults-"))
    directory.chmod(0o755)
    with small_disk(database(directory), "root", ROOM):
        site = FaultSite(directory)
        yield site
        site.close()
    remove(directory)


def database(directory: Path) -> Path:
    return directory / "home" / "data" / "slurm-api"


def fill(disk: Path) -> None:
    with (disk / "filler").open("ab", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"-" * 4096)


def write_all(disk: Path) -> None:
    """Have mongod write what it holds in memory, as it does each minute."""
    mongod = EmbeddedMongod(disk)
    try:
        with MongoClient(mongod.start(), timeoutMS=5000) as client, suppress(PyMongoError):
            client.admin.command("fsync")
    finally:
        mongod.stop()


@dataclass(frozen=True)
class Episode:
    """What clients saw of a disk that was full for a while; ``told`` is what health said then."""

    poller: Poller
    submitter: Submitter
    told: Mapping[str, Any]
    complaints: list[str]

    def statuses(self, path: str) -> set[int]:
        return {answer.status for answer in self.poller.of(path)}


@pytest.fixture(scope="module")
def episode(site) -> Episode:
    disk = database(site.directory)
    jobs = [[f"job/{job_id}"] for job_id in (site.running, site.ended)]
    submitter = Submitter(site.server, "full")
    with Poller(site.server, ["health"], ["queue"], *jobs) as poller:
        with submitter:
            wait_for("submits", lambda: len(submitter.submits) > 3)
            fill(disk)
            write_all(disk)
            wait_for("a refusal", lambda: submitter.submits[-1].status == REFUSED)
            told = wait_for("health to tell", lambda: has_told(poller.last("health")))
            (disk / "filler").unlink()
            wait_for("a submit", lambda: submitter.submits[-1].status == SUBMITTED)
        wait_for("Slurm to be through with its jobs", site.is_quiet)
        quiet_at = now()
        wait_for("two ticks", lambda: len(poller.ticks(quiet_at)) >= 2)
        wait_for("all outputs", site.outputs_are_kept)
    complaints = audit.audit(site.kept(), site.slurm_jobs(), submitter.submits)
    return Episode(poller, submitter, told, complaints)


def has_told(health: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return health if "No space left" in (health["database"]["error"] or "") else None


def test_health_says_what_is_the_matter(episode):
    assert episode.told["status"] == "degraded"
    assert episode.told["slurm"]["reachable"]
    assert "No space left on device" in episode.told["database"]["error"]


def test_no_request_hangs(episode):
    assert faults.slow(episode.poller.answers, PATIENT) == []


def test_what_is_in_the_queue_is_answered_all_the_time(episode, site):
    running = f"job/{site.running}"
    assert episode.statuses("queue") == episode.statuses(running) == {200}
    assert {answer.body["status"] for answer in episode.poller.of(running)} == {"RUNNING"}


def test_a_job_that_is_over_is_answered_when_it_can_be_read(episode, site):
    assert episode.statuses(f"job/{site.ended}") <= {200, REFUSED}


def test_a_submit_is_accepted_or_refused_and_none_is_lost_or_doubled(episode):
    assert {submit.status for submit in episode.submitter.submits} == {SUBMITTED, REFUSED}
    assert episode.complaints == []


def test_when_there_is_room_again_all_is_well(episode):
    assert episode.poller.last("health")["status"] == "ok"
    assert not episode.poller.last("queue")["stale"]
