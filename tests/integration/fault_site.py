"""A site of a test's own, whose parts may be broken."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

import audit
from faults import Submit, now
from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.owner import OwnerFile, this_host
from jupyter_slurm_api.local.spec import ClusterSpec
from servers import Server, remove, wait_for

COMMAND_TIMEOUT = 3.0


class FaultSite:
    """A Slurm and a server of one account, with two jobs that are there all the time.

    Jobs stay in the queue for a minute after their end, unless `forget_soon` was called.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.cluster = DevCluster(directory / "cluster")
        self.cluster.up(ClusterSpec(nodes=4, cpus=4, settings={"MinJobAge": "60"}))
        self.began = now()
        self.server = self.make_server(f"--SlurmApi.command_timeout={COMMAND_TIMEOUT}").start()
        self.running = self.server.submit("#!/bin/sh\nsleep 600\n")
        self.held = self.server.submit("#!/bin/sh\n", parameters={"hold": True})
        self.ended = self.server.submit("#!/bin/sh\necho ended\n")
        self.server.wait_for_status(self.ended, "COMPLETED")
        self.always_queued = [
            self.server.wait_for_status(self.running, "RUNNING")["slurm_id"],
            self.server.wait_for_status(self.held, "PENDING")["slurm_id"],
        ]

    def make_server(self, *arguments: str, host: str | None = None, **variables: str) -> Server:
        """Make a server with the site's one home, and so on one host with its one database."""
        environment = {**self.cluster.environment(), **variables}
        return Server(self.directory / "home", environment, arguments=arguments, host=host)

    def close(self) -> None:
        keeper = self.keeper
        self.server.stop()
        keeper.wait(30)
        self.cluster.down(purge=True)

    # What can be done to it.

    def signal(self, daemon: str, number: signal.Signals) -> None:
        os.kill(self.cluster.pid(daemon), number)

    def freeze_server(self) -> None:
        os.kill(self.server.process.pid, signal.SIGSTOP)

    def thaw_server(self) -> None:
        os.kill(self.server.process.pid, signal.SIGCONT)

    def kill_server(self) -> None:
        self.server.process.kill()
        self.server.process.wait()

    @property
    def keeper(self) -> psutil.Process:
        """What keeps the server's mongod, its only child."""
        record = OwnerFile(self.server.home / "data" / "slurm-api" / "mongod.owner", this_host())
        return psutil.Process(record.read().pid)

    @property
    def mongod(self) -> psutil.Process:
        return self.keeper.children()[0]

    def kill_keeper_and_mongod(self) -> None:
        keeper, mongod = self.keeper, self.mongod
        keeper.suspend()  # so that neither tidies up behind the other
        mongod.kill()
        keeper.kill()

    def lose_power(self) -> None:
        """End all of the service at once: locks, sockets and records are left behind."""
        keeper, mongod = self.keeper, self.mongod
        keeper.suspend()
        self.kill_server()
        mongod.kill()
        keeper.kill()

    def forget_soon(self) -> None:
        """Let jobs leave the queue some seconds after their end."""
        conf = self.cluster.root / "slurm.conf"
        conf.write_text(re.sub("MinJobAge=.*", "MinJobAge=2", conf.read_text()))
        self.ask("scontrol", "reconfigure")

    def save_state(self) -> None:
        """Have the controller write what it knows: it does so some seconds after a change."""
        changed = time.time()
        self.ask("scontrol", "update", f"JobId={self.always_queued[1]}", f"JobName=held-{changed}")
        saved = self.cluster.root / "slurmctld" / "job_state"
        wait_for("the controller's state on disk", lambda: saved.stat().st_mtime > changed)

    # What can be seen of it.

    def ask(self, *argv: str) -> str:
        environment = {**os.environ, **self.cluster.environment()}
        return subprocess.run(
            argv, env=environment, stdout=subprocess.PIPE, text=True, timeout=60, check=True
        ).stdout

    def is_queued(self, slurm_id: str) -> bool:
        return slurm_id in self.ask("squeue", "--noheader", "--states=all", "--format=%A").split()

    def slurm_jobs(self) -> list[audit.SlurmJob]:
        return audit.slurm_jobs(self.cluster.environment(), self.began)

    def is_quiet(self) -> bool:
        """Tell whether Slurm has ended all jobs but the two."""
        live = [job.slurm_id for job in self.slurm_jobs() if not job.is_over]
        return sorted(live) == sorted(self.always_queued)

    def kept(self, host: str | None = None) -> audit.Kept:
        return audit.read(self.server.home, host)

    def outputs_are_kept(self) -> bool:
        return all(job["output_kept"] for job in self.kept().jobs if audit.is_over(job))

    def has_none_left_over(self, submits: Iterable[Submit]) -> bool:
        return not audit.left_over(self.kept().jobs, submits)

    # What runs in it.

    def submit_gated(self, gate: Path, **body: Any) -> str:
        """Start a job that ends when its gate is there, or after a minute."""
        script = f"for _ in $(seq 600); do [ -e {gate} ] && break; sleep 0.1; done; echo through"
        job_id = self.server.submit(f"#!/bin/sh\n{script}\n", **body)
        self.server.wait_for_status(job_id, "RUNNING")
        return job_id


@contextmanager
def running_site() -> Iterator[FaultSite]:
    """Run a site for as long as the tests want it."""
    directory = Path(tempfile.mkdtemp(prefix="jsa-faults-"))
    directory.chmod(0o755)  # a Slurm of root's runs as an account of its own
    site = FaultSite(directory)
    yield site
    site.close()
    remove(directory)
