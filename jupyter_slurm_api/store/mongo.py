"""A MongoDB database on threads of its own, with limits on every wait."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar

import pymongo
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

from ..clock import utc_now
from ..errors import DatabaseUnavailable, MongodUnavailable, TooLarge
from ..threads import DaemonThreads

Document: TypeAlias = dict[str, Any]
Operation: TypeAlias = Literal["read", "write", "ping"]
Used: TypeAlias = Callable[[Operation, str, float], None]
"""What is told of an operation: its kind, ok or failed, and the seconds that it took in all."""
T = TypeVar("T")

_CONNECT_MS: Final = 2000
_OPERATION_MS: Final = 5000
_WAIT_SECONDS: Final = 8.0  # an operation with its connect, and what the threads add
_PREPARE_SECONDS: Final = 60.0  # an index over all that is stored takes its time, once
_FRESH_SECONDS: Final = 5.0

_NO_ACCESS: Final = frozenset({13, 18})  # Unauthorized, AuthenticationFailed
_BAD_VALUE: Final = 2
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


@dataclass(slots=True)
class Contact:
    """When a server last answered, and what is the matter if it does not.

    ``last_error``, a ``message`` and when it was (``at``), stays when all is well again.
    """

    error: str | None = None
    last_success: datetime | None = None
    last_error: Document | None = None

    def answered(self) -> None:
        """Note an answer."""
        self.error = None
        self.last_success = utc_now()

    def failed(self, message: str) -> None:
        """Note that none came."""
        self.error = message
        self.last_error = {"message": message, "at": utc_now()}


class Mongo:
    """Runs blocking work on one database, off the event loop.

    ``open_client`` is called in a thread when the database is first needed and
    again after a lost connection, so that it can bring a mongod of our own back;
    ``prepare`` then runs once on the database. ``used`` is told of each operation,
    ``back`` when one goes well after a time in which none was answered. ``version``
    is MongoDB's own, once it is known.
    """

    def __init__(
        self,
        open_client: Callable[[], MongoClient[Document]],
        name: str,
        prepare: Callable[[Database[Document]], None],
        *,
        used: Used = lambda *_: None,
        back: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_client = open_client
        self._name = name
        self._prepare = prepare
        self._used = used
        self._back = back
        self._is_away = False
        self._database: Database[Document] | None = None
        self._opening = threading.Lock()
        self._threads = DaemonThreads(4, "slurm-api-mongo")
        self.contact = Contact()
        self.version: str | None = None
        self._heard_at = -_FRESH_SECONDS
        self._looking: asyncio.Task[None] | None = None

    async def run(self, operation: Operation, work: Callable[[Database[Document]], T]) -> T:
        """Run ``work`` on the database and return what it returns.

        Raises:
            DatabaseUnavailable: MongoDB is away, or took too long.
            TooLarge: a document is larger than MongoDB takes.
        """
        began, outcome = time.monotonic(), "failed"
        try:
            result = await self._run(work)
            outcome = "ok"
        finally:
            self._used(operation, outcome, time.monotonic() - began)
        return result

    async def _run(self, work: Callable[[Database[Document]], T]) -> T:
        given_up = threading.Event()
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._work, work, given_up)
        try:
            result = await asyncio.wait_for(call, _WAIT_SECONDS)
        except MongodUnavailable as error:
            self._is_away = True
            self._failed(error.message)
            raise
        except _TOO_LARGE as error:
            raise TooLarge("This is more than MongoDB can keep of one job.") from error
        except (PyMongoError, asyncio.TimeoutError) as error:
            sentence = _meaning(error)
            # One that answers, but with no, is there: its disk may be full, and a ping goes well.
            self._is_away = not isinstance(error, OperationFailure)
            self._failed(sentence)
            raise DatabaseUnavailable(sentence) from error
        finally:
            given_up.set()
        self._heard_at = time.monotonic()
        self.contact.answered()
        if self._is_away:
            self._is_away = False
            self._back()
        return result

    async def look(self, within: float) -> None:
        """See whether MongoDB answers, where it was not heard of just now.

        Waits ``within`` seconds at most; who asks again later finds what came of it.
        """
        if self._looking is None and time.monotonic() - self._heard_at >= _FRESH_SECONDS:
            self._looking = asyncio.ensure_future(self._ping())
        if self._looking is not None:
            await asyncio.wait([self._looking], timeout=within)

    async def _ping(self) -> None:
        with suppress(DatabaseUnavailable):
            await self.run("ping", lambda database: database.command("ping"))
        self._looking = None

    def _failed(self, sentence: str) -> None:
        if sentence != self.contact.error:
            _log.warning("%s", sentence)
        self._heard_at = time.monotonic()
        self.contact.failed(sentence)

    def _work(self, work: Callable[[Database[Document]], T], given_up: threading.Event) -> T:
        database = self._open()
        if given_up.is_set():  # whoever asked was told that it failed: so it must not happen now
            raise ServerSelectionTimeoutError("too late")
        try:
            return work(database)
        except ConnectionFailure:
            self._drop(database)
            raise
        except OperationFailure as error:
            if error.code != _BAD_VALUE:
                raise
            # It named an index that is gone, as of a database that was dropped or restored.
            self._drop(database)
            return work(self._open())

    def _open(self) -> Database[Document]:
        with self._opening:
            if self._database is None:
                database = self._open_client()[self._name]
                with pymongo.timeout(_PREPARE_SECONDS):
                    self._prepare(database)
                self.version = _version(database)
                self._database = database
            return self._database

    def _drop(self, database: Database[Document]) -> None:
        """Open anew next time; who still works with the lost client is left to finish."""
        with self._opening:
            if self._database is database:
                self._database = None

    def close(self) -> None:
        """Let go of the threads; what hangs in one of them is not waited for."""
        if self._looking is not None:
            self._looking.cancel()
        self._threads.shutdown()


def _version(database: Database[Document]) -> str | None:
    with suppress(OperationFailure):  # not every service that speaks MongoDB's language tells
        return str(database.client.server_info()["version"])
    return None


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
