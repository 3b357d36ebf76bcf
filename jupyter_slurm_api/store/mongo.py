"""A MongoDB database on threads of its own, with limits on every wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias, TypeVar

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

from ..errors import DatabaseUnavailable, SlurmApiError

Document: TypeAlias = dict[str, Any]
T = TypeVar("T")

CONNECT_SECONDS: Final = 2
OPERATION_SECONDS: Final = 5
_WAIT_SECONDS: Final = 8.0  # an operation with its connect, and what the thread pool adds

_log = logging.getLogger(__name__)


def connect(uri: str) -> MongoClient[Document]:
    """Return a client with our time limits; it connects when it is first used."""
    return MongoClient(
        uri,
        appname="jupyter-slurm-api",
        tz_aware=True,
        serverSelectionTimeoutMS=CONNECT_SECONDS * 1000,
        connectTimeoutMS=CONNECT_SECONDS * 1000,
        timeoutMS=OPERATION_SECONDS * 1000,
        maxPoolSize=8,
    )


class Mongo:
    """Runs blocking work on one database, off the event loop.

    ``open_client`` is called in a thread when the database is first needed, and
    again after `reconnect`.
    """

    def __init__(self, open_client: Callable[[], MongoClient[Document]], name: str) -> None:
        self._open_client = open_client
        self._name = name
        self._client: MongoClient[Document] | None = None
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="slurm-api-mongo")
        self.last_error: str | None = None

    async def run(self, work: Callable[[Database[Document]], T]) -> T:
        """Run ``work`` on the database and return what it returns.

        Raises:
            DatabaseUnavailable: MongoDB is away, or took too long.
        """
        loop = asyncio.get_running_loop()
        try:
            result = await asyncio.wait_for(
                loop.run_in_executor(self._threads, self._work, work), _WAIT_SECONDS
            )
        except (PyMongoError, asyncio.TimeoutError) as error:
            self.last_error = type(error).__name__
            _log.warning("MongoDB: %s", type(error).__name__, exc_info=_log.isEnabledFor(10))
            raise DatabaseUnavailable(
                "The job database (MongoDB) cannot be reached. Nothing was lost; try again in a"
                " minute, and tell your administrator if it stays so."
            ) from error
        except SlurmApiError as error:
            self.last_error = error.message
            raise
        self.last_error = None
        return result

    def _work(self, work: Callable[[Database[Document]], T]) -> T:
        if self._client is None:
            self._client = self._open_client()
        return work(self._client[self._name])

    async def close(self) -> None:
        """Close the connections; waits for no operation that still hangs."""
        client, self._client = self._client, None
        if client is not None:
            await asyncio.get_running_loop().run_in_executor(self._threads, client.close)
        self._threads.shutdown(wait=False, cancel_futures=True)
