"""``POST job/{job_id}/{action}`` and ``POST jobs/actions``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler
from .problems import status_of

if TYPE_CHECKING:
    from ..actions import ActionAnswer, BulkRequest, SignalRequest, Verb
    from ..services.actions import Outcome


class ActionHandler(SlurmHandler):
    """Does something to one job."""

    @web.authenticated
    @authorized
    async def post(self, job_id: str, verb: str) -> None:
        """Do it, and answer when it can be seen."""
        actions = (await self.services()).actions
        await self.reply(answer_of(await actions.act(cast("Verb", verb), job_id)))


class SignalHandler(SlurmHandler):
    """Sends a job a signal."""

    @web.authenticated
    @authorized
    async def post(self, job_id: str) -> None:
        """Send it, and answer when scancel has."""
        request: SignalRequest = self.asked_body()
        actions = (await self.services()).actions
        await self.reply(answer_of(await actions.act("signal", job_id, request.signal)))


class BulkActionHandler(SlurmHandler):
    """Does something to many jobs."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Do it by one command, and answer with what became of each job."""
        asked: BulkRequest = self.asked_body()
        from ..actions import BulkAnswer

        names = list(dict.fromkeys(asked.ids))
        outcomes = await (await self.services()).actions.act_on_many(
            asked.action, names, asked.signal
        )
        results = [answer_of(outcome) for outcome in outcomes]
        done = sum(result.done for result in results)
        await self.reply(
            BulkAnswer(action=asked.action, done=done, failed=len(results) - done, results=results)
        )


def answer_of(outcome: Outcome) -> ActionAnswer:
    """Return an outcome as it is answered."""
    from ..actions import ActionAnswer

    error = outcome.error
    return ActionAnswer(
        id=outcome.name,
        job_id=outcome.job_id,
        slurm_id=outcome.slurm_id,
        done=error is None,
        status=status_of(error) if error else HTTPStatus.OK,
        message=outcome.message,
    )
