"""Measures what it costs that many follow the output of one job that writes a lot.

    python benchmarks/follow.py [--followers 100] [--seconds 20] [--megabytes 1]
                                [--only events,socket]

Brings up a personal cluster without accounting and a Jupyter server with the extension and
its own MongoDB; a job writes so many megabytes a second, and all follow it at once, by
Server-Sent Events and then by WebSockets. Prints a table in Markdown, and takes everything
down again. It needs what `jupyter slurm-devcluster up --no-accounting` needs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cluster import personal_cluster
from follow_figures import WAYS, follow
from report import Report, parts_among, scratch

from jupyter_slurm_api.local.spec import ClusterSpec

_SPEC = ClusterSpec(nodes=1, cpus=2, accounting=False)


def measure(root: Path, options: argparse.Namespace) -> None:
    report = Report()
    with personal_cluster(root / "cluster", _SPEC) as slurm:
        for way in options.only:
            report.add(way, follow(slurm, root / f"home-{way}", way, options))
    report.print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--followers", type=int, default=100, help="at once (100)")
    parser.add_argument("--seconds", type=int, default=20, help="in which the job writes (20)")
    parser.add_argument("--megabytes", type=float, default=1, help="it writes a second (1)")
    among = parts_among(WAYS)
    parser.add_argument("--only", type=among, default=[*WAYS], help="of " + ",".join(WAYS))
    options = parser.parse_args()
    with scratch() as root:
        measure(root, options)


if __name__ == "__main__":
    main()
