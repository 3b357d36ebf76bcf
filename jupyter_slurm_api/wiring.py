"""Builds what the extension runs: the one place where the parts meet."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

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
from .services.kernels import Kernels, KernelSpecs
from .services.limits import LimitsService
from .services.listing import ListingService
from .services.notebooks import NotebookService
from .services.output import OutputService
from .services.places import Places
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
from .slurm.accounts import account_name
from .slurm.cli import SlurmCommands
from .slurm.client import Slurm
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
from .views import Freshness

_DRAIN_SECONDS: Final = 10.0


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

    @property
    def intervals(self) -> Intervals:
        """How often the sync looks at Slurm."""
        return Intervals(self.active_interval, self.idle_interval, self.min_interval)

    @property
    def keep(self) -> Keep:
        """How long what has ended stays."""
        return Keep(self.keep_jobs_days, self.keep_outputs_days)


class Looks(Protocol):
    """What the services want of the sync: what it knows, and that it looks at Slurm in time."""

    @property
    def status(self) -> Mapping[str, Any]:
        """What it tells of itself, as `/health` shows it."""

    def freshness(self) -> Freshness:
        """Return how old what it knows is."""

    async def look(self, seconds: float) -> None:
        """Wait for a look, but not longer than that."""

    async def acted(self) -> None:
        """Wait for a look that shows what was just done."""

    def hurry(self) -> None:
        """Look as soon as the floor allows."""

    def answered(self) -> None:
        """Do that if Slurm did not answer the last look: it answers others."""

    def soon(self) -> None:
        """Look in a moment: Slurm has just done something."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the services stand on; ``database_note`` is what people should know of MongoDB."""

    settings: Settings
    root: Path
    environ: Mapping[str, str]
    kernels: Kernels
    user: str
    slurm: Slurm
    mongo: Mongo
    known: KnownJobs
    sync: Looks
    outputs: OutputService
    files: Files
    bus: EventBus
    database_note: Callable[[], str | None]

    def services(self) -> Services:
        """Build what the handlers call."""
        settings, slurm, mongo, known = self.settings, self.slurm, self.mongo, self.known
        store, own_slurm_id = JobStore(mongo, self.user), own_job(self.environ)
        places = Places(self.root)
        viewer = Viewer(self.sync.freshness, own_slurm_id, known.estimated_start, places)
        queue = QueueService(
            slurm,
            self.user,
            known.ids_by_slurm_id,
            turned=self.sync.hurry,
            answered=self.sync.answered,
            min_life=settings.min_interval,
        )
        checks = Checks(self.root, self.environ, limit=settings.max_script_bytes)
        submit = SubmitService(
            slurm, store, checks, known=known, user=self.user, submitted=self.sync.soon
        )
        jobs = JobService(
            slurm,
            store,
            self.outputs,
            queue,
            known=known,
            user=self.user,
            viewer=viewer,
            look=self.sync.look,
        )

        async def acted() -> None:
            queue.outdated()
            await self.sync.acted()

        health = HealthService(
            slurm, mongo, lambda: self.sync.status, self.database_note, settings.keep
        )
        cluster = ClusterService(slurm, min_life=settings.min_interval)
        limits = LimitsService(slurm, self.user)
        reading = ReadingService(jobs, OutputStore(mongo, self.user), self.files)
        streams = StreamLimit(settings.max_streams)
        return Services(
            submit=submit,
            notebooks=NotebookService(submit, self.kernels, self.root, self.files),
            jobs=jobs,
            queue=queue,
            tasks=TaskService(jobs, TaskStore(mongo, self.user), viewer),
            health=health,
            actions=ActionService(slurm, jobs, acted=acted, own_slurm_id=own_slurm_id),
            listing=ListingService(
                SearchStore(mongo, self.user), version=lambda: known.version, viewer=viewer
            ),
            templates=TemplateService(
                TemplateStore(mongo, self.user), site_templates(settings.site_templates)
            ),
            events=EventService(known, health.known, self.bus.emit),
            streams=streams,
            cluster=cluster,
            limits=limits,
            estimate=EstimateService(slurm, checks, cluster, limits),
            report=ReportService(jobs, self.outputs),
            resubmit=ResubmitService(jobs, submit),
            reading=reading,
            following=FollowService(reading, self.files, streams),
        )


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
        cls,
        settings: Settings,
        root: Path,
        environ: Mapping[str, str],
        kernel_specs: KernelSpecs,
        bus: EventBus,
    ) -> Running:
        """Build all parts and start those that run by themselves."""
        user, known = account_name(str(os.getuid())), KnownJobs()
        runner = Runner(seconds=settings.command_timeout, ran=metrics.command)
        slurm = SlurmCommands(runner, environ, user)
        mongod = None if settings.mongo_uri else EmbeddedMongod(Path(settings.data_dir))

        def used(operation: Operation, outcome: str, seconds: float) -> None:
            metrics.store(operation, outcome, seconds)
            services.events.database_used(well=outcome == "ok")

        def looked(outcome: Outcome, seconds: float) -> None:
            metrics.tick(outcome, seconds)
            metrics.jobs(known.counts())
            services.events.looked(well=outcome == "ok")

        mongo = Mongo(
            lambda: connect(mongod.start() if mongod else settings.mongo_uri),
            settings.mongo_db,
            _prepare,
            used=used,
            back=lambda: sync.hurry(),  # noqa: PLW0108 - it comes below
        )
        store, kept = JobStore(mongo, user), OutputStore(mongo, user)
        outputs = OutputService(store, kept, limit=settings.kept_output_bytes)
        sync = Sync(
            slurm,
            store,
            known,
            settings.intervals,
            user=user,
            over=outputs.keep_soon,
            looked=looked,
        )
        # Threads of its own: the outputs of ten thousand jobs may be waiting to be kept.
        files = Files("slurm-api-reading")
        services = Foundation(
            settings,
            root,
            environ,
            Kernels(kernel_specs, environ),
            user=user,
            slurm=slurm,
            mongo=mongo,
            known=known,
            sync=sync,
            outputs=outputs,
            files=files,
            bus=bus,
            database_note=lambda: mongod.note if mongod else None,
        ).services()
        retention = RetentionService(RetentionStore(mongo, user), settings.keep)
        metrics.queue_rows(services.queue.row_count)
        outputs.start()
        sync.start()
        retention.start()
        return cls(services, sync, outputs, files, retention, mongo, mongod)

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
