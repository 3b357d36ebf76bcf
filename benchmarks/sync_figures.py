"""What a tick costs when nothing has changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster import BareSlurm
from figures import Figure, compared, in_turn
from pymongo import MongoClient
from server import Server

from jupyter_slurm_api.local.mongod import EmbeddedMongod

# A pause between two ticks that is long enough for the bare command.
_OFTEN = ("--SlurmApi.active_interval=1.5", "--SlurmApi.min_interval=1")
_TIMES = 25


def quiet_tick(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Compare a tick over jobs that have not changed with the command that it runs."""
    with Server(home, slurm.environ, _OFTEN) as server, _mongo(home) as mongo:
        first = server.wait_for_jobs(jobs)
        yield Figure(f"First tick of a server: all {jobs:,} jobs are read", f"{first:g} s")
        tick = _Tick(server)
        before = _written(mongo)
        ours, bare = in_turn(_TIMES, tick, slurm.squeue_own)
        after = _written(mongo)
    writes = sum(after[kind] - before[kind] for kind in before)
    yield compared(f"Tick over {jobs:,} unchanged jobs, against squeue --me", ours, bare, most=1.5)
    yield Figure(
        f"Writes to MongoDB in these {len(ours)} ticks", str(writes), aim="0", met=writes == 0
    )


class _Tick:
    """Waits for the server's next tick."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._last = self._next(None)

    def __call__(self) -> float:
        """Return the seconds that it took, as the server tells."""
        self._last = self._next(self._last["last_success"])
        return float(self._last["tick_seconds"])

    def _next(self, before: str | None) -> dict[str, Any]:
        while (sync := self._server.health()["sync"])["last_success"] == before:
            if sync["last_error"]:
                raise SystemExit(f"The sync failed: {sync['last_error']}")
            time.sleep(0.1)
        found: dict[str, Any] = sync
        return found


@contextmanager
def _mongo(home: Path) -> Iterator[MongoClient[dict[str, Any]]]:
    """Share the server's own MongoDB."""
    mongod = EmbeddedMongod(home / "data" / "slurm-api")
    try:
        with MongoClient[dict[str, Any]](mongod.start()) as client:
            yield client
    finally:
        mongod.stop()


def _written(mongo: MongoClient[dict[str, Any]]) -> Mapping[str, int]:
    counted = mongo.admin.command("serverStatus")["opcounters"]
    return {kind: counted[kind] for kind in ("insert", "update", "delete")}
