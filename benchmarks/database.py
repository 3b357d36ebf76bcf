"""The servers' own MongoDB: what is in it, and what was written to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pymongo import MongoClient

from jupyter_slurm_api.local.mongod import EmbeddedMongod

Mongo: TypeAlias = MongoClient[dict[str, Any]]


@contextmanager
def database(home: Path) -> Iterator[Mongo]:
    """Share the MongoDB of the servers below one home."""
    mongod = EmbeddedMongod(home / "data" / "slurm-api")
    try:
        with MongoClient[dict[str, Any]](mongod.start(), tz_aware=True) as client:
            yield client
    finally:
        mongod.stop()


@dataclass(frozen=True)
class Written:
    """What MongoDB was told to write since it started: single writes, and messages with them."""

    writes: int
    messages: int

    @classmethod
    def now(cls, mongo: Mongo) -> Written:
        """Read MongoDB's own counters."""
        status = mongo.admin.command("serverStatus")
        kinds = ("insert", "update", "delete")
        return cls(
            sum(status["opcounters"][kind] for kind in kinds),
            sum(status["metrics"]["commands"][kind]["total"] for kind in kinds),
        )

    def since(self, before: Written) -> Written:
        """Return what came after another moment."""
        return Written(self.writes - before.writes, self.messages - before.messages)
