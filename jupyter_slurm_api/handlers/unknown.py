"""What is asked for below our prefix and is not there."""

from __future__ import annotations

from http import HTTPStatus

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import SlurmHandler


class UnknownHandler(SlurmHandler):
    """Answers for paths that no route takes, as a problem like any other."""

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        """Say that there is nothing."""
        raise web.HTTPError(HTTPStatus.NOT_FOUND, "There is no 'slurm/%s' here.", path)

    post = put = patch = delete = get
