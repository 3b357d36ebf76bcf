"""A MongoDB database on threads of its own, with limits on every wait."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias, TypeVar

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, PyMongoError

from ..errors import DatabaseUnavailable, MongodUnavailable

Document: TypeAlias = dict[str, Any]
T = TypeVar("T")

_CONNECT_MS: Final = 2000
_OPERATION_MS: Final = 5000
_WAIT_SECONDS: Final = 8.0  # an operation with its connect, and what the threads add

_log = logging.getLogger(__name__)


def connect(uri: str) -> MongoClient[Document]:
    """Return a client with our time limits; it connects when it is first used."""
    return MongoClient(
        uri,
        appname="jupyter-slurm-api",
        tz_aware=True,
        serverSelectionTimeoutMS=_CONNECT_MS,
        connectTimeoutMS=_CONNECT_MS,
        timeoutMS=_OPERATION_MS,
        maxPoolSize=8,
    )


class Mongo:
    """Runs blocking work on one database, off the event loop.

    ``open_client`` is called in a thread when the database is first needed and
    again after a lost connection, so that it can bring a mongod of our own back;
    ``prepare`` then runs once on the database.
    """

    def __init__(
        self,
        open_client: Callable[[], MongoClient[Document]],
        name: str,
        prepare: Callable[[Database[Document]], None],
    ) -> None:
        self._open_client = open_client
        self._name = name
        self._prepare = prepare
        self._database: Database[Document] | None = None
        self._opening = threading.Lock()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="slurm-api-mongo")
        self.last_error: str | None = None

    async def run(self, work: Callable[[Database[Document]], T]) -> T:
        """Run ``work`` on the database and return what it returns.

        Raises:
            DatabaseUnavailable: MongoDB is away, or took too long.
        """
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._work, work)
        try:
            result = await asyncio.wait_for(call, _WAIT_SECONDS)
        except MongodUnavailable as error:
            self._failed(error.message)
            raise
        except (PyMongoError, asyncio.TimeoutError) as error:
            # The driver's own text may hold host names and user names: it is for the log alone.
            self._failed(f"MongoDB cannot be reached ({type(error).__name__}).")
            _log.debug("MongoDB said: %s", error)
            raise DatabaseUnavailable(
                "The job database (MongoDB) cannot be reached. Try again in a minute, and tell"
                " your administrator if it stays so."
            ) from error
        self.last_error = None
        return result

    def _failed(self, sentence: str) -> None:
        if sentence != self.last_error:
            _log.warning("%s", sentence)
        self.last_error = sentence

    def _work(self, work: Callable[[Database[Document]], T]) -> T:
        try:
            return work(self._open())
        except ConnectionFailure:
            self._drop()
            raise

    def _open(self) -> Database[Document]:
        with self._opening:
            if self._database is None:
                database = self._open_client()[self._name]
                self._prepare(database)
                self._database = database
            return self._database

    def _drop(self) -> None:
        with self._opening:
            database, self._database = self._database, None
        if database is not None:
            database.client.close()

    async def close(self) -> None:
        """Close the connections; waits for no operation that still hangs."""
        await asyncio.to_thread(self._drop)
        self._threads.shutdown(wait=False, cancel_futures=True)
