"""The server extension: its settings, its start and its stop."""

from __future__ import annotations

import asyncio
import os
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from traitlets import Dict, Float, Int, Unicode, default

from . import garbage
from .bus import EventBus, register_schemas
from .errors import NotReady
from .handlers.base import SERVICES
from .handlers.routes import mounted

if TYPE_CHECKING:  # pydantic and pymongo are loaded after the server has started
    from .services import Services
    from .wiring import Running

_SECRET_VARIABLES: Final = ("MONGO_URI", "MONGO_DB")
_LARGEST: Final = 12 * 1024 * 1024  # a document of MongoDB has at most 16 MiB
_MOST_DAYS: Final = 36_500
_URI_SCHEMES: Final = ("mongodb://", "mongodb+srv://")


class SlurmApi(ExtensionApp):
    """A REST API over Slurm, with every job kept in MongoDB."""

    name = "jupyter_slurm_api"
    extension_url = "/"
    load_other_extensions = True

    mongo_uri = Unicode(
        help="""Where the jobs are kept, as a MongoDB connection string.
        Default: the environment variable MONGO_URI; where that is not set either, a mongod
        of the user's own is started, reached by a Unix socket that only the user can open.
        With a password in it, prefer the variable: it is removed from the environment before
        any kernel starts.""",
    ).tag(config=True)

    mongo_db = Unicode(
        help="""The database in MongoDB. Default: the environment variable MONGO_DB, or outputs.""",
    ).tag(config=True)

    data_dir = Unicode(
        help="""Where the user's own mongod keeps its data. Default: slurm-api in Jupyter's data
        directory. It may be on a file system that several hosts share.""",
    ).tag(config=True)

    active_interval = Float(
        15.0,
        help="""Seconds between two looks at Slurm while a job of the user waits or runs.
        Each look is one squeue for this user's jobs alone.""",
    ).tag(config=True)

    idle_interval = Float(
        60.0, help="""Seconds between two looks at Slurm while no job of the user waits or runs."""
    ).tag(config=True)

    min_interval = Float(
        5.0,
        help="""Seconds that always pass between two squeue commands of the same kind, however
        many people ask. Raise it where the controller is busy.""",
    ).tag(config=True)

    command_timeout = Float(
        20.0,
        help="""Seconds after which a Slurm command that has not answered is ended. The job of an
        sbatch ended so is not lost: it is found by its tag.""",
    ).tag(config=True)

    max_script_bytes = Int(
        4 * 1024 * 1024,
        help="""The largest batch script that is accepted, in bytes. Slurm's own limit is
        max_script_size in its SchedulerParameters, 4 MiB by default.""",
    ).tag(config=True)

    kept_output_bytes = Int(
        1024 * 1024,
        help="""How many bytes of a job's standard output and standard error, counted from the
        end, are shown with a job and kept in MongoDB when it is over.""",
    ).tag(config=True)

    max_streams = Int(
        200,
        help="""How many streams are open at once, by all pages and scripts together: of events,
        and of outputs, each of which counts where a WebSocket follows many. Who comes after them
        is told to try again (429). However many follow one output, its file
        is read once for all of them.""",
    ).tag(config=True)

    keep_jobs_days = Float(
        0.0,
        help="""Days after a job's end until it is deleted from MongoDB, with its output; an array's
        tasks go when the array does. Default: 0, never. What Slurm has recorded stays. Give it to
        all servers of a user that share a database: each goes by its own.""",
    ).tag(config=True)

    keep_outputs_days = Float(
        0.0,
        help="""Days until an output that is kept in MongoDB is deleted there; the file that the job
        wrote stays. Default: 0, as keep_jobs_days says, which it cannot exceed.""",
    ).tag(config=True)

    site_templates = Dict(
        key_trait=Unicode(),
        help="""Templates that the site offers to all users, by name: each a dictionary of what
        POST submit takes, of which anything may be left out, such as
        {"gpu": {"parameters": {"partition": "gpu", "gres": "gpu:1"}}}.""",
    ).tag(config=True)

    @default("mongo_uri")
    def _default_mongo_uri(self) -> str:
        return self._environment["MONGO_URI"]

    @default("mongo_db")
    def _default_mongo_db(self) -> str:
        return self._environment["MONGO_DB"] or "outputs"

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "slurm-api")

    def __init__(self, **kwargs: Any) -> None:
        # Taken out before any kernel can inherit them.
        self._environment = {name: os.environ.pop(name, "") for name in _SECRET_VARIABLES}
        super().__init__(**kwargs)
        self._building: asyncio.Task[Running] | None = None
        self._stopping = False

    def initialize_settings(self) -> None:
        """Give the handlers the way to the services, and say loudly what is set wrong."""
        self.settings[SERVICES] = self.services
        register_schemas(self.settings["event_logger"])
        for fault in self._faults():
            self.log.critical("jupyter_slurm_api does not work: %s", fault)
        for sentence in self._deletions():
            self.log.info("jupyter_slurm_api: %s", sentence)

    def initialize_handlers(self) -> None:
        """Mount the API."""
        self.handlers.extend(mounted())

    async def services(self) -> Services:
        """Return the services; the first call builds them.

        Raises:
            NotReady: a setting is wrong, or the server is stopping.
        """
        if faults := self._faults():
            raise NotReady(f"{faults[0]} Correct the setting and start the server again.")
        if self._stopping:
            raise NotReady("This server is stopping.")
        if self._building is None:
            self._building = asyncio.ensure_future(self._build())
        try:
            return (await asyncio.shield(self._building)).services
        except Exception as error:
            self._building = None
            self.log.exception("jupyter_slurm_api could not start")
            raise NotReady(
                "The Slurm service could not start; the server's log says why."
            ) from error

    async def _build(self) -> Running:
        # Imported in a thread: pydantic and pymongo take a while, and the server is up already.
        wiring = await asyncio.to_thread(_import_wiring)
        assert self.serverapp is not None  # noqa: S101 - linked before anything runs
        names = [field.name for field in fields(wiring.Settings)]
        settings = wiring.Settings(**{name: getattr(self, name) for name in names})
        bus = EventBus(self.settings["event_logger"])
        running: Running = wiring.Running.start(
            settings,
            Path(self.serverapp.root_dir),
            os.environ,
            self.serverapp.kernel_spec_manager,
            bus,
        )
        return running

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:  # noqa: ARG002 - Jupyter's hook
        try:
            await self.services()
        except NotReady:
            return  # said at initialize_settings, and by every answer
        # What a server has loaded by then stays for its life. The garbage collector would walk
        # through it again and again, a tenth of a second each time in which the loop stands still.
        assert self._building is not None  # noqa: S101 - services() has just built it
        await (await self._building).sync.first_tick.wait()
        garbage.keep()

    async def stop_extension(self) -> None:
        """Stop the sync and let go of the database."""
        self._stopping = True
        if self._building is not None:
            await (await self._building).stop()

    def _faults(self) -> list[str]:
        seconds = ("active_interval", "idle_interval", "min_interval", "command_timeout")
        sizes = ("max_script_bytes", "kept_output_bytes")
        counts = ("max_streams",)
        faults = [
            f"SlurmApi.{trait} is {getattr(self, trait)}, but must be greater than 0."
            for trait in (*seconds, *sizes, *counts)
            if getattr(self, trait) <= 0
        ]
        faults += [
            f"SlurmApi.{trait} is {getattr(self, trait)}, but MongoDB keeps at most {_LARGEST}."
            for trait in sizes
            if getattr(self, trait) > _LARGEST
        ]
        faults += [
            f"SlurmApi.{trait} is {getattr(self, trait)}, but must be 0, for ever, or a number of"
            f" days up to {_MOST_DAYS}."
            for trait in ("keep_jobs_days", "keep_outputs_days")
            if not 0 <= getattr(self, trait) <= _MOST_DAYS
        ]
        if self.mongo_uri and not self.mongo_uri.startswith(_URI_SCHEMES):
            faults.append("SlurmApi.mongo_uri must begin with mongodb:// or mongodb+srv://.")
        return faults

    def _deletions(self) -> list[str]:
        """Say what is deleted and when: nobody's data goes in silence."""
        jobs, outputs = self.keep_jobs_days, self.keep_outputs_days
        said = []
        if jobs > 0:
            said.append(f"jobs that ended more than {jobs:g} days ago are deleted (keep_jobs_days)")
        if outputs > 0:
            said.append(
                f"outputs kept for more than {outputs:g} days are deleted (keep_outputs_days)"
            )
        return said


def _import_wiring() -> ModuleType:
    from . import wiring

    return wiring


main = SlurmApi.launch_instance
