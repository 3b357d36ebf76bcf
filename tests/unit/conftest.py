"""What real Slurms printed, as `scripts/record` wrote it down, and jobs made to measure."""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fake_cluster import SUBMITTED, UUID, FakeSlurm, FakeStore
from jupyter_slurm_api.job import Job
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.slurm.commands import Separators
from jupyter_slurm_api.sync import Intervals, Sync

# How long an example takes says more of the machine than of the code.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

RECORDED = Path(__file__).parent.parent / "recorded"
NOW = datetime(2025, 11, 24, 12, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Recorded:
    """One command and all that it said."""

    argv: tuple[str, ...]
    separators: Separators | None
    code: int
    stdout: bytes
    stderr: bytes


class Recording:
    """What one version of Slurm said; ``zoo`` has the ids of its jobs."""

    def __init__(self, directory):
        self.directory = directory
        self.zoo = json.loads((directory / "zoo.json").read_text())
        self.names = sorted(path.stem for path in directory.glob("*.out"))

    def __getitem__(self, name):
        case = json.loads((self.directory / f"{name}.json").read_text())
        marks = case["separators"]
        return Recorded(
            tuple(case["argv"]),
            Separators(**marks) if marks else None,
            case["code"],
            (self.directory / f"{name}.out").read_bytes(),
            os.fsencode(case["stderr"]),
        )


@pytest.fixture(scope="session", params=sorted(path.name for path in RECORDED.iterdir()))
def slurm(request):
    return Recording(RECORDED / request.param)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def make_job():
    def make(job_id="aaaa", **changes):
        facts = {
            "slurm_id": "42",
            "status": "PENDING",
            "base_state": "PENDING",
            "cluster": "here",
            "user": "alice",
            "submit_time": NOW,
            "first_submit_time": NOW,
        }
        return Job(job_id=job_id, **(facts | changes))

    return make


@pytest.fixture
def cluster():
    return FakeSlurm()


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def over():
    """The jobs whose outputs were handed over to be kept."""
    return []


@pytest.fixture
def make_sync(cluster, store, over):
    """Build a server's sync; must be called in a loop."""

    def make():
        def note(jobs):
            over.extend(job.job_id for job in jobs)

        intervals = Intervals(active=0.02, idle=0.02, floor=0.01)
        return Sync(
            cluster,
            store,
            KnownJobs(),
            intervals,
            user="alice",
            over=note,
            looked=lambda outcome, seconds: None,
        )

    return make


@pytest.fixture
def ticks(make_sync):
    """Tick once for each step, after doing it; the sync's status."""

    def run(*steps):
        async def all_steps():
            sync = make_sync()
            for step in steps:
                step()
                await sync.tick()
            await sync.stop()
            return sync.status

        return asyncio.run(all_steps())

    return run


@pytest.fixture
def stored(make_job):
    """A job as this server or another one has stored it."""

    def make(job_id=UUID, **changes):
        times = {"submit_time": SUBMITTED, "first_submit_time": SUBMITTED}
        return make_job(job_id, **(times | {"name": "job", "work_dir": "/work"} | changes))

    return make
