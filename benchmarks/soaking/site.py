"""A personal Slurm with two servers of one home, and everything that can be broken of it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from jupyter_slurm_api.local.daemons import Daemon
from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.owner import OwnerFile, this_host
from jupyter_slurm_api.local.roster import Roster
from jupyter_slurm_api.local.site import Site as Machine
from jupyter_slurm_api.local.spec import ClusterRecord, ClusterSpec
from jupyter_slurm_api.slurm import environment
from servers import Server

from .plan import SERVERS, Fault
from .told import tell

COMMAND_TIMEOUT: Final = 5.0
SPEC: Final = ClusterSpec(nodes=4, cpus=8, settings={"MinJobAge": "10"})
_ARGUMENTS: Final = (
    f"--SlurmApi.command_timeout={COMMAND_TIMEOUT:g}",
    "--SlurmApi.idle_interval=2",
)
_OUR_PATIENCE: Final = 10.0


@dataclass
class Outage:
    """A part that was broken; the times are of `time.time`, ``until`` open while it lasts."""

    kind: str
    since: float
    until: float = float("inf")

    @property
    def part(self) -> str:
        """What was broken: ``slurmctld``, ``mongod``, ``server 1`` and so on."""
        return self.kind.rpartition(" ")[0].partition(" and ")[0]

    def overlaps(self, since: float, until: float) -> bool:
        """Tell whether it was broken at any moment of a time."""
        return self.since <= until and since <= self.until


@dataclass
class Site:
    """Everything below one directory; use it in a ``with``."""

    directory: Path
    keep: bool = False
    outages: list[Outage] = field(default_factory=list)

    def __enter__(self) -> Site:  # noqa: PYI034 - Self is in typing from 3.11 on
        self._cluster = DevCluster(self.directory / "cluster")
        self._cluster.up(SPEC)
        slurm_conf = self._cluster.environment()
        self.began = time.time()
        self._env = environment.for_query({**os.environ, **slurm_conf})
        self.daemons = {daemon.name: daemon for daemon in _roster(self._cluster.root)}
        self.servers = [Server(self.home, slurm_conf, arguments=_ARGUMENTS) for _ in range(SERVERS)]
        self._turn = threading.Lock()
        try:
            for server in self.servers:
                server.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            server.stop()
        self._cluster.down(purge=not self.keep)

    @property
    def home(self) -> Path:
        """Where the servers keep all that is theirs."""
        return self.directory / "home"

    def slurm(self, *argv: str, stdin: str = "", seconds: float = _OUR_PATIENCE) -> str:
        """Run a command of Slurm; what it printed.

        Raises:
            subprocess.SubprocessError: it failed, or did not end in time.
        """
        done = subprocess.run(
            argv,
            env=self._env,
            cwd=self.home / "work",
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
        return done.stdout

    def is_broken(self, *parts: str, at: float | None = None, grace: float = 0.0) -> bool:
        """Tell whether a part is broken at a moment, or was ``grace`` seconds before it."""
        moment = time.time() if at is None else at
        return any(
            outage.part in parts and outage.overlaps(moment - grace, moment)
            for outage in list(self.outages)
        )

    def go_through(self, fault: Fault) -> None:
        """Break a part, wait, and repair it; not where it is broken already."""
        breaks, repairs = self._deeds(fault.kind)
        outage = Outage(fault.kind, time.time())
        with self._turn:
            if self.is_broken(outage.part):
                tell(f"FAULT  {fault.kind}: left out, it is broken already")
                return
            self.outages.append(outage)
            tell(f"FAULT  {fault.kind}, for {fault.seconds:g} s")
            breaks()
        time.sleep(fault.seconds)
        repairs()
        outage.until = time.time()
        tell(f"       {fault.kind}: repaired after {outage.until - outage.since:.1f} s")
        with suppress(subprocess.SubprocessError):  # another fault may last
            self.give_nodes_back()

    def give_nodes_back(self) -> None:
        """Do what an administrator does: a controller that lost a job drains the job's nodes."""
        nodes = self.slurm("sinfo", "--noheader", "--Node", "--states=drain", "--format=%N").split()
        if nodes:
            self.slurm("scontrol", "update", f"nodename={','.join(set(nodes))}", "state=resume")

    def _deeds(self, kind: str) -> tuple[Callable[[], object], Callable[[], object]]:
        part, _, how = kind.rpartition(" ")
        if part.startswith("server"):
            server = self.servers[int(part.split()[1]) - 1]
            return lambda: _kill_server(server), server.start
        if part == "mongod and its keeper":
            return self._kill_keeper_and_mongod, self._wait_for_mongod
        if part == "mongod":
            mongod = self._mongod()
            if how == "killed":
                return mongod.kill, self._wait_for_mongod
            return mongod.suspend, mongod.resume
        daemon = self.daemons[part]
        sign = signal.SIGKILL if how == "killed" else signal.SIGSTOP
        return lambda: _signal(daemon, sign), lambda: _start(daemon)

    @property
    def _keeper(self) -> psutil.Process:
        record = OwnerFile(self.home / "data" / "slurm-api" / "mongod.owner", this_host()).read()
        assert record is not None
        return psutil.Process(record.pid)

    def _mongod(self) -> psutil.Process:
        return self._keeper.children()[0]

    def _kill_keeper_and_mongod(self) -> None:
        keeper = self._keeper
        processes = [keeper, *keeper.children()]
        for process in processes:  # the keeper first: it would start another
            process.kill()

    def _wait_for_mongod(self) -> None:
        """Wait until somebody has started another: nobody but us may."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if self._mongod().status() != psutil.STATUS_ZOMBIE:
                    return
            except (psutil.Error, IndexError):
                pass
            time.sleep(0.1)
        tell("       nobody has started mongod again for a minute")


def _roster(root: Path) -> Roster:
    record = ClusterRecord.read(Layout(root, root).record)
    assert record is not None
    return Roster(record, Layout(root, record.runtime), Machine.here())


def _signal(daemon: Daemon, sign: signal.Signals) -> None:
    process = daemon.process
    assert process is not None, f"{daemon.name} is gone"
    process.send(sign)


def _start(daemon: Daemon) -> None:
    daemon.start()
    daemon.await_answer()


def _kill_server(server: Server) -> None:
    assert server.process is not None
    server.process.kill()
    server.process.wait()
