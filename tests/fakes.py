"""A Slurm for handler tests, which remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from jupyter_slurm_api.cluster import AccountLimits, Association, Node, Partition, Qos, amount
from jupyter_slurm_api.errors import SlurmApiError
from jupyter_slurm_api.estimate import Estimate
from jupyter_slurm_api.models import ClusterInfo, JobSpec, QueueRow, Submitted
from jupyter_slurm_api.slurm import inventory
from jupyter_slurm_api.slurm.associations import Associations
from jupyter_slurm_api.slurm.parsing import Parsed

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


async def until(look: Callable[[], Any]) -> Any:
    """Return what ``look`` returns as soon as it is true."""
    for _ in range(3000):
        if found := look():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"waited in vain; last seen: {found!r}")


def queue_row(job_id: str, user: str, **changes: Any) -> QueueRow:
    row: QueueRow = {
        "job_id": job_id,
        "name": "test-job",
        "user": user,
        "state": "RUNNING",
        "time": "00:01:30",
        "nodes": "1",
        "nodelist": "node01",
        "state_code": "R",
        "flags": (),
        "partition": "debug",
        "account": "physics",
        "reason": None,
        "array_job_id": None,
        "array_task_id": None,
        "priority": 1000,
        "cpus": 2,
        "submit_time": "2026-11-24T10:00:00Z",
        "start_time": "2026-11-24T10:00:05Z",
        "end_time": "2026-11-24T11:00:05Z",
        "time_limit": "01:00:00",
        "estimated_start": None,
        "api_job_id": None,
    }
    return {**row, **changes}  # type: ignore[typeddict-item]


def partition(name: str, **changes: Any) -> Partition:
    line = f"PartitionName={name} State=UP MaxTime=01:00:00"
    (found,) = inventory.partitions(line.encode()).value
    return {**found, **changes}  # type: ignore[typeddict-item]


def node(name: str, *partitions: str, **changes: Any) -> Node:
    found: Node = {
        "name": name,
        "state": "mixed",
        "flags": [],
        "partitions": list(partitions),
        "cpus": amount(4, 1, 3),
        "memory": amount(8192, 1024, 7168),
        "gpus": amount(2, 1, 1),
        "gpus_by_type": {"a100": amount(2, 1, 1)},
        "features": [],
        "reason": None,
    }
    return {**found, **changes}  # type: ignore[typeddict-item]


@dataclass
class FakeSlurm:
    """Answers with what it holds; raises ``failure`` where one is set.

    ``acts`` is what was done to jobs, ``refuses`` what it says to that by Slurm id.
    Where ``hangs`` is an event, sbatch answers when that has come; ``asked`` has
    come as soon as there was a submit.
    """

    rows: list[QueueRow] = field(default_factory=list)
    failure: Exception | None = None
    submits: list[JobSpec] = field(default_factory=list)
    acts: list[tuple[str, list[str], Any]] = field(default_factory=list)
    refuses: dict[str, SlurmApiError] = field(default_factory=dict)
    partitions_: list[Partition] = field(default_factory=list)
    nodes_: list[Node] = field(default_factory=list)
    estimates: list[tuple[JobSpec, str | None]] = field(default_factory=list)
    accounting: bool = True
    looks: int = 0
    extra_looks: list[float] = field(default_factory=list)
    on_look: Callable[[], object] = lambda: None
    hangs: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def info(self) -> ClusterInfo:
        return ClusterInfo("testcluster", "22.05.8", accounting=self.accounting)

    async def submit(self, spec: JobSpec) -> Submitted:
        self.submits.append(spec)
        self.asked.set()
        if self.hangs:
            await self.hangs.wait()
        if self.failure:
            raise self.failure
        return Submitted(str(100 + len(self.submits)))

    async def act(
        self, verb: str, slurm_ids: Sequence[str], signal: str | None = None
    ) -> dict[str, SlurmApiError]:
        self.acts.append((verb, list(slurm_ids), signal))
        if self.failure:
            raise self.failure
        return {one: error for one, error in self.refuses.items() if one in slurm_ids}

    async def update(self, slurm_id: str, changes: Mapping[str, str]) -> None:
        self.acts.append(("change", [slurm_id], dict(changes)))
        if slurm_id in self.refuses:
            raise self.refuses[slurm_id]

    async def partitions(self) -> Parsed[list[Partition]]:
        self.looks += 1
        if self.failure:
            raise self.failure
        return Parsed(list(self.partitions_), 0)

    async def nodes(self) -> Parsed[list[Node]]:
        return Parsed(list(self.nodes_), 1)

    async def associations(self) -> Parsed[Associations]:
        self.looks += 1
        if self.failure:
            raise self.failure
        own = (
            Association(
                account="physics",
                partition=None,
                default_qos="normal",
                qos=("normal",),
                limits={"max_jobs": "5"},
            ),
        )
        return Parsed(Associations("physics", own), 0)

    async def account_limits(self, accounts: Sequence[str]) -> Parsed[tuple[AccountLimits, ...]]:
        shared = (AccountLimits(account=one, limits={"grp_tres": "cpu=12"}) for one in accounts)
        return Parsed(tuple(shared), 0)

    async def qos(self) -> Parsed[tuple[Qos, ...]]:
        return Parsed(
            tuple(Qos(name=name, priority=0, flags=(), limits={}) for name in ("normal", "others")),
            0,
        )

    async def estimate(self, spec: JobSpec, partition: str | None) -> Estimate:
        self.estimates.append((spec, partition))
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure
        if partition in self.refuses:
            raise self.refuses[partition]
        start = NOON + timedelta(hours=len(self.estimates))
        return Estimate(partition=partition or "debug", start_time=start, cpus=1, node_list="n1")

    async def queue(self) -> Parsed[list[QueueRow]]:
        self.looks += 1
        await asyncio.sleep(0.01)
        if self.failure:
            raise self.failure
        return Parsed([{**row} for row in self.rows], 0)  # type: ignore[misc]
