"""What an array of many tasks costs: while it waits, while it runs, and met when it is over."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from cluster import BareSlurm, personal_cluster
from database import database
from figures import Figure, lag_of, milliseconds, spread
from idle_loop import IdleLoop
from machine import halves, on_cores
from report import tell
from server import LAG, Server, Veil
from ticks import Ticks

from jupyter_slurm_api.local.spec import ClusterSpec

# Many at once on nodes that promise what the machine has not, and none forgotten when it has ended.
_SPEC = ClusterSpec(
    nodes=4, cpus=64, memory=1 << 16, accounting=False, settings={"MinJobAge": "86400"}
)
_SCRIPT = "#!/bin/bash\n#SBATCH --hold --output=/dev/null --mem=10\ntrue\n"
_OFTEN = ("--SlurmApi.active_interval=5", "--SlurmApi.idle_interval=5")
_BARE_TIMES = 7


def array(root: Path, tasks: int) -> Iterator[Figure]:
    """Measure with the default intervals, and then a server that knows nothing yet.

    Slurm and its nodes keep to half of the machine's cores, since in life they are other machines;
    while they run the tasks, the server with its MongoDB and whoever asks it have the others.
    """
    theirs, ours = halves()
    with personal_cluster(root / "cluster", _SPEC, theirs) as slurm:
        with on_cores(ours):
            yield from _from_begin_to_end(slurm, root / "home", tasks)
        yield from _met_when_over(slurm, root / "fresh")


def _from_begin_to_end(slurm: BareSlurm, home: Path, tasks: int) -> Iterator[Figure]:
    with Server(home, slurm.environ, LAG) as server, database(home) as mongo:
        ticks = Ticks(server)
        job_id = slurm.submit(_SCRIPT, f"--array=0-{tasks - 1}")
        ticks.next()
        documents = mongo["outputs"]["jobs"].count_documents({})
        yield Figure(
            f"Tick that first sees an array of {tasks:,} tasks, all waiting",
            f"{ticks.last['tick_seconds']:g} s; {documents} document",
            aim="1 document",
            met=documents == 1,
        )
        slurm.said(["scontrol", "release", job_id])
        idle = IdleLoop()
        server.lag()
        began, cpu, seconds, bare = time.monotonic(), server.cpu_seconds(), [], []
        while not _is_over(server, job_id):
            seconds.append(ticks.next())
            bare.append(slurm.squeue_own())
            tell(f"    {slurm.jobs('--states=COMPLETED')} of {tasks} tasks have ended")
        took, cpu = time.monotonic() - began, server.cpu_seconds() - cpu
        lag, idle_lag, counts = server.lag(), idle.lag(), _counts(server, job_id)
        documents = mongo["outputs"]["jobs"].count_documents({"task.array_slurm_id": job_id})
    yield Figure(
        f"Ticks while its tasks run to their ends ({took:.0f} s), against squeue --me beside them",
        f"p50 {milliseconds(median(seconds))}, max {milliseconds(max(seconds))} (n={len(seconds)})",
        spread(bare),
        f"{median(seconds) / median(bare):.1f}",
    )
    yield Figure(
        "The server's processor time meanwhile, for each tick", f"{cpu / len(seconds):.2f} s"
    )
    yield lag_of("Event loop's lag meanwhile, against that of an idle loop", lag, idle_lag)
    yield Figure(
        "What is known of it in the end",
        f"{documents:,} tasks; counts {json.dumps(counts)}",
        aim="all tasks, as they ended",
        met=documents == tasks and counts == {"COMPLETED": tasks},
    )


def _met_when_over(slurm: BareSlurm, home: Path) -> Iterator[Figure]:
    """Measure the tick of a server, on a new database, that meets all ended tasks at once."""
    veil = Veil(home / "veil")
    with Server(home, slurm.environ, (*LAG, *_OFTEN), veil.directory) as server:
        ticks = Ticks(server)
        ticks.next()
        veil.lift()
        server.lag()
        while not ticks.last["jobs"]:
            ticks.next()
        lag = server.lag()
        met, seconds = ticks.last["jobs"], float(ticks.last["tick_seconds"])
        unchanged = [ticks.next() for _ in range(3)]
    bare = [slurm.squeue_own() for _ in range(_BARE_TIMES)]
    yield Figure(
        f"Tick of a new server that meets {met - 1:,} ended tasks, against squeue --me",
        f"{seconds:g} s",
        spread(bare),
        f"{seconds / median(bare):.1f}",
    )
    yield lag_of("Event loop's lag in this tick", lag)
    yield Figure("The ticks after it", f"max {milliseconds(max(unchanged))} (n={len(unchanged)})")


def _is_over(server: Server, job_id: str) -> bool:
    found = json.loads(server.call("GET", f"/job/{job_id}").body)
    return found["status"] not in ("PENDING", "RUNNING", "COMPLETING")


def _counts(server: Server, job_id: str) -> dict[str, int]:
    found = json.loads(server.call("GET", f"/job/{job_id}").body)
    counts: dict[str, int] = found["array"]["counts"]
    return counts
