"""Measures pages of a queue and of a list of 100,000 jobs, on a personal cluster that holds them.

    python benchmarks/large.py [--jobs 100000]

Each page is one that was not asked for before, so that none comes from memory. Filling the queue
takes most of the time: a quarter of an hour on two cores. It needs what
`jupyter slurm-devcluster up --no-accounting` needs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

import psutil
from cluster import BareSlurm, personal_cluster
from figures import Figure, spread
from report import Report, scratch, tell
from server import Server

_MOST_SECONDS: Final = 0.05
_TIMES: Final = 30
_LISTS: Final = {
    "GET queue": "/slurm/queue?sort=-submit_time",
    "GET queue, by state and partition": "/slurm/queue?sort=name&state=PD&partition=debug",
    "GET jobs": "/slurm/jobs?sort=-submit_time",
    "GET jobs, by state and partition": "/slurm/jobs?sort=name&state=PD&partition=debug",
    "GET jobs, by a part of the name": "/slurm/jobs?name=fold-77",
}


def pages(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Measure the first, a middle and the last page of each list, and the server's memory."""
    with Server(home, slurm.environ) as server:
        process = psutil.Process(server.process.pid)
        yield Figure("Memory of the server when it answers (RSS)", _memory(process))
        first = server.wait_for_jobs(jobs, seconds=1800)
        yield Figure(f"First tick: {jobs:,} jobs that were not known are recorded", f"{first:g} s")
        for name, path in _LISTS.items():
            cursors = _cursors(server, path)
            # A list of few pages has no middle one.
            places = {len(cursors) // 2: "middle", len(cursors) - 1: "last", 0: "first"}
            for at, where in sorted(places.items()):
                took = list(_distinct(server, path + cursors[at]))
                yield Figure(
                    f"{name}: {where} page",
                    spread(took),
                    aim="p50 < 50 ms",
                    met=median(took) < _MOST_SECONDS,
                )
        yield Figure(f"Memory of the server with {jobs:,} jobs (RSS)", _memory(process))


def _cursors(server: Server, path: str) -> list[str]:
    """Return what asks for each page of a thousand."""
    cursors = [""]
    while following := json.loads(server.call("GET", f"{path}{cursors[-1]}&limit=1000").body)[
        "next_cursor"
    ]:
        cursors.append(f"&cursor={following}")
    return cursors


def _distinct(server: Server, path: str) -> Iterator[float]:
    """Ask for pages of 100 jobs and a few less, each once."""
    for fewer in range(_TIMES):
        yield server.call("GET", f"{path}&limit={100 - fewer}").seconds


def _memory(process: psutil.Process) -> str:
    return f"{process.memory_info().rss / 2**20:,.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=100_000, help="in the queue (100000)")
    options = parser.parse_args()
    report = Report()
    with scratch() as root, personal_cluster(root / "cluster") as slurm:
        began = time.monotonic()
        slurm.fill(options.jobs)
        tell(f"{slurm.jobs():,} jobs queued in {time.monotonic() - began:.0f} s")
        report.add("pages", pages(slurm, root / "home", options.jobs))
        report.print()


if __name__ == "__main__":
    main()
