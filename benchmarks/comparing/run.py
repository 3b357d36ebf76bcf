"""The comparison from its begin to its tables."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from cluster import BareSlurm, personal_cluster
from machine import burden, describe
from report import parts_among, scratch, tell
from server import CommandLog, Server

from . import peers
from .table import Results
from .ways import Absent, Command, Request, Seen, Unable, Way, measured

OURS: Final = (
    ("queue", "GET queue", "/slurm/queue", False),
    ("queue-page", "GET queue?limit=100", "/slurm/queue?limit=100", False),
    ("jobs-page", "GET jobs?limit=100", "/slurm/jobs?limit=100", False),
    ("queue-304", "GET queue?limit=100, unchanged", "/slurm/queue?limit=100", True),
    ("jobs-304", "GET jobs?limit=100, unchanged", "/slurm/jobs?limit=100", True),
    ("jupyter", "Jupyter's own GET api/status", "/api/status", False),
)
BARE: Final = {"squeue": ["squeue"], "json": ["squeue", "--json"]}
PEERS: Final = {
    "rest": ("slurmrestd", peers.slurmrestd),
    "lab": ("jupyterlab-slurm", peers.jupyterlab_slurm),
}
PARTS: Final = ("ours", *BARE, *PEERS)


def main() -> None:
    options = _options()
    with scratch() as root:
        results = Results(options.clients)
        before = burden()
        with personal_cluster(root / "cluster") as slurm:
            _compare(root, slurm, options, results)
        print(f"{describe()}\n- Load average before and after: {before}, {burden()}\n")
        print(results.markdown(), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare with what there is for the same.")
    parser.add_argument("--jobs", type=_numbers, default=[100, 1000, 10_000], help="in the queue")
    parser.add_argument("--clients", type=_numbers, default=[1, 20, 200], help="who ask at once")
    parser.add_argument("--seconds", type=float, default=5, help="for which they ask (5)")
    among = parts_among(PARTS)
    parser.add_argument("--only", type=among, default=[*PARTS], help="of " + ",".join(PARTS))
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return sorted(int(number) for number in text.split(","))


def _compare(root: Path, slurm: BareSlurm, options: argparse.Namespace, results: Results) -> None:
    with ExitStack() as stack:
        ways = [way for part in options.only for way in _ways(stack, part, root / part, slurm)]
        already = 0
        for jobs in options.jobs:
            tell(f"{jobs:,} jobs")
            slurm.fill(jobs, already)
            already = jobs
            for way in ways:
                way.wait_for(jobs)
                for clients in options.clients:
                    result = _result(way, slurm, clients, options.seconds)
                    results.note(jobs, way, clients, result)
                    tell(f"  {way.name}, {clients}: {result}")


def _result(way: Way, slurm: BareSlurm, clients: int, seconds: float) -> Seen | str:
    try:
        return measured(way, slurm, clients, seconds)
    except Unable as reason:
        return str(reason)


def _ways(stack: ExitStack, part: str, directory: Path, slurm: BareSlurm) -> list[Way]:
    """Start what a part needs, until the stack ends; its ways to ask."""
    directory.mkdir()
    if part == "ours":
        log = CommandLog(directory / "counting")
        home = directory / "home"
        server = stack.enter_context(Server(home, slurm.environ, path_first=log.directory))
        return [Request(*one, server=server, log=log) for one in OURS]
    if part in BARE:
        return [Command(part, " ".join(BARE[part]), BARE[part], slurm.environ)]
    name, start = PEERS[part]
    try:
        return [stack.enter_context(start(directory, slurm))]
    except Unable as reason:
        tell(f"  {name}: {reason}")
        return [Absent(part, name, str(reason))]
