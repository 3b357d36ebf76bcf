"""``GET``, ``PATCH`` and ``DELETE job/{job_id}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import InvalidRequest
from . import bodies
from .actions import answer_of
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..actions import Verb


_EXAMPLE: Final = '{"time_limit": "00:30:00"}'


class JobHandler(SlurmHandler):
    """Shows one job, changes it, cancels it."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with a job, by its UUID or its Slurm id."""
        self.reply(await (await self.services()).jobs.show(job_id))

    @web.authenticated
    @authorized
    async def patch(self, job_id: str) -> None:
        """Change what a job asks for."""
        from ..actions import ChangeRequest

        request = bodies.read(ChangeRequest, self.request.body, _EXAMPLE)
        self.reply(answer_of(await (await self.services()).actions.change(job_id, request)))

    @web.authenticated
    @authorized
    async def delete(self, job_id: str) -> None:
        """Cancel a job, or with ``?signal=`` send it that signal."""
        from ..actions import signal_name

        signal = self.get_query_argument("signal", None)
        try:
            wanted = signal_name(signal) if signal is not None else None
        except ValueError as error:
            raise InvalidRequest(f"'signal': {error}.") from error
        actions = (await self.services()).actions
        verb: Verb = "signal" if wanted else "cancel"
        self.reply(answer_of(await actions.act(verb, job_id, wanted)))
