"""A server whose Slurm is a fake and whose MongoDB is mongomock."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import mongomock
import pytest
from pymongo.errors import ServerSelectionTimeoutError
from pytest_jupyter.jupyter_server import *  # noqa: F403 - fixtures, for this folder alone
from tornado.httpclient import HTTPClientError, HTTPResponse

from fakes import FakeSlurm
from jupyter_slurm_api.bus import EventBus
from jupyter_slurm_api.handlers.base import SERVICES
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.services import Services
from jupyter_slurm_api.services.files import Files
from jupyter_slurm_api.services.kernels import Kernels
from jupyter_slurm_api.services.output import OutputService
from jupyter_slurm_api.store.jobs import JobStore
from jupyter_slurm_api.store.mongo import Mongo
from jupyter_slurm_api.store.outputs import OutputStore
from jupyter_slurm_api.store.templates import create_indexes
from jupyter_slurm_api.views import Freshness
from jupyter_slurm_api.wiring import Foundation, Settings

USER = "ada"
OWN_SLURM_ID = "900"
SITE_TEMPLATES = {"site gpu": {"parameters": {"partition": "gpu"}}}
NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


class Database:
    """A MongoDB that can be away."""

    def __init__(self) -> None:
        self.client = mongomock.MongoClient(tz_aware=True)
        self.is_away = False

    def open(self) -> Any:
        if self.is_away:
            raise ServerSelectionTimeoutError("mongo.example.org:27017: refused")
        return self.client

    @property
    def jobs(self) -> list[dict[str, Any]]:
        return list(self.client["outputs"]["jobs"].find())


@pytest.fixture
def slurm() -> FakeSlurm:
    return FakeSlurm()


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def known() -> KnownJobs:
    return KnownJobs()


@pytest.fixture
def sync_status() -> dict[str, Any]:
    """What the sync says of itself; a test may change it."""
    return {
        "last_success": NOON,
        "last_error": None,
        "slurm_error": None,
        "slurm_last_success": NOON,
        "slurm_last_error": None,
        "accounting_error": None,
        "tick_seconds": 0.1,
        "interval": 15.0,
        "failures": 0,
        "bad_rows": 0,
        "jobs": 3,
    }


@pytest.fixture
def freshness() -> list[Freshness]:
    """How old the sync's knowledge is; the last entry counts."""
    return [Freshness(NOON, stale=False)]


@pytest.fixture
def queue_life() -> float:
    """For how many seconds a snapshot of the queue lives."""
    return 0.2


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyter_slurm_api": True}}}


@dataclass
class Sync:
    """A sync that does nothing but note what it is asked for."""

    slurm: FakeSlurm
    status: dict[str, Any]
    known_since: list[Freshness]

    def freshness(self) -> Freshness:
        return self.known_since[-1]

    async def look(self, seconds: float) -> None:
        self.slurm.extra_looks.append(seconds)
        self.slurm.on_look()

    async def acted(self) -> None:
        await self.look(0)

    def answered(self) -> None:
        """Nothing is away here."""

    def hurry(self) -> None:
        pass

    def soon(self) -> None:
        pass


@pytest.fixture
def settings(queue_life) -> Settings:
    return Settings(
        mongo_uri="",
        mongo_db="outputs",
        data_dir="",
        active_interval=15,
        idle_interval=60,
        min_interval=queue_life,
        command_timeout=20,
        max_script_bytes=10_000,
        kept_output_bytes=1024,
        max_streams=2,
        keep_jobs_days=30,
        keep_outputs_days=7,
        site_templates=SITE_TEMPLATES,
    )


@pytest.fixture
def services(
    jp_serverapp, jp_root_dir, settings, slurm, database, known, sync_status, freshness
) -> Iterator[Services]:
    mongo = Mongo(database.open, "outputs", lambda database: None)
    mongo._open = lambda: database.open()["outputs"]  # a database that goes away later, too
    create_indexes(database.client["outputs"])
    built = Foundation(
        settings,
        root=jp_root_dir,
        environ={"SLURM_JOB_ID": OWN_SLURM_ID},
        kernels=Kernels(jp_serverapp.kernel_spec_manager, os.environ),
        user=USER,
        slurm=slurm,
        mongo=mongo,
        known=known,
        sync=Sync(slurm, sync_status, freshness),
        outputs=OutputService(
            JobStore(mongo, USER), OutputStore(mongo, USER), limit=settings.kept_output_bytes
        ),
        files=Files("test-reading"),
        bus=EventBus(jp_serverapp.event_logger),
        database_note=lambda: None,
    ).services()

    async def give() -> Services:
        return built

    jp_serverapp.web_app.settings[SERVICES] = give
    yield built
    built.following.stop()
    jp_serverapp.io_loop.run_sync(lambda: built.submit.drain(1))
    jp_serverapp.io_loop.run_sync(built.events.stop)


@dataclass
class Answer:
    """An HTTP answer, its body read as JSON."""

    status: int
    body: Any
    headers: Any


def _read(response: HTTPResponse) -> Answer:
    body = json.loads(response.body) if response.body else None
    return Answer(response.code, body, response.headers)


@pytest.fixture
def call(jp_fetch, services) -> Callable[..., Awaitable[Answer]]:
    """Call the API with a login; an error status is an answer like any other."""

    async def fetch(*parts: str, **options: Any) -> Answer:
        try:
            return _read(await jp_fetch(*parts, **options))
        except HTTPClientError as error:
            if error.response is None:
                raise
            return _read(error.response)

    return fetch


@pytest.fixture
def submit(call) -> Callable[..., Awaitable[Answer]]:
    async def post(body: Any, **options: Any) -> Answer:
        text = body if isinstance(body, str) else json.dumps(body)
        return await call("submit", method="POST", body=text, **options)

    return post
