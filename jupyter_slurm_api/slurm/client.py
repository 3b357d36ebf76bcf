"""What the rest of the service asks of Slurm, whoever answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ..cluster import AccountLimits, Node, Partition, Qos
from ..errors import SlurmApiError
from ..estimate import Estimate
from ..models import ClusterInfo, JobSpec, QueueRow, Submitted
from ..observation import Observation
from .associations import Associations
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
        """Return the partitions that this user may see."""

    async def nodes(self) -> Parsed[list[Node]]:
        """Return the nodes of these partitions, in the order of their names."""

    async def associations(self) -> Parsed[Associations]:
        """Return what the accounting lets this user use."""

    async def account_limits(self, accounts: Sequence[str]) -> Parsed[tuple[AccountLimits, ...]]:
        """Return the limits of accounts, which hold for their users together."""

    async def qos(self) -> Parsed[tuple[Qos, ...]]:
        """Return all QOS."""

    async def estimate(self, spec: JobSpec, partition: str | None) -> Estimate:
        """Return when a job would start, in a partition or where it asks to; nothing is queued."""
