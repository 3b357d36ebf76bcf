"""What ``POST submit`` costs, beside sbatch alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from cluster import HELD, BareSlurm
from figures import Figure, in_turn, milliseconds, spread
from load import load
from server import Server

_TIMES = 100
_CLIENTS = 20
_SECONDS = 10


def submits(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Measure submits one after the other, and many at once."""
    body = {"script": HELD, "name": "benchmark"}
    with Server(home, slurm.environ) as server:
        server.wait_for_jobs(jobs)
        server.call("POST", "/submit", body)

        def submit() -> float:
            return server.call("POST", "/submit", body).seconds

        ours, bare = in_turn(_TIMES, submit, slurm.sbatch)
        more = median(ours) - median(bare)
        yield Figure(
            f"POST submit, one after the other, against sbatch ({jobs:,} jobs queued)",
            spread(ours),
            spread(bare),
            f"{median(ours) / median(bare):.2f} (+{milliseconds(more)})",
            "p50 ≤ sbatch + 15 ms",
            more <= 0.015,
        )
        seen = load(
            server,
            clients=_CLIENTS,
            seconds=_SECONDS,
            every=0,
            path="/submit",
            body=json.dumps(body),
        )
    rate = slurm.sbatch_rate(_CLIENTS, _SECONDS)
    done = seen["answers"].get("201", 0)
    yield Figure(
        f"POST submit, {_CLIENTS} clients for {_SECONDS} s, against {_CLIENTS} loops of sbatch",
        f"{seen['a_second']:.0f}/s; {done} of {sum(seen['answers'].values())} accepted;"
        f" p50 {milliseconds(seen['p50'])}, p95 {milliseconds(seen['p95'])}",
        f"{rate:.0f}/s",
        f"{seen['a_second'] / rate:.2f}",
        "100/s",
        seen["a_second"] >= 100 and done == sum(seen["answers"].values()),
    )
