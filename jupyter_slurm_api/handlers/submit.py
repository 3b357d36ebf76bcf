"""``POST submit``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from ..errors import InvalidRequest
from .base import SlurmHandler

if TYPE_CHECKING:
    from pydantic import ValidationError

    from ..views import SubmitRequest


class SubmitHandler(SlurmHandler):
    """Submits a batch script."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Submit the job in the body; 201 with its UUID and where to look at it."""
        services = await self.services()
        job = await services.submit.submit(_read(self.request.body))
        from ..views import SubmitAnswer

        self.set_header("Location", url_path_join(self.base_url, "slurm", "job", job.job_id))
        answer = SubmitAnswer(
            message="Job submitted successfully", job_id=job.job_id, slurm_id=job.slurm_id
        )
        self.reply(answer, HTTPStatus.CREATED)


def _read(body: bytes) -> SubmitRequest:
    from pydantic import ValidationError

    from ..views import SubmitRequest

    try:
        return SubmitRequest.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from error


def _invalid(error: ValidationError) -> InvalidRequest:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    if faults and not faults[0]["field"]:
        return InvalidRequest(
            "The body must be a JSON object with a 'script', such as"
            ' {"script": "#!/bin/bash\\necho hello"}. ' + faults[0]["message"] + "."
        )
    said = "; ".join(f"'{fault['field']}': {fault['message']}" for fault in faults)
    return InvalidRequest(f"The request is not a job: {said}.", faults)
