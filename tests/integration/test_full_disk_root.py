"""Jobs whose output goes to a disk that is full: what Slurm makes of them is told, and no more."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from slurm_site import plain_site
from small_disk import small_disk

pytestmark = [
    pytest.mark.isolates,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk"),
]

ROOM = 64 * 1024
PRINTS_MORE = f"#!/bin/sh\nhead -c {3 * ROOM} /dev/zero | tr '\\0' x\n"
PRINTS = "#!/bin/sh\necho lost\nexit 0\n"


@dataclass(frozen=True)
class Case:
    """A job, what is shown of it in the end, and how little room its disk has at its start."""

    script: str
    shows: dict[str, object]
    filler: int = 0
    options: tuple[str, ...] = ()


CASES = {
    "full while it prints": Case(
        PRINTS_MORE,
        {"status": "FAILED", "exit_code": 1, "output": "x" * ROOM, "output_size": ROOM},
    ),
    "full before it starts": Case(
        PRINTS,
        {"status": "COMPLETED", "exit_code": 0, "output": "", "output_size": 0},
        filler=ROOM,
    ),
    # Slurm cannot make the file, so does not start the script: it says 0:53 of that.
    "no room for another file": Case(
        PRINTS,
        {"status": "FAILED", "exit_code": 0, "exit_signal": 53, "output": None},
        options=("nr_inodes=2",),
    ),
}


@pytest.fixture(scope="module")
def site():
    with plain_site() as site:
        yield site


@pytest.fixture(scope="module")
def server(site):
    with site.server("alice") as server:
        yield server


@pytest.fixture(scope="module")
def beside(server):
    """A job with room for its output, submitted before those of the cases."""
    return server.submit("#!/bin/sh\nsleep 5\necho beside\n")


@pytest.fixture(scope="module")
def jobs(site, server, beside):
    """The jobs of all cases when they are over, by the names of the cases."""
    with ExitStack() as disks:
        ids = {}
        for name, case in CASES.items():
            path = site.directory / name.replace(" ", "-")
            disk = disks.enter_context(small_disk(path, site.account, str(ROOM), *case.options))
            (disk / "filler").write_bytes(b"-" * case.filler)
            ids[name] = server.submit(case.script, parameters={"output": f"{disk}/job.out"})
        ends = ("COMPLETED", "FAILED")
        yield {name: server.wait_for_status(job_id, *ends) for name, job_id in ids.items()}


@pytest.mark.parametrize("name", CASES)
def test_what_is_shown_is_what_slurm_made_of_it_and_as_much_as_was_written(jobs, name):
    assert {key: jobs[name][key] for key in CASES[name].shows} == CASES[name].shows


def test_the_service_and_other_jobs_do_not_suffer(server, jobs, beside):
    health = server.call("GET", "health").json()
    assert (health["status"], health["sync"]["failures"]) == ("ok", 0)
    job = server.wait_for_status(beside, "COMPLETED")
    assert job["output"] == "beside\n"
