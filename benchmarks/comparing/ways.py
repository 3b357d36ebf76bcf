"""Ways to ask for the queue: by a command, or of a server over HTTP."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import psutil
from cluster import BareSlurm
from figures import percentile
from load import Asked, load
from server import CommandLog, Server

PATIENCE: Final = 30.0  # seconds after the time is over, for what was asked before
_SHARE_OF_MEMORY: Final = 0.5


class Unable(Exception):
    """Why something cannot be measured here, as it stands in the table."""


@dataclass(frozen=True)
class Seen:
    """What some clients got who asked again at once, for some seconds.

    ``rate`` is in answers a second, ``failed`` what was no answer; ``commands`` of
    Slurm were started meanwhile, and ``controller`` is slurmctld's processor time.
    """

    p50: float
    p95: float
    rate: float
    octets: float
    failed: int
    commands: int = 0
    controller: float = 0.0


class Way(Protocol):
    """One way to ask; ``name`` is for the table, ``key`` for the command line."""

    key: str
    name: str

    def wait_for(self, jobs: int) -> None:
        """Wait until what is asked knows so many jobs."""

    def seen(self, clients: int, seconds: float) -> Seen:
        """Have so many clients ask.

        Raises:
            Unable: that cannot be.
        """
        ...


@dataclass
class Command(Way):
    """A command, run again and again by each client."""

    key: str
    name: str
    argv: Sequence[str]
    env: Mapping[str, str]

    def seen(self, clients: int, seconds: float) -> Seen:
        """Run it; only as many at once as memory is there for."""
        octets, memory = self._once()
        if clients * memory > _SHARE_OF_MEMORY * psutil.virtual_memory().available:
            raise Unable(f"{clients} at once would take {clients * memory / 1e9:,.0f} GB of memory")
        began, end = time.monotonic(), time.monotonic() + seconds
        with ThreadPoolExecutor(clients) as threads:
            loops = [threads.submit(lambda: list(self._until(end))) for _ in range(clients)]
            runs = [run for loop in loops for run in loop.result()]
        times = [took for took, worked in runs if worked]
        if not times:
            raise Unable(f"none of {len(runs)} worked, see above")
        rate = len(times) / (time.monotonic() - began)
        p50, p95 = percentile(times, 50), percentile(times, 95)
        return Seen(p50, p95, rate, octets, failed=len(runs) - len(times), commands=len(runs))

    def _until(self, end: float) -> Iterator[tuple[float, bool]]:
        """Yield how long each took, and whether it worked: a controller may be overrun."""
        while (began := time.monotonic()) < end:
            done = subprocess.run(self.argv, env=self.env, check=False, stdout=subprocess.PIPE)
            yield time.monotonic() - began, done.returncode == 0

    def _once(self) -> tuple[int, int]:
        """Return the bytes that it prints, and those of memory that it takes."""
        process = subprocess.Popen(self.argv, env=self.env, stdout=subprocess.PIPE)
        assert process.stdout is not None
        printed = len(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return printed, usage.ru_maxrss * 1024


@dataclass
class Request(Way):
    """A request to a server; where it starts commands of Slurm, they are in its log."""

    key: str
    name: str
    path: str
    conditional: bool
    server: Asked
    log: CommandLog | None = None

    def wait_for(self, jobs: int) -> None:
        """Wait for the sync, where the server has one."""
        if self.path.startswith("/slurm/") and isinstance(self.server, Server):
            self.server.wait_for_jobs(jobs)

    def seen(self, clients: int, seconds: float) -> Seen:
        """Send it by clients whose connections stay open."""
        if self.log:
            self.log.clear()
        try:
            found = load(
                self.server,
                clients=clients,
                seconds=seconds,
                every=0,
                patience=PATIENCE,
                path=self.path,
                conditional=self.conditional,
            )
        except subprocess.CalledProcessError as error:
            raise Unable("its clients failed, see above") from error
        return self._read(found)

    def _read(self, found: dict[str, Any]) -> Seen:
        answers: dict[str, int] = found["answers"]
        good = sum(answers.get(status, 0) for status in ("200", "304"))
        failed = sum(answers.values()) - good
        if not good:
            told = ", ".join(f"{count} {what}" for what, count in answers.items())
            raise Unable(f"no answer within {PATIENCE:g} s ({told or 'none'})")
        commands = sum(self.log.started().values()) if self.log else 0
        return Seen(found["p50"], found["p95"], found["a_second"], found["bytes"], failed, commands)


@dataclass
class Absent(Way):
    """A way that there is not here, and why."""

    key: str
    name: str
    reason: str

    def seen(self, clients: int, seconds: float) -> Seen:  # noqa: ARG002 - as all ways are asked
        """Say why."""
        raise Unable(self.reason)


def measured(way: Way, slurm: BareSlurm, clients: int, seconds: float) -> Seen:
    """Return what so many clients got, and what that took of slurmctld."""
    before = slurm.controller_seconds()
    seen = way.seen(clients, seconds)
    return replace(seen, controller=slurm.controller_seconds() - before)
