"""A Slurm of the tests' own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec


@contextmanager
def personal_cluster() -> Iterator[dict[str, str]]:
    """Start a cluster of four nodes and end it; what a client needs to reach it."""
    # Not below pytest's own directory, which other accounts may not enter.
    directory = Path(tempfile.mkdtemp(prefix="jsa-cluster-"))
    directory.chmod(0o755)
    cluster = DevCluster(directory)
    cluster.up(ClusterSpec(nodes=4, cpus=4, settings={"MinJobAge": "5"}))
    yield cluster.environment()
    cluster.down(purge=True)
