"""What ``GET queue`` costs: a fresh answer, a kept one, and two hundred people who ask."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from cluster import BareSlurm
from figures import Figure, compared, in_turn, lag_of, milliseconds, spread
from load import load
from server import LAG, CommandLog, Server

_EXPIRING = ("--SlurmApi.min_interval=0.2", "--SlurmApi.active_interval=3600")
_SYNCED_AT = re.compile(rb'"synced_at":"[^"]+"')
_FRESH_TIMES = 15
_KEPT_TIMES = 300
_CLIENTS = 200
_SECONDS = 30
_EVERY = 5.0


def one_client(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Measure a snapshot that has expired, and one that lives."""
    with Server(home, slurm.environ, _EXPIRING) as server:
        first = server.wait_for_jobs(jobs)
        yield Figure(f"First tick: {jobs:,} jobs that were not known are recorded", f"{first:g} s")
        answer = server.call("GET", "/queue")
        yield compared(
            f"GET queue, snapshot expired, against squeue ({jobs:,} jobs)",
            *in_turn(_FRESH_TIMES, _Fresh(server), slurm.squeue),
            most=2,
        )
        kept = list(_kept(server))
        yield Figure(
            f"GET queue from the living snapshot ({len(answer.body) / 1e6:.1f} MB)",
            spread(kept),
            aim="p50 < 10 ms",
            met=median(kept) < 0.010,
        )


def many_clients(slurm: BareSlurm, home: Path, jobs: int) -> Iterator[Figure]:
    """Count the commands that many clients cause, and measure the loop's lag meanwhile."""
    commands = CommandLog(home / "counting")
    with Server(home, slurm.environ, LAG, path_first=commands.directory) as server:
        server.wait_for_jobs(jobs)
        server.call("GET", "/queue")
        yield lag_of("Event loop's lag with nobody asking, 10 s", _after(server, 10), aim=False)
        one = _poll(server, commands, clients=1, every=0.1)
        yield lag_of("Event loop's lag, 1 client that asks ten times a second", one["lag"])
        for how, conditional in (("whole bodies", False), ("with the last ETag", True)):
            many = _poll(server, commands, clients=_CLIENTS, every=_EVERY, conditional=conditional)
            yield Figure(
                f"squeue for the queue in {_SECONDS} s: {_CLIENTS} clients ({how}), against 1",
                f"{many['started']['queue']} (and {many['started']['other']} for the sync)",
                f"{one['started']['queue']} (and {one['started']['other']})",
                f"{many['started']['queue'] / one['started']['queue']:.2f}",
                "the same",
                many["started"]["queue"] <= one["started"]["queue"],
            )
            yield lag_of(f"Event loop's lag, {_CLIENTS} clients, {how}", many["lag"])
            yield _answers(
                f"What these {_CLIENTS} clients got, each asking every {_EVERY:g} s", many
            )


class _Fresh:
    """Asks for the queue when the snapshot has expired: after five times its making, or more."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._last = server.call("GET", "/queue")

    def __call__(self) -> float:
        """Return the seconds until the answer."""
        for _ in range(5):
            before = _moment(self._last.body)
            time.sleep(6 * self._last.seconds + 0.3)
            self._last = self._server.call("GET", "/queue")
            if _moment(self._last.body) != before:
                return self._last.seconds
        raise SystemExit("The snapshot did not expire; measure when the machine is calm.")


def _kept(server: Server) -> Iterator[float]:
    last = b""
    count = 0
    while count < _KEPT_TIMES:
        answer = server.call("GET", "/queue")
        moment = _moment(answer.body)
        if moment == last:
            count += 1
            yield answer.seconds
        last = moment


def _moment(body: bytes) -> bytes:
    found = _SYNCED_AT.search(body[-200:])
    if found is None:
        raise SystemExit("The queue's answer does not end with the time it was made.")
    return found[0]


def _poll(
    server: Server, commands: CommandLog, *, clients: int, every: float, conditional: bool = False
) -> dict[str, Any]:
    time.sleep(6)  # the last snapshot expires: all begin alike
    commands.clear()
    server.call("GET", "/benchmark/lag")
    seen = load(server, clients=clients, seconds=_SECONDS, every=every, conditional=conditional)
    return {**seen, "started": commands.started(), "lag": server.lag()}


def _after(server: Server, seconds: float) -> dict[str, Any]:
    server.call("GET", "/benchmark/lag")
    time.sleep(seconds)
    return server.lag()


def _answers(what: str, seen: dict[str, Any]) -> Figure:
    statuses = ", ".join(f"{count:,} x {status}" for status, count in seen["answers"].items())
    return Figure(
        what,
        f"{statuses}; {seen['a_second']:.1f}/s, {seen['megabytes_a_second']:.0f} MB/s;"
        f" p50 {milliseconds(seen['p50'])}, p95 {milliseconds(seen['p95'])},"
        f" max {milliseconds(seen['max'])}",
    )
