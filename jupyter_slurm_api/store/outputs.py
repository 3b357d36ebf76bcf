"""What MongoDB keeps of a job's output: one document a job and stream."""

from __future__ import annotations

from dataclasses import dataclass

from ..clock import utc_now
from .mongo import Mongo
from .schema import SCHEMA


@dataclass(frozen=True, slots=True)
class Tail:
    """The last part of an output: ``size`` is the whole output's size in bytes."""

    data: bytes
    size: int

    @property
    def truncated(self) -> bool:
        """Whether the output is longer than this part of it."""
        return self.size > len(self.data)


class OutputStore:
    """The kept outputs of one user's jobs."""

    def __init__(self, mongo: Mongo, user: str) -> None:
        self._mongo = mongo
        self._user = user

    async def keep(self, job_id: str, stream: str, tail: Tail) -> None:
        """Keep the last part of one stream of a job."""
        document = {
            "job_id": job_id,
            "stream": stream,
            "user": self._user,
            "data": tail.data,
            "size": tail.size,
            "kept_at": utc_now(),
            "schema": SCHEMA,
        }
        await self._mongo.run(
            "write",
            lambda database: database["outputs"].replace_one(
                {"_id": f"{job_id}:{stream}"}, document, upsert=True
            ),
        )

    async def get(self, job_id: str, stream: str) -> Tail | None:
        """Return what was kept of one stream; None where nothing was."""
        question = {"_id": f"{job_id}:{stream}", "user": self._user}
        found = await self._mongo.run(
            "read", lambda database: database["outputs"].find_one(question)
        )
        return Tail(bytes(found["data"]), found["size"]) if found else None
