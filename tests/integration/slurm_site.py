"""A site: a Slurm that root administers, and an ordinary account that uses it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec
from servers import Server, remove

_ACCOUNTS = ("jsa-alice", "alice")

# In a partition of its own, what runs before or after a job lasts for as long as a gate is shut.
_GATED = """#!/bin/sh
[ "$SLURM_JOB_PARTITION" = {gate.stem} ] || exit 0
while [ -e {gate} ]; do sleep 0.1; done
"""
_BROKEN = """#!/bin/sh
[ "$SLURM_JOB_PARTITION" != broken ]
"""
# Calls a function of Slurm's library, as slurmd and programs of a site do. Its plugins need
# the library's names; before 22.05 it came up by itself.
_CALL = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
if hasattr(library, "slurm_init"):
    library.slurm_init(None)
getattr(library, sys.argv[2])(*map(int, sys.argv[3:]))
"""

SETTINGS = {
    "MinJobAge": "10",
    "PreemptType": "preempt/partition_prio",
    "PreemptMode": "REQUEUE",
    "RequeueExit": "75",
    "RequeueExitHold": "76",
}
PARTITIONS = (
    "PartitionName=main Nodes=n[1-2] MaxTime=01:00:00",
    "PartitionName=slow_prolog Nodes=n7",
    "PartitionName=slow_epilog Nodes=n8",
    "PartitionName=low_cancel Nodes=n3 PriorityTier=1 PreemptMode=CANCEL",
    "PartitionName=low_requeue Nodes=n3 PriorityTier=1 PreemptMode=REQUEUE",
    "PartitionName=high Nodes=n3 PriorityTier=9",
    "PartitionName=doomed Nodes=n4",
    "PartitionName=frozen Nodes=n5",
    "PartitionName=broken Nodes=n6",
    "PartitionName=drained Nodes=n[1-2],n6",
    "PartitionName=closed Nodes=n1 State=DOWN",
    "PartitionName=inactive Nodes=n1",
)


@dataclass(frozen=True)
class SlurmSite:
    """A cluster of root's with jobs of one ordinary account."""

    cluster: DevCluster
    directory: Path
    account: str

    def ask(self, user: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Slurm as somebody."""
        return subprocess.run(
            argv,
            env={"PATH": os.defpath, "SLURM_TIME_FORMAT": "%s", **self.cluster.environment()},
            user=user,
            group=pwd.getpwnam(user).pw_gid,
            extra_groups=[],
            cwd="/",  # where an ordinary account can leave nothing behind
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def as_user(self, *argv: str) -> str:
        """Run a command that must work, as the ordinary account."""
        return self._done(self.account, *argv)

    def as_admin(self, *argv: str) -> str:
        """Run a command that must work, as root."""
        return self._done("root", *argv)

    def _done(self, user: str, *argv: str) -> str:
        done = self.ask(user, *argv)
        assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
        return done.stdout

    def call(self, function: str, *arguments: str | int) -> None:
        """Call a function of Slurm's library as root; what it returns is the controller's word."""
        linked = subprocess.run(
            ["ldd", str(shutil.which("squeue"))], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"=> (\S*/libslurm\S*)", linked)
        assert found, linked
        self.as_admin(sys.executable, "-c", _CALL, found[1], function, *map(str, arguments))

    def state(self, slurm_id: str) -> str:
        """Return the word that squeue shows for a job."""
        return self.as_admin("squeue", "-h", "-t", "all", "-o", "%T", "-j", slurm_id).strip()

    def queue(self) -> set[str]:
        """Return the ids of all jobs that squeue shows, the ended ones too."""
        return set(self.as_admin("squeue", "-h", "-t", "all", "-o", "%A").split())

    def kill_node(self, node: str) -> None:
        """Let a node die, and its administrator note it."""
        os.kill(self.cluster.pid(f"slurmd-{node}"), signal.SIGKILL)
        self.as_admin("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=died")

    @contextmanager
    def frozen(self, node: str) -> Iterator[None]:
        """Let a node not answer, without anybody having noticed."""
        slurmd = self.cluster.pid(f"slurmd-{node}")
        os.kill(slurmd, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(slurmd, signal.SIGCONT)

    def reserve_briefly(self, name: str) -> None:
        """Make a reservation for the account that is soon over."""
        words = ("StartTime=now+5", "EndTime=now+8", f"Users={self.account}", "Nodes=n6")
        self.as_admin("scontrol", "create", "reservation", f"ReservationName={name}", *words)

    def gate(self, name: str) -> Path:
        """Return the file that keeps what a partition is named after from ending."""
        return self.directory / f"{name}.gate"

    def open(self, name: str) -> None:
        """Let it end."""
        self.gate(name).unlink()

    @contextmanager
    def server(self, name: str) -> Iterator[Server]:
        """Run a server of the ordinary account."""
        names = {"USER": self.account, "LOGNAME": self.account}
        environment = self.cluster.environment() | names
        server = Server(self.directory / name, environment, account=self.account)
        try:
            yield server.start()
        finally:
            server.stop()


@contextmanager
def plain_site() -> Iterator[SlurmSite]:
    """Run a site of which nothing special is wanted."""
    with _site(
        lambda site: ClusterSpec(users=(site.account,), settings={"MinJobAge": "10"})
    ) as site:
        yield site


@contextmanager
def running_site() -> Iterator[SlurmSite]:
    """Run a site for as long as the tests want it, with a partition for whatever may happen."""
    with _site(_eventful) as site:
        for name in ("slow_prolog", "slow_epilog"):
            site.gate(name).touch()
        for partition in PARTITIONS:
            site.as_admin("scontrol", "create", *partition.split())
        yield site


@contextmanager
def _site(spec: Callable[[SlurmSite], ClusterSpec]) -> Iterator[SlurmSite]:
    directory = Path(tempfile.mkdtemp(prefix="jsa-site-", dir="/tmp"))
    directory.chmod(0o755)
    site = SlurmSite(DevCluster(directory / "cluster"), directory, _ordinary_account())
    try:
        site.cluster.up(spec(site))
        yield site
    finally:
        site.cluster.down(purge=True)
        remove(directory)


def _eventful(site: SlurmSite) -> ClusterSpec:
    scripts = {
        "PrologSlurmctld": _script(site.directory / "start", _GATED, site.gate("slow_prolog")),
        "Epilog": _script(site.directory / "end", _GATED, site.gate("slow_epilog")),
        "Prolog": _script(site.directory / "broken", _BROKEN),
    }
    return ClusterSpec(
        nodes=8, cpus=32, memory=32 * 1024, users=(site.account,), settings=SETTINGS | scripts
    )


def _script(path: Path, text: str, gate: Path | None = None) -> str:
    path.write_text(text.format(gate=gate) if gate else text)
    path.chmod(0o755)
    return str(path)


def _ordinary_account() -> str:
    known = {account.pw_name for account in pwd.getpwall()}
    for name in _ACCOUNTS:
        if name in known:
            return name
    subprocess.run(["useradd", "-m", _ACCOUNTS[0]], check=True)
    return _ACCOUNTS[0]
