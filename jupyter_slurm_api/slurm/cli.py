"""Slurm by its own commands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from ..cluster import AccountLimits, Node, Partition, Qos
from ..errors import (
    JobNotFound,
    SlurmApiError,
    SlurmError,
    SlurmRefused,
    SlurmTimeout,
    SlurmUnavailable,
)
from ..estimate import Estimate
from ..models import ClusterInfo, JobSpec, QueueRow, Submitted
from ..observation import Observation
from ..threads import DaemonThreads
from . import (
    accounting,
    acting,
    associations,
    commands,
    environment,
    estimating,
    inventory,
    observing,
    parsing,
)
from .accounts import account_name
from .associations import Associations
from .failures import failure
from .parsing import Parsed, Record
from .runner import Answer, Runner

T = TypeVar("T")

_ASK_AGAIN_AFTER: Final = 5.0
_LARGE_BYTES: Final = 64 * 1024  # above this a parse would be felt by the event loop


class SlurmCommands:
    """The `client.Slurm` that runs sbatch, squeue, sacct, scontrol, scancel and sinfo.

    ``environ`` is the server's environment; what the commands get of it is
    decided in `environment`. ``user`` is the account that the server runs as.
    """

    def __init__(self, runner: Runner, environ: Mapping[str, str], user: str) -> None:
        self._runner = runner
        self._query_env = environment.for_query(environ)
        self._sbatch_env = environment.for_sbatch(environ)
        self._user = user
        self._info: ClusterInfo | None = None
        self._asking: asyncio.Task[ClusterInfo] | None = None
        self._silent: SlurmError | None = None
        self._silent_until = 0.0
        self._threads = DaemonThreads(1, "slurm-api-parse")

    async def info(self) -> ClusterInfo:
        """Return the cluster's name, version and accounting; asked once.

        Where that failed, who asks within some seconds is told the same, unless
        Slurm has answered something meanwhile.
        """
        if self._info is not None:
            return self._info
        if self._silent and time.monotonic() < self._silent_until:
            raise self._silent
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask_info())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    async def _ask_info(self) -> ClusterInfo:
        answer = await self._ask(commands.scontrol_config())
        info = parsing.cluster_info(answer.stdout)
        if not info.name:
            raise SlurmUnavailable("Slurm did not tell its configuration; try again later.")
        self._info = info
        return info

    def _asked(self, asking: asyncio.Task[ClusterInfo]) -> None:
        self._asking = None
        if not asking.cancelled() and isinstance(error := asking.exception(), SlurmError):
            self._silent = error
            self._silent_until = time.monotonic() + _ASK_AGAIN_AFTER

    async def submit(self, spec: JobSpec) -> Submitted:
        """Submit a job; a script that waits for its own end is not waited for.

        Raises:
            SlurmTimeout: sbatch did not get to answer; there may be a job all the same.
        """
        answer = await self._runner.run(
            spec.argv,
            env=self._sbatch_env,
            cwd=spec.work_dir,
            stdin=spec.script,
            enough=lambda line: parsing.submitted(line) is not None,
        )
        found = parsing.submitted(answer.stdout)
        if found is not None:
            return found
        if answer.code is not None and answer.code < 0:
            raise SlurmTimeout(f"sbatch was ended by signal {-answer.code} before it answered.")
        if answer.code:
            raise failure("sbatch", answer.stderr, answer.code)
        raise SlurmRefused(
            "sbatch ended without a job id, so nothing was submitted. Take an option such as"
            " --test-only out of the script's #SBATCH lines."
        )

    async def queue(self) -> Parsed[list[QueueRow]]:
        """Return the whole queue."""
        separators = commands.Separators()
        answer = await self._ask(commands.squeue(separators))
        return await self._parse(answer, lambda: parsing.queue(answer.stdout, separators))

    async def own_jobs(self) -> Parsed[dict[str, tuple[Record, ...]]]:
        """Return the rows of this user's jobs."""
        separators = commands.Separators()
        answer = await self._ask(commands.squeue_own(separators))
        return await self._parse(answer, lambda: observing.own_jobs(answer.stdout, separators))

    async def recorded(
        self, slurm_ids: Sequence[str], since: datetime
    ) -> Parsed[dict[str, list[Observation]]]:
        """Return what sacct has of jobs of this user."""
        separators = commands.Separators.of_sacct()
        answer = await self._ask(commands.sacct(slurm_ids, since, separators))
        # Whatever its size: the name of an account may come from a slow directory.
        return await self._in_thread(
            lambda: accounting.recorded(answer.stdout, separators, self._user, account_name)
        )

    async def tagged(self, since: datetime) -> Parsed[dict[str, str]]:
        """Return the Slurm ids that sacct has by the UUIDs in the tags of their sbatch."""
        separators = commands.Separators.of_sacct()
        answer = await self._ask(commands.sacct_tags(self._user, since, separators))
        return await self._parse(
            answer, lambda: accounting.tagged(answer.stdout, separators, self._user)
        )

    async def shown(self, slurm_id: str) -> dict[str, Observation]:
        """Return what scontrol shows of a job, or of each task of an array it still knows."""
        try:
            answer = await self._ask(commands.scontrol_job(slurm_id))
        except JobNotFound:
            return {}
        return await self._parse(answer, lambda: observing.shown(answer.stdout, slurm_id))

    async def act(
        self, verb: str, slurm_ids: Sequence[str], signal: str | None = None
    ) -> dict[str, SlurmApiError]:
        """Do something to jobs by one command; returns what was refused, by id."""
        argv = acting.act(verb, slurm_ids, signal)
        answer = await self._runner.run(argv, env=self._query_env)
        # scancel exits 0 for an id it does not know: only its words tell.
        return acting.refusals(argv[0], slurm_ids, answer.stderr, answer.code)

    async def update(self, slurm_id: str, changes: Mapping[str, str]) -> None:
        """Change what a job asks for."""
        answer = await self._runner.run(acting.update(slurm_id, changes), env=self._query_env)
        refused = acting.refusals("scontrol", [slurm_id], answer.stderr, answer.code)
        if refused:
            raise refused[slurm_id]

    async def partitions(self) -> Parsed[list[Partition]]:
        """Return the partitions that this user may see."""
        answer = await self._ask(commands.scontrol_partitions())
        return inventory.partitions(answer.stdout)

    async def nodes(self) -> Parsed[list[Node]]:
        """Return the nodes that sinfo shows."""
        separators = commands.Separators()
        answer = await self._ask(commands.sinfo(separators))
        return await self._parse(answer, lambda: inventory.nodes(answer.stdout, separators))

    async def associations(self) -> Parsed[Associations]:
        """Return what the accounting lets this user use on this cluster."""
        argv = associations.show_user(self._user, (await self.info()).name)
        return associations.associations((await self._ask(argv)).stdout)

    async def account_limits(self, accounts: Sequence[str]) -> Parsed[tuple[AccountLimits, ...]]:
        """Return the limits of accounts on this cluster."""
        argv = associations.show_accounts(accounts, (await self.info()).name)
        return associations.accounts((await self._ask(argv)).stdout)

    async def qos(self) -> Parsed[tuple[Qos, ...]]:
        """Return all QOS."""
        return associations.qos((await self._ask(associations.show_qos())).stdout)

    async def estimate(self, spec: JobSpec, partition: str | None) -> Estimate:
        """Return when a job would start; nothing is queued.

        Raises:
            SlurmRefused: it never would; or `SlurmDenied`, both in Slurm's words.
        """
        answer = await self._runner.run(
            estimating.asking(spec.argv, partition),
            env=self._sbatch_env | estimating.ENVIRONMENT,
            cwd=spec.work_dir,
            stdin=spec.script,
        )
        found = estimating.estimate(answer.stderr, partition)
        if answer.code or found is None:
            raise failure("sbatch", answer.stderr, answer.code)
        return found

    async def _ask(self, argv: Sequence[str]) -> Answer:
        answer = await self._runner.run(argv, env=self._query_env)
        if answer.code:
            raise failure(argv[0], answer.stderr, answer.code)
        self._silent = None
        return answer

    async def _parse(self, answer: Answer, parse: Callable[[], T]) -> T:
        if len(answer.stdout) < _LARGE_BYTES:
            return parse()
        return await self._in_thread(parse)

    async def _in_thread(self, parse: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, parse)
