"""What Slurm thinks of a job before it is submitted, asked for seldom."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from ..clock import utc_now
from ..errors import Conflict, InvalidRequest, JobNotFound, SlurmBusy, SlurmDenied, SlurmRefused
from ..estimate import Estimate
from ..models import JobSpec
from ..requests import AT_ONCE, EstimateAnswer, EstimateRequest
from ..slurm import options
from ..slurm.client import Slurm
from .cluster import ClusterService
from .limits import LimitsService
from .submission import Checks, option, problem

_LIFE_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 20.0
_MOST_KEPT: Final = 64


class EstimateService:
    """Has Slurm try a job without queueing it, which costs the controller a round of planning.

    So this is done one at a time, with pauses as long as it took, a second at least; in three
    partitions at most for a question; and the same question has the same answer for a minute.
    """

    def __init__(
        self, slurm: Slurm, checks: Checks, cluster: ClusterService, limits: LimitsService
    ) -> None:
        self._slurm = slurm
        self._checks = checks
        self._cluster = cluster
        self._limits = limits
        self._kept: dict[str, asyncio.Task[EstimateAnswer]] = {}
        self._turn = asyncio.Lock()
        self._free_at = 0.0

    async def estimate(self, request: EstimateRequest) -> EstimateAnswer:
        """Return when a job would start, or Slurm's refusal, for each partition that is asked.

        Raises:
            InvalidRequest: the request cannot be a job.
            SlurmBusy: too many wait for their estimates.
            SlurmError: Slurm does not answer.
        """
        if request.sha256 not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            task = asyncio.ensure_future(self._ask(request))
            self._kept[request.sha256] = task
            task.add_done_callback(lambda done: self._answered(request.sha256, done))
        return await asyncio.shield(self._kept[request.sha256])

    def _answered(self, question: str, task: asyncio.Task[EstimateAnswer]) -> None:
        def forget() -> None:
            if self._kept.get(question) is task:
                del self._kept[question]

        if task.cancelled() or task.exception():
            forget()
        else:
            asyncio.get_running_loop().call_later(_LIFE_SECONDS, forget)

    async def _ask(self, request: EstimateRequest) -> EstimateAnswer:
        spec = await self._checks.spec(request, str(uuid.uuid4()))
        wanted = await self._partitions(request)
        async with self._one_at_a_time():
            asked_at = utc_now()
            found = [await self._try(spec, name) for name in wanted[:AT_ONCE]]
        not_asked = [name for name in wanted[AT_ONCE:] if name is not None]
        return EstimateAnswer.of(found, not_asked=not_asked, asked_at=asked_at)

    async def _try(self, spec: JobSpec, partition: str | None) -> Estimate:
        try:
            return await self._slurm.estimate(spec, partition)
        except (SlurmRefused, SlurmDenied, JobNotFound, Conflict) as error:
            return Estimate(partition=partition, refusal=error.message)

    async def _partitions(self, request: EstimateRequest) -> list[str | None]:
        """Return the partitions to try; None for wherever the job asks to run."""
        if request.partitions is None:
            return [None]
        if request.partitions != "all":
            for name in request.partitions:
                if fault := options.option_error("partition", name):
                    raise problem("partitions", fault)
            return [*dict.fromkeys(request.partitions)]
        names = await self._cluster.open_to(await self._limits.accounts())
        if not names:
            raise InvalidRequest("No partition takes your jobs now: GET slurm/partitions says why.")
        asked_for = option(request, "partition", "p").split(",")
        return [*sorted(names, key=lambda name: name not in asked_for)]

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._turn.acquire(), _PATIENCE_SECONDS)
        except asyncio.TimeoutError:
            raise SlurmBusy("Others wait for estimates before this one; try again soon.") from None
        try:
            await asyncio.sleep(self._free_at - time.monotonic())
            began = time.monotonic()
            try:
                yield
            finally:
                ended = time.monotonic()
                self._free_at = ended + max(_PAUSE_SECONDS, ended - began)
        finally:
            self._turn.release()
