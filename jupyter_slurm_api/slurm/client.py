"""What the rest of the service asks of Slurm, whoever answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ..errors import SlurmApiError
from ..models import ClusterInfo, JobSpec, Partition, QueueRow, Submitted
from ..observation import Observation
from .parsing import Parsed, Record


class Slurm(Protocol):
    """A Slurm cluster, as this user may see and use it.

    Every call is bounded in time and raises a `SlurmError` where Slurm does not
    answer, or answers no.
    """

    async def info(self) -> ClusterInfo:
        """Return the cluster's name, version and whether it keeps accounting."""

    async def submit(self, spec: JobSpec) -> Submitted:
        """Submit a job; returns as soon as its id is known."""

    async def queue(self) -> Parsed[list[QueueRow]]:
        """Return the whole queue, as squeue shows it to this user."""

    async def own_jobs(self) -> Parsed[dict[str, tuple[Record, ...]]]:
        """Return the rows of this user's jobs by job id, for `observing.observe`."""

    async def recorded(
        self, slurm_ids: Sequence[str], since: datetime
    ) -> Parsed[dict[str, list[Observation]]]:
        """Return what the accounting has of this user's jobs, each job's latest run last."""

    async def tagged(self, since: datetime) -> Parsed[dict[str, str]]:
        """Return the Slurm ids of this user's jobs since then by the UUIDs in their tags."""

    async def shown(self, slurm_id: str) -> dict[str, Observation]:
        """Return what the controller still knows of a job, or of each task of an array."""

    async def act(
        self, verb: str, slurm_ids: Sequence[str], signal: str | None = None
    ) -> dict[str, SlurmApiError]:
        """Do something to jobs, such as ``hold``; returns what was refused, by id."""

    async def update(self, slurm_id: str, changes: Mapping[str, str]) -> None:
        """Change what a job asks for, by the names in `acting.CHANGES`."""

    async def partitions(self) -> Parsed[list[Partition]]:
        """Return the cluster's partitions."""
