"""How long after its end a job is shown as over."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from cluster import BareSlurm, personal_cluster
from figures import Figure
from server import Server

from jupyter_slurm_api.local.spec import ClusterSpec

_SPEC = ClusterSpec(nodes=2, cpus=32, accounting=False)
_INTERVALS = {15.0: (), 1.0: ("--SlurmApi.active_interval=1", "--SlurmApi.min_interval=1")}
_ROUNDS = 4
_MARGIN = 1.0
_LOOK_EVERY = 0.1
_IS_OVER = ("COMPLETED", "FAILED")


def detection(root: Path, jobs: int) -> Iterator[Figure]:
    """Measure with the default intervals and with the shortest."""
    with personal_cluster(root / "cluster", _SPEC) as slurm:
        for interval, arguments in _INTERVALS.items():
            with Server(root / f"home-{interval:g}", slurm.environ, arguments) as server:
                yield from _detect(slurm, server, interval, jobs)


@dataclass
class _Seen:
    """A job, and when it was shown as over."""

    job_id: str
    slurm_id: str
    over_at: float = 0.0


def _detect(slurm: BareSlurm, server: Server, interval: float, count: int) -> Iterator[Figure]:
    """Let jobs end at moments spread over some intervals, while nobody submits."""
    first, spread = 5 + interval, _ROUNDS * interval
    jobs = [_submit(server, first + spread * number / count) for number in range(count)]
    while waiting := [job for job in jobs if not job.over_at]:
        for job in waiting:
            if json.loads(server.call("GET", f"/job/{job.job_id}").body)["status"] in _IS_OVER:
                job.over_at = time.time()
        time.sleep(_LOOK_EVERY)
    late = sorted(job.over_at - _end(slurm, job.slurm_id) for job in jobs)
    most = interval + _MARGIN
    yield Figure(
        f"From a job's end until it is shown, one look every {interval:g} s (n={len(late)})",
        f"p50 {median(late):.1f} s, max {late[-1]:.1f} s",
        aim=f"max ≤ {most:g} s (interval + {_MARGIN:g} s)",
        met=late[-1] <= most,
    )


def _submit(server: Server, seconds: float) -> _Seen:
    script = f"#!/bin/bash\n#SBATCH --output=/dev/null --mem=10\nsleep {seconds:.2f}\n"
    answer = json.loads(server.call("POST", "/submit", {"script": script}).body)
    return _Seen(answer["job_id"], answer["slurm_id"])


def _end(slurm: BareSlurm, slurm_id: str) -> float:
    """Return when Slurm says that a job ended, in whole seconds cut off."""
    said = slurm.said(["squeue", "--states=all", "--noheader", "--Format=EndTime", f"-j{slurm_id}"])
    return float(said.strip())
