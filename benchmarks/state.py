"""Measures how the service follows jobs: many that change at once, arrays, ends, its own load.

    python benchmarks/state.py [--only change,accounting,array,detection,controller]
                               [--jobs 10000] [--tasks 10000] [--ends 20] [--minutes 5]

Each part brings up a personal cluster and a Jupyter server with the extension and its own
MongoDB, and takes them down again; in the end a table in Markdown is printed. It needs what
`jupyter slurm-devcluster up` needs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import change_figures
from array_figures import array
from controller_figures import controller
from detection_figures import detection
from report import Report, parts_among, scratch

PARTS: Final = {
    "change": lambda root, options: change_figures.without_accounting(root, options.jobs),
    "accounting": lambda root, options: change_figures.with_accounting(root, options.jobs),
    "array": lambda root, options: array(root, options.tasks),
    "detection": lambda root, options: detection(root, options.ends),
    "controller": lambda root, options: controller(root, options.minutes),
}


def measure(root: Path, options: argparse.Namespace) -> None:
    report = Report()
    for part in options.only:
        report.add(part, PARTS[part](root / part, options))
    report.print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    among = parts_among(PARTS)
    parser.add_argument("--only", type=among, default=[*PARTS], help="of " + ",".join(PARTS))
    parser.add_argument("--jobs", type=int, default=10_000, help="that change at once (10000)")
    parser.add_argument("--tasks", type=int, default=10_000, help="of the array (10000)")
    parser.add_argument("--ends", type=int, default=20, help="of jobs that are waited for (20)")
    parser.add_argument("--minutes", type=float, default=5, help="in which messages count (5)")
    options = parser.parse_args()
    with scratch() as root:
        measure(root, options)


if __name__ == "__main__":
    main()
