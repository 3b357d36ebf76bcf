"""What MongoDB keeps of a job's output: one document a job and stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pymongo import ReplaceOne

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

    async def keep(self, tails: Mapping[tuple[str, str], Tail]) -> None:
        """Keep the last parts of streams, by job and stream."""
        now = utc_now()
        writes = [
            ReplaceOne(
                {"_id": f"{job_id}:{stream}"},
                {
                    "job_id": job_id,
                    "stream": stream,
                    "user": self._user,
                    "data": tail.data,
                    "size": tail.size,
                    "kept_at": now,
                    "schema": SCHEMA,
                },
                upsert=True,
            )
            for (job_id, stream), tail in tails.items()
        ]
        await self._mongo.run(
            "write", lambda database: database["outputs"].bulk_write(writes, ordered=False)
        )

    async def get(self, job_id: str, stream: str) -> Tail | None:
        """Return what was kept of one stream; None where nothing was."""
        question = {"_id": f"{job_id}:{stream}", "user": self._user}
        found = await self._mongo.run(
            "read", lambda database: database["outputs"].find_one(question)
        )
        return Tail(bytes(found["data"]), found["size"]) if found else None
