"""A MongoDB database on threads of its own, with limits on every wait."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from ..errors import DatabaseUnavailable, MongodUnavailable, TooLarge
from ..threads import DaemonThreads

Document: TypeAlias = dict[str, Any]
T = TypeVar("T")

_CONNECT_MS: Final = 2000
_OPERATION_MS: Final = 5000
_WAIT_SECONDS: Final = 8.0  # an operation with its connect, and what the threads add

_NO_ACCESS: Final = frozenset({13, 18})  # Unauthorized, AuthenticationFailed
_TOO_LARGE: Final = (DocumentTooLarge, OverflowError)

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
        self._threads = DaemonThreads(4, "slurm-api-mongo")
        self.last_error: str | None = None

    async def run(self, work: Callable[[Database[Document]], T]) -> T:
        """Run ``work`` on the database and return what it returns.

        Raises:
            DatabaseUnavailable: MongoDB is away, or took too long.
            TooLarge: a document is larger than MongoDB takes.
        """
        given_up = threading.Event()
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._work, work, given_up)
        try:
            result = await asyncio.wait_for(call, _WAIT_SECONDS)
        except MongodUnavailable as error:
            self._failed(error.message)
            raise
        except _TOO_LARGE as error:
            raise TooLarge("This is more than MongoDB can keep of one job.") from error
        except (PyMongoError, asyncio.TimeoutError) as error:
            sentence = _meaning(error)
            self._failed(sentence)
            raise DatabaseUnavailable(sentence) from error
        finally:
            given_up.set()
        self.last_error = None
        return result

    def _failed(self, sentence: str) -> None:
        if sentence != self.last_error:
            _log.warning("%s", sentence)
        self.last_error = sentence

    def _work(self, work: Callable[[Database[Document]], T], given_up: threading.Event) -> T:
        database = self._open()
        if given_up.is_set():  # whoever asked was told that it failed: so it must not happen now
            raise ServerSelectionTimeoutError("too late")
        try:
            return work(database)
        except ConnectionFailure:
            self._drop(database)
            raise

    def _open(self) -> Database[Document]:
        with self._opening:
            if self._database is None:
                database = self._open_client()[self._name]
                self._prepare(database)
                self._database = database
            return self._database

    def _drop(self, database: Database[Document]) -> None:
        """Open anew next time; who still works with the lost client is left to finish."""
        with self._opening:
            if self._database is database:
                self._database = None

    def close(self) -> None:
        """Let go of the threads; what hangs in one of them is not waited for."""
        self._threads.shutdown()


def _meaning(error: Exception) -> str:
    """Say what a failure means, in our words: the driver's may hold the password."""
    if isinstance(error, OperationFailure) and error.code in _NO_ACCESS:
        return "MongoDB does not let this server in: check user and password in MONGO_URI."
    if isinstance(error, ConfigurationError):
        return (
            "MONGO_URI or MONGO_DB is not valid. In a user name and password, write the characters"
            " : / ? # [ ] @ % as percent codes, such as %40 for @."
        )
    return (
        "The job database (MongoDB) cannot be reached. Try again in a minute, and tell your"
        " administrator if it stays so."
    )
