"""Measures the service against bare Slurm commands, on a personal cluster with a long queue.

    python benchmarks/queue_and_submit.py [--jobs 10000] [--only queue,many,sync,submit]

Brings up a cluster and a Jupyter server with the extension and its own MongoDB, prints
a table in Markdown, and takes everything down again. Ours and the bare command are
measured in turn in one run. It needs what `jupyter slurm-devcluster up --no-accounting`
needs, and some four minutes on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from cluster import personal_cluster
from figures import Figure, table
from machine import burden, describe
from queue_figures import many_clients, one_client
from submit_figures import submits
from sync_figures import quiet_tick

PARTS: Final = {
    "queue": one_client,
    "sync": quiet_tick,
    "many": many_clients,
    "submit": submits,
}


def measure(root: Path, jobs: int, parts: list[str]) -> None:
    with personal_cluster(root / "cluster") as slurm:
        began = time.monotonic()
        slurm.fill(jobs)
        _tell(f"{slurm.jobs():,} jobs queued in {time.monotonic() - began:.0f} s")
        figures: list[Figure] = []
        loads: dict[str, str] = {}
        for part in parts:
            loads[part] = burden()
            _tell(f"{part}: load average {loads[part]}")
            for figure in PARTS[part](slurm, root / "home", jobs):
                figures.append(figure)
                _tell("  " + " | ".join(figure.cells()))
        burdens = ", ".join(f"{part} {before}" for part, before in loads.items())
        print(f"{describe(slurm)}\n- Load average before each part: {burdens}\n")
        print(table(figures), flush=True)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parts(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := set(wanted) - PARTS.keys():
        raise argparse.ArgumentTypeError(f"{unknown} is not among {', '.join(PARTS)}")
    return wanted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=10_000, help="in the queue (10000)")
    parser.add_argument("--only", type=_parts, default=[*PARTS], help="of " + ",".join(PARTS))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the cluster goes down too
    with tempfile.TemporaryDirectory(prefix="jsa-bench-") as root:
        Path(root).chmod(0o755)  # Slurm's own account has files below it
        measure(Path(root), options.jobs, options.only)


if __name__ == "__main__":
    main()
