"""Measures the service against bare Slurm commands, on a personal cluster with a long queue.

    python benchmarks/queue_and_submit.py [--jobs 10000] [--only queue,many,sync,submit]

Brings up a cluster and a Jupyter server with the extension and its own MongoDB, prints
a table in Markdown, and takes everything down again. Ours and the bare command are
measured in turn in one run. It needs what `jupyter slurm-devcluster up --no-accounting`
needs, and some four minutes on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Final

from cluster import personal_cluster
from queue_figures import many_clients, one_client
from report import Report, parts_among, scratch, tell
from submit_figures import submits
from sync_figures import quiet_tick

PARTS: Final = {
    "queue": one_client,
    "sync": quiet_tick,
    "many": many_clients,
    "submit": submits,
}


def measure(root: Path, jobs: int, parts: list[str]) -> None:
    report = Report()
    with personal_cluster(root / "cluster") as slurm:
        began = time.monotonic()
        slurm.fill(jobs)
        tell(f"{slurm.jobs():,} jobs queued in {time.monotonic() - began:.0f} s")
        for part in parts:
            report.add(part, PARTS[part](slurm, root / "home", jobs))
    report.print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=10_000, help="in the queue (10000)")
    among = parts_among(PARTS)
    parser.add_argument("--only", type=among, default=[*PARTS], help="of " + ",".join(PARTS))
    options = parser.parse_args()
    with scratch() as root:
        measure(root, options.jobs, options.only)


if __name__ == "__main__":
    main()
