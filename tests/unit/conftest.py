"""What real Slurms printed, as `scripts/record` wrote it down, and jobs made to measure."""

import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from jupyter_slurm_api.job import Job
from jupyter_slurm_api.slurm.commands import Separators

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
