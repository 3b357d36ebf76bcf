"""A personal Slurm with a long queue, and its commands as anybody would run them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil
from machine import all_cores, on_cores

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec
from jupyter_slurm_api.slurm import commands, environment

HELD: Final = "#!/bin/bash\n#SBATCH --hold --output=/dev/null\nhostname\n"
_RUNNING: Final = "#!/bin/bash\n#SBATCH --time=60 --output=/dev/null\nsleep 3600\n"
_AT_ONCE: Final = 8
_BARE: Final = ClusterSpec(accounting=False)
_SBATCH: Final = """
for i in $(seq "$1" 8 "$2"); do
  sbatch --quiet --job-name="train-fold-$i" <<<"$3" || exit 1
done >/dev/null
"""


class BareSlurm:
    """Slurm's commands without us between, in the environment that ours get.

    ``controller`` is slurmctld's process.
    """

    def __init__(self, slurm_conf: Mapping[str, str], controller: int) -> None:
        self._controller = psutil.Process(controller)
        self.environ = {**os.environ, **slurm_conf}
        self._query_env = environment.for_query(self.environ)
        self._sbatch_env = environment.for_sbatch(self.environ)

    def squeue(self) -> float:
        """Ask for the whole queue; the wall time in seconds."""
        return self._timed(commands.squeue(commands.Separators()), self._query_env)

    def squeue_own(self) -> float:
        """Ask for the user's own jobs; the wall time in seconds."""
        return self._timed(commands.squeue_own(commands.Separators()), self._query_env)

    def sbatch(self, script: str = HELD) -> float:
        """Submit a script; the wall time in seconds."""
        return self._timed(["sbatch", "--parsable"], self._sbatch_env, script)

    def sbatch_rate(self, at_once: int, seconds: float) -> float:
        """Submit from several loops at once; jobs a second."""
        end = time.monotonic() + seconds

        def loop(_: int) -> int:
            done = 0
            while time.monotonic() < end:
                self.sbatch()
                done += 1
            return done

        began = time.monotonic()
        with ThreadPoolExecutor(at_once) as threads:
            done = sum(threads.map(loop, range(at_once)))
        return done / (time.monotonic() - began)

    def controller_seconds(self) -> float:
        """Return the processor time that slurmctld has taken so far."""
        times = self._controller.cpu_times()
        return float(times.user + times.system)

    def fill(self, count: int, already: int = 0) -> None:
        """Let there be held jobs, and one that runs, so that the queue never stands still."""
        if not already:
            self.sbatch(_RUNNING)
        argv = ["bash", "-c", _SBATCH, "fill"]
        begin = max(1, already)
        loops = [
            subprocess.Popen([*argv, str(first), str(count - 1), HELD], env=self._sbatch_env)
            for first in range(begin, begin + _AT_ONCE)
        ]
        if sum(loop.wait() for loop in loops):
            raise SystemExit("sbatch failed; see above.")

    def jobs(self, *options: str) -> int:
        """Return how many rows the queue has, with options of squeue."""
        argv = ["squeue", "--all", "--noheader", "--format=%i", *options]
        return len(self.said(argv).splitlines())

    def cancel_waiting(self) -> None:
        """Cancel all jobs that wait."""
        self.said(["scancel", "--me", "--state=PENDING"])

    def submit(self, script: str, *options: str) -> str:
        """Submit a script; the job's id."""
        argv = ["sbatch", "--parsable", *options]
        return self.said(argv, env=self._sbatch_env, stdin=script).strip()

    def said(
        self, argv: Sequence[str], env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> str:
        """Run a command of Slurm; what it printed."""
        return subprocess.run(
            argv,
            env=env or self._query_env,
            input=stdin,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    @staticmethod
    def _timed(argv: Sequence[str], env: Mapping[str, str], stdin: str = "") -> float:
        began = time.perf_counter()
        subprocess.run(argv, env=env, input=stdin.encode(), check=True, capture_output=True)
        return time.perf_counter() - began


@contextmanager
def personal_cluster(
    root: Path, spec: ClusterSpec = _BARE, cores: Collection[int] = ()
) -> Iterator[BareSlurm]:
    """Bring up a cluster of our own, without accounting unless told, and end it afterwards.

    With ``cores`` it keeps to those, and so do its jobs.
    """
    cluster = DevCluster(root)
    with on_cores(cores or all_cores()):
        cluster.up(spec)
    try:
        yield BareSlurm(cluster.environment(), cluster.pid("slurmctld"))
    finally:
        cluster.down(purge=True)
