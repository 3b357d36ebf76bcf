"""What a user of the service costs Slurm's controller in an hour, as the controller counts."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from cluster import BareSlurm, personal_cluster
from figures import Figure
from load import load
from server import CommandLog, Server

from jupyter_slurm_api.local.spec import ClusterSpec

_SLEEP = "#!/bin/bash\n#SBATCH --output=/dev/null --mem=10 --time=60\nsleep 3600\n"
_SETTLE_SECONDS = 20
_PANEL_EVERY = 5.0
_BY_USER = "statistics by user"
_COUNT = re.compile(r"^\s+(\S+)\s+\(\s*\d+\)\s+count:(\d+)", re.MULTILINE)
# What is not ours: the question itself, and what slurmd says by itself under the same account.
_OTHERS = ("REQUEST_STATS_INFO", "MESSAGE_", "REQUEST_PING")


def controller(root: Path, minutes: float) -> Iterator[Figure]:
    """Count what one user causes with the default intervals, and what a bare squeue does."""
    with personal_cluster(root / "cluster", ClusterSpec()) as slurm:
        counting = Counting(slurm)
        one = counting.during(lambda: [slurm.squeue_own() for _ in range(10)])
        yield Figure("What ten bare squeue --me ask the controller", _list(one))
        commands = CommandLog(root / "counting")
        with Server(root / "home", slurm.environ, path_first=commands.directory) as server:
            time.sleep(_SETTLE_SECONDS)
            seconds = 60 * minutes
            idle = _watch(counting, commands, lambda: time.sleep(seconds))
            yield _an_hour("no job, nobody looks", idle, minutes)
            for _ in range(5):
                slurm.sbatch(_SLEEP)
                slurm.sbatch(_SLEEP.replace("--output", "--hold --output"))
            server.wait_for_jobs(10)
            time.sleep(_SETTLE_SECONDS)
            active = _watch(counting, commands, lambda: time.sleep(seconds))
            yield _an_hour("10 jobs, nobody looks", active, minutes)
            busy = _watch(
                counting,
                commands,
                lambda: load(server, clients=1, seconds=seconds, every=_PANEL_EVERY),
            )
            yield _an_hour(f"10 jobs, a panel asks every {_PANEL_EVERY:g} s", busy, minutes)


class Counting:
    """The controller's own counters, by sdiag; only SlurmUser and root may set them to zero."""

    def __init__(self, slurm: BareSlurm) -> None:
        self._slurm = slurm

    def during(self, work: Callable[[], object]) -> Counter[str]:
        """Return by message type what the controller was asked while something was done."""
        self._slurm.said(["sdiag", "--reset"])
        work()
        by_type, _, _ = self._slurm.said(["sdiag"]).partition(_BY_USER)
        return Counter(
            {
                kind: int(count)
                for kind, count in _COUNT.findall(by_type)
                if not kind.startswith(_OTHERS)
            }
        )


def _watch(
    counting: Counting, commands: CommandLog, work: Callable[[], object]
) -> tuple[Counter[str], int]:
    commands.clear()
    return counting.during(work), sum(commands.started().values())


def _an_hour(when: str, seen: tuple[Counter[str], int], minutes: float) -> Figure:
    asked, started = seen
    times = 60 / minutes
    return Figure(
        f"Messages to the controller an hour: {when}",
        f"{asked.total() * times:.0f} by {started * times:.0f} commands"
        f" (in {minutes:g} min: {_list(asked)}; {started} commands)",
    )


def _list(asked: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in asked.most_common()) or "nothing"
