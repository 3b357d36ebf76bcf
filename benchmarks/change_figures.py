"""What a tick costs that sees all jobs at once: new ones, or known ones in another state."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from cluster import BareSlurm, personal_cluster
from database import Mongo, Written, database
from figures import Figure, lag_of, milliseconds, percentile, spread
from report import tell
from server import LAG, Server, Veil
from ticks import Ticks

from jupyter_slurm_api.local.spec import ClusterSpec

# A pause in which ten thousand jobs can be cancelled.
_SELDOM = ("--SlurmApi.active_interval=60", "--SlurmApi.idle_interval=60")
_OFTEN = ("--SlurmApi.active_interval=5", "--SlurmApi.idle_interval=5")
_BARE_TIMES = 7
_MOST_SECONDS = 2.0
_PATIENCE = 900.0


def without_accounting(root: Path, jobs: int) -> Iterator[Figure]:
    """Measure on a cluster that tells nothing of a job once it has left the queue."""
    with personal_cluster(root / "cluster") as slurm:
        slurm.fill(jobs)
        yield from _all_new(slurm, root / "new", jobs)
        yield from _all_cancelled(slurm, root / "home", jobs, "no accounting")


def with_accounting(root: Path, jobs: int) -> Iterator[Figure]:
    """Measure where the accounting is asked what each job used that is over."""
    with personal_cluster(root / "cluster", ClusterSpec()) as slurm:
        slurm.fill(jobs)
        yield from _all_cancelled(slurm, root / "home", jobs, "with accounting")
        yield from _all_looked_up(slurm, root / "home", jobs)


def _all_new(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Measure a server that meets a queue full of jobs that nobody has recorded."""
    veil = Veil(home / "veil")
    with Server(home, slurm.environ, (*LAG, *_OFTEN), veil.directory) as server:
        ticks = Ticks(server)
        ticks.next()
        veil.lift()
        server.lag()
        while ticks.last["jobs"] < jobs:
            ticks.next()
        lag = server.lag()
    yield _tick(f"Tick in which {jobs:,} jobs are new", ticks, _bare(slurm))
    yield lag_of("Event loop's lag in this tick", lag, aim=False)


def _all_cancelled(slurm: BareSlurm, home: Path, jobs: int, where: str) -> Iterator[Figure]:
    """Measure the tick that sees all held jobs cancelled, which were known as waiting."""
    held = slurm.jobs("--state=PENDING")
    with Server(home, slurm.environ, (*LAG, *_SELDOM)) as server, database(home) as mongo:
        server.wait_for_jobs(jobs)
        ticks = Ticks(server)
        ticks.next()
        _cancel(slurm, ticks)
        before = Written.now(mongo)
        server.lag()
        ticks.next()
        lag, states = server.lag(), _states(mongo)
        bare = _bare(slurm)
        written = _until_quiet(mongo).since(before)
        after = server.lag()
    tick = _tick(f"Tick in which {held:,} jobs are cancelled, {where}", ticks, bare)
    yield _with_aim(tick, float(ticks.last["tick_seconds"]))
    yield Figure(
        "What this tick changed in MongoDB",
        f"{states.get('CANCELLED', 0):,} jobs CANCELLED, {states.get('PENDING', 0)} PENDING",
        aim="all in one tick",
        met=states.get("CANCELLED") == held and not states.get("PENDING"),
    )
    yield lag_of("Event loop's lag until the end of this tick", lag)
    yield _writes(written, held)
    yield lag_of("Event loop's lag meanwhile", after, aim=False)


def _cancel(slurm: BareSlurm, ticks: Ticks) -> None:
    began = time.monotonic()
    slurm.cancel_waiting()
    tell(f"  cancelled in {time.monotonic() - began:.0f} s")
    if ticks.is_new() or slurm.jobs("--state=PENDING"):
        raise SystemExit("Cancelling took longer than a tick is away; measure with fewer jobs.")


def _all_looked_up(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Measure the ticks in which the accounting is asked for all jobs that have ended."""
    with Server(home, slurm.environ, (*LAG, *_OFTEN)) as server, database(home) as mongo:
        open_ = _unaccounted(mongo)
        ticks = Ticks(server)
        server.lag()
        seconds: list[float] = []
        end = time.monotonic() + _PATIENCE
        while (left := _unaccounted(mongo)) and time.monotonic() < end:
            seconds.append(ticks.next())
        lag = server.lag()
    yield Figure(
        f"Ticks until the accounting was asked for the {open_:,} of {jobs:,} jobs left",
        f"{len(seconds)} ticks, {left} left; p50 {milliseconds(percentile(seconds, 50))},"
        f" max {milliseconds(max(seconds))}"
        if seconds
        else "none was left",
        aim="0 left",
        met=left == 0,
    )
    yield lag_of("Event loop's lag meanwhile", lag)


def _bare(slurm: BareSlurm) -> list[float]:
    return [slurm.squeue_own() for _ in range(_BARE_TIMES)]


def _tick(what: str, ticks: Ticks, bare: list[float]) -> Figure:
    seconds = float(ticks.last["tick_seconds"])
    ratio = f"{seconds / median(bare):.1f}"
    return Figure(f"{what}, against squeue --me", f"{seconds:g} s", spread(bare), ratio)


def _with_aim(figure: Figure, seconds: float) -> Figure:
    return Figure(
        figure.what,
        figure.ours,
        figure.bare,
        figure.ratio,
        f"< {_MOST_SECONDS:g} s",
        seconds < _MOST_SECONDS,
    )


def _writes(written: Written, jobs: int) -> Figure:
    """Show how the states were written, and that the outputs need no more keeping."""
    return Figure(
        "Writes to MongoDB of this tick, and of the outputs behind it",
        f"{written.writes:,} writes in {written.messages:,} messages",
        aim="in bulk",
        met=written.messages < jobs / 50,
    )


def _until_quiet(mongo: Mongo) -> Written:
    """Wait until nothing was written for some seconds."""
    last, now = None, Written.now(mongo)
    while last != now:
        time.sleep(3)
        last, now = now, Written.now(mongo)
    return now


def _jobs(mongo: Mongo) -> Any:
    return mongo["outputs"]["jobs"]


def _unaccounted(mongo: Mongo) -> int:
    return int(_jobs(mongo).count_documents({"status": "CANCELLED", "accounted": False}))


def _states(mongo: Mongo) -> dict[str, int]:
    by_state = [{"$group": {"_id": "$status", "count": {"$sum": 1}}}]
    return {found["_id"]: found["count"] for found in _jobs(mongo).aggregate(by_state)}
