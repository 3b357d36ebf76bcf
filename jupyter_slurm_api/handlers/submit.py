"""``POST submit``, ``POST job/{job_id}/resubmit`` and ``POST notebooks/run``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from .. import states
from ..errors import SlurmApiError
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..requests import NotebookRequest, ResubmitRequest
    from ..services.submit import Receipt
    from ..views import SubmitAnswer, SubmitRequest

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"


class _SubmittingHandler(SlurmHandler):
    """Base of those that make a job, and point to it."""

    async def told(self, receipt: Receipt, answer: SubmitAnswer | None = None) -> None:
        """Answer 201 with the job's UUID and where to look at it.

        The job of an idempotency key that was sent before is answered as it was
        then, or by 202 as long as Slurm has not said whether it has it.
        """
        from ..views import SubmitAnswer

        self._point_to(receipt.job.job_id)
        if receipt.replayed:
            self.set_header(REPLAYED_HEADER, "true")
        is_open = receipt.job.status == states.SUBMITTING
        status = HTTPStatus.ACCEPTED if is_open else HTTPStatus.CREATED
        await self.reply(answer or SubmitAnswer.of(receipt.job), status)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a problem, and with where the job is that it is about."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, SlurmApiError) and error.job_id:
            self._point_to(error.job_id)
        super().write_error(status_code, **kwargs)

    def _point_to(self, job_id: str) -> None:
        self.set_header("Location", url_path_join(self.base_url, "slurm", "job", job_id))


class SubmitHandler(_SubmittingHandler):
    """Submits a batch script."""

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Submit the job in the body."""
        key = self.asked_header(KEY_HEADER)
        request: SubmitRequest = self.asked_body()
        await self.told(await (await self.services()).submit.submit(request, key))


class ResubmitHandler(_SubmittingHandler):
    """Submits a stored job once more."""

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    async def post(self, job_id: str) -> None:
        """Submit it with what the body says is to be different."""
        key = self.asked_header(KEY_HEADER)
        changes: ResubmitRequest = self.asked_body()
        await self.told(await (await self.services()).resubmit.resubmit(job_id, changes, key))


class NotebookHandler(_SubmittingHandler):
    """Submits a notebook."""

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Run the notebook that the body names."""
        from ..requests import NotebookAnswer

        key = self.asked_header(KEY_HEADER)
        request: NotebookRequest = self.asked_body()
        run = await (await self.services()).notebooks.run(request, key)
        answer = NotebookAnswer.with_output(run.submitted.job, run.output)
        await self.told(run.submitted, answer)
