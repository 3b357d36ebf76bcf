"""What a tick costs when nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cluster import BareSlurm
from database import Written, database
from figures import Figure, compared, in_turn
from server import Server
from ticks import Ticks

# A pause between two ticks that is long enough for the bare command.
_OFTEN = ("--SlurmApi.active_interval=1.5", "--SlurmApi.min_interval=1")
_TIMES = 25


def quiet_tick(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Compare a tick over jobs that have not changed with the command that it runs."""
    with Server(home, slurm.environ, _OFTEN) as server, database(home) as mongo:
        first = server.wait_for_jobs(jobs)
        yield Figure(f"First tick of a server: all {jobs:,} jobs are read", f"{first:g} s")
        ticks = Ticks(server)
        before = Written.now(mongo)
        ours, bare = in_turn(_TIMES, ticks.next, slurm.squeue_own)
        writes = Written.now(mongo).since(before).writes
    yield compared(f"Tick over {jobs:,} unchanged jobs, against squeue --me", ours, bare, most=1.5)
    yield Figure(
        f"Writes to MongoDB in these {len(ours)} ticks", str(writes), aim="0", met=writes == 0
    )
