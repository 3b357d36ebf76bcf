"""``GET job/{job_id}/tasks``."""

from __future__ import annotations

from typing import Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import InvalidRequest
from .base import SlurmHandler

_LIMIT: Final = 100
_LARGEST_LIMIT: Final = 1000
_DIGITS: Final = 9


class TasksHandler(SlurmHandler):
    """Shows the tasks of an array."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with one page of tasks; ``next_after`` asks for the next as ``after``."""
        words = ",".join(self.get_query_arguments("state"))
        wanted = [word.strip() for word in words.split(",") if word.strip()]
        after = self._number("after", default=-1, largest=10**_DIGITS)
        limit = self._number("limit", default=_LIMIT, largest=_LARGEST_LIMIT)
        tasks = (await self.services()).tasks
        self.finish(await tasks.page(job_id, wanted, after=after, limit=limit))

    def _number(self, name: str, *, default: int, largest: int) -> int:
        word = self.get_query_argument(name, None)
        if word is None:
            return default
        if not (word.isascii() and word.isdigit() and len(word) <= _DIGITS):
            raise InvalidRequest(f"'{name}' must be a whole number.")
        number = int(word)
        if name == "limit" and not 1 <= number <= largest:
            raise InvalidRequest(f"'limit' must be from 1 to {largest}.")
        return number
