"""What a tick costs when nothing has changed."""

from __future__ import annotations

import asyncio
import os
import pwd
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cluster import BareSlurm
from figures import Figure, compared
from pymongo import MongoClient

from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from jupyter_slurm_api.slurm.cli import SlurmCommands
from jupyter_slurm_api.slurm.runner import Runner
from jupyter_slurm_api.store.jobs import JobStore, create_indexes
from jupyter_slurm_api.store.mongo import Mongo, connect
from jupyter_slurm_api.sync import Intervals, Sync

_TIMES = 15
_DATABASE = "outputs"


def quiet_tick(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Compare a tick over jobs that have not changed with the command that it runs."""
    mongod = EmbeddedMongod(home / "data" / "slurm-api")
    uri = mongod.start()
    client: MongoClient[dict[str, Any]] = MongoClient(uri)
    try:
        before = _written(client)
        ours, bare = asyncio.run(_ticks(slurm, uri))
        after = _written(client)
    finally:
        client.close()
        mongod.stop()
    writes = sum(after[kind] - before[kind] for kind in before)
    yield compared(f"Tick over {jobs:,} unchanged jobs, against squeue --me", ours, bare, most=1.5)
    yield Figure(
        f"Writes to MongoDB in these {len(ours)} ticks", str(writes), aim="0", met=writes == 0
    )


async def _ticks(slurm: BareSlurm, uri: str) -> tuple[list[float], list[float]]:
    """Tick with the real parts as the extension joins them, in turn with the bare command."""
    user = pwd.getpwuid(os.getuid()).pw_name
    mongo = Mongo(lambda: connect(uri), _DATABASE, create_indexes)
    sync = Sync(
        SlurmCommands(Runner(seconds=20), slurm.environ, user),
        JobStore(mongo, user),
        KnownJobs(),
        Intervals(15, 60, 5),
        user=user,
        over=lambda _: None,
    )
    await sync.tick()  # reads all jobs from MongoDB and all rows for the first time
    ours, bare = [], []
    for _ in range(_TIMES):
        bare.append(await asyncio.to_thread(slurm.squeue_own))
        began = time.perf_counter()
        await sync.tick()
        ours.append(time.perf_counter() - began)
    await sync.stop()
    await mongo.close()
    return ours, bare


def _written(client: MongoClient[dict[str, Any]]) -> Mapping[str, int]:
    counted = client.admin.command("serverStatus")["opcounters"]
    return {kind: counted[kind] for kind in ("insert", "update", "delete")}
