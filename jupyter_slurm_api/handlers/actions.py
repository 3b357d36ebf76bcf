"""``POST job/{job_id}/{action}`` and ``POST jobs/actions``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import bodies
from .base import SlurmHandler
from .problems import status_of

if TYPE_CHECKING:
    from ..actions import ActionAnswer, Verb
    from ..services.actions import Outcome

_SIGNAL_EXAMPLE: Final = '{"signal": "USR1"}'
_BULK_EXAMPLE: Final = '{"action": "cancel", "ids": ["12345"]}'


class ActionHandler(SlurmHandler):
    """Does something to one job."""

    @web.authenticated
    @authorized
    async def post(self, job_id: str, verb: str) -> None:
        """Do it, and answer when it can be seen."""
        from ..actions import SignalRequest

        signal = None
        if verb == "signal":
            signal = bodies.read(SignalRequest, self.request.body, _SIGNAL_EXAMPLE).signal
        actions = (await self.services()).actions
        self.reply(answer_of(await actions.act(cast("Verb", verb), job_id, signal)))


class BulkActionHandler(SlurmHandler):
    """Does something to many jobs."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Do it by one command, and answer with what became of each job."""
        from ..actions import BulkAnswer, BulkRequest

        asked = bodies.read(BulkRequest, self.request.body, _BULK_EXAMPLE)
        names = list(dict.fromkeys(asked.ids))
        outcomes = await (await self.services()).actions.act_on_many(
            asked.action, names, asked.signal
        )
        results = [answer_of(outcome) for outcome in outcomes]
        done = sum(result.done for result in results)
        self.reply(
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
