"""A Slurm for handler tests, which remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_slurm_api.errors import SlurmApiError
from jupyter_slurm_api.models import ClusterInfo, JobSpec, QueueRow, Submitted
from jupyter_slurm_api.slurm.parsing import Parsed


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
    looks: int = 0
    extra_looks: list[float] = field(default_factory=list)
    on_look: Callable[[], object] = lambda: None
    hangs: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def info(self) -> ClusterInfo:
        return ClusterInfo("testcluster", "22.05.8", accounting=True)

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

    async def queue(self) -> Parsed[list[QueueRow]]:
        self.looks += 1
        await asyncio.sleep(0.01)
        if self.failure:
            raise self.failure
        return Parsed([{**row} for row in self.rows], 0)  # type: ignore[misc]
