"""A server whose Slurm is a fake and whose MongoDB is mongomock."""

from __future__ import annotations

import json
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
from jupyter_slurm_api.services.actions import ActionService
from jupyter_slurm_api.services.cluster import ClusterService
from jupyter_slurm_api.services.estimate import EstimateService
from jupyter_slurm_api.services.events import EventService
from jupyter_slurm_api.services.files import Files
from jupyter_slurm_api.services.following import FollowService
from jupyter_slurm_api.services.health import HealthService
from jupyter_slurm_api.services.jobs import JobService
from jupyter_slurm_api.services.limits import LimitsService
from jupyter_slurm_api.services.listing import ListingService
from jupyter_slurm_api.services.output import OutputService
from jupyter_slurm_api.services.queue import QueueService
from jupyter_slurm_api.services.reading import ReadingService
from jupyter_slurm_api.services.report import ReportService
from jupyter_slurm_api.services.resubmit import ResubmitService
from jupyter_slurm_api.services.streams import StreamLimit
from jupyter_slurm_api.services.submission import Checks
from jupyter_slurm_api.services.submit import SubmitService
from jupyter_slurm_api.services.tasks import TaskService
from jupyter_slurm_api.services.templates import TemplateService, site_templates
from jupyter_slurm_api.services.viewer import Viewer
from jupyter_slurm_api.store.jobs import JobStore
from jupyter_slurm_api.store.mongo import Mongo
from jupyter_slurm_api.store.outputs import OutputStore
from jupyter_slurm_api.store.retention import Keep
from jupyter_slurm_api.store.search import SearchStore
from jupyter_slurm_api.store.tasks import TaskStore
from jupyter_slurm_api.store.templates import TemplateStore, create_indexes
from jupyter_slurm_api.views import Freshness

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


@pytest.fixture
def services(
    jp_serverapp, jp_root_dir, slurm, database, known, sync_status, freshness, queue_life
) -> Iterator[Services]:
    mongo = Mongo(database.open, "outputs", lambda database: None)
    mongo._open = lambda: database.open()["outputs"]  # a database that goes away later, too
    store = JobStore(mongo, USER)
    kept = OutputStore(mongo, USER)
    outputs = OutputService(store, kept, limit=1024)
    queue = QueueService(
        slurm, USER, known.ids_by_slurm_id, turned=lambda: None, min_life=queue_life
    )
    checks = Checks(jp_root_dir, {}, limit=10_000)
    submit = SubmitService(slurm, store, checks, known=known, user=USER, submitted=lambda: None)

    async def look(seconds: float) -> None:
        slurm.extra_looks.append(seconds)
        slurm.on_look()

    viewer = Viewer(lambda: freshness[-1], OWN_SLURM_ID, known.estimated_start)
    jobs = JobService(
        slurm,
        store,
        outputs,
        queue,
        known=known,
        user=USER,
        viewer=viewer,
        look=look,
    )
    health = HealthService(slurm, mongo, lambda: sync_status, lambda: None, Keep(30, 7))

    async def acted() -> None:
        await look(0)

    actions = ActionService(slurm, jobs, acted=acted, own_slurm_id=OWN_SLURM_ID)
    listing = ListingService(
        SearchStore(mongo, USER),
        version=lambda: known.version,
        viewer=viewer,
    )
    tasks = TaskService(jobs, TaskStore(mongo, USER), viewer)
    cluster = ClusterService(slurm, min_life=queue_life)
    limits = LimitsService(slurm, USER)
    bus = EventBus(jp_serverapp.event_logger)
    events = EventService(known, health.known, bus.emit)
    streams = StreamLimit(2)
    create_indexes(database.client["outputs"])
    templates = TemplateService(TemplateStore(mongo, USER), site_templates(SITE_TEMPLATES))
    files = Files("test-reading")
    reading = ReadingService(jobs, kept, files)
    following = FollowService(reading, files, streams)
    built = Services(
        submit,
        jobs,
        queue,
        tasks,
        health,
        actions,
        listing,
        templates,
        events,
        streams,
        cluster,
        limits,
        EstimateService(slurm, checks, cluster, limits),
        ReportService(jobs, outputs),
        ResubmitService(jobs, submit),
        reading,
        following,
    )

    async def give() -> Services:
        return built

    jp_serverapp.web_app.settings[SERVICES] = give
    yield built
    following.stop()
    jp_serverapp.io_loop.run_sync(lambda: submit.drain(1))
    jp_serverapp.io_loop.run_sync(events.stop)


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
