"""Builds what the extension runs: the one place where the parts meet."""

from __future__ import annotations

import asyncio
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pymongo.database import Database

from . import metrics
from .bus import EventBus
from .known import KnownJobs
from .local.mongod import EmbeddedMongod
from .services import Services
from .services.actions import ActionService
from .services.cluster import ClusterService
from .services.estimate import EstimateService
from .services.events import EventService
from .services.files import Files
from .services.following import FollowService
from .services.health import HealthService
from .services.jobs import JobService
from .services.limits import LimitsService
from .services.listing import ListingService
from .services.output import OutputService
from .services.queue import QueueService
from .services.reading import ReadingService
from .services.report import ReportService
from .services.resubmit import ResubmitService
from .services.retention import RetentionService
from .services.streams import StreamLimit
from .services.submission import Checks
from .services.submit import SubmitService
from .services.tasks import TaskService
from .services.templates import TemplateService, site_templates
from .services.viewer import Viewer
from .slurm.cli import SlurmCommands
from .slurm.environment import own_job
from .slurm.runner import Runner
from .store.jobs import JobStore, create_indexes
from .store.mongo import Document, Mongo, Operation, connect
from .store.outputs import OutputStore
from .store.retention import Keep, RetentionStore, create_date_indexes
from .store.search import SearchStore
from .store.tasks import TaskStore
from .store.templates import TemplateStore
from .store.templates import create_indexes as create_template_indexes
from .sync import Intervals, Outcome, Sync

_DRAIN_SECONDS: Final = 10.0


def _account() -> str:
    """Return the account that this server runs as, under the name that Slurm shows for it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container with a bare user id
        return str(os.getuid())


def _prepare(database: Database[Document]) -> None:
    create_indexes(database)
    create_date_indexes(database)
    create_template_indexes(database)


@dataclass(frozen=True, slots=True)
class Settings:
    """The extension's settings under the names of its traits, which describe them."""

    mongo_uri: str
    mongo_db: str
    data_dir: str
    active_interval: float
    idle_interval: float
    min_interval: float
    command_timeout: float
    max_script_bytes: int
    kept_output_bytes: int
    max_streams: int
    keep_jobs_days: float
    keep_outputs_days: float
    site_templates: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Running:
    """Everything that runs while the server does."""

    services: Services
    sync: Sync
    outputs: OutputService
    files: Files
    retention: RetentionService
    mongo: Mongo
    mongod: EmbeddedMongod | None

    @classmethod
    def start(
        cls, settings: Settings, root: Path, environ: Mapping[str, str], bus: EventBus
    ) -> Running:
        """Build all parts and start those that run by themselves."""
        user = _account()
        runner = Runner(seconds=settings.command_timeout, ran=metrics.command)
        slurm = SlurmCommands(runner, environ, user)
        mongod = None if settings.mongo_uri else EmbeddedMongod(Path(settings.data_dir))

        def used(operation: Operation, outcome: str, seconds: float) -> None:
            metrics.store(operation, outcome, seconds)
            events.database_used()

        mongo = Mongo(
            lambda: connect(mongod.start() if mongod else settings.mongo_uri),
            settings.mongo_db,
            _prepare,
            used=used,
            back=lambda: sync.hurry(),  # noqa: PLW0108 - it comes below
        )
        store, known = JobStore(mongo, user), KnownJobs()
        kept = OutputStore(mongo, user)
        outputs = OutputService(store, kept, limit=settings.kept_output_bytes)
        intervals = Intervals(
            settings.active_interval, settings.idle_interval, settings.min_interval
        )

        def looked(outcome: Outcome, seconds: float) -> None:
            metrics.tick(outcome, seconds)
            metrics.jobs(known.counts())
            events.looked(well=outcome == "ok")

        sync = Sync(
            slurm, store, known, intervals, user=user, over=outputs.keep_soon, looked=looked
        )
        queue = QueueService(
            slurm,
            user,
            known.ids_by_slurm_id,
            turned=sync.hurry,
            min_life=settings.min_interval,
        )
        checks = Checks(root, environ, limit=settings.max_script_bytes)
        submit = SubmitService(slurm, store, checks, known=known, user=user, submitted=sync.soon)
        own_slurm_id = own_job(environ)
        viewer = Viewer(sync.freshness, own_slurm_id, known.estimated_start)
        jobs = JobService(
            slurm,
            store,
            outputs,
            queue,
            known=known,
            user=user,
            viewer=viewer,
            look=sync.look,
        )
        keep = Keep(settings.keep_jobs_days, settings.keep_outputs_days)
        retention = RetentionService(RetentionStore(mongo, user), keep)
        health = HealthService(
            slurm, mongo, lambda: sync.status, lambda: mongod.note if mongod else None, keep
        )
        events = EventService(known, health.known, bus.emit)
        metrics.queue_rows(queue.row_count)
        outputs.start()
        sync.start()
        retention.start()

        async def acted() -> None:
            queue.outdated()
            await sync.acted()

        actions = ActionService(slurm, jobs, acted=acted, own_slurm_id=own_slurm_id)
        listing = ListingService(
            SearchStore(mongo, user),
            version=lambda: known.version,
            viewer=viewer,
        )
        cluster = ClusterService(slurm, min_life=settings.min_interval)
        limits = LimitsService(slurm, user)
        # Threads of its own: the outputs of ten thousand jobs may be waiting to be kept.
        files = Files("slurm-api-reading")
        reading = ReadingService(jobs, kept, files)
        streams = StreamLimit(settings.max_streams)
        following = FollowService(reading, files, streams)
        tasks = TaskService(jobs, TaskStore(mongo, user), viewer)
        templates = TemplateService(
            TemplateStore(mongo, user), site_templates(settings.site_templates)
        )
        return cls(
            Services(
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
            ),
            sync,
            outputs,
            files,
            retention,
            mongo,
            mongod,
        )

    async def stop(self) -> None:
        """Stop in the order of the data's way, so that nothing begun is lost."""
        self.services.following.stop()
        await self.services.submit.drain(_DRAIN_SECONDS)
        await self.sync.stop()
        await self.services.events.stop()
        await self.outputs.stop()
        self.files.close()
        await self.retention.stop()
        self.mongo.close()
        if self.mongod is not None:
            await asyncio.to_thread(self.mongod.stop)
