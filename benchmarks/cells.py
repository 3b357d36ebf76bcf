"""Measures what `%%slurm python` adds to a cell, and what it costs Slurm.

    python benchmarks/cells.py [--cells 10] [--sleep 15]

Brings up a personal cluster without accounting, a Jupyter server with the extension and its own
MongoDB, and a kernel; runs short cells as jobs and as they are, and one long one, while Slurm's
programs note each of their starts. Prints a table in Markdown, and takes everything down again.
It needs what `jupyter slurm-devcluster up --no-accounting` needs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the kernels of the tests

from cluster import personal_cluster
from figures import Figure, spread
from report import Report, scratch
from server import CommandLog, Server

from jupyter_slurm_api.local.spec import ClusterSpec
from kernels import Kernel

_SPEC = ClusterSpec(nodes=1, cpus=2, accounting=False)
_CELL = "import time; began = time.time(); ended = time.time()"


def figures(root: Path, options: argparse.Namespace) -> Iterator[Figure]:
    log = CommandLog(root / "programs")
    with (
        personal_cluster(root / "cluster", _SPEC) as slurm,
        Server(root / "home", slurm.environ, path_first=log.directory),
    ):
        kernel = Kernel(root / "home", root / "home" / "runtime")
        try:
            kernel.value("%load_ext jupyter_slurm_api\nTrue")
            yield from _overhead(kernel, options.cells)
            yield from _commands(kernel, log, options.sleep)
        finally:
            kernel.stop()


def _overhead(kernel: Kernel, cells: int) -> Iterator[Figure]:
    before, after, whole, bare = [], [], [], []
    for _ in range(cells):
        submitted = time.time()
        assert kernel.run(f"%%slurm python --out began,ended --block\n{_CELL}").error is None
        shown = time.time()
        began, ended = kernel.value("[began, ended]")
        before.append(began - submitted)
        after.append(shown - ended)
        whole.append(shown - submitted)
        submitted = time.time()
        assert kernel.run(_CELL).error is None
        bare.append(time.time() - submitted)
    yield Figure("From submit until the cell's code starts on the node", spread(before))
    yield Figure("From the code's end until its outputs are shown", spread(after))
    yield Figure(
        "An empty cell by `%%slurm python --block`, against the bare cell",
        spread(whole),
        spread(bare),
    )


def _commands(kernel: Kernel, log: CommandLog, seconds: int) -> Iterator[Figure]:
    log.clear()
    assert kernel.run(f"%%slurm python --block\nimport time; time.sleep({seconds})").error is None
    cell = log.started()
    ticks = log.own_jobs_asked()
    yield Figure(
        f"Slurm's commands started for a cell of {seconds} s, its submit among them",
        f"{sum(cell.values())}: 1 sbatch, {ticks} squeue of the server's own ticks",
        aim="no more than those",
        met=sum(cell.values()) == 1 + ticks,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cells", type=int, default=10, help="short ones (10)")
    parser.add_argument("--sleep", type=int, default=15, help="seconds that a long one takes (15)")
    options = parser.parse_args()
    report = Report()
    with scratch() as root:
        report.add("cells", figures(root, options))
    report.print()


if __name__ == "__main__":
    main()
